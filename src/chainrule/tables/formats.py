"""A column's values as numbers, by the format that training found."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError
from ..typing import Array
from .columns import (
    as_numbers,
    finite,
    is_date,
    is_text,
    mask_array,
    null_where,
    number_array,
    tidy,
    to_numpy,
)
from .dates import DateFormat, TimeFormat, are_sentinels
from .integers import may_be_days
from .numerals import NumberFormat

Format = NumberFormat | DateFormat | TimeFormat

WORDS = {NumberFormat: "number", DateFormat: "date", TimeFormat: "time"}
_TYPES: dict[str, type[Format]] = {kind.__name__: kind for kind in WORDS}


def read_numbers(column: Any, form: Format, name: str) -> Array:
    """A column as float64, nan where missing: dates as days since 1970, times as hours.

    Raises
    ------
    DataError
        If a value is none in this format: with column, row (the first is 1) and value; or if the
        column holds dates where training had numbers, or the other way round.
    """
    number = column.type in (pa.float64(), pa.int64()) and not isinstance(form, DateFormat)
    if number and column.null_count < len(column):
        return finite(to_numpy(column.cast(pa.float64(), safe=False)), name)
    if not number:
        column = tidy(column)
    if pa.types.is_dictionary(column.type):
        column = tidy(column.cast(column.type.value_type))
    if column.null_count == len(column):
        return np.full(len(column), np.nan)
    if isinstance(form, DateFormat) and may_be_days(column):
        column = column.cast(pa.large_string())  # 20150131
    if is_text(column):
        values, bad = form.parse(column)
        if bad.any():
            row = int(bad.argmax())
            raise _refusal(name, row, column[row].as_py(), form)
    else:
        values = as_numbers(column, name)
        if is_date(column) != isinstance(form, DateFormat):
            held = f"{WORDS[type(form)]}s"
            given = "dates" if is_date(column) else "numbers"
            raise DataError(f"column {name!r} held {held} in training and holds {given} here")
        if is_date(column):
            values = np.where(are_sentinels(values), np.nan, values)
    return finite(values, name)


def typed_numbers(column: Any, form: Format | None, name: str) -> Any:
    """A column of texts that are numbers as integers or floats, of times as hours."""
    column = tidy(column)
    if not isinstance(form, NumberFormat | TimeFormat) or not is_text(column):
        return column
    numbers = read_numbers(column, form, name)
    missing = np.isnan(numbers)
    if isinstance(form, TimeFormat):
        return null_where(mask_array(missing), number_array(np.where(missing, 0, numbers), float))
    pointed = pc.match_substring_regex(column, rf"[{form.decimal}][0-9]|[eE]")
    whole = not pc.any(pointed).as_py()
    if whole and np.abs(numbers[~missing]).max(initial=0) >= 2.0**53:
        return column  # codes of many digits
    typed = number_array(np.where(missing, 0, numbers), np.int64 if whole else np.float64)
    return null_where(mask_array(missing), typed)


def _refusal(name: str, row: int, value: str, form: Format) -> DataError:
    word = WORDS[type(form)]
    how = f" ({form.describe()})" if form.describe() else ""
    return DataError(
        f"column {name!r}, row {row + 1}: {value!r} is no {word}, and the column holds {word}s"
        f"{how}; correct it, or leave it empty to mean missing"
    )


def format_to_dict(form: Format | None) -> dict[str, Any] | None:
    """A format as plain data."""
    return None if form is None else {"type": type(form).__name__, **asdict(form)}


def format_from_dict(data: Mapping[str, Any] | None) -> Format | None:
    """The format that `format_to_dict` described."""
    if data is None:
        return None
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    return _TYPES[values.pop("type")](**values)
