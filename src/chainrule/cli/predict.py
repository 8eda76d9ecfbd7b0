"""`chainrule predict`: a model file and a table in, predictions out."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import DataError
from .clusters import cluster_options, predict_on_cluster
from .console import note
from .options import file_to_write, reading_options, refuse_same
from .sources import Streaming, paths_in, stream_options, table_argument

if TYPE_CHECKING:
    from ..tables import Pipeline, Query, ReadOptions, Table
    from ..tables.target_group import Targets
    from ..typing import Array


@click.command()
@click.argument("model")
@table_argument
@click.option(
    "--output",
    "-o",
    metavar="OUT",
    callback=file_to_write(".csv", ".parquet", stdout=True),
    help="Where to write: a .csv or .parquet file; - or nothing writes CSV to stdout.",
)
@click.option("--proba", is_flag=True, help="Write the probability of each class, too.")
@click.option("--keep", is_flag=True, help="Write the columns of the table before the predictions.")
@stream_options()
@reading_options
@cluster_options(partitions=True)
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but warnings and errors.")
def predict(
    model: str,
    table: "str | Query",
    output: Path | None,
    proba: bool,
    keep: bool,
    quiet: bool,
    reading: "ReadOptions",
    streaming: Streaming,
    cluster: tuple[str, int | None] | None,
) -> None:
    """Predict the rows of a table with a saved model.

    MODEL is a file that chainrule fit wrote. TABLE is whatever fit reads, with the columns
    that the model learned from, in any order.

    The predictions are in the column "prediction", the probabilities in "probability of CLASS"; of
    several targets in "prediction of TARGET" and "probability of TARGET = CLASS". If the table has
    the target column, the score is said on stderr.

    \b
    chainrule predict penguins.model new.csv --proba -o predictions.csv
    """  # noqa: D301 - click's mark for lines that stay apart
    from ..models import load_pipeline
    from ..tables import read_table
    from ..tables.unseen import handled_in_words
    from .streamed_predict import predict_scan
    from .writing import write_table

    if output:
        refuse_same([model, *paths_in(table)], [output])
    pipeline = load_pipeline(model)
    if cluster is not None:
        others = {"--keep": keep or None, "--stream": streaming.asked}
        if given := [option for option, value in others.items() if value is not None]:
            raise click.UsageError(f"--cluster and {given[0]} exclude each other")
        for line in predict_on_cluster(cluster, pipeline, str(table), output, proba):
            if not quiet:
                note(line)
        return
    if (scan := streaming.scan(table, reading)) is not None:
        predict_scan(
            pipeline, scan, output, keep, quiet,
            lambda a: predicted_columns(pipeline.target, a, proba), beside,
        )  # fmt: skip
        return
    if not isinstance(table, str):
        rows = kept = read_table(table)  # a query is run once
    elif keep and table == "-":
        rows, kept = _twice(reading)
    else:
        rows = read_table(table, reading)
        kept = read_table(table, reading, text=True) if keep else rows
    outputs, unusual = pipeline.run(rows)
    predictions = predicted_columns(pipeline.target, outputs, proba)
    if keep:
        predictions = beside(kept, predictions)
    notes = [] if quiet else [*handled_in_words(unusual), *scores_of(pipeline, rows, outputs)]
    write_table(predictions, output)
    for line in notes:
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


def predicted_columns(target: "Targets", outputs: "Array", proba: bool) -> Any:
    """A pyarrow table: the predictions, and with `proba` the probabilities of the classes."""
    from ..tables import ClassTarget, TargetGroup
    from ..tables.target_group import parts_of, split_outputs
    from .writing import as_table

    parts = list(zip(parts_of(target), split_outputs(target, outputs), strict=True))
    several = isinstance(target, TargetGroup)
    columns = {
        f"prediction of {part.name}" if several else "prediction": part.predictions(a)
        for part, a in parts
    }
    labelled = [(part, a) for part, a in parts if isinstance(part, ClassTarget)]
    if proba and not labelled:
        raise DataError(
            f"--proba: {target.name!r} is a quantity: a regression has no classes or "
            "probabilities; leave --proba out"
        )
    for part, a in labelled if proba else []:
        own = part.output_names if several else part.labels
        columns.update((f"probability of {name}", a[:, j]) for j, name in enumerate(own))
    return as_table(columns)


def beside(rows: Any, predictions: Any) -> Any:
    """The table's own columns as they are written, then the predictions."""
    both = rows if hasattr(rows, "append_column") else rows.to_native()
    taken = [name for name in predictions.column_names if name in both.column_names]
    if taken:
        raise click.UsageError(f"--keep: the table has a column {taken[0]!r} of its own; rename it")
    for name in predictions.column_names:
        both = both.append_column(name, predictions[name])
    return both


def scores_of(pipeline: "Pipeline", rows: "Table", outputs: "Array") -> list[str]:
    """The score of each target in words, where the table has it."""
    from ..evaluation.evaluate import evaluated, metrics_of
    from ..tables.scoring import judge
    from ..tables.target_group import parts_of
    from .report import headline

    targets, schemas, columns = pipeline.target, pipeline.schema.targets, rows.columns
    known = [
        part.name
        for part in parts_of(targets)
        if part.name in columns and not rows[part.name].is_null().all()
    ]
    judged = judge(targets, schemas, rows, outputs, known)
    heads = [metrics[:1] for metrics in metrics_of(None, [one.target for one in judged])]
    evaluation = evaluated(judged, heads, resamples=0)
    return [
        (f"{one.name}: " if len(schemas) > 1 else "") + headline(one) for one in evaluation.targets
    ]
