"""What cv and tune share: their options, and how far they have come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from .console import messages, note, seconds
from .options import levels_by_column

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

    console, started = messages(), monotonic()
    shown = started

    def words(done: int, total: int) -> str:
        elapsed = monotonic() - started
        return f"{noun} {done}/{total}, at most {seconds(elapsed / done * (total - done))} left"

    def as_line(done: int, total: int) -> None:
        nonlocal shown
        if monotonic() - shown >= _BETWEEN_LINES:
            shown = monotonic()
            note(words(done, total))

    if not console.is_terminal or console.is_dumb_terminal:
        yield as_line
        return
    text = TextColumn("{task.description}", markup=False)
    with Progress(BarColumn(bar_width=20), text, console=console, transient=True) as bar:
        task = bar.add_task(f"{noun} 0", total=None)
        yield lambda done, total: bar.update(
            task, completed=done, total=total, description=words(done, total)
        )
