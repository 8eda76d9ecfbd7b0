"""What workers compute of one partition of a table: pure functions of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import ChainruleError, DataError
from ..tables import Encoder, Schema
from ..tables.columns import labels_of, number_array, tidy, to_numpy
from ..tables.formats import read_numbers, typed_numbers
from ..tables.frames import table_from_object
from ..tables.levels import declared_levels
from ..tables.row_weights import check_row_weights
from ..tables.target_group import Targets, parts_of
from ..training import class_sample_weight
from ..typing import BoolArray
from .shard_tasks import Rows
from .sharding import row_words

_VALIDATION, _SAMPLE = 1, 3
"""Positions of the words that say which rows are held out, and which are in the sample."""

_MOST_LEVELS = 100_000
"""Levels of a category that are counted: of more, the rarest are given up."""


class Part(NamedTuple):
    """What is known of a partition: its rows, columns with their types, or what is wrong."""

    rows: int
    types: Mapping[str, str]
    digest: str = ""
    error: ChainruleError | None = None


def load(groups: Sequence[Any], names: Sequence[Any], k: int) -> tuple[Any, Part]:
    """A partition as a pyarrow table with tidy columns.

    Parameters
    ----------
    groups : sequence of frame, series or array
        The partition's inputs, and perhaps its targets and weights, side by side.
    names : sequence
        New names for the columns of each group; None keeps those that it has.
    """
    try:
        tables = [_as_table(group, new) for group, new in zip(groups, names, strict=True)]
        lengths = [table.num_rows for table in tables]
        if len(set(lengths)) > 1:
            raise DataError(
                f"partition {k} has {' and '.join(map(str, lengths))} rows in X, y and weights: "
                "they must be cut at the same rows; take all from one collection"
            )
    except ChainruleError as error:
        return None, Part(0, {}, error=error)
    raw = {n: c for t in tables for n, c in zip(t.column_names, t.columns, strict=True)}
    columns = {name: tidy(column) for name, column in raw.items()}
    types = {n: "" if c.null_count == len(c) else str(c.type) for n, c in columns.items()}
    orders = {name: declared_levels(column) for name, column in raw.items()}
    fields = [pa.field(n, c.type, metadata=orders[n]) for n, c in columns.items()]
    whole = pa.table(list(columns.values()), schema=pa.schema(fields))
    return whole, Part(whole.num_rows, types, _digest(whole))


def _as_table(group: Any, names: Any) -> Any:
    if isinstance(group, np.ndarray):
        array = group[:, None] if group.ndim == 1 else group
        return table_from_object(dict(zip(names, array.T, strict=True)))
    if not hasattr(group, "columns"):  # a series
        group = group.to_frame(names[0])
    table = table_from_object(group)
    return table if names is None else table.rename_columns(list(names))


def _digest(table: Any) -> str:
    found = sha256(str(table.schema).encode())
    for batch in table.combine_chunks().to_batches():
        found.update(batch.serialize())
    return found.hexdigest()


def chosen_rows(seed: int, first: int, n: int, share: float, position: int) -> BoolArray:
    """Which of n rows are among a share of all: each is, or is not, by its own number."""
    chosen: BoolArray = row_words(seed, first, n, position) < int(share * 2.0**32)
    return chosen


def held_out_rows(seed: int, first: int, n: int, share: float) -> BoolArray:
    """Which of n rows say when to stop."""
    return chosen_rows(seed, first, n, share, _VALIDATION)


def sampled(
    table: Any, first: int, seed: int, share: float, held_out: float
) -> tuple[Any, BoolArray]:
    """Some rows of a partition, each of the table's with the same chance; which are held out."""
    n = table.num_rows
    rows = np.flatnonzero(chosen_rows(seed, first, n, share, _SAMPLE))
    return table.take(number_array(rows)), held_out_rows(seed, first, n, held_out)[rows]


# --- counts -------------------------------------------------------------------------------------


@dataclass
class Counts:
    """What is counted in all rows that have a target.

    Parameters
    ----------
    rows : int
    missing : Counter
        The missing values of each column, in the rows learned from.
    levels : dict of Counter
        How often each text of a category occurs there.
    labels : dict of Counter
        How often each label of a target occurs in all rows.
    error : ChainruleError, optional
    """

    rows: int
    missing: Counter[str]
    levels: dict[str, Counter[str]]
    labels: dict[str, Counter[Any]]
    error: ChainruleError | None = None


def counted(table: Any, first: int, k: int, schema: Schema, seed: int, held_out: float) -> Counts:
    """The counts of a partition."""
    counts = Counts(0, Counter(), {}, {})
    try:
        values, rows = with_targets(table, schema)
        counts.rows = len(rows)
        for one, column in zip(schema.targets, values, strict=True):
            if one.task == "classification":
                pairs = pc.value_counts(column).to_pylist()
                counts.labels[one.name] = Counter({p["values"]: p["counts"] for p in pairs})
        kept = rows[~held_out_rows(seed, first, table.num_rows, held_out)[rows]]
        for c in schema.features:
            if c.format is not None:
                absent = np.isnan(read_numbers(table[c.name], c.format, c.name))[kept]
                counts.missing[c.name] = int(absent.sum())
                continue
            texts, codes = labels_of(table[c.name])
            n = np.bincount(codes[kept] + 1, minlength=len(texts) + 1).tolist()
            counts.missing[c.name] = n[0]
            if c.kind == "text":
                continue
            levels: Counter[str] = Counter()
            for text, times in zip(texts.to_pylist(), n[1:], strict=True):
                levels[text] += times
            counts.levels[c.name] = +levels
    except ChainruleError as error:
        counts.error = in_partition(error, k)
    return counts


def with_targets(table: Any, schema: Schema) -> tuple[list[Any], Any]:
    """The targets' values in the rows that have all of them, and these rows' numbers."""
    values = [typed_numbers(table[one.name], one.format, one.name) for one in schema.targets]
    valid = np.logical_and.reduce([to_numpy(column.is_valid()) for column in values])
    rows = np.flatnonzero(valid)
    return [column.take(number_array(rows)) for column in values], rows


def in_partition(error: ChainruleError, k: int) -> ChainruleError:
    """The error, with the partition in which it arose."""
    return type(error)(f"partition {k}: {error}")


def added_counts(parts: list[Counts]) -> Counts:
    """Counts of several partitions as one."""
    total = Counts(0, Counter(), {}, {})
    for part in parts:
        total.rows += part.rows
        total.missing.update(part.missing)
        total.error = total.error or part.error
        for mine, theirs in ((total.levels, part.levels), (total.labels, part.labels)):
            for name, counter in theirs.items():
                mine.setdefault(name, Counter()).update(counter)
    for name, levels in total.levels.items():
        if len(levels) > _MOST_LEVELS:
            frequent = sorted(levels.items(), key=lambda item: (-item[1], item[0]))
            total.levels[name] = Counter(dict(frequent[:_MOST_LEVELS]))
    return total


# --- inputs and targets -------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """How rows of a table become inputs, targets and weights.

    Parameters
    ----------
    class_weights : list or None
        What each class of each target counts.
    seed, held_out
        Which rows are held out: a share of all.
    """

    schema: Schema
    encoder: Encoder
    target: Targets
    class_weights: Any
    seed: int
    held_out: float


class Lengths(NamedTuple):
    """The rows of a partition to learn from and those held out, a few of each, or an error."""

    rows: int
    held_out: int
    few: tuple[Rows, Rows] | None = None
    error: ChainruleError | None = None


def encoded(
    table: Any, first: int, recipe: Recipe, k: int
) -> tuple[tuple[Rows, Rows] | None, Lengths]:
    """A partition's rows to learn from, and those held out."""
    try:
        both = encode_rows(table, first, recipe)
    except ChainruleError as error:
        return None, Lengths(0, 0, error=in_partition(error, k))
    few = tuple(tuple(None if a is None else a[:256] for a in part) for part in both)
    return both, Lengths(len(both[0][0]), len(both[1][0]), few)  # type: ignore[arg-type]


def encode_rows(table: Any, first: int, recipe: Recipe) -> tuple[Rows, Rows]:
    """As `encoded`; raises what is wrong."""
    schema, parts = recipe.schema, parts_of(recipe.target)
    values, rows = with_targets(table, schema)
    ys = [target.encode(column) for target, column in zip(parts, values, strict=True)]
    frame = nw.from_native(table.take(number_array(rows)), eager_only=True)
    X, _ = recipe.encoder.inputs(frame)
    y = np.hstack(ys).astype(X.dtype)
    w = None
    if recipe.class_weights is not None or schema.weight is not None:
        w = np.ones(len(y))
        if schema.weight is not None:
            weights = to_numpy(tidy(table[schema.weight]).cast(pa.float64(), safe=False))
            check_row_weights(weights, schema.weight, rows)
            w = weights[rows]
        for one, of_class in zip(ys, recipe.class_weights or (), strict=False):
            if of_class is not None and len(one):
                w = w * class_sample_weight(one, of_class)
        w = w.astype(X.dtype)
    out = held_out_rows(recipe.seed, first, table.num_rows, recipe.held_out)[rows]

    def part(chosen: BoolArray) -> Rows:
        return X[chosen], y[chosen], None if w is None else w[chosen]

    return part(~out), part(out)


def item(pair: Sequence[Any], k: int) -> Any:
    """One of several results of a task."""
    return pair[k]
