import math

import pytest

from chainrule.cli.console import number, seconds


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.97101, "0.9710"),
        (1.0, "1.000"),
        (0.0, "0.000"),
        (-38.917, "-38.92"),
        (999.94, "999.9"),
        (999.96, "1,000"),
        (-15617869.2, "-15,617,869"),
        (1.5e-7, "1.500e-07"),
        (2e12, "2.000e+12"),
        (math.nan, "nan"),
        (math.inf, "inf"),
    ],
)
def test_four_digits_that_count(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0.05, "0.05 s"),
        (1.5, "1.5 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.7, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3599.7, "1 h 0 min"),
        (3725, "1 h 2 min"),
    ],
)
def test_durations_as_people_say_them(duration, text):
    assert seconds(duration) == text
