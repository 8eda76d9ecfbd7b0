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
    from ..models import load_pipeline
    from ..tables import read_table
    from .writing import write_table

    if output:
        refuse_same([model, table], [output])
    pipeline = load_pipeline(model)
    if keep and table == "-":
        rows, kept = _twice(reading)
    else:
        rows = read_table(table, reading)
        kept = read_table(table, reading, text=True) if keep else rows
    predictions = predicted_columns(pipeline, rows, proba)
    if keep:
        predictions = beside(kept, predictions)
    notes = [] if quiet else [*handled_values(pipeline, rows), score_of(pipeline, rows)]
    write_table(predictions, output)
    for line in filter(None, notes):
        note(line)


def _twice(reading: "ReadOptions") -> tuple["Table", "Table"]:
    """Standard input read as a table, and once more as it is written."""
    import sys
    from tempfile import TemporaryDirectory

    from ..tables import read_table

    with TemporaryDirectory() as folder:
        path = Path(folder) / "standard input"
        path.write_bytes(sys.stdin.buffer.read())
        return read_table(path, reading), read_table(path, reading, text=True)


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
    """The table's own columns as they are written, then the predictions."""
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


def handled_values(pipeline: "Pipeline", rows: "Table") -> list[str]:
    """What training had, too, counted: missing values, categories without an input of their own.

    What training did not have is a warning of the prediction.
    """
    from ..tables.encoder import CategoryEncoder
    from ..tables.words import count

    native = rows.to_native()
    columns = dict(zip(native.column_names, native.columns, strict=True))
    missing, others = [], []
    for column in pipeline.encoder.columns:
        n_missing, n_others = column.handled(columns[column.name])
        if column.missing and n_missing:
            missing.append(f"{column.name} in {count(n_missing, 'row')}")
        if isinstance(column, CategoryEncoder) and column.other and n_others:
            others.append(f"{column.name} in {count(n_others, 'row')}")
    lines = [f"missing values were filled in: {', '.join(missing)}"] if missing else []
    if others:
        lines.append(f"rare or unseen categories were taken as one: {', '.join(others)}")
    return lines
