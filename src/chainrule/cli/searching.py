"""What cv and tune share: their options, and how far they have come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from .clusters import cluster_options
from .console import messages, note
from .options import levels_by_column, reading_options

if TYPE_CHECKING:
    from ..tables import Query, ReadOptions

_BETWEEN_LINES = 10.0


def searching_options(folds: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of a command that fits to folds."""
    options = (
        click.option(
            "--folds", type=click.IntRange(min=2), default=folds, show_default=True, metavar="N",
            help="How many folds.",
        ),
        click.option(
            "--seed", type=click.IntRange(min=0), metavar="N",
            help="Decides the folds and the fits. By default random, and said.",
        ),
        click.option(
            "--jobs", "-j", type=click.IntRange(min=1), metavar="N",
            help="How many fits go on at the same time. By default one for each processor.",
        ),
    )  # fmt: skip

    def with_options(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return with_options


def reporting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The last options of a command that fits many times: how it reads, where it runs, what it
    says.
    """
    for option in reversed(
        (
            click.option("--json", "as_json", is_flag=True, help="Print JSON."),
            reading_options,
            cluster_options(partitions=False),
            click.option(
                "--quiet", "-q", is_flag=True, help="Say nothing but results, warnings and errors."
            ),
            click.option("--no-progress", is_flag=True, help="Show no progress."),
        )
    ):
        command = option(command)
    return command


def given(
    table: "str | Query", options: dict[str, Any], reading: "ReadOptions"
) -> tuple[Any, list[str], dict[str, Any]]:
    """The table, its targets, and the options as the library takes them."""
    from ..random import check_seed
    from .preparation import made_up_seed, named_columns, read_with_target

    frame, target = read_with_target(table, options.pop("target"), reading)
    options["ordered"] = levels_by_column(options.get("ordered", ()))
    for name in {"drop", "numbers", "categories", "texts"} & options.keys():
        options[name] = named_columns(options[name], frame.columns)
    seed = options.pop("seed")
    options["seed"] = made_up_seed() if seed is None else check_seed(seed)
    if reading.dates in ("dmy", "mdy", "ymd"):
        options["dates"] = reading.dates
    options["decimal"] = reading.decimal
    return frame, target, {name: value for name, value in options.items() if value is not None}


@contextmanager
def counted(noun: str, silent: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A function that shows how many of something are done, and how long the others may take.

    In a terminal it is a bar, gone at the end; elsewhere a line every ten seconds.
    """
    if silent:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn

    from .progress import pace

    console, started = messages(), monotonic()
    shown, before = started, -1

    def words(done: int, total: int) -> str:
        nonlocal before
        before = done - 1 if before < 0 else before
        return pace(noun, done, total, monotonic() - started, before)

    def as_line(done: int, total: int) -> None:
        nonlocal shown
        said = words(done, total)
        if monotonic() - shown >= _BETWEEN_LINES:
            shown = monotonic()
            note(said)

    if not console.is_terminal or console.is_dumb_terminal:
        yield as_line
        return
    text = TextColumn("{task.description}", markup=False)
    with Progress(BarColumn(bar_width=20), text, console=console, transient=True) as bar:
        task = bar.add_task(f"{noun} 0", total=None)
        yield lambda done, total: bar.update(
            task, completed=done, total=total, description=words(done, total)
        )
