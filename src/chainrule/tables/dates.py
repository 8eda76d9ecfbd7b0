"""How people write dates, times of day and durations.

Dates become days since 1970-01-01 (UTC where a zone is given), times and durations hours.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow.compute as pc

from ..errors import require_choice
from ..typing import Array, BoolArray, IntArray
from .columns import text_array, to_numpy
from .numerals import MARKS, Written

Order = Literal["ymd", "dmy", "mdy"]
ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")
IN_WORDS = {"ymd": "year first", "dmy": "day first", "mdy": "month first"}

NOTHING = ("0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "00.00.0000")
"""Dates that mean a missing value (MySQL's zero, ...)."""
_FAR = (np.datetime64("0001-01-02"), np.datetime64("9999-01-01"))
"""Dates before and from these are sentinels, such as 0001-01-01 and 9999-12-31."""

_CLOCK = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?"
)
_ZONE = r" ?(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?"
_DATES = (
    r"(?P<y1>[0-9]{4})[-/.](?P<m1>[0-9]{1,2})(?:[-/.](?P<d1>[0-9]{1,2}))?",
    r"(?P<a>[0-9]{1,2})[-/.](?P<b>[0-9]{1,2})[-/.](?P<y2>[0-9]{4}|[0-9]{2})",
    r"(?P<d3>[0-9]{1,2})[- ./]?(?P<n3>[A-Za-z]{3,9})\.?[- ,./]*(?P<y3>[0-9]{4}|[0-9]{2})",
    r"(?P<n4>[A-Za-z]{3,9})\.? (?P<d4>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<y4>[0-9]{4})",
)
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,? +)?"
_DATE = f"^{_WEEKDAY}(?:" + "|".join(_DATES) + f")(?:[T ,]+{_CLOCK})?{_ZONE}$"
_LONG_CLOCK = _CLOCK.replace("[0-9]{1,2}", "[0-9]{1,6}", 1)
_TIME = (
    r"^(?:(?P<sign>-)?(?P<days>[0-9]+) days?,? ?\+?)?(?P<minus>-)?"
    rf"(?:{_LONG_CLOCK}|P(?:(?P<d>[0-9]+)D)?(?:T(?:(?P<h>[0-9]+)H)?(?:(?P<m>[0-9]+)M)?"
    r"(?:(?P<s>[0-9]+)(?:\.[0-9]*)?S)?)?|(?P<h2>[0-9]+) ?h(?:rs?|ours?)? ?"
    r"(?P<m2>[0-9]+) ?m(?:ins?|inutes?)?)$"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(frozen=True)
class DateFormat:
    """How the dates of a column are written.

    Parameters
    ----------
    order : {"ymd", "dmy", "mdy"}
        Which of two numbers is the day where the year stands last.
    missing : tuple of str
        Texts of the training rows that are no dates and were taken as missing.
    """

    order: Order = "ymd"
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_choice("order", self.order, tuple(IN_WORDS))

    def parse(self, texts: Any) -> tuple[Array, BoolArray]:
        """Days since 1970-01-01, nan where there is no date; and where something else stands."""
        dates = WrittenDates(Written.of(texts))
        days, valid = dates.days(self.order)
        known = {*MARKS, *NOTHING, *self.missing}
        known_rows = to_numpy(pc.is_in(dates.distinct, text_array(sorted(known))))
        known_rows = known_rows | dates.sentinels
        spread = dates.written.spread
        return spread(days), spread(~valid & ~known_rows, missing=False)

    def describe(self) -> str:
        """In words, "" for dates that begin with the year."""
        return "" if self.order == "ymd" else IN_WORDS[self.order]


@dataclass(frozen=True)
class TimeFormat:
    """Times of day and durations, in hours: 12:30, 126:15:00, 2 days 03:00:00, PT1H30M, 1h 30m.

    Parameters
    ----------
    missing : tuple of str
        Texts of the training rows that are no times and were taken as missing.
    """

    missing: tuple[str, ...] = ()

    def parse(self, texts: Any) -> tuple[Array, BoolArray]:
        """Hours, nan where there is no time; and where something else stands."""
        written = Written.of(texts)
        hours, valid = hours_of(written.distinct)
        known = to_numpy(pc.is_in(written.distinct, text_array(sorted({*MARKS, *self.missing}))))
        return written.spread(hours), written.spread(~valid & ~known, missing=False)

    def describe(self) -> str:
        """In words."""
        return "in hours"


class WrittenDates:
    """The different texts of a column, taken apart into year, month, day and time."""

    def __init__(self, written: Written) -> None:
        self.written, self.distinct = written, written.distinct
        parts = pc.extract_regex(self.distinct, _DATE)
        self._found = to_numpy(parts.is_valid())
        self._parts = parts
        self._a, self._b = self._number("a"), self._number("b")
        self._hours = _clock(self._field)
        self.sentinels = np.zeros(len(self.distinct), bool)
        """Which texts are dates so far away that they mean a missing value, by the last `days`."""
        self._zoned = to_numpy(pc.not_equal(self._field("zone"), _text("")))

    def _field(self, name: str) -> Any:
        return pc.fill_null(pc.struct_field(self._parts, name), _text(""))

    def _number(self, name: str) -> IntArray:
        return _numbers(self._field(name))

    def orders(self) -> dict[Order, int]:
        """How many rows are dates in each order; the same where all begin with the year."""
        counts = self.written.counts
        return {order: int(counts[self.days(order)[1]].sum()) for order in ("dmy", "mdy")}

    @property
    def last(self) -> BoolArray:
        """Which texts have the year last, so that the order matters."""
        return self._a >= 0

    @property
    def is_ambiguous(self) -> bool:
        """Whether the order matters in some row."""
        return bool(self.last.any())

    @property
    def has_dots(self) -> bool:
        """Whether all dates that have the year last are written with dots."""
        dots = to_numpy(pc.match_substring_regex(self.distinct, r"^[0-9]+\.[0-9]+\."))
        return bool(dots[self.last].all())

    @property
    def mixes_zones(self) -> bool:
        """Whether some dates have a zone and others none."""
        return len(set(self._zoned[self._found].tolist())) > 1

    def days(self, order: Order) -> tuple[Array, BoolArray]:
        """Days since 1970-01-01 of each different text, and whether it is a date."""
        first, second = (self._a, self._b) if order == "dmy" else (self._b, self._a)
        year = np.maximum.reduce([self._number(n) for n in ("y1", "y2", "y3", "y4")])
        last = pc.binary_join_element_wise(self._field("y2"), self._field("y3"), _text(""))
        short = to_numpy(pc.match_substring_regex(last, "^[0-9]{2}$"))
        year = np.where(short, np.where(year < 69, year + 2000, year + 1900), year)
        names = np.maximum(_month(self._field("n3")), _month(self._field("n4")))
        month = np.maximum.reduce([self._number("m1"), second, names])
        days = [self._number("d1"), first, self._number("d3"), self._number("d4")]
        day = np.maximum.reduce(days)
        day = np.where((day < 0) & (self._number("m1") >= 0), 1, day)  # 2020-05
        valid = self._found & (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
        months = np.where(valid, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
        starts, ends = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
        valid &= (day <= (ends - starts).astype(int)) & (self._hours < 24.0 + 1e-9)
        dates = starts + np.where(valid, day - 1, 0)
        near = (dates >= _FAR[0]) & (dates < _FAR[1])
        self.sentinels = valid & ~near
        valid &= near
        since = dates.astype(np.int64) + np.where(self._hours < 0, 0.0, self._hours) / 24
        return np.where(valid, since - _zone(self._field("zone")) / 24, np.nan), valid


def are_sentinels(days: Array) -> BoolArray:
    """Which days since 1970-01-01 are so far away that they mean a missing value."""
    first, last = (float(day.astype(np.int64)) for day in _FAR)
    return np.asarray((days < first) | (days >= last))


def hours_of(distinct: Any) -> tuple[Array, BoolArray]:
    """The hours that each text says, and whether it is a time."""
    parts = pc.extract_regex(distinct, _TIME)
    found = to_numpy(parts.is_valid())
    empty = _text("")

    def field(name: str) -> Any:
        return pc.fill_null(pc.struct_field(parts, name), empty)

    hours, days = _clock(field), np.maximum(_numbers(field("days")), 0)
    named = {"d": 24.0, "h": 1.0, "m": 1 / 60, "s": 1 / 3600, "h2": 1.0, "m2": 1 / 60}
    in_units = [(_numbers(field(name)), size) for name, size in named.items()]
    units = sum(np.maximum(n, 0) * size for n, size in in_units)
    hours = np.where(np.any([n >= 0 for n, _ in in_units], axis=0), units, hours)
    valid = found & (hours >= 0) & np.isfinite(hours)
    # pandas writes -1 days +02:00:00; a sign before the days belongs to them alone.
    sign, minus = (
        np.where(to_numpy(pc.equal(field(name), _text("-"))), -1, 1) for name in ("sign", "minus")
    )
    return np.where(valid, sign * days * 24 + minus * hours, np.nan), valid


def _text(text: str) -> Any:
    return text_array([text])[0]


def _numbers(texts: Any) -> IntArray:
    """Digits as integers, -1 where there are none."""
    empty = pc.equal(texts, _text(""))
    filled = pc.if_else(empty, _text("-1"), texts)
    return np.asarray(to_numpy(filled.cast("int64")))


def _clock(field: Any) -> Array:
    """Hours of a time, -1 where there is none, infinite where it is wrong."""
    hour, minute, second = (_numbers(field(name)) for name in ("hour", "minute", "second"))
    digits = pc.utf8_rpad(field("part"), 9, "0")
    part = np.maximum(
        _numbers(pc.if_else(pc.equal(field("part"), _text("")), _text("0"), digits)), 0
    )
    half = np.array([h[:1].lower() for h in field("half").to_pylist()], dtype="U1")
    wrong = (minute > 59) | (second > 60) | ((half != "") & ((hour < 1) | (hour > 12)))
    hour = np.where(half == "p", hour % 12 + 12, np.where(half == "a", hour % 12, hour))
    hours = hour + minute / 60 + (np.maximum(second, 0) + part / 1e9) / 3600
    return np.where(hour < 0, -1.0, np.where(wrong, np.inf, hours))


def _month(names: Any) -> IntArray:
    short = [name[:3].lower() for name in names.to_pylist()]
    return np.array([_MONTHS.index(n) + 1 if n in _MONTHS else -1 for n in short], np.int64)


def _zone(zones: Any) -> Array:
    """Hours east of Greenwich."""

    def hours(zone: str) -> float:
        if zone[:1] not in ("+", "-"):
            return 0.0
        east = int(zone[1:3]) + int(zone[-2:]) / 60
        return -east if zone[0] == "-" else east

    found = {zone: hours(zone) for zone in set(zones.to_pylist())}
    return np.array([found[zone] for zone in zones.to_pylist()])
