"""`chainrule predict` of a table that is read piece by piece."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .console import note, number
from .writing import write_table

if TYPE_CHECKING:
    from ..tables import Pipeline, Scan
    from ..typing import Array


def predict_scan(
    pipeline: "Pipeline",
    scan: "Scan",
    output: Path | None,
    keep: bool,
    quiet: bool,
    columns: Callable[["Array"], Any],
    beside: Callable[[Any, Any], Any],
) -> None:
    """Write the predictions block by block, and say the scores where the targets are there.

    Parameters
    ----------
    pipeline, scan, output, keep, quiet
        As of the command.
    columns : callable
        From the network's outputs to a pyarrow table of predictions.
    beside : callable
        Puts predictions beside the rows' own columns.
    """
    import pyarrow as pa

    from ..tables.scanned_prediction import Blocks, ScoreSums
    from ..tables.target_group import parts_of
    from ..tables.unseen import handled_in_words

    if keep and scan.marks is not None:
        raise click.UsageError(
            "--keep writes the values of a text as they stand in it, which needs the table in "
            "memory: --in-memory, or a table as Parquet"
        )
    has_targets = all(part.name in scan.columns for part in parts_of(pipeline.target))
    sums = ScoreSums(pipeline.target, pipeline.schema.targets) if has_targets else None
    blocks = Blocks(pipeline.run, scan)

    def tables() -> Iterator[Any]:
        for block in blocks:
            if sums is not None and not quiet:
                sums.add(block, scan)
            predictions = columns(block.outputs)
            yield beside(pa.table(block.raw), predictions) if keep else predictions

    write_table(tables(), output)
    if quiet:
        return
    for line in handled_in_words(blocks.unusual):
        note(line)
    for part in sums.parts if sums is not None else ():
        if part.n:
            metric, scores = part.target.metrics[0], part.scores()
            guess = number(scores[f"baseline_{metric}"])
            name = f"{part.target.name}: " if len(sums.parts) > 1 else ""  # type: ignore[union-attr]
            note(
                f"{name}{metric.replace('_', ' ')} {number(scores[metric])} on {part.n:,} rows; "
                f"the trivial guess gives {guess}"
            )
