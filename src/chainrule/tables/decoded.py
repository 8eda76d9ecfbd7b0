"""A table with what its columns were found to mean: looked at once, and handed on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError, InvalidTypeError, InvalidValueError
from ..typing import Array, IntArray
from .column_schema import ColumnSchema, describe_column
from .columns import Labels, as_numbers, as_texts, to_numpy
from .dates import Order
from .formats import typed_numbers
from .frames import check_readable
from .meaning import Column, Kind, find_columns
from .numerals import Decimal
from .read import Table, read_table
from .schema import Schema, check_columns
from .task import Task, decide_task
from .words import count

MIN_ROWS = 4
"""Fewer rows with a target cannot be learned from."""

Values = Array | Labels
"""Numbers, nan where missing; or different texts, and each row's place in them."""


@dataclass(frozen=True)
class DecodedTable:
    """A table, and what its columns were found to mean.

    Attributes
    ----------
    table : narwhals.DataFrame
        As it was read.
    schema : Schema
    features : dict
        Of each column to learn from: its numbers as float64, nan where missing; or its different
        texts and each row's place in them, -1 where missing.
    target : pyarrow array
        Integers, floats, texts or booleans; null where missing.
    weight : ndarray or None
        What each row counts, by its column.
    """

    table: Table
    schema: Schema
    features: dict[str, Values]
    target: Any
    weight: Array | None = None

    @property
    def rows(self) -> IntArray:
        """The numbers of the rows that have a target."""
        return np.flatnonzero(to_numpy(self.target.is_valid()))


def decode_table(
    frame: Any,
    target: str,
    *,
    task: str | None = None,
    numbers: Iterable[str] = (),
    categories: Iterable[str] = (),
    drop: Iterable[str] = (),
    weight: str | None = None,
    decimal: Decimal = "",
    dates: Order | Literal[""] = "",
) -> DecodedTable:
    """Find out what a table holds, and keep what was read; otherwise as `Schema.fit`."""
    for name, given in (("numbers", numbers), ("categories", categories), ("drop", drop)):
        if not isinstance(given, Iterable):
            raise InvalidTypeError(f"{name} (={given!r}) must be names of columns")
    table = read_table(frame, lenient=True)
    overrides = _overrides({"number": numbers, "category": categories, "left out": drop}, target)
    if weight is not None:
        overrides = {**overrides, **_overrides({"number": [weight]}, target)}
    check_columns(table, [target, *overrides])
    native = table.to_native()
    for name in native.column_names:
        if overrides.get(name) != "left out":
            check_readable(native, name)
    by_task = {"classification": "category", "regression": "number"}
    found = find_columns(
        {
            name: column
            for name, column in zip(native.column_names, native.columns, strict=True)
            if overrides.get(name) != "left out"
        },
        {**overrides, target: by_task.get(task or "", "")},
        decimal=decimal,
        dates=dates,
        from_text=b"chainrule.text" in (native.schema.metadata or {}),
    )
    whole = found[target]
    _refuse_strays(whole, task)
    values = typed_numbers(whole.values, whole.format, target)
    decided, why = decide_task(target, values, task)
    columns = tuple(
        _weights(found[name])
        if name == weight
        else describe_column(found[name], overrides.get(name))
        if name in found
        else ColumnSchema(name, "left out", 0, None, "as asked for")
        for name in native.column_names
        if name != target
    )
    _check_target(values.drop_null(), target, decided)
    if all(c.kind == "left out" for c in columns):
        reasons = "; ".join(f"{c.name}: {c.reason}" for c in columns) or "there is no other"
        raise DataError(f"no column is left to predict {target!r} from ({reasons})")
    missing = values.null_count
    schema = Schema(
        columns, target, decided, why, len(values) - missing, missing, whole.format, weight
    )
    features: dict[str, Values] = {
        c.name: found[c.name].labels if c.kind == "category" else found[c.name].numbers
        for c in schema.features
    }
    weights = None if weight is None else found[weight].numbers
    return DecodedTable(table, schema, features, values, weights)


def _overrides(overrides: Mapping[Any, Iterable[str]], target: str) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for kind, names in overrides.items():
        for name in [names] if isinstance(names, str) else names:
            if name == target:
                raise InvalidValueError(f"{name!r} is the target and cannot be {kind}, too")
            if kinds.setdefault(name, kind) != kind:
                raise InvalidValueError(f"column {name!r} cannot be both {kinds[name]} and {kind}")
    return kinds


def _weights(column: Column) -> ColumnSchema:
    n_missing = int(np.isnan(column.numbers).sum())
    return ColumnSchema(column.name, "left out", n_missing, None, "it says what each row counts")


def _refuse_strays(target: Column, task: str | None) -> None:
    """Raise if a target of numbers has texts in it, unless all its values are to be labels."""
    strays = target.strays
    if strays is None or task == "classification":
        return
    others = f"{strays.n_values - strays.rows:,} other values are numbers"
    more = f" (and {strays.rows - 1:,} more rows)" if strays.rows > 1 else ""
    raise DataError(
        f"column {target.name!r}, row {strays.first_row + 1}: {strays.first!r} is no number{more}, "
        f"but the target's {others}; correct it, leave it empty to leave out the row, or take all "
        "values as labels by task='classification' (--task classification)"
    )


def _check_target(values: Any, name: str, task: Task) -> None:
    n = len(values)
    if n == 0:
        raise DataError(f"target {name!r} is missing in every row")
    if n < MIN_ROWS:
        raise DataError(
            f"{count(n, 'row')} with a target; at least {MIN_ROWS} are needed to learn from"
        )
    if task == "regression" or values.type == pa.float64():
        numbers = as_numbers(values, name)
    if task == "regression":
        if np.ptp(numbers) == 0:
            raise DataError(f"target {name!r} is always {numbers[0]:g}; there is nothing to learn")
        return
    texts = as_texts(values)
    n_classes = pc.count_distinct(texts).as_py()
    if n_classes == 1:
        raise DataError(
            f"target {name!r} has one class, {values[0].as_py()!r}; at least two are needed"
        )
    if 2 * n_classes > n and n_classes > 2:
        raise DataError(
            f"target {name!r} has {n_classes} classes in {n} rows; on average a class must occur "
            "at least twice"
        )
