"""What a target holds, and what it must be to be learned from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError
from .column_schema import doubtful_number
from .columns import as_numbers, as_texts, is_date, is_text, is_usable, number_array, tidy
from .dates import DateFormat, TimeFormat
from .fields import check_fields
from .formats import Format, typed_numbers
from .meaning import SEVERAL_UNITS, Column
from .numerals import NumberFormat
from .task import Task, decide_task
from .words import count

MIN_ROWS = 4
"""Fewer rows with a target cannot be learned from."""


@dataclass(frozen=True)
class TargetSchema:
    """What one target holds.

    Parameters
    ----------
    name : str
        The column to predict.
    task : {"classification", "regression"}
    why : str
        Why that task, in words.
    format : NumberFormat or None
        How its numbers are written; None for texts and booleans.
    """

    name: str
    task: Task
    why: str
    format: Format | None = None

    def __post_init__(self) -> None:
        check_fields(self)


def describe_target(column: Column, task: str | None) -> tuple[TargetSchema, Any]:
    """What a target is to a network, and its values: null where missing.

    Raises
    ------
    DataError
        If a text is among its numbers, or it cannot be predicted at all.
    """
    refuse_strays(column, task)
    units = next((note for note in column.notes if note.startswith(SEVERAL_UNITS)), None)
    if units and task is None:
        raise DataError(
            f"target {column.name!r} holds {units}; write all in one unit, or take all values as "
            "labels by task='classification' (--task classification)"
        )
    values = typed_numbers(column.values, column.format, column.name)
    if isinstance(column.format, DateFormat) and is_text(values) and task is None:
        raise DataError(
            f"target {column.name!r} holds dates ({column.values.drop_null()[0].as_py()!r}); a "
            "target must be text, booleans or numbers: make it a number of days, or take the dates "
            "as labels by task='classification' (--task classification)"
        )
    declared = pa.types.is_dictionary(values.type)
    if declared:
        values = tidy(values.cast(values.type.value_type))
    if values.type == pa.float64():
        values = pc.add(values, number_array([0.0], np.float64)[0])  # -0.0 is 0.0
    if declared and task is None and is_usable(values) and not is_date(values):
        decided: Task = "classification"
        why = (
            f"classification, because {column.name} holds categories (task='regression' would "
            "override this)"
        )
    else:
        decided, why = decide_task(column.name, values, task)
    if isinstance(column.format, TimeFormat) and decided == "regression":
        why += "; in hours"
    numeric = isinstance(column.format, NumberFormat) and decided == "regression"
    if isinstance(column.format, NumberFormat):
        why += "".join(f"; {said}" for said in (column.format.describe(), *column.notes) if said)
    if numeric and (doubt := doubtful_number(column.numbers)):
        why += f"; {doubt}"
    if decided == "classification" and (alike := alike_but_for_case(values)):
        why += f"; {' and '.join(map(repr, alike))} differ in case only, and are two labels"
    return TargetSchema(column.name, decided, why, column.format), values


def alike_but_for_case(values: Any) -> tuple[str, str] | None:
    """Two labels of several letters that differ in upper and lower case only, or None."""
    if not is_text(values):
        return None
    seen: dict[str, str] = {}
    for text in as_texts(values).unique().drop_null().to_pylist():
        if len(text) > 1 and seen.setdefault(text.casefold(), text) != text:
            return seen[text.casefold()], text
    return None


def refuse_strays(target: Column, task: str | None) -> None:
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


def check_target_values(values: Any, name: str, task: Task) -> None:
    """Raise unless a target's values, of which none is missing, can be learned from."""
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
