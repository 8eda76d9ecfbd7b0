"""What is written in the cells of a text: missing values, numbers, dates."""

import math
import re
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .columns import MISSING_MARKS, is_text, narrow, null_where_any, text_array, tidy
from .read_options import ReadOptions

_DECIMAL_COMMA = r"^([+-]?[0-9]*),([0-9]+)$"
_GROUPS = r"^[+-]?[0-9]{1,3}(\.[0-9]{3})*$"
_FIRST, _FEW = 1000, 50
_LONG = r"^[+-]?[0-9]{19,}$"
"""An integer that float64 does not hold."""
_DAY = r"^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})( [0-9:.]+)?$"


def missing_where(column: Any, marks: tuple[str, ...]) -> Any:
    """A tidy column, null where a mark of a missing value stands, one of these or a usual one."""
    if column.type == pa.int64() or (column.type == pa.float64() and not _may_have_nan(column)):
        return column
    if is_text(column) and len(column.slice(0, _FIRST).unique()) <= _FEW:
        # Some words over and over: they are looked at once each.
        words = column.unique()
        if _without_marks(words, marks).equals(words):
            return column
        encoded = column.dictionary_encode().combine_chunks()
        words = _without_marks(encoded.dictionary, marks)
        return pa.chunked_array([words.take(encoded.indices)])
    return _without_marks(column, marks)


def _may_have_nan(column: Any) -> bool:
    """False if no number is nan: then their sum is none, unless some are infinite."""
    total = pc.sum(column).as_py()
    return total is not None and math.isnan(total)


def _without_marks(column: Any, marks: tuple[str, ...]) -> Any:
    column = tidy(column)
    if is_text(column):
        column = null_where_any(pc.is_in(column, _every_mark(marks)), column)
    return column


@cache
def _every_mark(marks: tuple[str, ...]) -> Any:
    return text_array([*MISSING_MARKS, *marks])


def typed(columns: list[Any], separator: str, options: ReadOptions) -> tuple[list[Any], str]:
    """The columns, those of text as numbers or dates where all of their values are.

    What has several readings stays text: who knows all of a table's columns decides. The decimal
    marks that were found come with them: ".", ",", both or none.
    """
    before = columns
    if options.dates:
        columns = [_dated(column, options.dates) for column in columns]
    if options.decimal or options.thousands:
        columns = [_marked(column, options) for column in columns]
    elif separator != ",":
        columns = _with_decimal_commas(columns)
    else:
        columns = [_narrowed(column) for column in columns]
    marks = {
        "," if is_text(old) and _contains(old, ",") else "."
        for old, new in zip(before, columns, strict=True)
        if new.type == pa.float64()
    }
    return columns, "".join(sorted(marks))


def _with_decimal_commas(columns: list[Any]) -> list[Any]:
    found = [_points(column) for column in columns]
    if not any(column is not None for column in found):
        return [_narrowed(column) for column in columns]
    # Beside decimal commas 1.234 is hardly 1.234: such a column stays as it is written.
    return [
        new if new is not None else column if _match(column, _GROUPS) else _narrowed(column)
        for column, new in zip(columns, found, strict=True)
    ]


def _narrowed(column: Any) -> Any:
    narrowed = narrow(column)
    return column if narrowed is not column and _match_any(column, _LONG) else narrowed


def _points(column: Any) -> Any:
    """The numbers of a column with decimal commas; None if it is no such column."""
    if not is_text(column) or not _contains(column, ","):
        return None
    numbers = narrow(pc.replace_substring_regex(column, _DECIMAL_COMMA, r"\1.\2"))
    return numbers if numbers.type == pa.float64() else None


def _marked(column: Any, options: ReadOptions) -> Any:
    """A column whose numbers have the marks of the options."""
    if not is_text(column):
        return column
    decimal = options.decimal or "."
    mark = re.escape(options.thousands) if options.thousands else ""
    groups = rf"[0-9]{{1,3}}({mark}[0-9]{{3}})+|" if mark else ""
    pattern = rf"^[+-]?({groups}[0-9]*)({re.escape(decimal)}[0-9]*)?([eE][+-]?[0-9]+)?$"
    if not _match(column, pattern):
        return _narrowed(column)
    text = pc.replace_substring(column, options.thousands, "") if mark else column
    return narrow(pc.replace_substring(text, decimal, "."))


def _dated(column: Any, order: str) -> Any:
    """A column as dates if all of its values are, in the order or the format given."""
    if not is_text(column) or column.null_count == len(column):
        return column
    if "%" in order:
        try:
            return pc.strptime(column, format=order, unit="us")
        except pa.ArrowInvalid:
            return column
    if order == "ymd":
        text = pc.replace_substring_regex(column, r"^([0-9]{4})[/. ]([0-9]{1,2})[/. ]", r"\1-\2-")
        return pc.replace_substring_regex(text, r"-([0-9])(-|$| )", r"-0\1\2")
    if not _match(column, _DAY):
        return column
    day, month = (r"\1", r"\2") if order == "dmy" else (r"\2", r"\1")
    text = pc.replace_substring_regex(column, _DAY, rf"\3-{month}-{day}\4")
    for _ in range(2):
        text = pc.replace_substring_regex(text, r"-([0-9])(-|$| )", r"-0\1\2")
    iso = narrow(text)
    return column if is_text(iso) else iso


def _match(column: Any, pattern: str) -> bool:
    if not is_text(column) or column.null_count == len(column):
        return False
    return bool(pc.all(pc.match_substring_regex(column, pattern)).as_py())


def _match_any(column: Any, pattern: str) -> bool:
    return is_text(column) and bool(pc.any(pc.match_substring_regex(column, pattern)).as_py())


def _contains(column: Any, letter: str) -> bool:
    return bool(pc.any(pc.match_substring(column, letter)).as_py())
