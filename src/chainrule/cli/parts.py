"""Before a fit on a cluster: the table in partitions, what it holds, and the rows to test on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import click
import numpy as np

from ..cluster.partitions import delayed_partitions
from ..cluster.splitting import numbers_held_out, partition_lengths, split_rows
from ..cluster.table_parts import TableInParts
from ..cluster.tables import as_frame, options_in_parts, table_in_parts, train_table
from ..cluster.workers import Workers
from ..random import check_seed
from ..tables import Pipeline, Schema, Table, read_table
from ..tables.naming import check_columns
from ..tables.read_options import ReadOptions
from ..tables.words import count
from ..typing import IntArray
from .preparation import MIN_ROWS_TO_TEST, HeldOut, made_up_seed, named_columns, show_table

MOST_TESTED = 100_000
"""About how many rows are held out at most: this process holds them, and no others."""


@dataclass(frozen=True)
class PreparationInParts:
    """What a fit on a cluster starts from: as `Preparation`.

    Parameters
    ----------
    source : str
        The table's name.
    parts : TableInParts
        The rows to learn from, encoded on the workers.
    options : mapping
        Those of the training.
    n : int
        All rows of the table.
    share : float
        The share of them that is held out; 0 for none.
    why_no_test : str
        Why no row is, "" where some are.
    reported : float
        The share of the rows to report on: those held out, or else some of those learned from.
    frame : Dask data frame
        The rows to report on.
    test_table : Table, optional
        A table of its own to test on.
    """

    source: str
    parts: TableInParts
    options: Mapping[str, Any]
    n: int
    share: float
    why_no_test: str
    reported: float
    frame: Any
    test_table: Table | None = None

    decoded = scanned = None
    """No table is in memory, or read piece by piece."""

    @property
    def seed(self) -> int:
        """Decides which rows are held out, and the fit."""
        return self.parts.seed

    @property
    def schema(self) -> Schema:
        """What the columns hold."""
        return self.parts.recipe.schema

    @property
    def name(self) -> str:
        """What the table is called, without the folder that it is in."""
        return Path(self.source).name or self.source

    @property
    def which(self) -> str:
        """What the rows to report on are."""
        return "test" if self.share or self.test_table is not None else "training"

    @property
    def test(self) -> IntArray:
        """The numbers of the rows held out."""
        return self.tested_numbers() - 1 if self.share else np.arange(0)

    def data_facts(self) -> dict[str, Any]:
        """What a run says of its data."""
        columns = len(self.schema.columns) + len(self.schema.targets)
        partitions = len(self.parts.lengths)
        known = {"sha256": self.parts.digest, "rows": self.n, "columns": columns}
        return {"source": self.source, **known, "partitions": partitions}

    def show(self, all_columns: bool = False) -> None:
        """Say what was understood, in a few lines or with the name of every column."""
        held_out = f"about {round(self.share * self.n):,} held out to test on"
        if self.test_table is not None:
            held_out = f"{len(self.test_table):,} of another table to test on"
        elif self.why_no_test:
            held_out = f"0 held out to test on ({self.why_no_test})"
        learned = f"{count(self.schema.n_rows, 'row')} to learn from"
        show_table(
            self.source,
            self.n,
            self.schema,
            [
                f"in {count(len(self.parts.lengths), 'partition')}",
                f"{learned}, {held_out}; seed {self.seed}",
            ],
            all_columns,
        )

    def train(self, callbacks: Sequence[Callable[..., Any]]) -> Pipeline:
        """The pipeline; raises as `chainrule.cluster.fit`."""
        return train_table(self.parts, **{**self.options, "callbacks": callbacks})

    def tested(self) -> Table:
        """The rows to report on."""
        return self._held_out if self.test_table is None else self.test_table

    @cached_property
    def _held_out(self) -> Table:
        workers = self.parts.workers
        return read_table(workers.result(lambda: workers.client.compute(self.frame)))

    def tested_numbers(self) -> IntArray:
        """The numbers of these rows in their table, from 1."""
        if self.test_table is not None:
            return np.arange(1, len(self.test_table) + 1)
        return numbers_held_out(self.seed, self.n, self.reported) + 1


def prepare_in_parts(
    connect: Callable[[], Any],
    source: str,
    targets: Sequence[str],
    held_out: HeldOut,
    seed: int | None,
    options: Mapping[str, Any],
    reading: ReadOptions,
) -> PreparationInParts:
    """Look at a table in partitions, and hold rows out by their numbers.

    `connect()` makes a client, after the options are checked.
    """
    if not targets:
        raise click.UsageError("--target is missing: name the column to predict")
    given = dict(options)
    threads = given.pop("threads")
    if threads is not None:
        raise click.UsageError("--cluster and --threads exclude each other: its workers have some")
    whole = as_frame(source)
    columns = [str(name) for name in whole.columns]
    for name in {"drop", "numbers", "categories", "texts"} & given.keys():
        given[name] = named_columns(given[name], columns)
    names = named_columns(targets, columns)
    seed = made_up_seed() if seed is None else check_seed(seed)
    dates = reading.dates if reading.dates in ("dmy", "mdy", "ymd") else None
    chosen = options_in_parts({**given, "decimal": reading.decimal, "dates": dates, "seed": seed})
    test = None if held_out.test is None else read_table(held_out.test, reading)
    if test is not None:
        check_columns(test, names)
    workers = Workers(connect())
    lengths = partition_lengths(workers, whole)
    n = sum(lengths)
    share, why = min(held_out.share, MOST_TESTED / max(n, 1)), ""
    if test is not None:
        share = 0.0
    elif not share:
        why = "as asked for"
    elif n < MIN_ROWS_TO_TEST or not len(numbers_held_out(seed, n, share)):
        share, why = 0.0, f"of {count(n, 'row')} none can be spared"
    training, frame = split_rows(whole, lengths, share, seed)
    reported = share or min(1.0, MOST_TESTED / max(n, 1))
    if not share:
        frame = split_rows(whole, lengths, reported, seed)[1]
    partitions = delayed_partitions("frame", training)
    table, left = table_in_parts(workers, [partitions], [None], names, chosen)
    return PreparationInParts(source, table, left, n, share, why, reported, frame, test)
