"""``chainrule explain``: the chain rule of one weight, with its numbers."""

import sys
from typing import TYPE_CHECKING, Any

import click

from .console import knows_symbols
from .options import reading_options

if TYPE_CHECKING:
    from ..explain import Explained
    from ..tables import ReadOptions

FORMATS = ("text", "latex", "html", "json")
ZOOM = ("scalar", "paths", "matrix", "all")


@click.command(short_help="Show where a gradient or a prediction comes from.")
@click.argument("model")
@click.argument("table", required=False)
@click.option("--row", type=click.IntRange(min=1), help="The row of the table, from 1. Default: 1.")
@click.option("--weight", help="The weight, such as h1.w2, layers[0].W[1, 0], or w1 if small.")
@click.option("--top", type=click.IntRange(min=1), help="List the weights that move the loss most.")
@click.option("--batch", is_flag=True, help="What every row adds to the derivative by the weight.")
@click.option(
    "--zoom",
    type=click.Choice(ZOOM),
    default="scalar",
    show_default=True,
    help="One path with all its factors, the largest paths, the vectors of each layer, or all.",
)
@click.option(
    "--paths", type=click.IntRange(min=1), default=5, show_default=True, help="How many paths."
)
@click.option(
    "--format",
    "face",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How it is written.",
)
@reading_options
def explain(
    model: str,
    table: str | None,
    row: int | None,
    weight: str | None,
    top: int | None,
    batch: bool,
    zoom: str,
    paths: int,
    face: str,
    reading: "ReadOptions",
) -> None:
    """Explain one row of TABLE with the numbers of MODEL.

    With --weight: the derivative of the loss by that weight, factor by factor. With --top: the
    weights with the largest derivatives. With neither: how the row becomes a prediction.

    MODEL is a file written by chainrule fit, or "people" for a small example that needs no table.
    TABLE is whatever fit reads.

    \b
    chainrule explain people --weight w1
    chainrule explain penguins.model penguins --row 3 --top 10
    chainrule explain penguins.model penguins --row 3 --weight h1.w2 --zoom paths
    """  # noqa: D301 - \b keeps click from filling the lines
    if weight and top:
        raise click.UsageError("--weight and --top exclude each other")
    if batch and not weight:
        raise click.UsageError("--batch needs --weight: it shows what each row adds to one weight")
    if batch and row:
        raise click.UsageError("--batch and --row exclude each other: a batch is the whole table")
    if table is None and model != "people":
        raise click.UsageError(
            f"TABLE is missing: chainrule explain {model} TABLE, or chainrule explain people"
        )
    subject = _subject(model, table, row or 1, reading)
    _write(_explained(subject, row or 1, weight, top, batch, paths), zoom, face)


def _explained(
    found: tuple[Any, dict[str, Any], Any],
    row: int,
    weight: str | None,
    top: int | None,
    batch: bool,
    paths: int,
) -> "Explained":
    from ..explain import explain as explain_weight
    from ..explain import explain_batch, explain_prediction, largest_gradients

    subject, known, optimizer = found
    if weight and batch:
        return explain_batch(subject, weight=weight, **known)
    known["row"] = row - 1
    if weight:
        return explain_weight(subject, weight=weight, paths=paths, optimizer=optimizer, **known)
    if top:
        return largest_gradients(subject, top=top, **known)
    known.pop("y", None)
    return explain_prediction(subject, **known)


def _subject(
    model: str, table: str | None, row: int, reading: "ReadOptions"
) -> tuple[Any, dict[str, Any], Any]:
    """What is explained, the arguments that go with it, and the optimizer where one is known."""
    if table is None:
        from ..lessons.example import people

        example = people()
        _check_row(row, len(example.X), "the example")
        known = {"parameters": example.parameters, "labels": example.labels}
        return example.objective, {**known, "x": example.X, "y": example.y}, example.optimizer
    from ..models import load_pipeline
    from ..tables import read_table

    pipeline = load_pipeline(model)
    rows = read_table(table, reading)
    _check_row(row, len(rows), table)
    labels = [f"row {i + 1}" for i in range(len(rows))]
    return pipeline, {"x": rows, "labels": labels}, None


def _check_row(row: int, n: int, where: str) -> None:
    from ..errors import DataError

    if row > n:
        raise DataError(f"--row (={row}) must be from 1 to {n}: {where} has {n} rows")


def _write(explained: "Explained", zoom: str, face: str) -> None:
    """Colours and boxes only in a terminal; plain text in files and pipes."""
    if face == "latex":
        click.echo(explained.to_latex(zoom))
    elif face == "html":
        click.echo(explained.to_html(zoom))
    elif face == "json":
        click.echo(explained.to_json())
    elif sys.stdout.isatty():
        explained.show(zoom)
    else:
        click.echo(explained.to_text(zoom, ascii_only=not knows_symbols()), nl=False)
