"""Folds: every row is tested once, and nothing of it is known from training."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import DataError, InvalidValueError
from chainrule.evaluation import make_folds
from chainrule.evaluation.folds import hold_out
from chainrule.tables import decode_table

N = 60
RNG = np.random.default_rng(0)


def decoded(target="kind", **columns):
    table = {
        "x": RNG.normal(size=N),
        "kind": ["a"] * 40 + ["b"] * 20,
        "y": RNG.normal(size=N),
        "patient": [f"p{i % 13}" for i in range(N)],
        "day": [f"2024-{i // 28 + 1:02}-{i % 28 + 1:02}" for i in range(N)],
        **columns,
    }
    return decode_table(table, target)


@pytest.mark.parametrize("how", [{}, {"group": "patient"}])
@pytest.mark.parametrize("folds", [2, 5])
def test_every_row_is_tested_once(how, folds):
    cut = make_folds(decoded(), folds, 0, **how)
    assert len(cut) == folds
    assert sorted(np.concatenate([fold.test for fold in cut])) == list(range(N))
    for training, test in cut:
        assert sorted([*training, *test]) == list(range(N))


@settings(max_examples=30, deadline=None)
@given(folds=st.integers(2, 8), seed=st.integers(0, 2**64 - 1))
def test_each_fold_has_its_share_of_each_class(folds, seed):
    table = decoded()
    sizes = [len(fold.test) for fold in make_folds(table, folds, seed)]
    assert max(sizes) - min(sizes) <= 1
    for label, n in (("a", 40), ("b", 20)):
        own = np.array([v.as_py() == label for v in table.target])
        counts = [int(own[fold.test].sum()) for fold in make_folds(table, folds, seed)]
        assert sum(counts) == n
        assert max(counts) - min(counts) <= 1


def test_the_seed_decides():
    first, second, other = (make_folds(decoded(), 3, seed) for seed in (1, 1, 2))
    assert all((a.test == b.test).all() for a, b in zip(first, second, strict=True))
    assert any(len(a.test) != len(b.test) or (a.test != b.test).any()
               for a, b in zip(first, other, strict=True))  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(
    groups=st.lists(st.integers(0, 9), min_size=N, max_size=N).filter(lambda g: len(set(g)) > 4),
    seed=st.integers(0, 1000),
)
def test_a_group_is_never_on_both_sides(groups, seed):
    table = decoded(patient=[f"p{g}" for g in groups])
    numbers = np.array(groups)
    for training, test in make_folds(table, 4, seed, group="patient"):
        assert not set(numbers[training]) & set(numbers[test])
        assert len(test)


@settings(max_examples=30, deadline=None)
@given(
    days=st.permutations([i // 4 for i in range(N)]),
)
def test_training_lies_before_the_test_and_moments_stay_together(days):
    numbers = np.array(days, dtype=float)
    cut = make_folds(decoded(day=numbers), 3, time="day")
    for training, test in cut:
        assert numbers[training].max() < numbers[test].min()
    assert [len(fold.training) for fold in cut] == sorted(len(fold.training) for fold in cut)


def test_dates_are_sorted_as_dates():
    days = [f"{d}.{m}.2024" for m in (10, 9, 11) for d in range(1, 21)]
    (first, *_) = make_folds(decoded(day=days), 2, time="day")
    assert set(first.training) == set(range(20, 40))  # September


@pytest.mark.parametrize("how", [{}, {"group": "patient"}, {"time": "day"}])
def test_a_share_is_held_out(how):
    table = decoded()
    training, test = hold_out(table, table.rows, 0.2, 0, **how)
    assert sorted([*training, *test]) == list(range(N))
    assert len(test) == pytest.approx(12, abs=5)
    if "time" in how:
        assert training.max() < test.min()
    if "group" in how:
        assert not set(training % 13) & set(test % 13)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"folds": 1}, InvalidValueError, "folds"),
        ({"folds": 61}, DataError, "fewer than the rows"),
        ({"folds": 14, "group": "patient"}, DataError, "column 'patient' has 13"),
        ({"group": "patient", "time": "day"}, InvalidValueError, "group .* must be None"),
        ({"group": "patent"}, DataError, "did you mean 'patient'"),
        ({"time": "patient"}, DataError, "'patient' must hold dates or numbers"),
        ({"time": "gap"}, DataError, "column 'gap', row 3: the time is missing"),
        ({"time": "same"}, DataError, "share a moment"),
    ],
)
def test_what_is_refused(arguments, error, message):
    gap = [None if i == 2 else float(i) for i in range(N)]
    with pytest.raises(error, match=message):
        make_folds(decoded(gap=gap, same=[1.0] * N), **{"folds": 3, "seed": 0, **arguments})
