"""One column's part of a schema: number, date, category, or left out, and why."""

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ..typing import Array
from .columns import is_date, is_integer, is_text, is_usable, number_array
from .fields import check_fields
from .formats import Format
from .meaning import Column, Kind
from .numerals import NumberFormat

_SENTINELS = frozenset(10.0**n - 1 for n in range(2, 7)) | {88.0, 888.0, 8888.0}
LONG_COLUMN = 100_000
"""Of more rows the different numbers are not counted."""

_IDENTIFIER = re.compile(
    r"(?:(?:^|[^A-Za-z])(?i:id|uuid|guid|index|rowid|row ?(?:name|number|no|nr)s?)"
    r"|[a-z](?:Id|ID|UUID))$"
    r"|^(?i:#|no\.?|nr\.?|obs|(?:s|sl|sr|serial)[. _]*(?:no|nr|number)\.?|(?:record|case)[ _]?no)$"
    r"|^(?i:Unnamed: ?[0-9]+(?:_level_[0-9]+)?|__index_level_[0-9]+__)$"
)
_INDEX = re.compile(r"^__index_level_[0-9]+__$")


@dataclass(frozen=True)
class ColumnSchema:
    """What one column holds.

    Parameters
    ----------
    name : str
    kind : {"number", "date", "category", "text", "left out"}
    n_missing : int
        How many values are missing.
    n_distinct : int or None
        How many different values there are; None where they were not counted (more than 100,000
        rows of numbers, columns that are dropped).
    reason : str
        Why it is left out, in words; "" where it is not.
    note : str
        What was odd in it, in words: texts among numbers, decimal commas, a unit; mostly "".
    format : NumberFormat, DateFormat, TimeFormat or None
        How its numbers, dates or times are written; None for categories and texts.
    order : tuple of str
        Of a category whose levels have an order all of them, in that order; else ().
    """

    name: str
    kind: Kind
    n_missing: int
    n_distinct: int | None
    reason: str = ""
    note: str = ""
    format: Format | None = None
    order: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_fields(self)


def describe_column(
    column: Column, override: str | None, order: tuple[str, ...] = ()
) -> ColumnSchema:
    """What a column is to a network; `order` has the levels of an ordered category.

    Raises
    ------
    DataError
        If a number is infinite, or is to be one by `override` and is none.
    """
    values, name = column.values, column.name
    n_missing = values.null_count
    if not is_usable(values):
        return ColumnSchema(name, "left out", n_missing, 0, f"it holds {values.type}")
    note = "; ".join(column.notes)
    if column.format is None:
        found = _texts(column, override, n_missing, note)
        return replace(found, order=order) if found.kind == "category" else found
    numbers = column.numbers
    present = numbers[~np.isnan(numbers)]
    n_missing = len(numbers) - len(present)
    constant = len(present) == 0 or present.min() == present.max()
    n_distinct = min(len(present), 1) if constant else _count_numbers(column, present)

    def of(kind: Kind, reason: str = "") -> ColumnSchema:
        form = column.format if kind != "left out" else None
        return ColumnSchema(name, kind, n_missing, n_distinct, reason, note, form)

    if _INDEX.search(name) and override is None:
        return of("left out", "it is the index of a data frame")
    if constant and (len(present) == 0 or n_missing == 0):
        return of("left out", f"it has {'only one' if n_distinct else 'no'} value")
    parts = [column.format.describe()]
    if column.strays is not None:
        parts.append(f"{column.strays.describe()}: taken as missing")
    note = "; ".join(filter(None, [*parts, note]))
    if isinstance(column.format, NumberFormat) and (doubt := doubtful_number(present)):
        note = "; ".join(filter(None, [note, doubt]))
    if is_date(values) or type(column.format).__name__ == "DateFormat":
        return of("date")
    if override is None and _IDENTIFIER.search(name) and _are_identifiers(column, present):
        return of("left out", "its integers are all different, and its name says they identify")
    return of("number")


def doubtful_number(present: Array) -> str:
    """What to say of a number such as -999 that stands several times, far from all others."""
    for end in (np.nanmin(present), np.nanmax(present)):
        if abs(end) in _SENTINELS or end == -1:
            others = present[present != end]
            n, gap = len(present) - len(others), np.nanmin(np.abs(others - end), initial=np.inf)
            if n > 1 and len(others) and gap > np.nanmax(others) - np.nanmin(others):
                return (
                    f"{end:g} stands {n:,} times, far from all others: if it means a missing "
                    f"value, say so by missing={f'{end:g}'!r} (--missing)"
                )
    return ""


def _texts(column: Column, override: str | None, n_missing: int, note: str) -> ColumnSchema:
    values, name = column.values, column.name
    n_present = len(values) - n_missing
    texts, codes = column.labels
    used = np.unique(codes[codes >= 0])
    n_distinct = pc.count_distinct(texts.take(number_array(used))).as_py() if len(used) else 0

    def of(kind: Kind, reason: str = "") -> ColumnSchema:
        return ColumnSchema(name, kind, n_missing, n_distinct, reason, note)

    if _INDEX.search(name) and override is None:
        return of("left out", "it is the index of a data frame")
    if n_distinct <= 1 and (n_distinct == 0 or n_missing == 0):
        return of("left out", f"it has {'only one' if n_distinct else 'no'} value")
    if override == "text":
        return of("text")
    if override == "category" or not (is_text(values) or is_integer(values)):
        return of("category")
    if 2 * n_distinct > n_present and n_distinct > 2:
        reason = f"{n_distinct} of its {n_present} texts are different"
        # Numbers in several units are no texts.
        return of("left out", reason if note else f"{reason}; texts={[name]!r} learns from them")
    return of("category")


def _are_identifiers(column: Column, present: Any) -> bool:
    integers = is_integer(column.values) or bool((present % 1 == 0).all())
    return integers and len(np.unique(present)) == len(present)


def _count_numbers(column: Column, present: Any) -> int | None:
    if len(present) > LONG_COLUMN:
        return None
    if is_integer(column.values):
        return int(pc.count_distinct(column.values).as_py())
    return len(np.unique(present))
