"""What a table holds: which columns are numbers, which are categories, which are of no use."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ..errors import (
    DataError,
    InvalidValueError,
    items_of,
    require_choice,
    require_text,
)
from ..registry import nearest
from ..typing import Array, IntArray
from .column_schema import ColumnSchema, describe_column
from .columns import Labels, to_numpy
from .dates import Order
from .fields import check_fields
from .formats import Format, format_from_dict, format_to_dict, typed_numbers
from .frames import check_readable
from .meaning import Column, Kind, find_columns
from .numerals import Decimal
from .read import Table, read_table
from .target_checks import check_target_values, refuse_strays
from .task import TASKS, Task, decide_task
from .words import count


@dataclass(frozen=True)
class Schema:
    """What a table holds, and what is to be predicted from it.

    A column is a number if it holds numbers, times or durations, or texts that are numbers in one
    way of writing: thousands marks, decimal commas, a currency, a unit. A few texts that are none
    are missing values. It is a date (days since 1970-01-01, a number from then on) if it holds
    dates, or texts that are dates in one order; else, as text or booleans, a category. Left out
    are columns with no value or only one, texts of which more than half are different (names,
    identifiers), integers that are all different in a column that is called id, index or the like,
    and what is no number, text, boolean or date. What was odd is noted.

    Parameters
    ----------
    columns : tuple of ColumnSchema
        All columns but the target.
    target : str
        The column to predict.
    task : {"classification", "regression"}
    why : str
        Why that task, in words.
    n_rows : int
        Rows that have a target.
    n_without_target : int
        Rows that have none, and are not learned from.
    target_format : NumberFormat or None
        How the target's numbers are written; None for texts and booleans.
    weight : str or None
        The column that says what each row counts.
    """

    columns: tuple[ColumnSchema, ...]
    target: str
    task: Task
    why: str
    n_rows: int
    n_without_target: int = 0
    target_format: Format | None = None
    weight: str | None = None

    def __post_init__(self) -> None:
        check_fields(self)

    @staticmethod
    def fit(
        frame: Any,
        target: str,
        *,
        task: str | None = None,
        numbers: Iterable[str] = (),
        categories: Iterable[str] = (),
        drop: Iterable[str] = (),
        weight: str | None = None,
        decimal: Decimal | None = None,
        dates: Order | None = None,
    ) -> "Schema":
        """Find out what a table holds.

        Parameters
        ----------
        frame : whatever `read_table` takes
        target : str
            The column to predict.
        task : {"classification", "regression"}, optional
            By default decided from the target; see `decide_task`.
        numbers, categories : iterable of str, default ()
            Columns to take as such, whatever they look like.
        drop : iterable of str, default ()
            Columns to leave out; what they hold does not matter.
        weight : str, optional
            The column that says what each row counts; it is not learned from.
        decimal : {".", ","}, optional
            The decimal mark of numbers in texts. By default it is found, and where 1.234 may be
            1234 the other columns decide.
        dates : {"ymd", "dmy", "mdy"}, optional
            The order of day and month in dates whose year stands last; by default it is found.

        Raises
        ------
        DataError
            If a column that is named is missing, no column is of use, or the target is constant,
            infinite, always missing, or there are fewer than 4 rows that have one.
        InvalidValueError
            If a column is named twice.
        """
        return decode_table(
            frame,
            target,
            task=task,
            numbers=numbers,
            categories=categories,
            drop=drop,
            weight=weight,
            decimal=decimal,
            dates=dates,
        ).schema

    @property
    def features(self) -> tuple[ColumnSchema, ...]:
        """The columns that predictions are made from."""
        return tuple(c for c in self.columns if c.kind != "left out")

    def describe(self, most: int | None = None) -> str:
        """What the table holds, in words, a line for each thing.

        Parameters
        ----------
        most : int, optional
            How many columns of a kind are named, all by default. One with something odd in it
            has a line of its own in any case.
        """
        lines = [
            f"{count(self.n_rows, 'row')} with {self.target}, "
            f"{count(len(self.columns), 'other column')}"
        ]
        if self.n_without_target:
            lines.append(f"{count(self.n_without_target, 'row')} without {self.target} left out")
        lines.append(self.why)
        for kind, plural in (("number", "numbers"), ("date", "dates"), ("category", "categories")):
            of_kind = [_described(c) for c in self.features if c.kind == kind]
            if of_kind:
                lines.append(f"{plural}: {_listed(of_kind, most)}")
        reasons: dict[str, list[str]] = {}
        for c in self.columns:
            if c.kind == "left out":
                reasons.setdefault(c.reason, []).append(c.name)
        lines += [f"{_listed(names, most)} left out: {why}" for why, names in reasons.items()]
        lines += [f"{c.name}: {c.note}" for c in self.columns if c.note]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.describe()

    def to_dict(self) -> dict[str, Any]:
        """The schema as plain data."""
        data = asdict(self)
        for column, plain in zip(self.columns, data["columns"], strict=True):
            plain["format"] = format_to_dict(column.format)
        return {**data, "target_format": format_to_dict(self.target_format)}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Schema":
        """The schema that `to_dict` described."""
        columns = tuple(
            ColumnSchema(**{**column, "format": format_from_dict(column["format"])})
            for column in data["columns"]
        )
        form = format_from_dict(data["target_format"])
        return Schema(**{**data, "columns": columns, "target_format": form})


def check_columns(table: Table, names: Iterable[str]) -> None:
    """Raise `DataError` unless the table has all columns of these names."""
    others = list(table.columns)
    known = set(others)
    for name in (names := list(names)):
        require_text("the name of a column", name)
    missing = [name for name in names if name not in known]
    if missing:
        lacks = ", ".join(repr(name) + _hint(name, others) for name in missing)
        raise DataError(f"the table has no column {lacks}; it has: {', '.join(others)}")


def check_target(table: Table, target: str) -> None:
    """Raise `DataError` unless the table has the column, with a value in some row."""
    check_columns(table, [target])
    column = table.to_native()[target]
    if column.null_count == len(column):
        raise DataError(f"target {target!r} is missing in every row")


def with_target(table: Table, target: str) -> Table:
    """The rows of a table that have a target; raises as `check_target`."""
    check_target(table, target)
    native = table.to_native()
    return read_table(native.filter(pc.is_valid(native[target])))


def _hint(name: str, others: Iterable[str]) -> str:
    hint = nearest(name, others).removeprefix("; ")
    return f" ({hint})" if hint else ""


def _described(column: ColumnSchema) -> str:
    parts = [f"{column.n_distinct} different"] if column.kind == "category" else []
    parts += [f"{column.n_missing} missing"] if column.n_missing else []
    return f"{column.name} ({', '.join(parts)})" if parts else column.name


def _listed(items: list[str], most: int | None) -> str:
    """The items with commas; beyond `most` of them the first ones, and how many more there are."""
    if most is None or len(items) <= most:
        return ", ".join(items)
    return f"{', '.join(items[:most])} and {len(items) - most} more"


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
    decimal: Decimal | None = None,
    dates: Order | None = None,
) -> DecodedTable:
    """Find out what a table holds, and keep what was read; otherwise as `Schema.fit`."""
    numbers, categories, drop = (
        items_of(name, given, "names of columns")
        for name, given in (("numbers", numbers), ("categories", categories), ("drop", drop))
    )
    known = {"task": TASKS, "decimal": (".", ","), "dates": ("ymd", "dmy", "mdy")}
    for name, given in {"task": task, "decimal": decimal, "dates": dates}.items():
        if given is not None:
            require_choice(name, given, known[name])
    table = read_table(frame, lenient=True)
    for name in (target, *numbers, *categories, *drop):
        require_text("the name of a column", name)
    overrides = _overrides({"number": numbers, "category": categories, "left out": drop}, target)
    if weight is not None:
        require_text("weight", weight)
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
        decimal=decimal or "",
        dates=dates or "",
        from_text=b"chainrule.text" in (native.schema.metadata or {}),
    )
    whole = found[target]
    refuse_strays(whole, task)
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
    check_target_values(values.drop_null(), target, decided)
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
