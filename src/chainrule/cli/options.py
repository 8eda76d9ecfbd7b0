"""What options accept, checked before any work is done."""

import os
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that reads a table: its parameter `reading` is a `ReadOptions`."""

    @wraps(command)
    def with_reading(*args: Any, **options: Any) -> Any:
        from ..tables import ReadOptions

        given = {name: options.pop(name) for name in _READING}
        reading = ReadOptions(**given)
        return command(*args, reading=reading, **options)

    for name, settings in reversed(_READING.items()):
        flags = settings.get("flags", (f"--{name}",))
        rest = {key: value for key, value in settings.items() if key != "flags"}
        with_reading = click.option(*flags, name, **rest)(with_reading)
    return with_reading


_READING: dict[str, dict[str, Any]] = {
    "separator": {
        "flags": ("--separator", "--sep"),
        "metavar": "MARK",
        "callback": lambda ctx, option, value: {"tab": "\t", r"\t": "\t"}.get(value, value),
        "help": "Between two values of TABLE, such as , ; | :: tab. By default found out.",
    },
    "decimal": {"type": click.Choice([".", ","]), "help": "The decimal mark of TABLE."},
    "thousands": {"metavar": "MARK", "help": "Between groups of three digits."},
    "encoding": {"metavar": "NAME", "help": "Of TABLE, such as latin-1. By default found out."},
    "missing": {
        "flags": ("--missing", "--na"),
        "metavar": "TEXT",
        "multiple": True,
        "help": "A further mark of a missing value; repeatable.",
    },
    "skip": {
        "type": click.IntRange(min=0),
        "metavar": "LINES",
        "help": "Lines to skip before the header. By default found out.",
    },
    "header": {
        "flags": ("--header/--no-header",),
        "default": None,
        "help": "Whether a line names the columns. By default found out.",
    },
    "dates": {
        "metavar": "ORDER",
        "help": "The order in dates: dmy, mdy, ymd, or a format such as %d.%m.%Y.",
    },
    "sheet": {"metavar": "NAME", "help": "The sheet of a workbook, by its name or number."},
}


def hidden_units(
    ctx: click.Context, option: click.Parameter, value: str | tuple[int, ...] | None
) -> tuple[int, ...] | None:
    """The numbers in ``64,64``; () for ``none``."""
    if value is None:
        return None
    if isinstance(value, tuple) or value.strip().lower() == "none":
        return value if isinstance(value, tuple) else ()
    parts = [part.strip() for part in value.split(",")]
    if not all(_is_positive_integer(part) for part in parts):
        raise click.BadParameter(
            f"{value!r} must be whole numbers > 0 with commas, such as 64,64, or none"
        )
    return tuple(map(int, parts))


def batch_size(
    ctx: click.Context, option: click.Parameter, value: str | int | None
) -> int | str | None:
    """A number of rows, ``auto`` or ``full``."""
    if value is None or isinstance(value, int) or value in ("auto", "full"):
        return value
    if not _is_positive_integer(value):
        raise click.BadParameter(f"{value!r} must be a whole number > 0, auto or full")
    return int(value)


def class_weight(
    ctx: click.Context, option: click.Parameter, value: str | None
) -> dict[str, float] | str | None:
    """The weights in ``yes=5,no=1`` by label; ``balanced`` as it is."""
    if value is None or value == "balanced":
        return value
    weights = {}
    for part in value.split(","):
        label, sign, number = part.rpartition("=")
        try:
            weights[label.strip()] = float(number)
        except ValueError:
            sign = ""
        if not sign:
            raise click.BadParameter(
                f"{part!r} must be LABEL=NUMBER, such as yes=5, or balanced for all labels"
            )
    return weights


def levels_by_column(given: Sequence[str]) -> dict[str, list[str]] | None:
    """The levels in ``size=S,M,L`` by column; None for none."""
    found = {}
    for text in given:
        column, sign, levels = text.partition("=")
        if not sign:
            raise click.BadParameter(
                f"{text!r} must be COLUMN=LEVEL,LEVEL,..., such as size=S,M,L",
                param_hint="'--ordered'",
            )
        found[column.strip()] = [level.strip() for level in levels.split(",")]
    return found or None


def fail_under_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option of a command that ends with a code of its own where a score is not reached."""
    return click.option(
        "--fail-under",
        type=float,
        metavar="SCORE",
        help="End with code 5 where the first score of a target is worse than this: below it, or "
        "above it where less is better.",
    )(command)


def metrics_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option of a command that shows several scores: its parameter `metrics` has names."""
    return click.option(
        "--metric",
        "metrics",
        multiple=True,
        metavar="NAME,...",
        callback=_metric_names,
        help="Which scores, the first one as the head; repeatable. By default all of the task.",
    )(command)


def _metric_names(
    ctx: click.Context, option: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...]:
    """The names in several options, each with commas or without."""
    return tuple(part.strip() for text in value for part in text.split(",") if part.strip())


def interval(ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """How much may lie between two checkpoints: ``10 epochs``, ``30s``; a number is of epochs."""
    if value is None:
        return None
    from ..checkpoints.checkpoint import interval_of
    from ..errors import InvalidValueError

    value = f"{value} epochs" if _is_positive_integer(value) else value
    try:
        interval_of(value)
    except InvalidValueError:
        raise click.BadParameter(
            f"{value!r} must be such as 10 epochs, 500 updates, 30 seconds"
        ) from None
    return value


def file_to_write(
    *endings: str, stdout: bool = False
) -> Callable[[click.Context, click.Parameter, str | Path | None], Path | None]:
    """A check that a file can be written there: before the work, not after it.

    Parameters
    ----------
    *endings : str
        The endings that its name may have; any by default.
    stdout : bool, default False
        Whether "-" may stand for standard output; it becomes None.
    """

    def check(ctx: click.Context, option: click.Parameter, value: str | Path | None) -> Path | None:
        if value is None or (stdout and value == "-"):
            return None
        path = Path(value)
        problem = ""
        if path.is_dir():
            problem = "is a folder; name a file in it"
        elif endings and path.suffix.lower() not in endings:
            problem = f"must end in {' or '.join(endings)}"
        elif not path.parent.is_dir():
            problem = f"cannot be written: there is no folder {str(path.parent)!r}; make it first"
        elif not os.access(path if path.exists() else path.parent, os.W_OK):
            problem = "may not be written; name another file, or change its permissions"
        if problem:
            raise click.BadParameter(f"{str(path)!r} {problem}")
        return path

    return check


def refuse_same(sources: list[str], outputs: list[Path]) -> None:
    """Raise a usage error if an output would replace what is read, or two are one file."""
    taken = {os.path.realpath(source): "is read" for source in sources if os.path.isfile(source)}
    for output in outputs:
        place = os.path.realpath(output)
        if place in taken:
            raise click.UsageError(f"{output} {taken[place]} as well; name another file to write")
        taken[place] = "is written"


def _is_positive_integer(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) > 0
