"""``chainrule explain``: what pushes a prediction, and the chain rule of one weight."""

import sys
from typing import TYPE_CHECKING, Any, cast

import click

from .console import knows_symbols
from .options import reading_options

if TYPE_CHECKING:
    from ..explain import Explained
    from ..tables import ReadOptions

FORMATS = ("text", "latex", "html", "json")
ZOOM = ("scalar", "paths", "matrix", "all")
METHODS = ("integrated-gradients", "shapley")


@click.command(short_help="Show where a gradient or a prediction comes from.")
@click.argument("model")
@click.argument("table", required=False)
@click.option("--row", type=click.IntRange(min=1), help="The row of the table, from 1. Default: 1.")
@click.option("--weight", help="The weight, such as h1.w2, layers[0].W[1, 0], or w1 if small.")
@click.option("--top", type=click.IntRange(min=1), help="List the weights that move the loss most.")
@click.option("--units", is_flag=True, help="Walk through the network unit by unit.")
@click.option("--output", help="The class whose probability is explained. Default: the largest.")
@click.option(
    "--method",
    type=click.Choice(METHODS),
    help="How contributions are found. Default: integrated-gradients.",
)
@click.option("--batch", is_flag=True, help="What every row adds to the derivative by the weight.")
@click.option(
    "--zoom",
    type=click.Choice(ZOOM),
    default="scalar",
    show_default=True,
    help="For a weight: one path with all its factors, the largest paths, the vectors of each "
    "layer. all: everything, for a row every column.",
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
    units: bool,
    output: str | None,
    method: str | None,
    batch: bool,
    zoom: str,
    paths: int,
    face: str,
    reading: "ReadOptions",
) -> None:
    """Explain one row of TABLE with the numbers of MODEL.

    Without options: what each column adds to the prediction, the ten that count most (--zoom all:
    every one). With --units: how the row becomes a prediction, unit by unit. With --weight: the
    derivative of the loss by that weight, factor by factor. With --top: the weights with the
    largest derivatives.

    MODEL is a file written by chainrule fit, or "people" for a small example that needs no table.
    TABLE is whatever fit reads.

    \b
    chainrule explain penguins.model penguins --row 3
    chainrule explain people --weight w1
    chainrule explain penguins.model penguins --row 3 --top 10
    chainrule explain penguins.model penguins --row 3 --weight h1.w2 --zoom paths
    """  # noqa: D301 - \b keeps click from filling the lines
    if (units or output or method) and (weight or top):
        raise click.UsageError("--units, --output and --method explain a row, not a weight")
    if units and (output or method):
        raise click.UsageError("--units excludes --output and --method, which explain by column")
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
    subject, known, optimizer = _subject(model, table, row or 1, reading)
    if weight or top:
        explained = _of_weights(subject, known, optimizer, row or 1, weight, top, batch, paths)
    else:
        by_unit = units or (table is None and not output and not method)
        explained = _of_row(subject, known, (row or 1) - 1, by_unit, output, method)
    _write(explained, zoom, face)


def _of_weights(
    subject: Any,
    known: dict[str, Any],
    optimizer: Any,
    row: int,
    weight: str | None,
    top: int | None,
    batch: bool,
    paths: int,
) -> "Explained":
    from ..explain import explain as explain_weight
    from ..explain import explain_batch, largest_gradients

    if weight and batch:
        return explain_batch(subject, weight=weight, **known)
    known["row"] = row - 1
    if weight:
        return explain_weight(subject, weight=weight, paths=paths, optimizer=optimizer, **known)
    assert top is not None
    return largest_gradients(subject, top=top, **known)


def _of_row(
    subject: Any,
    known: dict[str, Any],
    row: int,
    by_unit: bool,
    output: str | None,
    method: str | None,
) -> "Explained":
    from ..explain import explain_columns, explain_prediction
    from ..explain.columns import Method

    known.pop("y", None)
    if by_unit:
        return explain_prediction(subject, row=row, **known)
    name = cast(Method, (method or METHODS[0]).replace("-", "_"))
    # Of the example the rows are known; a model brings the means of its own.
    background = known["x"] if "parameters" in known else None
    return explain_columns(
        subject, row=row, output=output, method=name, background=background, **known
    )


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
