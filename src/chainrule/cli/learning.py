"""The options of every command that learns from a table: fit, cv, tune."""

from collections.abc import Callable
from typing import Any

import click

from .options import class_weight
from .recipe_options import recipe_options
from .settings import settings_options

SHARE = click.FloatRange(0, 1, max_open=True)


def learning_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The target, what columns hold, the network and its training; --config and --set."""
    for option in reversed((*_OF_THE_TABLE, recipe_options, *_OF_THE_TRAINING)):
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
    click.option(
        "--text",
        "texts",
        multiple=True,
        metavar="COLUMN,...",
        help="Take as texts, by their runs of characters; repeatable.",
    ),
    click.option(
        "--ordered",
        multiple=True,
        metavar="COLUMN=LEVEL,...",
        help="The levels of a category in ascending order, as size=S,M,L; repeatable.",
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

_OF_THE_TRAINING = (
    click.option(
        "--validation-size",
        "validation_fraction",
        type=SHARE,
        metavar="SHARE",
        help="The share of the rows learned from that says when to stop.",
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
