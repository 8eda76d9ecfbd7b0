"""What a table holds: which columns are numbers, which are categories, which are of no use."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError, InvalidTypeError, InvalidValueError
from ..registry import nearest
from .columns import as_numbers, as_texts, is_date, is_integer, is_text, is_usable, narrow
from .read import Table, read_table
from .task import Task, decide_task
from .words import count

MIN_ROWS = 4
"""Fewer rows with a target cannot be learned from."""

Kind = Literal["number", "date", "category", "left out"]
_IDENTIFIER = re.compile(r"(^|[^a-z])(id|uuid|index|rowid|row ?(name|number)s?)$", re.IGNORECASE)


@dataclass(frozen=True)
class ColumnSchema:
    """What one column holds.

    Parameters
    ----------
    name : str
    kind : {"number", "date", "category", "left out"}
    n_missing : int
        How many values are missing.
    n_distinct : int
        How many different values there are.
    reason : str
        Why it is left out, in words; "" where it is not.
    """

    name: str
    kind: Kind
    n_missing: int
    n_distinct: int
    reason: str = ""


@dataclass(frozen=True)
class Schema:
    """What a table holds, and what is to be predicted from it.

    A column is a number if it holds integers or numbers, or texts that are all numbers; a date
    (days since 1970-01-01, a number from then on) if it holds dates, or texts that are all ISO 8601
    dates; else, as text or booleans, a category. Left out are columns with no value or only one,
    texts of which more than half are different (names, identifiers), integers that are all
    different in a column that is called id, index or the like, and what is no number, text,
    boolean or date.

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
    """

    columns: tuple[ColumnSchema, ...]
    target: str
    task: Task
    why: str
    n_rows: int
    n_without_target: int = 0

    @staticmethod
    def fit(
        frame: Any,
        target: str,
        *,
        task: str | None = None,
        numbers: Iterable[str] = (),
        categories: Iterable[str] = (),
        drop: Iterable[str] = (),
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
            Columns to leave out.

        Raises
        ------
        DataError
            If a column that is named is missing, no column is of use, or the target is constant,
            infinite, always missing, or there are fewer than 4 rows that have one.
        InvalidValueError
            If a column is named twice.
        """
        for name, given in (("numbers", numbers), ("categories", categories), ("drop", drop)):
            if not isinstance(given, Iterable):
                raise InvalidTypeError(f"{name} (={given!r}) must be names of columns")
        table = read_table(frame)
        overrides = _overrides(
            {"number": numbers, "category": categories, "left out": drop}, target
        )
        check_columns(table, [target, *overrides])
        native = table.to_native()
        values = native[target]
        decided, why = decide_task(target, values, task)
        present = native.filter(pc.is_valid(values))
        columns = tuple(
            _column(name, native[name], overrides.get(name))
            for name in table.columns
            if name != target
        )
        _check_target(present[target], target, decided)
        if all(c.kind == "left out" for c in columns):
            reasons = "; ".join(f"{c.name}: {c.reason}" for c in columns) or "there is no other"
            raise DataError(f"no column is left to predict {target!r} from ({reasons})")
        return Schema(columns, target, decided, why, len(present), native.num_rows - len(present))

    @property
    def features(self) -> tuple[ColumnSchema, ...]:
        """The columns that predictions are made from."""
        return tuple(c for c in self.columns if c.kind != "left out")

    def describe(self, most: int | None = None) -> str:
        """What the table holds, in words, a line for each thing.

        Parameters
        ----------
        most : int, optional
            How many columns of a kind are named; all by default.
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
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.describe()

    def to_dict(self) -> dict[str, Any]:
        """The schema as plain data."""
        return asdict(self)

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Schema":
        """The schema that `to_dict` described."""
        columns = tuple(ColumnSchema(**column) for column in data["columns"])
        return Schema(**{**data, "columns": columns})


def check_columns(table: Table, names: Iterable[str]) -> None:
    """Raise `DataError` unless the table has all columns of these names."""
    missing = [name for name in names if name not in table.columns]
    if missing:
        others = list(table.columns)
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


def _overrides(overrides: Mapping[Any, Iterable[str]], target: str) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for kind, names in overrides.items():
        for name in [names] if isinstance(names, str) else names:
            if name == target:
                raise InvalidValueError(f"{name!r} is the target and cannot be {kind}, too")
            if kinds.setdefault(name, kind) != kind:
                raise InvalidValueError(f"column {name!r} cannot be both {kinds[name]} and {kind}")
    return kinds


def _column(name: str, column: Any, override: Kind | None) -> ColumnSchema:
    values = narrow(column)
    n_missing, usable = column.null_count, is_usable(column)
    n_distinct = pc.count_distinct(values).as_py() if usable else 0
    n_present = len(column) - n_missing

    def of(kind: Kind, reason: str = "") -> ColumnSchema:
        return ColumnSchema(name, kind, n_missing, n_distinct, reason)

    if override == "left out":
        return of("left out", "as asked for")
    if not usable:
        return of("left out", f"it holds {column.type}")
    if n_distinct <= 1 and (n_distinct == 0 or n_missing == 0):
        return of("left out", f"it has {'only one' if n_distinct else 'no'} value")
    if override == "number":
        as_numbers(column, name)
        return of("number")
    if override == "category":
        return of("category")
    if is_text(values):
        if 2 * n_distinct > n_present and n_distinct > 2:
            return of("left out", f"{n_distinct} of its {n_present} texts are different")
        return of("category")
    if values.type == pa.bool_() or pa.types.is_dictionary(values.type):
        return of("category")
    if is_date(values):
        return of("date")
    as_numbers(values, name)
    if is_integer(values) and n_distinct == n_present and _IDENTIFIER.search(name):
        return of("left out", "its integers are all different, and its name says they identify")
    return of("number")


def _check_target(values: Any, name: str, task: Task) -> None:
    n = len(values)
    if n == 0:
        raise DataError(f"target {name!r} is missing in every row")
    if n < MIN_ROWS:
        raise DataError(
            f"{count(n, 'row')} with a target; at least {MIN_ROWS} are needed to learn from"
        )
    if task == "regression":
        numbers = as_numbers(values, name)
        if np.ptp(numbers) == 0:
            raise DataError(f"target {name!r} is always {numbers[0]:g}; there is nothing to learn")
        return
    if values.type == pa.float64():
        as_numbers(values, name)
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


def _described(column: ColumnSchema) -> str:
    parts = [f"{column.n_distinct} different"] if column.kind == "category" else []
    parts += [f"{column.n_missing} missing"] if column.n_missing else []
    return f"{column.name} ({', '.join(parts)})" if parts else column.name


def _listed(items: list[str], most: int | None) -> str:
    """The items with commas; when there are more than so many, the first ones and a number."""
    if most is None or len(items) <= most:
        return ", ".join(items)
    return f"{', '.join(items[:most])} and {len(items) - most} more"
