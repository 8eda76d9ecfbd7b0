"""How people write dates, times of day and durations.

Dates become days since 1970-01-01 (UTC where a zone is given), times and durations hours.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow.compute as pc

from ..errors import require_choice
from ..typing import Array, BoolArray
from .columns import number_array, text_array, to_numpy
from .month_names import MONTH_NUMBERS, WEEKDAYS
from .numerals import MARKS, Written
from .parts import Parts

Order = Literal["ymd", "dmy", "mdy"]
ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")
IN_WORDS = {"ymd": "year first", "dmy": "day first", "mdy": "month first"}

NOTHING = ("0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "00.00.0000")
"""Dates that mean a missing value (MySQL's zero, ...)."""
_FAR = (np.datetime64("0001-01-02"), np.datetime64("9999-01-01"))
"""Dates before and from these are sentinels, such as 0001-01-01 and 9999-12-31."""
_MONTH = np.timedelta64(1, "M")

# In lower case and without accents.
_CLOCK = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?)?"
    r" ?(?P<half>(?i:[ap]\.?m\.?))?"
)
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "wet": 0, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "eet": 2}
_ZONES |= {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
"""Hours east of Greenwich; those of America by RFC 5322."""
_ANY_ZONE = f"{'|'.join(_ZONES)}|[+-][0-9]{{2}}:?[0-9]{{2}}"
_ZONE = f" ?(?P<zone>{_ANY_ZONE})?"
_NAME = r"[a-z]{3,13}\.?"
_DATES = (
    r"(?P<y1>[0-9]{4})[-/.](?P<m1>[0-9]{1,2})(?:[-/.](?P<d1>[0-9]{1,2}))?",
    r"(?P<a>[0-9]{1,2})[-/.](?P<b>[0-9]{1,2})[-/.](?P<y2>[0-9]{4}|[0-9]{2})",
    rf"(?P<d3>[0-9]{{1,2}})(?:er)?[- ./]*(?:de |di |of )?(?P<n3>{_NAME})[- ,./]*(?:de |del )?"
    r"(?P<y3>[0-9]{4}|[0-9]{2})",
    rf"(?P<n4>{_NAME}) (?P<d4>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<y4>[0-9]{{4}})",
    rf"(?P<n5>{_NAME})(?:[- /]?(?P<y5>[0-9]{{4}})|-(?P<y6>[0-9]{{2}}))",
    rf"(?P<y7>[0-9]{{4}})[- /](?P<n7>{_NAME})(?:[- /](?P<d7>[0-9]{{1,2}}))?",
    r"(?:(?P<y8>[0-9]{4})[- /]?q(?P<q8>[1-4])|q(?P<q9>[1-4])[- /]?(?P<y9>[0-9]{4}))",
    r"(?P<y10>[12][0-9]{3})(?P<m10>[01][0-9])(?P<d10>[0-3][0-9])",
    r"(?P<m11>[0-9]{1,2})[-/.](?P<y11>[0-9]{4})",
)
_YEARS = ("y1", "y2", "y3", "y4", "y5", "y6", "y7", "y8", "y9", "y10", "y11")
_NAMES = ("n3", "n4", "n5", "n7")
_WEEKDAY = rf"(?:(?:{WEEKDAYS.replace(' ', '|')})\.?,? +)?"
_DATE = rf"^\[?{_WEEKDAY}(?:" + "|".join(_DATES) + rf")(?:[t ,:]+{_CLOCK})?{_ZONE}\]?$"
_BASIC = "^([0-9]{8})t([0-9]{2})([0-9]{2})([0-9]{2})"
"""ISO 8601 without marks: 20150131T120000."""
_YEAR_LAST = (
    rf"^{_WEEKDAY}({_NAME}) +([0-9]{{1,2}}) ([0-9]{{1,2}}:[0-9:]+)( (?:{_ANY_ZONE}))? ([0-9]{{4}})$"
)
"""As ctime writes it: Mon Jan  5 12:00:00 2015."""
_LONG_CLOCK = _CLOCK.replace("[0-9]{1,2}", "[0-9]{1,6}", 1)
_TIME = (
    r"^(?:(?P<sign>-)?(?P<days>[0-9]+) days?,? ?\+?)?(?P<minus>-)?"
    rf"(?:{_LONG_CLOCK}|P(?:(?P<d>[0-9]+)D)?(?:T(?:(?P<h>[0-9]+)H)?(?:(?P<m>[0-9]+)M)?"
    r"(?:(?P<s>[0-9]+)(?:\.[0-9]*)?S)?)?|(?P<h2>[0-9]+) ?h(?:rs?|ours?)? ?"
    r"(?P<m2>[0-9]+) ?(?:m(?:ins?|inutes?)?)?)$"
)


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
        text = pc.utf8_normalize(self.distinct, form="NFKD")
        text = pc.utf8_lower(pc.replace_substring_regex(text, r"\p{Mn}", ""))
        text = pc.replace_substring_regex(text, _YEAR_LAST, r"\2 \1 \5 \3\4")
        text = pc.replace_substring_regex(text, _BASIC, r"\1 \2:\3:\4")
        self._parts = parts = Parts(text, _DATE)
        self._found = parts.found
        self._a, self._b = parts.number("a"), parts.number("b")
        self._hours = _clock(parts)
        self.sentinels = np.zeros(len(self.distinct), bool)
        """Which texts are dates so far away that they mean a missing value, by the last `days`."""
        self._zoned = ~parts.equals("zone", "") if parts.has("zone") else np.zeros_like(self._found)

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
    def has_names(self) -> bool:
        """Whether months are written as words."""
        return any(map(self._parts.has, _NAMES))

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
        parts = self._parts
        year = np.maximum.reduce([parts.number(name) for name in _YEARS])
        short = np.zeros_like(self._found)
        for name in filter(parts.has, ("y2", "y3", "y6")):
            short |= to_numpy(pc.equal(pc.binary_length(parts.text(name)), number_array([2])[0]))
        year = np.where(short, np.where(year < 69, year + 2000, year + 1900), year)
        months = [parts.mapped(name, _month, -1) for name in _NAMES]
        quarter = np.maximum(parts.number("q8"), parts.number("q9"))
        months += [second, *map(parts.number, ("m1", "m10", "m11")), 3 * quarter - 2]
        month = np.maximum.reduce(months)
        days = [first, *map(parts.number, ("d1", "d3", "d4", "d7", "d10"))]
        day = np.maximum.reduce(days)
        day = np.where(self._found & (day < 0), 1, day)  # 2020-05, May 2020, 2020-Q2
        valid = self._found & (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
        since = np.where(valid, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
        starts, ends = since.astype("datetime64[D]"), (since + _MONTH).astype("datetime64[D]")
        valid &= (day <= (ends - starts).astype(int)) & (self._hours < 24.0 + 1e-9)
        dates = starts + np.where(valid, day - 1, 0).astype("timedelta64[D]")
        near = (dates >= _FAR[0]) & (dates < _FAR[1])
        self.sentinels = valid & ~near
        valid &= near
        passed = dates.astype(np.int64) + np.where(self._hours < 0, 0.0, self._hours) / 24
        return np.where(valid, passed - parts.mapped("zone", _zone, 0.0) / 24, np.nan), valid


def are_sentinels(days: Array) -> BoolArray:
    """Which days since 1970-01-01 are so far away that they mean a missing value."""
    first, last = (float(day.astype(np.int64)) for day in _FAR)
    return np.asarray((days < first) | (days >= last))


def hours_of(distinct: Any) -> tuple[Array, BoolArray]:
    """The hours that each text says, and whether it is a time."""
    parts = Parts(distinct, _TIME)
    hours, days = _clock(parts), np.maximum(parts.number("days"), 0)
    named = {"d": 24.0, "h": 1.0, "m": 1 / 60, "s": 1 / 3600, "h2": 1.0, "m2": 1 / 60}
    in_units = [(parts.number(name), size) for name, size in named.items()]
    units = sum(np.maximum(n, 0) * size for n, size in in_units)
    hours = np.where(np.any([n >= 0 for n, _ in in_units], axis=0), units, hours)
    valid = parts.found & (hours >= 0) & np.isfinite(hours)
    # pandas writes -1 days +02:00:00; a sign before the days belongs to them alone.
    sign, minus = (np.where(parts.equals(name, "-"), -1, 1) for name in ("sign", "minus"))
    return np.where(valid, sign * days * 24 + minus * hours, np.nan), valid


def _clock(parts: Parts) -> Array:
    """Hours of a time, -1 where there is none, infinite where it is wrong."""
    hour, minute, second = map(parts.number, ("hour", "minute", "second"))
    part = parts.mapped("part", lambda digits: float(f"0.{digits}"), 0.0)
    half = parts.mapped("half", lambda text: 12 * (text[0] in "pP"), -1)
    wrong = (minute > 59) | (second > 60) | ((half >= 0) & ((hour < 1) | (hour > 12)))
    hour = np.where(half >= 0, hour % 12 + half, hour)
    hours = hour + minute / 60 + (np.maximum(second, 0) + part) / 3600
    return np.where(parts.number("hour") < 0, -1.0, np.where(wrong, np.inf, hours))


def _month(name: str) -> int:
    return MONTH_NUMBERS.get(name.rstrip("."), -1)


def _zone(zone: str) -> float:
    """Hours east of Greenwich."""
    if zone[0] not in "+-":
        return _ZONES[zone]
    east = int(zone[1:3]) + int(zone[-2:]) / 60
    return -east if zone[0] == "-" else east
