"""What a table holds: which columns are numbers, which are categories, which are of no use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ..errors import DataError, require_choice, require_integer
from ..typing import Array, IntArray
from .column_schema import ColumnSchema, describe_column
from .columns import Labels, number_array, to_numpy
from .dates import Order
from .fields import check_fields
from .formats import format_from_dict, format_to_dict
from .frames import check_readable
from .given_levels import Ordered, check_levels, given_levels
from .levels import levels_of_fields
from .meaning import Column, find_columns
from .naming import (
    check_columns,
    column_name,
    column_names,
    overrides_by_name,
    target_names,
    tasks_by_target,
)
from .numerals import Decimal
from .read import Table, read_table
from .schema_words import schema_lines
from .target_checks import TargetSchema, check_target_values, describe_target
from .task import TASKS


@dataclass(frozen=True)
class Schema:
    """What a table holds, and what is to be predicted from it.

    A column is a number if it holds numbers, times or durations, or texts that are numbers in one
    way of writing: thousands marks, decimal commas, a currency, a unit. A few texts that are none
    are missing values. It is a date (days since 1970-01-01, a number from then on) if it holds
    dates, or texts that are dates in one order; else, as text or booleans, a category. Left out
    are columns with no value or only one, texts of which more than half are different (names,
    identifiers), integers that are all different in a column that is called id, index or the like,
    and what is no number, text, boolean or date. What was odd is noted. Texts are learned from
    where they are named as such.

    Parameters
    ----------
    columns : tuple of ColumnSchema
        All columns but the targets.
    targets : tuple of TargetSchema
        The columns to predict.
    n_rows : int
        Rows that have a value in every target.
    n_without_target : int
        Rows that have not, and are not learned from.
    weight : str or None
        The column that says what each row counts.
    """

    columns: tuple[ColumnSchema, ...]
    targets: tuple[TargetSchema, ...]
    n_rows: int
    n_without_target: int = 0
    weight: str | None = None

    def __post_init__(self) -> None:
        check_fields(self)

    @staticmethod
    def fit(
        frame: Any,
        target: str | Sequence[str],
        *,
        task: str | Mapping[str, str] | None = None,
        numbers: Iterable[str] = (),
        categories: Iterable[str] = (),
        texts: Iterable[str] = (),
        ordered: Ordered = None,
        drop: Iterable[str] = (),
        weight: str | None = None,
        decimal: Decimal | None = None,
        dates: Order | None = None,
    ) -> "Schema":
        """Find out what a table holds.

        Parameters
        ----------
        frame : whatever `read_table` takes
        target : str or sequence of str
            The column to predict, or several.
        task : {"classification", "regression"} or mapping, optional
            By default decided from the target; see `decide_task`. For several targets one for
            all, or a mapping from their names.
        numbers, categories, texts : iterable of str, default ()
            Columns to take as such, whatever they look like. A text is learned from by its runs of
            characters, hashed; by default texts most of which are different are left out.
        ordered : mapping, optional
            From names of columns to their levels in ascending order, ``{"size": ["S", "M", "L"]}``.
            Ordered categories of a data frame are such without it, unless they are in
            `categories`.
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
            texts=texts,
            ordered=ordered,
            drop=drop,
            weight=weight,
            decimal=decimal,
            dates=dates,
        ).schema

    @property
    def target(self) -> str:
        """The name of the target, or of all of them with commas."""
        return ", ".join(t.name for t in self.targets)

    @property
    def task(self) -> str:
        """The task; "classification and regression" where targets have different ones."""
        return " and ".join(sorted({t.task for t in self.targets}))

    @property
    def features(self) -> tuple[ColumnSchema, ...]:
        """The columns that predictions are made from."""
        return tuple(c for c in self.columns if c.kind != "left out")

    def describe(self, most: int | None = None) -> str:
        """What the table holds, in words, a line for each thing.

        Parameters
        ----------
        most : int, optional
            How many columns of a kind are named, all by default; odd ones are in any case.
        """
        require_integer("most", 0 if most is None else most, at_least=0)
        return "\n".join(schema_lines(self, most))

    def __str__(self) -> str:
        return self.describe()

    def to_dict(self) -> dict[str, Any]:
        """The schema as plain data."""
        data = asdict(self)
        for column, plain in zip(self.columns, data["columns"], strict=True):
            plain["format"] = format_to_dict(column.format)
        for target, plain in zip(self.targets, data["targets"], strict=True):
            plain["format"] = format_to_dict(target.format)
        return data

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Schema":
        """The schema that `to_dict` described."""

        def read(kind: Any, plain: Iterable[Mapping[str, Any]]) -> tuple[Any, ...]:
            return tuple(
                kind(**{**fields, "format": format_from_dict(fields["format"]), **_tupled(fields)})
                for fields in plain
            )

        columns, targets = read(ColumnSchema, data["columns"]), read(TargetSchema, data["targets"])
        return Schema(**{**data, "columns": columns, "targets": targets})


def _tupled(fields: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The order of levels, which JSON has as a list."""
    return {"order": tuple(fields["order"])} if "order" in fields else {}


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
    targets : dict
        Of each target a pyarrow array of integers, floats, texts or booleans; null where missing.
    weight : ndarray or None
        What each row counts, by its column.
    """

    table: Table
    schema: Schema
    features: dict[str, Values]
    targets: dict[str, Any]
    weight: Array | None = None

    @property
    def target(self) -> Any:
        """The values of the only target."""
        (values,) = self.targets.values()
        return values

    @property
    def rows(self) -> IntArray:
        """The numbers of the rows that have a value in every target."""
        valid = [to_numpy(values.is_valid()) for values in self.targets.values()]
        return np.flatnonzero(np.logical_and.reduce(valid))


def decode_table(
    frame: Any,
    target: str | Sequence[str],
    *,
    task: str | Mapping[str, str] | None = None,
    numbers: Iterable[str] = (),
    categories: Iterable[str] = (),
    texts: Iterable[str] = (),
    ordered: Ordered = None,
    drop: Iterable[str] = (),
    weight: str | None = None,
    decimal: Decimal | None = None,
    dates: Order | None = None,
) -> DecodedTable:
    """Find out what a table holds, and keep what was read; otherwise as `Schema.fit`."""
    names = target_names(target)
    tasks = tasks_by_target(task, names)
    choices = {"decimal": (".", ","), "dates": ("ymd", "dmy", "mdy")}
    chosen = [("decimal", decimal), ("dates", dates), *(("task", one) for one in tasks.values())]
    for name, asked in chosen:
        if asked is not None:
            require_choice(name, asked, choices.get(name, TASKS))
    given = {"numbers": numbers, "categories": categories, "texts": texts, "drop": drop}
    named = {argument: column_names(argument, value) for argument, value in given.items()}
    weight = None if weight is None else column_name("weight", weight)
    levels = given_levels(ordered)
    named["ordered"] = tuple(levels)
    overrides = overrides_by_name(named, weight, names)
    table = read_table(frame, lenient=True)
    check_columns(table, [*names, *overrides])
    native = table.to_native()
    declared = levels_of_fields(native)
    levels |= {k: v for k, v in declared.items() if k not in (*overrides, *names)}
    overrides |= dict.fromkeys(levels, "category")
    looked_at = {
        name: column
        for name, column in zip(native.column_names, native.columns, strict=True)
        if overrides.get(name) != "left out"
    }
    for name in looked_at:
        check_readable(native, name)
    by_task = {"classification": "category", "regression": "number"}
    found = find_columns(
        looked_at,
        {**overrides, **{name: by_task.get(tasks[name] or "", "") for name in names}},
        decimal=decimal or "",
        dates=dates or "",
        marks=(native.schema.metadata or {}).get(b"chainrule.text", b"").decode(),
    )
    for name in named["ordered"]:
        check_levels(found[name].values, name, levels[name])
    described = [describe_target(found[name], tasks[name]) for name in names]
    columns = tuple(
        _weights(found[name])
        if name == weight
        else describe_column(found[name], overrides.get(name), levels.get(name, ()))
        if name in found
        else ColumnSchema(name, "left out", 0, None, "as asked for")
        for name in native.column_names
        if name not in names
    )
    for one, values in described:
        check_target_values(values.drop_null(), one.name, one.task)
    decoded = DecodedTable(
        table,
        Schema(columns, tuple(one for one, _ in described), 0, 0, weight),
        {
            c.name: found[c.name].numbers if c.format is not None else found[c.name].labels
            for c in columns
            if c.kind != "left out"
        },
        {one.name: values for one, values in described},
        None if weight is None else found[weight].numbers,
    )
    if not decoded.features:
        reasons = "; ".join(f"{c.name}: {c.note or c.reason}" for c in columns)
        reasons = reasons or "there is no other"
        raise DataError(
            f"no column is left to predict {' and '.join(map(repr, names))} from ({reasons})"
        )
    n_rows = len(decoded.rows)
    if len(names) > 1:
        _check_common_rows(decoded)
    schema = replace(decoded.schema, n_rows=n_rows, n_without_target=len(table) - n_rows)
    return replace(decoded, schema=schema)


def _check_common_rows(decoded: DecodedTable) -> None:
    """Raise unless each target can be learned from in the rows that have all of them."""
    rows = decoded.rows
    if len(rows) == 0:
        raise DataError(f"no row has a value in all targets {decoded.schema.target}")
    for one in decoded.schema.targets:
        check_target_values(decoded.targets[one.name].take(number_array(rows)), one.name, one.task)


def _weights(column: Column) -> ColumnSchema:
    n_missing = int(np.isnan(column.numbers).sum())
    return ColumnSchema(column.name, "left out", n_missing, None, "it says what each row counts")
