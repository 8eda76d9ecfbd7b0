import json
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError
from chainrule.tables import Encoder, Schema, read_table
from chainrule.tables.encoder import MAX_LEVELS, CategoryEncoder

Y = list("ppqqpq")


def fitted(**columns):
    table = read_table({**columns, "y": Y})
    return Encoder.fit(table, Schema.fit(table, "y"))


def inputs(encoder, dtype=np.float64, **columns):
    return encoder.transform(read_table(columns), dtype)


def test_numbers_are_standardised():
    # 1..6: mean 3.5, variance 35 / 12.
    X, notes = inputs(fitted(x=[1, 2, 3, 4, 5, 6]), x=[3.5, 3.5 + np.sqrt(35 / 12)])
    np.testing.assert_allclose(X, [[0.0], [1.0]], rtol=1e-15)
    assert notes == []


def test_missing_numbers_are_the_mean_and_told():
    encoder = fitted(x=[1, 2, 3, None, 4, 5])
    assert encoder.feature_names == ("x", "x is missing")
    X, notes = inputs(encoder, x=[3, None])
    assert X.tolist() == [[0.0, 0.0], [0.0, 1.0]]
    assert notes == []


def test_numbers_missing_for_the_first_time_are_the_mean_and_noted():
    X, notes = inputs(fitted(x=[1, 2, 3, 4, 5, 6]), x=[None, None, 3.5])
    assert X.tolist() == [[0.0], [0.0], [0.0]]
    assert notes == [
        "values are missing where training had all: x in 2 rows; numbers are taken as the mean, "
        "categories as none that is known"
    ]


def test_categories_are_one_hot():
    encoder = fitted(c=["b", "a", "b", "a", None, "a"])
    assert encoder.feature_names == ("c = a", "c = b", "c is missing")
    X, notes = inputs(encoder, c=["b", None, "a"])
    assert X.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert notes == []


def test_categories_unseen_in_training_are_all_zero_and_noted():
    X, notes = inputs(fitted(c=list("bababa")), c=["a", "z", "z", "w", None])
    assert X.tolist() == [[1, 0], [0, 0], [0, 0], [0, 0], [0, 0]]
    assert notes == [
        "values are missing where training had all: c in 1 row; numbers are taken as the mean, "
        "categories as none that is known",
        "categories that training did not have: c in 3 rows ('z', 'w'); taken as none that is "
        "known",
    ]


def test_rare_levels_share_an_input_with_unseen_ones():
    encoder = fitted(c=["a", "b", "a", "b", "once", "a"])
    assert encoder.feature_names == ("c = a", "c = b", "c is another")
    X, notes = inputs(encoder, c=["a", "once", "never"])
    assert X.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 1]]
    assert notes == []


def test_at_most_a_hundred_levels_the_most_frequent_ones():
    n = MAX_LEVELS + 5
    cells = [f"level {i:03}" for i in range(n) for _ in range(2 + (i >= 5))]
    column = read_table({"c": cells}).to_native()["c"]
    encoder = CategoryEncoder.fit(column, "c")
    assert encoder.levels == tuple(f"level {i:03}" for i in range(5, n))
    assert encoder.other


def test_dates_are_days():
    days = [date(2020, 1, d) for d in (1, 2, 3, 4, 5, 6)]
    encoder = fitted(d=days)
    by_date, _ = inputs(encoder, d=days)
    by_text, _ = inputs(encoder, d=[str(d) for d in days])
    by_number, _ = inputs(fitted(d=[1, 2, 3, 4, 5, 6]), d=[1, 2, 3, 4, 5, 6])
    np.testing.assert_allclose(by_date, by_number, rtol=1e-12)
    np.testing.assert_array_equal(by_date, by_text)
    with pytest.raises(DataError, match="column 'd' held dates in training and holds numbers here"):
        inputs(encoder, d=[1, 2])
    with pytest.raises(DataError, match="column 'x' held numbers in training and holds dates here"):
        inputs(fitted(x=[1, 2, 3, 4, 5, 6]), x=days)


@pytest.mark.parametrize("other", [[1.0, 0.0], ["1", "0"], ["1.0", "0.0"], [1, 0]])
def test_a_category_may_be_written_otherwise(other):
    table = read_table({"c": [1, 0, 1, 0, 1, 0], "y": Y})
    encoder = Encoder.fit(table, Schema.fit(table, "y", categories=["c"]))
    assert inputs(encoder, c=other)[0].tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"X": [1]}, r"no column 'x' \(did you mean 'X'\?\); it has: X"),
        ({"x": ["1", "?", "many"]}, r"column 'x', row 3: 'many' is no number"),
        ({"x": [1.0, np.inf]}, r"column 'x', row 2: inf must be finite"),
        ({"x": [[1]]}, r"column 'x' holds list"),
        ({"x": [1e300]}, r"column 'x' has values too large for float32"),
    ],
)
def test_what_cannot_be_encoded(columns, message):
    with pytest.raises(DataError, match=message):
        inputs(fitted(x=[1, 2, 3, 4, 5, 6]), np.float32, **columns)


NUMBERS = st.lists(
    st.one_of(st.none(), st.floats(-1e6, 1e6, width=32)), min_size=6, max_size=6
).filter(lambda c: len(set(c)) > 1)
TEXTS = st.lists(st.one_of(st.none(), st.sampled_from("abc")), min_size=6, max_size=6).filter(
    lambda c: len(set(c)) > 1
)


@given(NUMBERS, TEXTS)
def test_round_trip(numbers, texts):
    encoder = fitted(x=numbers, c=texts)
    again = Encoder.from_dict(json.loads(json.dumps(encoder.to_dict())))
    assert again == encoder
    np.testing.assert_array_equal(
        inputs(again, x=numbers, c=texts)[0], inputs(encoder, x=numbers, c=texts)[0]
    )


@given(NUMBERS, TEXTS, st.permutations(range(6)))
def test_rows_and_columns_in_any_order(numbers, texts, order):
    encoder = fitted(x=numbers, c=texts)
    X, _ = inputs(encoder, x=numbers, c=texts)
    shuffled, _ = inputs(
        encoder, more=Y, c=[texts[i] for i in order], x=[numbers[i] for i in order]
    )
    np.testing.assert_array_equal(shuffled, X[list(order)])


@given(NUMBERS)
def test_training_rows_have_mean_0_and_variance_1(numbers):
    X, _ = inputs(fitted(x=numbers, one=[1, 2, 3, 4, 5, 6]), x=numbers, one=[1, 2, 3, 4, 5, 6])
    present = np.array([v is not None for v in numbers])
    x = X[present, 0]
    # Rounding in the mean is relative to the largest number; the deviation may be far smaller.
    spread = np.ptp([v for v in numbers if v is not None])
    tolerance = 1e-9 if spread > 1e-3 else 1.0
    if spread > 0:
        assert abs(x.mean()) < tolerance
        assert abs(x.var() - 1) < tolerance
    else:
        np.testing.assert_array_equal(x, 0.0)
