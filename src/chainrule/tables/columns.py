"""What a column holds: its missing values, its numbers, its texts.

Every table is tidied when it is read, so that the rest sees few types: int64, float64, bool,
large_string, timestamp[us] (dates and times, UTC), and dictionaries for other declared categories.
A missing value is null, and nothing else is.
"""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError
from ..typing import Array, ArrayLike

Column = Any
"""A pyarrow ChunkedArray; pyarrow has no types for checkers."""

MISSING_MARKS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "?")
"""Texts that mean a missing value."""

# A leading zero (007, 02139) makes a code, not a number.
_INTEGER = r"^[+-]?(0|[1-9][0-9]{0,17})$"
_NUMBER = r"^[+-]?(((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[iI]nf(inity)?)$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?"
_ZONE = r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
_MICROSECONDS_A_DAY = 86_400e6


# pyarrow's own array(), scalar() and to_numpy() look for pandas, and so load it: these do not.


def text_array(texts: Iterable[str]) -> Any:
    """A pyarrow array of texts."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.large_string(), len(encoded), buffers)


def number_array(values: ArrayLike, dtype: Any = np.int64) -> Any:
    """A pyarrow array of integers or numbers."""
    array = np.ascontiguousarray(values, dtype=dtype)
    kind = pa.from_numpy_dtype(array.dtype)
    return pa.Array.from_buffers(kind, len(array), [None, pa.py_buffer(array)])


def to_numpy(column: Column) -> Array:
    """Integers, numbers or booleans as a NumPy array; float64 with nan if some are missing."""
    if column.type == pa.bool_():
        numbers = to_numpy(column.cast(pa.uint8()))
        return numbers if column.null_count else numbers.astype(bool)
    if column.null_count:
        nan = number_array([np.nan], np.float64)[0]
        column = pc.fill_null(column.cast(pa.float64(), safe=False), nan)
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.from_dlpack(whole)


def null_where(mask: Column, column: Column) -> Column:
    """The column, null where the mask is true."""
    return pc.if_else(mask, pa.nulls(1, column.type)[0], column)


def is_text(column: Column) -> bool:
    """Whether a tidy column holds text."""
    return bool(pa.types.is_large_string(column.type))


def is_date(column: Column) -> bool:
    """Whether a tidy column holds dates or times."""
    return bool(pa.types.is_timestamp(column.type))


def is_integer(column: Column) -> bool:
    """Whether a tidy column holds integers."""
    return bool(pa.types.is_integer(column.type))


def is_usable(column: Column) -> bool:
    """Whether a tidy column holds something that the rest can work with."""
    return (
        is_text(column)
        or is_date(column)
        or is_integer(column)
        or column.type in (pa.float64(), pa.bool_())
        or bool(pa.types.is_dictionary(column.type))
    )


def tidy(column: Column) -> Column:
    """A column of any type as one of the few types; what fits none of them stays as it is."""
    kind, types = column.type, pa.types
    if types.is_dictionary(kind):
        values = tidy(column.cast(kind.value_type))
        return values if is_text(values) else values.dictionary_encode()
    if types.is_string(kind) or types.is_large_string(kind) or kind == pa.string_view():
        text = pc.utf8_trim_whitespace(column.cast(pa.large_string()))
        return null_where(pc.is_in(text, text_array(MISSING_MARKS)), text)
    if types.is_null(kind):
        return column.cast(pa.large_string())
    if types.is_integer(kind):
        return column.cast(pa.float64() if kind == pa.uint64() else pa.int64(), safe=False)
    if types.is_floating(kind) or types.is_decimal(kind):
        numbers = column.cast(pa.float64())
        return null_where(pc.is_nan(numbers), numbers)
    if types.is_date(kind) or types.is_timestamp(kind):
        zone = kind.tz if types.is_timestamp(kind) else None
        return column.cast(pa.timestamp("us", zone), safe=False).cast(pa.timestamp("us"))
    return column


def narrow(column: Column) -> Column:
    """A text column whose values are all numbers or all ISO 8601 dates as such, else as it is."""
    if not is_text(column) or column.null_count == len(column):
        return column
    first = column[int(to_numpy(column.is_valid()).argmax())].as_py()
    if not (re.search(_NUMBER, first) or re.search(_DATE, first)):
        return column
    if _all_match(column, _NUMBER):
        unsigned = pc.replace_substring_regex(column, r"^\+", "")
        return unsigned.cast(pa.int64() if _all_match(column, _INTEGER) else pa.float64())
    if _all_match(column, _DATE + "$") or _all_match(column, _DATE + _ZONE):
        zone = None if _all_match(column, _DATE + "$") else "UTC"
        try:
            return column.cast(pa.timestamp("us", zone)).cast(pa.timestamp("us"))
        except pa.ArrowInvalid:  # 2020-13-45
            return column
    return column


def _all_match(text: Column, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(text, pattern)).as_py())


def as_numbers(column: Column, name: str) -> Array:
    """A tidy column as float64, nan where missing: booleans 0 and 1, dates days since 1970.

    Raises
    ------
    DataError
        If a value is no number, or infinite: with column, row (the first is 1) and value.
    """
    narrowed = narrow(column)
    if pa.types.is_dictionary(narrowed.type):
        narrowed = narrow(narrowed.cast(narrowed.type.value_type))
    if is_text(narrowed) and narrowed.null_count < len(narrowed):
        bad = pc.invert(pc.match_substring_regex(narrowed, _NUMBER))
        row = int(np.nanargmax(to_numpy(bad)))
        raise DataError(
            f"column {name!r}, row {row + 1}: {narrowed[row].as_py()!r} is no number, and the "
            "column holds numbers; correct it, or leave it empty to mean missing"
        )
    if not is_usable(narrowed):
        raise DataError(f"column {name!r} holds {narrowed.type}, where numbers are needed")
    if is_date(narrowed):
        return to_numpy(narrowed.cast(pa.int64())) / _MICROSECONDS_A_DAY
    values = to_numpy(narrowed.cast(pa.float64(), safe=False))
    infinite = np.isinf(values)
    if infinite.any():
        row = int(infinite.argmax())
        raise DataError(
            f"column {name!r}, row {row + 1}: {values[row]:g} must be finite; correct it, or "
            "leave it empty to mean missing"
        )
    return values


def scale_of(x: Array, name: str) -> tuple[float, float]:
    """Mean and standard deviation of a column's numbers, nan left out; 1 for a deviation of 0.

    Raises
    ------
    DataError
        If the numbers are so large that their squares are infinite.
    """
    present = x[~np.isnan(x)]
    if len(present) == 0:
        return 0.0, 1.0
    if np.ptp(present) == 0:
        return float(present[0]), 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = float(present.mean()), float(present.std())
    if not np.isfinite(std):
        raise DataError(
            f"column {name!r} has numbers too large to scale, up to {np.abs(present).max():g}; "
            "use another unit"
        )
    # Numbers smaller than about 1e-162 have squares that are 0.
    return mean, std or float(np.ptp(present))


def as_texts(column: Column) -> Column:
    """A tidy column as text, in one spelling: "1" for 1, 1.0 and "1.0", "True" for true."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if column.type == pa.bool_():
        column = pc.if_else(column, *text_array(["True", "False"]))
    text = column.cast(pa.large_string())
    text = pc.replace_substring_regex(text, r"^(-?[0-9]+)\.0+$", r"\1")
    for word in ("True", "False"):
        same = pc.is_in(text, text_array([word.lower(), word.upper()]))
        text = pc.if_else(same, text_array([word])[0], text)
    return text
