"""A table in partitions: looked at once, and encoded where it lies."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import DataError, require_number
from ..plan import Data
from ..random import check_seed
from ..tables import ClassTarget, Encoder, Schema, decode_table
from ..tables.class_weights import weights_by_target
from ..tables.column_encoders import MAX_LEVELS, MIN_COUNT, CategoryEncoder, ColumnEncoder
from ..tables.target import Target, fit_target
from ..tables.target_group import Targets, join_targets
from ..tables.training_set import MIN_ROWS_TO_VALIDATE
from . import table_tasks as tasks
from .partitions import say_empty
from .sharding import join
from .table_tasks import Counts, Lengths, Part, Recipe
from .workers import Workers

SAMPLE = 1 << 16
"""About so many rows say what the columns hold; a table that has no more is looked at whole."""

MOST_HELD_OUT = 100_000
"""More rows need not be evaluated after each epoch."""

_NUMBERS = {"int64", "double"}


class TableInParts:
    """Rows of a table as inputs and targets on the workers: a `Source` of a fit.

    One pass over the partitions gives a seeded sample, which says what the columns hold, their
    medians and quartiles; another over the same partitions in memory counts levels, labels and
    missing values in all rows.

    Parameters
    ----------
    workers : Workers
    groups : sequence of lists of delayed
        The partitions of the inputs, and perhaps those of targets and weights.
    names : sequence
        The names of the columns of each group; None where it has its own.
    target : str or sequence of str
    choices : mapping
        The arguments of `Schema.fit`.
    class_weight, validation_fraction, seed
        As in `Pipeline.fit`.
    """

    dtype = np.float32

    def __init__(
        self,
        workers: Workers,
        groups: Sequence[list[Any]],
        names: Sequence[Any],
        target: Any,
        choices: Mapping[str, Any],
        *,
        class_weight: Any = None,
        validation_fraction: float = 0.1,
        seed: int | None = None,
    ) -> None:
        require_number("validation_fraction", validation_fraction, at_least=0, below=1)
        self.workers, self.groups, self.names = workers, groups, names
        self.seed = check_seed(seed)
        self.tables: list[Any] = []
        self.encoded: list[Any] = []
        parts: list[Part] = workers.result(self.look)
        self.types = common_types(parts)
        self.digests = [part.digest for part in parts]
        self.firsts = np.cumsum([0, *(part.rows for part in parts)])[:-1].tolist()
        n = sum(part.rows for part in parts)
        held_out = validation_fraction if n >= MIN_ROWS_TO_VALIDATE else 0.0
        held_out = min(held_out, MOST_HELD_OUT / n)
        schema, encoder, targets = self.understand(target, choices, held_out, n)
        weights = weights_by_target(class_weight, targets)
        self.recipe = Recipe(schema, encoder, targets, weights, self.seed, held_out)
        found: list[Lengths] = workers.result(self.encode)
        for lengths in found:
            if lengths.error is not None:
                raise lengths.error
        self.lengths = [lengths.rows for lengths in found]
        self.held_out = [lengths.held_out for lengths in found]
        few = [lengths.few for lengths in found if lengths.few is not None]
        self.sample = Data(*next(own for own, _ in few if len(own[0])))
        self.few_held_out = next((out for _, out in few if len(out[0])), None)

    @property
    def n(self) -> int:
        """The rows to learn from."""
        return sum(self.lengths)

    def in_words(self) -> str:
        """The rows as what a checkpoint belongs to."""
        return f"{self.n} of a table in {len(self.lengths)} partitions, sha256 {self.digest}"

    @property
    def digest(self) -> str:
        """SHA-256 of all partitions."""
        return sha256("\n".join(self.digests).encode()).hexdigest()

    # --- tasks --------------------------------------------------------------------------------

    def look(self) -> list[Any]:
        """Begin to load the partitions; what is known of each."""
        rows = self.workers.compute(self.groups)
        names = [list(self.names)] * len(rows)
        both = self.workers.map("load", tasks.load, rows, names, range(len(rows)))
        self.tables = self.workers.map("table", tasks.item, both, k=0)
        return self.workers.map("part", tasks.item, both, k=1)

    def loaded(self) -> list[Any]:
        """Futures of the partitions' tables, loaded anew if some are lost."""
        if not self.tables or not self.workers.alive(self.tables):
            self.workers.wait(self.look())
        return self.tables

    def samples(self, share: float, held_out: float) -> list[Any]:
        """Tasks that draw the sample."""
        how = {"seed": self.seed, "share": share, "held_out": held_out}
        return self.workers.map("sample", tasks.sampled, self.loaded(), self.firsts, **how)

    def counts(self, schema: Schema, held_out: float) -> Any:
        """The task whose result are the counts of all partitions."""
        how = {"schema": schema, "seed": self.seed, "held_out": held_out}
        numbers = range(len(self.firsts))
        own = self.workers.map("count", tasks.counted, self.loaded(), self.firsts, numbers, **how)
        return self.workers.tree("counts", tasks.added_counts, own)

    def encode(self) -> list[Any]:
        """Begin to encode the partitions; how many rows each gives."""
        numbers = range(len(self.firsts))
        both = self.workers.map(
            "encode", tasks.encoded, self.loaded(), self.firsts, [self.recipe] * len(numbers),
            numbers,
        )  # fmt: skip
        self.encoded = self.workers.map("encoded", tasks.item, both, k=0)
        return self.workers.map("lengths", tasks.item, both, k=1)

    def take(self) -> list[Any]:
        """Futures of the rows to learn from; whoever has them keeps what they are made of."""
        rows = self.workers.map("learn", tasks.item, self.ready(), k=0)
        if self.few_held_out is None:
            self.encoded = []
        return rows

    def validation(self) -> Any:
        """The future of the rows held out, which is asked for after those to learn from."""
        filled = [e for e, n in zip(self.ready(), self.held_out, strict=True) if n]
        self.encoded = []
        return self.workers.submit("held-out", join, self.workers.map("v", tasks.item, filled, k=1))

    def ready(self) -> list[Any]:
        """Futures of the encoded partitions, made anew once they were taken or lost."""
        if not self.encoded or not self.workers.alive(self.encoded):
            self.workers.wait(self.encode())
        encoded, self.tables = self.encoded, []
        return encoded

    # --- what the columns hold ----------------------------------------------------------------

    def understand(
        self, target: Any, choices: Mapping[str, Any], held_out: float, n: int
    ) -> tuple[Schema, Encoder, Targets]:
        """Schema, encoder and target of the whole table."""
        share = min(1.0, SAMPLE / n)
        pairs = self.workers.result(lambda: self.samples(share, held_out))
        table = joined([table for table, _ in pairs], self.types)
        out = np.concatenate([held for _, held in pairs])
        decoded = decode_table(table, target, **choices)
        kept = decoded.rows[~out[decoded.rows]]
        counts: Counts = self.workers.result(lambda: self.counts(decoded.schema, held_out))
        if counts.error is not None:
            raise counts.error
        columns = tuple(with_counts(c, counts) for c in Encoder.fit(decoded, kept).columns)
        encoder = Encoder(columns)
        means = encoder.encode(decoded, kept).mean(axis=0, dtype=np.float64)
        encoder = replace(encoder, means=tuple(means.tolist()))
        targets: list[Target] = []
        for one in decoded.schema.targets:
            values = decoded.targets[one.name].take(pa.array(kept))
            if one.task == "classification":
                targets.append(labels_target(one.name, counts.labels[one.name]))
            else:
                targets.append(fit_target(values, one.name, one.task, one.format))
        schema = replace(decoded.schema, n_rows=counts.rows, n_without_target=n - counts.rows)
        return schema, encoder, join_targets(targets)


def with_counts(column: ColumnEncoder, counts: Counts) -> ColumnEncoder:
    """A column's encoder, with the levels and missing values of all rows."""
    missing = counts.missing[column.name] > 0
    if not isinstance(column, CategoryEncoder):
        return replace(column, missing=missing)
    levels = counts.levels[column.name]
    ordered = sorted(levels.items(), key=lambda pair: (-pair[1], pair[0]))
    frequent = [level for level, n in ordered[:MAX_LEVELS] if n >= MIN_COUNT]
    return CategoryEncoder(
        column.name, tuple(sorted(frequent)), len(frequent) < len(levels), missing
    )


def labels_target(name: str, counts: Mapping[Any, int]) -> ClassTarget:
    """The target with the labels of all rows, and how often each occurs."""
    labels = pa.array([*counts])
    target = ClassTarget.fit(labels, name)
    n = np.bincount(target.numbers(labels), weights=[*counts.values()], minlength=target.n_out)
    return replace(target, counts=tuple(n.astype(int).tolist()))


def joined(tables: Sequence[Any], types: Mapping[str, str]) -> Any:
    """The samples of all partitions as one table, in columns of the common types."""
    columns, fields = [], []
    for name in types:
        chunks = []
        for table in tables:
            column = table[name]
            if column.null_count == len(column):
                column = pa.chunked_array([pa.nulls(len(column), _type_of(tables, name))])
            chunks += column.cast(_type_of(tables, name)).chunks
        columns.append(pa.chunked_array(chunks, _type_of(tables, name)))
        metadata = tables[0].schema.field(name).metadata
        fields.append(pa.field(name, columns[-1].type, metadata=metadata))
    return pa.table(columns, schema=pa.schema(fields))


def _type_of(tables: Sequence[Any], name: str) -> Any:
    """The common type of a column: floats where some partition has floats."""
    kinds = [t[name].type for t in tables if t[name].null_count < len(t[name])]
    if not kinds:
        return tables[0][name].type
    return pa.float64() if pa.float64() in kinds else kinds[0]


def common_types(parts: Sequence[Part]) -> dict[str, str]:
    """The columns of all partitions with their types.

    Raises
    ------
    DataError
        If a partition has other columns or types than the ones before; the message names it.
    """
    types: dict[str, str] = {}
    where: dict[str, int] = {}
    for k, part in enumerate(parts):
        if part.error is not None:
            raise part.error
        if k and set(part.types) != set(types):
            lacking = sorted(set(types) - set(part.types))
            added = sorted(set(part.types) - set(types))
            told = [f"has no column {name!r}" for name in lacking[:1]]
            told += [f"has a column {name!r} that partition 0 has not" for name in added[:1]]
            raise DataError(
                f"partition {k} {' and '.join(told)}: all must have the same columns; write them "
                "with one schema"
            )
        for name, kind in part.types.items():
            before = types.setdefault(name, kind)
            if before == kind or not kind:
                continue
            if not before or {before, kind} == _NUMBERS:
                types[name], where[name] = kind if not before else "double", where.get(name, k)
                continue
            raise DataError(
                f"column {name!r} holds {kind} in partition {k}, but {before} in partition "
                f"{where.get(name, 0)}; convert one of them"
            )
    say_empty([part.rows for part in parts])
    return types
