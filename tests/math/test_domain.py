from math import inf, nan

import numpy as np
import pytest

from chainrule.domain import (
    CLOSED_UNIT,
    NON_NEGATIVE,
    POSITIVE,
    REALS,
    UNIT,
    Interval,
    Points,
    Simplex,
)

SETS = {
    "reals": REALS,
    "positive": POSITIVE,
    "non-negative": NON_NEGATIVE,
    "unit": UNIT,
    "closed unit": CLOSED_UNIT,
    "above -1": Interval(low=-1),
    "-1 to 1": Interval(-1, 1),
    "simplex": Simplex(),
    "closed simplex": Simplex(closed=True),
    "0 or 1": Points((0.0, 1.0)),
    "-1 or 1": Points((-1.0, 1.0)),
}

# Which sets each one includes, besides itself.
INCLUDED = {
    "reals": set(SETS) - {"reals"},
    "positive": {"unit", "simplex"},
    "non-negative": {"positive", "unit", "closed unit", "simplex", "closed simplex", "0 or 1"},
    "unit": {"simplex"},
    "closed unit": {"unit", "simplex", "closed simplex", "0 or 1"},
    "above -1": {
        "positive",
        "non-negative",
        "unit",
        "closed unit",
        "-1 to 1",
        "simplex",
        "closed simplex",
        "0 or 1",
    },
    "-1 to 1": {"unit", "simplex"},
    "closed simplex": {"simplex"},
}


@pytest.mark.parametrize("name", SETS)
def test_includes(name):
    expected = INCLUDED.get(name, set()) | {name}
    assert {other for other, s in SETS.items() if SETS[name].includes(s)} == expected


ROWS = [
    np.array([[0.25, 0.75]]),
    np.array([[0.0, 1.0]]),
    np.array([[-1.0, 1.0]]),
    np.array([[0.5, 2.0]]),
    np.array([[-3.0, 7.5]]),
    np.array([[0.0, 0.0]]),
]


@pytest.mark.parametrize("name", SETS)
def test_includes_agrees_with_holds(name):
    # What a subset holds, the larger set holds.
    for other in (s for s in SETS.values() if SETS[name].includes(s)):
        for rows in ROWS:
            assert not other.holds(rows) or SETS[name].holds(rows)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("bad", [nan, inf, -inf])
def test_nothing_holds_what_is_not_finite(name, bad):
    assert not SETS[name].holds(np.array([[0.5, bad]]))


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("reals", [1, 1, 1, 1, 1, 1]),
        ("positive", [1, 0, 0, 1, 0, 0]),
        ("non-negative", [1, 1, 0, 1, 0, 1]),
        ("unit", [1, 0, 0, 0, 0, 0]),
        ("closed unit", [1, 1, 0, 0, 0, 1]),
        ("-1 to 1", [1, 0, 0, 0, 0, 1]),
        ("simplex", [1, 0, 0, 0, 0, 0]),
        ("closed simplex", [1, 1, 0, 0, 0, 0]),
        ("0 or 1", [0, 1, 0, 0, 0, 1]),
        ("-1 or 1", [0, 0, 1, 0, 0, 0]),
    ],
)
def test_holds(name, held):
    assert [SETS[name].holds(rows) for rows in ROWS] == [bool(h) for h in held]


def test_probabilities_may_be_rounded():
    thirds = np.full((1, 3), 1 / 3, dtype=np.float32)
    assert Simplex().holds(thirds)
    assert not Simplex().holds(thirds + 1e-3)


def test_names():
    assert str(REALS) == "all real numbers"
    assert str(POSITIVE) == "(0, inf)"
    assert str(CLOSED_UNIT) == "[0, 1]"
    assert str(Interval(0, inf, (True, False))) == "[0, inf)"
    assert str(Points((-1.0, 1.0))) == "one of -1, 1"
    assert str(Simplex()) == "rows of probabilities with the sum 1"
