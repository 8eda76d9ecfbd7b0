"""Before a fit: the table, what it was understood to hold, and the rows held out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import randbelow
from typing import Any

import click

from ..random import check_seed
from ..tables import (
    TABLES,
    DecodedTable,
    Query,
    Schema,
    Table,
    TrainingSet,
    decode_table,
    read_table,
)
from ..tables.columns import number_array
from ..tables.read import take_rows
from ..tables.read_options import AS_FOUND, ReadOptions
from ..tables.scanned import ScannedTable
from ..tables.split import class_numbers, split_by_classes
from ..tables.words import count
from ..typing import IntArray
from .console import indented, results
from .language import in_options
from .sources import Streaming

MIN_ROWS_TO_TEST = 20
"""Of a table with fewer rows none are held out: a few rows say nothing about a model."""

_MOST_NAMES = 8
_SEEDS = 1_000_000
"""Seeds that are made up are below this: short enough to be typed again."""


@dataclass(frozen=True)
class Preparation:
    """What a fit starts from.

    Parameters
    ----------
    source : str or Query
        The table's name.
    decoded : DecodedTable
        The whole table, or the sample of one that is read piece by piece, and what its columns
        hold.
    training, test : ndarray of int
        The rows that have a target: to learn from, and held out (perhaps none).
    seed : int
        Decides which rows are held out, and the fit.
    why_no_test : str
        Why no row is held out, "" where some are.
    scanned : ScannedTable, optional
        The table, if it is read piece by piece.
    """

    source: str | Query
    decoded: DecodedTable
    training: IntArray
    test: IntArray
    seed: int
    why_no_test: str = ""
    scanned: ScannedTable | None = None

    def training_set(self, **options: Any) -> TrainingSet:
        """The rows to learn from, encoded: options as of `TrainingSet.encode`."""
        if self.scanned is not None:
            return self.scanned.training_set(self.training, seed=self.seed, **options)
        return TrainingSet.encode(self.decoded, self.training, seed=self.seed, **options)

    @property
    def schema(self) -> Schema:
        """What the columns of the whole table hold."""
        return self.decoded.schema

    @property
    def name(self) -> str:
        """What the table is called, without the folder that it is in."""
        if isinstance(self.source, Query):
            return self.source.name
        return "standard input" if self.source == "-" else Path(self.source).name or self.source

    def show(self, all_columns: bool = False) -> None:
        """Say what was understood, in a few lines or with the name of every column."""
        console = results()
        name = self.source if isinstance(self.source, str) and self.source != "-" else self.name
        whole = self.decoded.table if self.scanned is None else self.scanned.scan
        head = f"{name}: {count(len(whole), 'row')}"
        console.print(
            f"{head}, {len(self.schema.columns) + len(self.schema.targets)} columns", style="bold"
        )
        lines = self.schema.describe(None if all_columns else _MOST_NAMES).splitlines()[1:]
        if missing := self.schema.n_without_target:
            lines[0] = f"{count(missing, 'row')} without target left out"
        held_out = f"{len(self.test):,} held out to test on"
        why = f" ({self.why_no_test})" if self.why_no_test else ""
        if self.scanned is not None and not self.scanned.is_whole:
            lines.append(f"this was found in a sample of {count(len(self.decoded.table), 'row')}")
        n = len(self.training) if self.scanned is None else self.schema.n_rows - len(self.test)
        learned = f"{count(n, 'row')} to learn from"
        for line in [*lines, f"{learned}, {held_out}{why}; seed {self.seed}"]:
            indented(console, in_options(line))

    def tested(self) -> Table:
        """The rows to report on: those held out, or else those learned from."""
        return take_rows(self.decoded.table, self.test if len(self.test) else self.training)


def prepare(
    source: str | Query,
    targets: Sequence[str],
    test_size: float,
    seed: int | None,
    overrides: dict[str, Any],
    reading: ReadOptions = AS_FOUND,
    streaming: Streaming = Streaming(asked=False),  # noqa: B008 - it is frozen
) -> Preparation:
    """Read a table, look at its columns, and hold rows out (by classes, where there are any)."""
    if not targets and isinstance(source, str) and source in TABLES:
        targets = [TABLES[source].target]
    scan = streaming.scan(source, reading)
    table = read_table(source, reading) if scan is None else scan
    if not targets:
        raise click.UsageError(
            "--target is missing: name the column to predict. "
            f"The table has: {', '.join(table.columns)}"
        )
    targets = _columns(targets, table.columns)
    overrides = {
        name: given if name in ("task", "weight") else _columns(given, table.columns)
        for name, given in overrides.items()
    }
    dates: Any = reading.dates if reading.dates in ("dmy", "mdy", "ymd") else None
    decimal: Any = reading.decimal
    seed = randbelow(_SEEDS) if seed is None else check_seed(seed)
    choices = {"decimal": decimal, "dates": dates, **overrides}
    scanned = None if scan is None else ScannedTable.decode(scan, targets, seed=seed, **choices)
    decoded = decode_table(table, targets, **choices) if scanned is None else scanned.decoded
    rows = decoded.rows
    why = "as asked for" if test_size == 0 else ""
    if not why and len(rows) < MIN_ROWS_TO_TEST:
        why = f"of fewer than {MIN_ROWS_TO_TEST} rows none can be spared"
    if why:
        training, test = rows, rows[:0]
    else:
        classes = [
            class_numbers(decoded.targets[one.name].take(number_array(rows)))
            for one in decoded.schema.targets
            if one.task == "classification"
        ]
        kept, held_out = split_by_classes(len(rows), test_size, seed, classes)
        training, test = rows[kept], rows[held_out]
    return Preparation(source, decoded, training, test, seed, why, scanned)


def _columns(given: Sequence[str], known: Sequence[str]) -> list[str]:
    """Names of columns; one that is none, with commas in it, is several."""
    return [
        part.strip() for name in given for part in ([name] if name in known else name.split(","))
    ]
