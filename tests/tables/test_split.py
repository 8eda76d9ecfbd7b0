import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chainrule.errors import ChainruleError, DataError
from chainrule.tables import split, split_rows

FRACTIONS = st.floats(0.01, 0.99)
SEEDS = st.integers(0, 2**64 - 1)


@given(st.integers(2, 500), FRACTIONS, SEEDS)
def test_every_row_is_on_one_side(n, fraction, seed):
    kept, out = split_rows(n, fraction, seed)
    assert sorted([*kept, *out]) == list(range(n))
    assert (np.diff(kept) > 0).all()
    assert (np.diff(out) > 0).all()
    assert len(out) == min(max(int(n * fraction + 0.5), 1), n - 1)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=200), FRACTIONS, SEEDS)
def test_every_class_gives_its_share(classes, fraction, seed):
    classes = np.array(classes)
    counts = np.bincount(classes)
    assume(counts.max() > 1)
    kept, out = split_rows(len(classes), fraction, seed, classes=classes)
    given_away = np.bincount(classes[out], minlength=len(counts))
    quota = counts * fraction
    # A quota is rounded to one of its neighbours, and the last row of a class is kept. What such a
    # class cannot give, another gives: one more row at most, even if its quota is a whole number.
    spare = np.maximum(counts - 1, 0)
    lowest = np.floor(quota)
    highest = lowest + 1 if (lowest == spare)[counts > 0].any() else np.ceil(quota)
    assert (np.minimum(lowest, spare) <= given_away).all()
    assert (given_away <= np.minimum(highest, spare)).all()
    assert (np.bincount(classes[kept], minlength=len(counts))[counts > 0] >= 1).all()
    assert 1 <= len(out) <= max(1, round(len(classes) * fraction) + 1)


def test_the_same_seed_gives_the_same_rows_and_positions_differ():
    first = split_rows(100, 0.3, 7)[1]
    assert first.tolist() == split_rows(100, 0.3, 7)[1].tolist()
    assert first.tolist() != split_rows(100, 0.3, 8)[1].tolist()
    assert first.tolist() != split_rows(100, 0.3, 7, position=1)[1].tolist()


def test_every_row_is_held_out_equally_often():
    times = np.zeros(20)
    for seed in range(2000):
        times[split_rows(20, 0.25, seed)[1]] += 1
    # 2000 draws with p = 1/4: 500 on average, standard deviation 19; 5 of them over 20 rows.
    assert np.abs(times - 500).max() < 5 * 19.4


def test_a_single_row_of_a_class_stays():
    classes = np.array([0] * 9 + [1])
    for seed in range(50):
        kept, out = split_rows(10, 0.5, seed, classes=classes)
        assert 9 in kept
        assert len(out) == 5


def test_tables():
    table = {"x": list(range(10)), "c": ["a"] * 6 + [None] * 4}
    kept, out = split(table, 0.5, 0, stratify="c")
    assert out["c"].to_list().count("a") == 3
    assert out["c"].to_list().count(None) == 2
    assert sorted(kept["x"].to_list() + out["x"].to_list()) == table["x"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: split_rows(1, 0.5, 0), "a table with 1 row cannot be split; at least 2"),
        (lambda: split_rows(9, 0, 0), r"fraction \(=0\) must be > 0 and < 1"),
        (lambda: split_rows(9, 1.0, 0), r"fraction \(=1\.0\) must be > 0 and < 1"),
        (lambda: split_rows(2, 0.5, 0, classes=[0, 1]), "no class has two rows"),
        (lambda: split_rows(2, 0.5, -1), r"seed \(=-1\) must be >= 0"),
        (lambda: split({"x": [1, 2]}, 0.5, 0, stratify="X"), r"no column 'X' \(did you mean 'x'"),
    ],
)
def test_what_cannot_be_split(call, message):
    with pytest.raises(ChainruleError, match=message) as error:
        call()
    assert isinstance(error.value, ValueError | DataError)
