"""What a column holds: its missing values, its numbers, its texts.

Every table is tidied when it is read, so that the rest sees few types: int64, float64, bool,
large_string, timestamp[us] (dates, UTC), and dictionaries for other declared categories. Times of
day and durations are hours. A missing value is null, and nothing else is.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError
from ..typing import Array, ArrayLike, BoolArray, IntArray

Column = Any
"""A pyarrow ChunkedArray; pyarrow has no types for checkers."""

MISSING_MARKS = (
    *("", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"),
    *("n/a", "#N/A", "#NA", "<NA>", "-nan", "-NaN"),
)
"""Texts of a file that mean a missing value; what is a text in memory is taken as it is."""

# A leading zero (007, 02139) makes a code, not a number.
_INTEGER = r"^[+-]?(0|[1-9][0-9]{0,17})$"
_NUMBER = r"^[+-]?(((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[iI]nf(inity)?)$"
_PERHAPS_THOUSANDS = r"^[+-]?(0|[1-9][0-9]{0,2}(\.[0-9]{3})?)$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?"
_ZONE = r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
_SEVERAL_SPELLINGS = r"[\t\n\f\r\x{a0}\x{200b}]|  |\.0+$|^-0$|^(true|TRUE|false|FALSE)$"
"""What a text has that may be spelled in another way; most have nothing of it."""
_MICROSECONDS_A_DAY = 86_400e6
_TICKS = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}


# pyarrow's own array(), scalar() and to_numpy() look for pandas, and so load it: these do not.


def text_array(texts: Iterable[str]) -> Any:
    """A pyarrow array of texts."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.large_string(), len(encoded), buffers)


@cache
def text_scalar(text: str) -> Any:
    """A text as a pyarrow scalar."""
    return text_array([text])[0]


def number_array(values: ArrayLike, dtype: Any = np.int64) -> Any:
    """A pyarrow array of integers or numbers."""
    array = np.ascontiguousarray(values, dtype=dtype)
    kind = pa.from_numpy_dtype(array.dtype)
    return pa.Array.from_buffers(kind, len(array), [None, pa.py_buffer(array)])


def mask_array(mask: BoolArray) -> Any:
    """A pyarrow array of booleans."""
    return number_array(mask, np.uint8).cast(pa.bool_())


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


def null_where_any(mask: Column, column: Column) -> Column:
    """As `null_where`; a column where the mask is true nowhere is not copied."""
    return null_where(mask, column) if pc.any(mask).as_py() else column


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
        return null_where_any(pc.equal(text, text_scalar("")), text)
    if types.is_null(kind):
        return column.cast(pa.large_string())
    if kind == pa.int64():
        return column
    if types.is_integer(kind):
        return column.cast(pa.float64() if kind == pa.uint64() else pa.int64(), safe=False)
    if types.is_floating(kind) or types.is_decimal(kind):
        numbers = column if kind == pa.float64() else column.cast(pa.float64())
        return null_where_any(pc.is_nan(numbers), numbers)
    if types.is_time(kind) or types.is_duration(kind):
        ticks = to_numpy(column.cast(pa.int32() if kind.bit_width == 32 else pa.int64()))
        hours = number_array(ticks / (3600 * _TICKS[kind.unit]), np.float64)
        return null_where(pc.is_nan(hours), hours)
    if types.is_date(kind) or types.is_timestamp(kind):
        zone = kind.tz if types.is_timestamp(kind) else None
        return column.cast(pa.timestamp("us", zone), safe=False).cast(pa.timestamp("us"))
    return column


def narrow(column: Column) -> Column:
    """A text column whose values are all numbers or all ISO 8601 dates as such, else as it is.

    It stays text, too, where every dot may stand between thousands: 987, 1.234, 12.500.
    """
    if not is_text(column) or column.null_count == len(column):
        return column
    at = int(to_numpy(column.is_valid()).argmax()) if column.null_count else 0
    first = column[at].as_py()
    if re.search(_NUMBER, first):
        typed = _plain_numbers(column)
        if typed.type != pa.float64() or not _all_match(column, _PERHAPS_THOUSANDS):
            return typed
        return typed if _all_match(column, "^[^.]*$") else column
    if re.search(_DATE, first):
        return _iso_dates(column)
    return column


def _plain_numbers(column: Column) -> Column:
    if not _all_match(column, _NUMBER):
        return column
    unsigned = pc.replace_substring_regex(column, r"^\+", "")
    return unsigned.cast(pa.int64() if _all_match(column, _INTEGER) else pa.float64())


def _iso_dates(column: Column) -> Column:
    if not (_all_match(column, _DATE + "$") or _all_match(column, _DATE + _ZONE)):
        return column
    zone = None if _all_match(column, _DATE + "$") else "UTC"
    try:
        return column.cast(pa.timestamp("us", zone)).cast(pa.timestamp("us"))
    except pa.ArrowInvalid:  # 2020-13-45
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
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    narrowed = narrow(column)
    if is_text(narrowed):
        narrowed = _plain_numbers(narrowed)
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
    return finite(to_numpy(narrowed.cast(pa.float64(), safe=False)), name)


def finite(values: Array, name: str) -> Array:
    """The values themselves; raises `DataError` with column, row and value if one is infinite."""
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
    distinct, codes = labels_of(column)
    return distinct.take(null_negative(codes))


Labels = tuple[Any, IntArray]
"""The different values of a column as text, and each row's place in them, -1 where missing."""


def labels_of(column: Column) -> Labels:
    """The different values of a column as text, in one spelling, and each row's place in them.

    Two spellings of one value are two entries with the same text; a missing value has the place -1.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not is_text(column):  # the different texts are tidied below
        column = tidy(column)
    encoded = column.dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    codes = to_numpy(pc.fill_null(encoded.indices.cast(pa.int64()), number_array([-1])[0]))
    words = encoded.dictionary
    if is_text(words):
        words = tidy(words)
        if words.null_count:  # blank
            present = np.append(to_numpy(words.is_valid()), False)
            codes, words = np.where(present[codes], codes, -1), pc.fill_null(words, text_scalar(""))
    return _spelled(words), codes


def null_negative(codes: IntArray) -> Any:
    """Places as a pyarrow array, null where they are negative."""
    places = number_array(codes)
    return null_where(pc.less(places, number_array([0])[0]), places)


def _spelled(values: Any) -> Any:
    """Different values as text, one spelling for what is equal."""
    if values.type == pa.bool_():
        return pc.if_else(values, *text_array(["True", "False"]))
    if values.type == pa.float64():
        # Codes of many digits keep them: 2^62 is not 4.6e18.
        numbers = to_numpy(values)
        whole = (np.abs(numbers) < 2.0**62) & (numbers == np.floor(numbers))
        integers = number_array(np.where(whole, numbers, 0).astype(np.int64))
        texts = integers.cast(pa.large_string()), values.cast(pa.large_string())
        return pc.if_else(mask_array(whole), *texts)
    text = values.cast(pa.large_string())
    if not is_text(values):
        return text
    if not pc.any(pc.match_substring_regex(text, _SEVERAL_SPELLINGS)).as_py():
        return text
    text = pc.replace_substring_regex(text, r"[\s\x{a0}\x{200b}]+", " ")
    text = pc.replace_substring_regex(text, r"^\+?(-?[0-9]+)\.0+$", r"\1")
    text = pc.replace_substring_regex(text, r"^-0$", "0")
    for word in ("True", "False"):
        same = pc.is_in(text, text_array([word.lower(), word.upper()]))
        text = pc.if_else(same, text_scalar(word), text)
    return text


def counted_places(labels: Labels, known: tuple[str, ...]) -> tuple[IntArray, int, list[int], int]:
    """The place of each text among the known ones, as `places_of`; how many rows are missing;
    which texts that rows have are not known; how many rows have these.
    """
    texts, codes = labels
    # The missing values come first, at -1.
    n_missing, *rows = np.bincount(codes + 1, minlength=len(texts) + 1).tolist()
    places = places_of(texts, known)
    unknown = [k for k in np.flatnonzero(places < 0).tolist() if rows[k]]
    return places, n_missing, unknown, sum(rows[k] for k in unknown)


def places_of(texts: Any, known: tuple[str, ...]) -> IntArray:
    """The place of each text among the known ones, -1 where it is none; 0 and 1 are False and True.

    What was true and false in training may be 0 and 1 here, and the other way round.
    """
    for these, those in ((("0", "1"), ("False", "True")), (("False", "True"), ("0", "1"))):
        if set(known) <= set(those):
            for one, other in zip(these, those, strict=True):
                texts = pc.if_else(pc.equal(texts, text_scalar(one)), text_scalar(other), texts)
    places = to_numpy(pc.index_in(texts, text_array(known)))
    return np.nan_to_num(places, nan=-1).astype(np.int64)
