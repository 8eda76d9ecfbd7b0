"""Before a fit: the table, what it was understood to hold, and the rows held out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import randbelow
from typing import Any

import click
import numpy as np

from ..evaluation.folds import hold_out
from ..random import check_seed
from ..runs import data_hash
from ..tables import TABLES, DecodedTable, Query, Schema, Table, decode_table, read_table
from ..tables.naming import check_columns
from ..tables.read import take_rows
from ..tables.read_options import AS_FOUND, ReadOptions
from ..tables.scanned import ScannedTable
from ..tables.words import count
from ..typing import IntArray
from .console import indented, results
from .language import in_options
from .sources import Streaming

MIN_ROWS_TO_TEST = 20
"""Of a table with fewer rows none are held out: a few rows say nothing about a model."""

_AS_GIVEN = ("task", "ordered", "weight")
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
    how_held_out : str
        What kept them apart, in words: "the last by day"; "" for chance.
    test_table, validation_table : Table, optional
        Tables of their own to test on, and to say when to stop.
    scanned : ScannedTable, optional
        The table, if it is read piece by piece.
    """

    source: str | Query
    decoded: DecodedTable
    training: IntArray
    test: IntArray
    seed: int
    why_no_test: str = ""
    how_held_out: str = ""
    test_table: Table | None = None
    validation_table: Table | None = None
    scanned: ScannedTable | None = None

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

    @property
    def _whole(self) -> Any:
        return self.decoded.table if self.scanned is None else self.scanned.scan

    def data_facts(self) -> dict[str, Any]:
        """What a run says of its data."""
        return {
            "source": str(self.source),
            "sha256": data_hash(self.source, self.decoded.table),
            "rows": len(self._whole),
            "columns": len(self._whole.columns),
        }

    def show(self, all_columns: bool = False) -> None:
        """Say what was understood, in a few lines or with the name of every column."""
        name = self.source if isinstance(self.source, str) and self.source != "-" else self.name
        lines = []
        held_out = f"{len(self.test):,} held out to test on"
        if self.test_table is not None:
            held_out = f"{len(self.test_table):,} of another table to test on"
        if self.validation_table is not None:
            held_out += f", {len(self.validation_table):,} of another to see when to stop"
        said = self.why_no_test or self.how_held_out
        why = f" ({said})" if said else ""
        if self.scanned is not None and not self.scanned.is_whole:
            lines.append(f"this was found in a sample of {count(len(self.decoded.table), 'row')}")
        n = len(self.training) if self.scanned is None else self.schema.n_rows - len(self.test)
        learned = f"{count(n, 'row')} to learn from"
        lines.append(f"{learned}, {held_out}{why}; seed {self.seed}")
        show_table(name, len(self._whole), self.schema, lines, all_columns)

    @property
    def which(self) -> str:
        """What the rows to report on are."""
        held_out = len(self.test) or self.test_table is not None
        return "test" if held_out else "training"

    def tested(self) -> Table:
        """The rows to report on: those held out, or else those learned from."""
        if self.test_table is not None:
            return self.test_table
        return take_rows(self.decoded.table, self.test if len(self.test) else self.training)

    def tested_numbers(self) -> IntArray:
        """The numbers of these rows in their table, from 1."""
        if self.test_table is not None:
            return np.arange(1, len(self.test_table) + 1)
        rows = self.test if len(self.test) else self.training
        return (rows if self.scanned is None else self.scanned.sampled[rows]) + 1


def show_table(
    name: Any, rows: int, schema: Schema, further: Sequence[str], all_columns: bool
) -> None:
    """What a table was understood to hold, and further lines."""
    console = results()
    n_columns = len(schema.columns) + len(schema.targets)
    console.print(f"{name}: {count(rows, 'row')}, {n_columns} columns", style="bold")
    lines = schema.describe(None if all_columns else _MOST_NAMES).splitlines()[1:]
    if missing := schema.n_without_target:
        lines[0] = f"{count(missing, 'row')} without target left out"
    for line in [*lines, *further]:
        indented(console, in_options(line))


@dataclass(frozen=True)
class HeldOut:
    """How rows are held out to test on.

    Parameters
    ----------
    share : float
        0 for none.
    group, time : str, optional
        Columns: whole groups, or the last in time.
    test, validation : str, optional
        Tables of their own to test on, and to say when to stop.
    """

    share: float
    group: str | None = None
    time: str | None = None
    test: str | None = None
    validation: str | None = None

    def check_streaming(self) -> None:
        """Raise a usage error where rows are to be held out as no table read by pieces can be."""
        asked = {
            "--group": self.group,
            "--time": self.time,
            "--test": self.test,
            "--val": self.validation,
        }
        if given := [option for option, value in asked.items() if value is not None]:
            raise click.UsageError(
                f"{given[0]} needs the table in memory (--in-memory), not piece by piece"
            )


def read_with_target(
    source: str | Query, targets: Sequence[str], reading: ReadOptions = AS_FOUND
) -> tuple[Table, list[str]]:
    """A table, and the names of its targets; a built-in table has one of its own."""
    table = read_table(source, reading)
    return table, _targets_of(source, targets, table.columns)


def _targets_of(source: str | Query, targets: Sequence[str], columns: list[str]) -> list[str]:
    if not targets and isinstance(source, str) and source in TABLES:
        targets = [TABLES[source].target]
    if not targets:
        raise click.UsageError(
            f"--target is missing: name the column to predict. The table has: {', '.join(columns)}"
        )
    return named_columns(targets, columns)


def prepare(
    source: str | Query,
    targets: Sequence[str],
    held_out: HeldOut | float,
    seed: int | None,
    overrides: dict[str, Any],
    reading: ReadOptions = AS_FOUND,
    streaming: Streaming = Streaming(asked=False),  # noqa: B008 - it is frozen
) -> Preparation:
    """Read a table, look at its columns, and hold rows out: a share is held out by classes."""
    if not isinstance(held_out, HeldOut):
        held_out = HeldOut(held_out)
    scan = streaming.scan(source, reading)
    table = read_table(source, reading) if scan is None else scan
    targets = _targets_of(source, targets, table.columns)
    named: dict[str, Any] = {
        name: given if name in _AS_GIVEN else named_columns(given, table.columns)
        for name, given in overrides.items()
    }
    if held_out.group is not None:
        named["drop"] = [*named.get("drop", ()), held_out.group]
    dates: Any = reading.dates if reading.dates in ("dmy", "mdy", "ymd") else None
    decimal: Any = reading.decimal
    seed = made_up_seed() if seed is None else check_seed(seed)
    choices = {"decimal": decimal, "dates": dates, **named}
    scanned = None
    if scan is not None:
        held_out.check_streaming()
        scanned = ScannedTable.decode(scan, targets, seed=seed, **choices)
    decoded = decode_table(table, targets, **choices) if scanned is None else scanned.decoded
    rows = decoded.rows
    tested, validation = (
        None if path is None else read_table(path, reading)
        for path in (held_out.test, held_out.validation)
    )
    needed = [c.name for c in decoded.schema.features] + [t.name for t in decoded.schema.targets]
    for other in (tested, validation):
        if other is not None:
            check_columns(other, needed)
    why = "as asked for" if held_out.share == 0 and held_out.test is None else ""
    if not why and held_out.test is None and len(rows) < MIN_ROWS_TO_TEST:
        why = f"of fewer than {MIN_ROWS_TO_TEST} rows none can be spared"
    if why or held_out.test is not None:
        training, test = rows, rows[:0]
    else:
        training, test = hold_out(
            decoded, rows, held_out.share, seed, group=held_out.group, time=held_out.time
        )
    how = ""
    if len(test):
        how = f"the last by {held_out.time}" if held_out.time else how
        how = f"whole groups of {held_out.group}" if held_out.group else how
    return Preparation(source, decoded, training, test, seed, why, how, tested, validation, scanned)


def named_columns(given: Sequence[str], known: Sequence[str]) -> list[str]:
    """Names of columns; one that is none, with commas in it, is several."""
    return [
        part.strip() for name in given for part in ([name] if name in known else name.split(","))
    ]


def made_up_seed() -> int:
    """A seed where none is given."""
    return randbelow(_SEEDS)
