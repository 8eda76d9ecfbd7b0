"""The options of every command that learns from a table: fit, cv, tune."""

from collections.abc import Callable
from typing import Any

import click

from .options import batch_size, class_weight, hidden_units
from .settings import settings_options

SHARE = click.FloatRange(0, 1, max_open=True)


def learning_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The target, what columns hold, the network and its training; --config and --set."""
    for option in reversed((*_OF_THE_TABLE, *_OF_THE_NETWORK)):
        command = option(command)
    return settings_options(command)


_OF_THE_TABLE = (
    click.option(
        "--target",
        multiple=True,
        metavar="COLUMN",
        help="The column to predict. A built-in table has a default. Repeatable, or several with "
        "commas: one network learns them all.",
    ),
    click.option(
        "--task",
        type=click.Choice(["classification", "regression"]),
        help="By default decided from the target, and said.",
    ),
    click.option(
        "--drop", multiple=True, metavar="COLUMN,...", help="Leave columns out; repeatable."
    ),
    click.option(
        "--number",
        "numbers",
        multiple=True,
        metavar="COLUMN,...",
        help="Take as numbers; repeatable.",
    ),
    click.option(
        "--category",
        "categories",
        multiple=True,
        metavar="COLUMN,...",
        help="Take as categories; repeatable.",
    ),
    click.option("--weight", metavar="COLUMN", help="The column that says what each row counts."),
    click.option(
        "--class-weight",
        metavar="balanced|LABEL=W,...",
        callback=class_weight,
        help="What each class counts; balanced makes all count the same in sum.",
    ),
    click.option(
        "--group",
        metavar="COLUMN",
        help="Rows with the same value stay together when rows are held out; it is not learned "
        "from.",
    ),
    click.option(
        "--time",
        metavar="COLUMN",
        help="Dates or numbers: the rows held out are those that came last.",
    ),
)

_OF_THE_NETWORK = (
    click.option(
        "--hidden",
        metavar="UNITS,...",
        callback=hidden_units,
        default="64,64",
        show_default=True,
        help="Units of each hidden layer, or none for a linear model.",
    ),
    click.option("--activation", default="relu", show_default=True, metavar="NAME"),
    click.option(
        "--epochs",
        type=click.IntRange(min=1),
        metavar="N",
        default=200,
        show_default=True,
        help="The largest number of passes over the rows.",
    ),
    click.option(
        "--batch-size",
        metavar="ROWS|auto|full",
        callback=batch_size,
        default="auto",
        show_default=True,
        help="Rows of one update.",
    ),
    click.option("--optimizer", default="adam", show_default=True, metavar="NAME"),
    click.option(
        "--learning-rate", type=float, metavar="RATE", help="In place of the optimizer's own."
    ),
    click.option(
        "--validation-size",
        "validation_fraction",
        type=SHARE,
        metavar="SHARE",
        default=0.1,
        show_default=True,
        help="The share of the rows learned from that says when to stop.",
    ),
    click.option(
        "--patience",
        type=click.IntRange(min=1),
        metavar="N",
        default=20,
        show_default=True,
        help="Epochs without improvement until it stops.",
    ),
    click.option(
        "--engine",
        type=click.Choice(["auto", "compiled", "reference"]),
        default="auto",
        show_default=True,
    ),
    click.option(
        "--threads", type=click.IntRange(min=1), metavar="N", help="The largest number of threads."
    ),
)
