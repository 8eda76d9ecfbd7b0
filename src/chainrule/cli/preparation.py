"""Before a fit: the table, what it was understood to hold, and the rows held out."""

from dataclasses import dataclass
from secrets import randbelow
from typing import Any

import click

from ..random import check_seed
from ..tables import TABLES, Encoder, Schema, Table, read_table, split, with_target
from ..tables.read_options import AS_FOUND, ReadOptions
from ..tables.words import count
from .console import indented, results

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
    source : str
        The table's name.
    training, test : narwhals.DataFrame
        The rows that have a target: to learn from, and held out (perhaps none).
    schema : Schema
        What the training rows hold.
    n_without_target : int
        Rows that have none.
    seed : int
        Decides which rows are held out, and the fit.
    why_no_test : str
        Why no row is held out, "" where some are.
    """

    source: str
    training: Table
    test: Table
    schema: Schema
    n_without_target: int
    seed: int
    why_no_test: str = ""

    def show(self) -> None:
        """Say what was understood, in a few lines."""
        console = results()
        n = len(self.training) + len(self.test)
        name = "standard input" if self.source == "-" else self.source
        head = f"{name}: {count(n + self.n_without_target, 'row')}"
        console.print(f"{head}, {len(self.schema.columns) + 1} columns", style="bold")
        lines = self.schema.describe(_MOST_NAMES).splitlines()[1:]
        if self.n_without_target:
            lines.insert(0, f"{count(self.n_without_target, 'row')} without target left out")
        held_out = f"{len(self.test):,} held out to test on"
        why = f" ({self.why_no_test})" if self.why_no_test else ""
        learned = f"{count(len(self.training), 'row')} to learn from"
        for line in [*lines, f"{learned}, {held_out}{why}; seed {self.seed}"]:
            indented(console, line)


def prepare(
    source: str,
    target: str | None,
    test_size: float,
    seed: int | None,
    wishes: dict[str, Any],
    reading: ReadOptions = AS_FOUND,
) -> Preparation:
    """Read a table, hold rows out (by classes, where there are any), and look at the others."""
    if target is None and source in TABLES:
        target = TABLES[source].target
    table = read_table(source, reading)
    if target is None:
        raise click.UsageError(
            "--target is missing: name the column to predict. "
            f"The table has: {', '.join(table.columns)}"
        )
    # What cannot be used is found now, wherever it is, and told by its row in the whole table.
    schema = Schema.fit(table, target, **wishes)
    Encoder.fit(table, schema)
    rows = with_target(table, target)
    seed = randbelow(_SEEDS) if seed is None else check_seed(seed)
    why = "as asked for" if test_size == 0 else ""
    if not why and len(rows) < MIN_ROWS_TO_TEST:
        why = f"of fewer than {MIN_ROWS_TO_TEST} rows none can be spared"
    if why:
        training, test = rows, rows.head(0)
    else:
        stratify = target if schema.task == "classification" else None
        training, test = split(rows, test_size, seed, stratify=stratify)
        schema = Schema.fit(training, target, **wishes)
    return Preparation(source, training, test, schema, len(table) - len(rows), seed, why)
