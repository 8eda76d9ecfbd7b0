"""`chainrule predict`: a model file and a table in, predictions out."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .console import note
from .options import file_to_write, reading_options, refuse_same

if TYPE_CHECKING:
    from ..tables import Pipeline, ReadOptions, Table


@click.command()
@click.argument("model")
@click.argument("table")
@click.option(
    "--output",
    "-o",
    metavar="OUT",
    callback=file_to_write(".csv", ".parquet", stdout=True),
    help="Where to write: a .csv or .parquet file; - or nothing writes CSV to stdout.",
)
@click.option("--proba", is_flag=True, help="Write the probability of each class, too.")
@click.option("--keep", is_flag=True, help="Write the columns of the table before the predictions.")
@reading_options
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but warnings and errors.")
def predict(
    model: str,
    table: str,
    output: Path | None,
    proba: bool,
    keep: bool,
    quiet: bool,
    reading: "ReadOptions",
) -> None:
    """Predict the rows of a table with a saved model.

    MODEL is a file that chainrule fit wrote. TABLE is whatever fit reads, with the columns
    that the model learned from, in any order.

    The predictions are in the column "prediction", the probabilities in "probability of CLASS". If
    the table has the target column, the score is said on stderr.
    """
    from ..models import load_model
    from ..tables import read_table
    from .writing import write_table

    if output:
        refuse_same([model, table], [output])
    pipeline = load_model(model)
    rows = read_table(table, reading)
    predictions = predicted_columns(pipeline, rows, proba)
    if keep:
        predictions = beside(rows, predictions)
    notes = [] if quiet else [*accustomed(pipeline, rows), score_of(pipeline, rows)]
    write_table(predictions, output)
    for line in filter(None, notes):
        note(line)


def predicted_columns(pipeline: "Pipeline", rows: "Table", proba: bool) -> Any:
    """A pyarrow table: the predictions, and with `proba` the probabilities of the classes."""
    from .writing import as_table

    shares = pipeline.predict_proba(rows) if proba else None
    columns = {"prediction": pipeline.predict(rows)}
    if shares is not None:
        names = [f"probability of {label}" for label in pipeline.classes]
        columns.update(zip(names, shares.T, strict=True))
    return as_table(columns)


def beside(rows: "Table", predictions: Any) -> Any:
    """The table's own columns, then the predictions."""
    both = rows.to_native()
    taken = [name for name in predictions.column_names if name in both.column_names]
    if taken:
        raise click.UsageError(f"--keep: the table has a column {taken[0]!r} of its own; rename it")
    for name in predictions.column_names:
        both = both.append_column(name, predictions[name])
    return both


def score_of(pipeline: "Pipeline", rows: "Table") -> str:
    """The score in words, or "" where the table has no target."""
    target = pipeline.target
    if target.name not in rows.columns or rows[target.name].is_null().all():
        return ""
    from .report import headline

    return headline(pipeline, pipeline.evaluate(rows), target.metrics[0])


def accustomed(pipeline: "Pipeline", rows: "Table") -> list[str]:
    """What training had, too, counted: missing values, categories without an input of their own.

    What training did not have is a warning of the prediction.
    """
    import pyarrow.compute as pc

    from ..tables.columns import as_texts, text_array
    from ..tables.encoder import CategoryEncoder
    from ..tables.words import count

    missing, others = [], []
    for column in pipeline.encoder.columns:
        values = rows.to_native()[column.name]
        if column.missing and values.null_count:
            missing.append(f"{column.name} in {count(values.null_count, 'row')}")
        if isinstance(column, CategoryEncoder) and column.other:
            listed = pc.is_in(as_texts(values), text_array(column.levels))
            n = len(values) - values.null_count - (pc.sum(listed).as_py() or 0)
            others += [f"{column.name} in {count(n, 'row')}"] if n else []
    lines = [f"missing values were filled in: {', '.join(missing)}"] if missing else []
    if others:
        lines.append(f"rare or unseen categories were taken as one: {', '.join(others)}")
    return lines
