"""What each column of a table means, decided from all its values, and from the other columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError
from ..typing import Array, BoolArray
from .columns import (
    Labels,
    as_numbers,
    is_date,
    is_integer,
    is_text,
    labels_of,
    number_array,
    text_array,
    tidy,
    to_numpy,
)
from .dates import (
    NOTHING,
    DateFormat,
    Order,
    TimeFormat,
    WrittenDates,
    are_sentinels,
    hours_of,
)
from .formats import WORDS, Format, read_numbers
from .integers import are_calendar_days, are_long_codes
from .numerals import DECIMALS, MARKS, Decimal, NumberFormat, Written
from .strays import Strays, find_strays

MOST_STRAYS = 0.1
"""A column of which more values are no numbers (dates, times) is one of texts."""
FEW_STRAYS = 0.02
"""So many texts among a few different numbers may be mistakes; more are categories."""
FEW_NUMBERS = 10
_SAMPLE = 1000
_TIMED = "[0-9][^0-9]*[0-9]|^-?P"
"""Dates and times have two digits, or are durations of ISO 8601."""
_CODE = r"^[+-]?0[0-9]+$"
_LONG_CODE = r"^[0-9]{16,}$"
SEVERAL_UNITS = "numbers in several units"
_LONG_CODES = "codes, not numbers: they have more digits than a number keeps"

Kind = Literal["number", "date", "category", "text", "left out"]


@dataclass
class Column:
    """One column: its values, and what they were found to mean.

    Attributes
    ----------
    name : str
    values : pyarrow ChunkedArray
        Tidy; texts that were found to mean numbers or dates are still texts.
    format : NumberFormat, DateFormat, TimeFormat or None
        How numbers, dates or times are written; None for categories.
    strays : Strays or None
        Texts among numbers or dates that are none.
    notes : list of str
        What was odd, in words.
    """

    name: str
    values: Any
    format: Format | None = None
    strays: Strays | None = None
    notes: list[str] = field(default_factory=list)
    _written: Written | None = None
    _formats: list[tuple[NumberFormat, int]] = field(default_factory=list)
    _dates: WrittenDates | None = None

    @cached_property
    def numbers(self) -> Array:
        """The values as float64, nan where missing."""
        assert self.format is not None
        return read_numbers(self.values, self.format, self.name)

    @cached_property
    def labels(self) -> Labels:
        """The different values as text, and each row's place in them."""
        return labels_of(self.values)


def find_columns(
    columns: Mapping[str, Any],
    overrides: Mapping[str, str],
    *,
    decimal: Decimal = "",
    dates: Order | Literal[""] = "",
    marks: str = "",
) -> dict[str, Column]:
    """What each column of a table means.

    Parameters
    ----------
    columns : mapping of str to pyarrow ChunkedArray
        As they were read.
    overrides : mapping of str to "number", "category" or "text"
        What was asked for.
    decimal : {".", ","}, optional
        The decimal mark of texts; by default found.
    dates : {"ymd", "dmy", "mdy"}, optional
        The order of dates whose year stands last; by default found.
    marks : str
        The decimal marks of columns that were read as numbers from a text file.

    Raises
    ------
    DataError
        If a column can be read in two ways and no other one decides; the message shows both.
    """
    found = {name: _look(name, values, overrides.get(name)) for name, values in columns.items()}
    mark = decimal or _decimal_of(found.values(), marks)
    order = dates or _order_of(found.values())
    for column in found.values():
        if column._formats:
            _settle_number(column, mark, decimal, overrides.get(column.name))
        elif column._dates is not None:
            _settle_date(column, order)
        column._written = column._dates = None
    return found


def _look(name: str, values: Any, override: str | None) -> Column:
    timed = pa.types.is_time(values.type) or pa.types.is_duration(values.type)
    column = Column(name, tidy(values))
    values = column.values
    if override in ("category", "text"):
        return column
    if not is_text(values):
        if is_date(values):
            column.format = DateFormat()
            far = are_sentinels(as_numbers(values, name))
            if far.any():
                more = f", and {far.sum() - 1:,} more" if far.sum() > 1 else ""
                date = str(values[int(far.argmax())].as_py())[:10]
                column.notes.append(
                    f"{date!r} in row {int(far.argmax()) + 1}{more}: taken as missing"
                )
        elif not override and are_calendar_days(values):
            column.values = values.cast(pa.large_string())
            column._dates = WrittenDates(Written.of(column.values))
            column.notes.append(f"its integers are days: {column._dates.distinct[0]} is a date")
        elif is_integer(values) or values.type == pa.float64() or override == "number":
            if override != "number" and are_long_codes(values):
                column.notes.append(_LONG_CODES)
            else:
                column.format = TimeFormat() if timed else NumberFormat()
        return column
    if values.null_count < len(values):
        _look_at_texts(column, override)
    return column


def _look_at_texts(column: Column, override: str | None) -> None:
    """Numbers, dates or times, if half of a sample of the texts look so; then all are read."""
    likely = Written.of(_sample(column.values))
    enough = likely.counts.sum() / 2
    numeric = likely.counts[likely.dot | likely.comma].sum() >= enough
    timed = to_numpy(pc.match_substring_regex(likely.distinct, _TIMED))
    if not numeric and override != "number" and likely.counts[timed].sum() < enough:
        return
    dates, times = WrittenDates(likely), hours_of(likely.distinct)[1]
    are_dates = max(dates.orders().values()) >= enough
    if are_dates and dates.has_names:
        numeric = False  # 2015 March is no number of the unit March
    if override == "number" or numeric:
        column._written = Written.of(column.values)
        column._formats = column._written.formats()
        if not column._formats and (units := column._written.several_units()):
            column.notes.append(f"{SEVERAL_UNITS} ({', '.join(map(repr, units))})")
        if override == "number" and not column._formats:
            column._formats = [(NumberFormat(), 0)]
    elif are_dates:
        column._dates = WrittenDates(Written.of(column.values))
    elif likely.counts[times].sum() >= enough:
        written = Written.of(column.values)
        _settle(column, written, TimeFormat(), hours_of(written.distinct)[1], {*MARKS})


def _sample(values: Any) -> Any:
    present = values.drop_null()
    n = len(present)
    if n <= _SAMPLE:
        return present
    return present.take(number_array(np.linspace(0, n - 1, _SAMPLE).astype(np.int64)))


# --- numbers ------------------------------------------------------------------------------------


def _decimal_of(columns: Iterable[Column], read: str) -> Decimal:
    """The decimal mark that the columns prove; "" where none does, or they disagree."""
    marks = {c._written.proves_decimal for c in columns if c._formats and c._written}
    marks |= {mark for mark in DECIMALS if mark in read}
    marks.discard("")
    return marks.pop() if len(marks) == 1 else ""


def _settle_number(column: Column, mark: Decimal, told: Decimal, override: str | None) -> None:
    written, formats = column._written, column._formats
    assert written is not None
    if told:
        formats = [(replace(formats[0][0], decimal=told), 0)]
    elif len(formats) == 2:
        formats = [f for f in formats if f[0].decimal == mark]
        if not formats:
            raise _two_ways(column, written)
    form = formats[0][0]
    _, valid = written.values(form)
    codes = to_numpy(pc.match_substring_regex(written.distinct, _CODE))
    if codes.any() and override != "number":
        row = int(np.isin(written.codes, np.flatnonzero(codes)).argmax())
        column.notes.append(f"codes, not numbers ({_value(column, row)})")
        return
    long = valid & to_numpy(pc.match_substring_regex(written.distinct, _LONG_CODE))
    if override != "number" and len(np.unique(written.values(form)[0][long])) < long.sum():
        column.notes.append(_LONG_CODES)
        return
    _settle(column, written, form, valid, {*MARKS}, override)
    for habit, texts in written.habits(form).items() if column.format is not None else ():
        row = int(np.isin(written.codes, np.flatnonzero(texts)).argmax())
        column.notes.append(f"{habit} ({_value(column, row)})")


def _two_ways(column: Column, written: Written) -> DataError:
    both = np.flatnonzero(written.dot & written.comma & written.marked)
    row = int(np.isin(written.codes, both).argmax())
    text = column.values[row].as_py()
    form, place = column._formats[0][0], written.codes[row]
    readings = [written.values(replace(form, decimal=m))[0][place] for m in DECIMALS]
    return DataError(
        f"column {column.name!r}, row {row + 1}: {text!r} may be {readings[0]:.12g} or "
        f"{readings[1]:.12g}, and no other value or column tells which; say decimal='.' or "
        "decimal=',' (--decimal on the command line), or leave the column out"
    )


# --- dates --------------------------------------------------------------------------------------


def _order_of(columns: Iterable[Column]) -> Order | Literal[""]:
    """The order of dates that the columns prove; "" where none does, or they disagree."""
    orders: set[Order] = set()
    for column in columns:
        if column._dates is not None and column._dates.is_ambiguous:
            rows = column._dates.orders()
            if rows["dmy"] != rows["mdy"]:
                orders.add(max(rows, key=lambda order: rows[order]))
    return orders.pop() if len(orders) == 1 else ""


def _settle_date(column: Column, order: Order | Literal[""]) -> None:
    dates = column._dates
    assert dates is not None
    rows = dates.orders()
    if not dates.is_ambiguous:
        found: Order = "ymd"
    elif order:
        found = order
    elif rows["dmy"] != rows["mdy"]:
        found = "dmy" if rows["dmy"] > rows["mdy"] else "mdy"
    elif dates.has_dots:  # 01.02.2003: only where days come first
        found = "dmy"
    else:
        raise _two_orders(column, dates)
    if dates.mixes_zones:
        column.notes.append("some dates have a zone, others none")
        return
    valid, marks = dates.days(found)[1], {*MARKS, *NOTHING}
    _settle(column, dates.written, DateFormat(found), valid, marks, sentinels=dates.sentinels)


def _two_orders(column: Column, dates: WrittenDates) -> DataError:
    days, months = (dates.days(order)[1] & dates.last for order in ("dmy", "mdy"))

    def first(texts: BoolArray) -> str:
        row = int(np.isin(dates.written.codes, np.flatnonzero(texts)).argmax())
        return f"{column.values[row].as_py()!r} (row {row + 1})"

    if (days & ~months).any():
        return DataError(
            f"column {column.name!r} mixes dates that begin with the day, {first(days & ~months)}, "
            f"and with the month, {first(months & ~days)}; write them in one order, or leave the "
            "column out"
        )
    return DataError(
        f"column {column.name!r}: {first(dates.last)} may begin with the day or the month, and no "
        "other value or column tells which; say dates='dmy' or dates='mdy' (--dates on the command "
        "line), or leave the column out"
    )


# --- what does not fit --------------------------------------------------------------------------


def _settle(
    column: Column,
    written: Written,
    form: Format,
    valid: BoolArray,
    marks: set[str],
    override: str | None = None,
    sentinels: BoolArray | None = None,
) -> None:
    """Give a column its format, unless too many of its texts do not fit.

    Sentinels are said like what does not fit, and may be as many as there are.
    """
    known = to_numpy(pc.is_in(written.distinct, text_array(sorted(marks))))
    stray = ~valid & ~known
    n_valid, n_stray = int(written.counts[valid].sum()), int(written.counts[stray].sum())
    n = n_valid + n_stray
    n_odd = n_stray if sentinels is None else int(written.counts[stray & ~sentinels].sum())
    if override != "number":
        few_numbers = int((valid & (written.counts > 0)).sum()) <= FEW_NUMBERS
        most = FEW_STRAYS if few_numbers and isinstance(form, NumberFormat) else MOST_STRAYS
        if n_valid == 0 or n_odd > most * n:
            if n_valid and n_stray:
                column.strays = find_strays(column.values, written, stray, n)
                column.notes.append(f"{n_valid} of its {n} texts are {WORDS[type(form)]}s")
            return
    column.format = form
    if n_stray:
        column.strays = find_strays(column.values, written, stray, n)
        if override != "number":
            column.format = replace(form, missing=column.strays.texts)


def _value(column: Column, row: int) -> str:
    return f"{column.values[row].as_py()!r} in row {row + 1}"
