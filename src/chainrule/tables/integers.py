"""Integers that are no numbers: codes of many digits, and days."""

from typing import Any

import numpy as np

from .columns import is_integer, to_numpy

_EXACT = 2**53
"""Beyond it integers are not exact as numbers."""
_DAYS = (19000101, 21001231)
_MIN_DAYS = 5


def are_long_codes(values: Any) -> bool:
    """Whether integers are so large that different ones are the same as numbers."""
    if not is_integer(values) or values.null_count == len(values):
        return False
    present = to_numpy(values.drop_null())
    if max(abs(int(present.min())), abs(int(present.max()))) < _EXACT:
        return False
    distinct = np.unique(present)
    return len(np.unique(distinct.astype(np.float64))) < len(distinct)


def may_be_days(values: Any) -> bool:
    """Whether integers have the size of days such as 20150131."""
    if not is_integer(values) or values.null_count == len(values):
        return False
    present = to_numpy(values.drop_null())
    return bool(present.min() >= _DAYS[0] and present.max() <= _DAYS[1])


def are_calendar_days(values: Any) -> bool:
    """Whether all integers are days as 20150131, of which one number in 28 is one by chance."""
    if not may_be_days(values):
        return False
    distinct = np.unique(to_numpy(values.drop_null()))
    year, month, day = distinct // 10000, distinct // 100 % 100, distinct % 100
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    after = months + np.timedelta64(1, "M")
    longest = (after.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
    valid = (month >= 1) & (month <= 12) & (day >= 1) & (day <= longest)
    return len(distinct) >= _MIN_DAYS and bool(valid.all())
