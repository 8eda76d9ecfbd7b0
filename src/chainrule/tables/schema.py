"""What a table holds: which columns are numbers, which are categories, which are of no use."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pyarrow.compute as pc

from ..errors import DataError
from ..registry import nearest
from .column_schema import ColumnSchema
from .dates import Order
from .fields import check_fields
from .formats import Format, format_from_dict, format_to_dict
from .numerals import Decimal
from .read import Table, read_table
from .task import Task
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
        decimal: Decimal = "",
        dates: Order | Literal[""] = "",
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
        from .decoded import decode_table

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
