import json
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError
from chainrule.tables import Encoder, decode_table, read_table
from chainrule.tables.column_encoders import LIMIT, MAX_LEVELS, CategoryEncoder, NumberEncoder
from chainrule.tables.columns import labels_of
from chainrule.tables.robust import quartiles

Y = list("ppqqpq")


def fitted(**columns):
    return Encoder.fit(decode_table({**columns, "y": Y}, "y"))


def inputs(encoder, dtype=np.float64, **columns):
    return encoder.transform(read_table(columns), dtype)


def test_numbers_are_scaled_by_median_and_quartiles():
    # 1..6: median 3.5, quartiles 2.25 and 4.75; z / sqrt(1 + (z / 4)^2) for z = 1 and far out.
    scale = 2.5 / 1.349
    X, notes = inputs(fitted(x=[1, 2, 3, 4, 5, 6]), x=[3.5, 3.5 + scale, 1e30, -1e300])
    np.testing.assert_allclose(X[:, 0], [0.0, 1 / np.sqrt(1 + 1 / 16), 4.0, -4.0], rtol=1e-12)
    assert notes == []


@pytest.mark.parametrize(("plain", "limit"), [(True, 4.0), (False, 16.0)])
def test_presets_beside_plain_let_numbers_go_further(plain, limit):
    encoder = NumberEncoder.fit(np.arange(1.0, 7.0), "x", plain=plain)
    out = np.zeros((3, 1))
    encoder.write(np.array([3.5 + 8 * encoder.scale, 1e30, -1e300]), out)
    expected = [8 / np.sqrt(1 + (8 / limit) ** 2), limit, -limit]
    np.testing.assert_allclose(out[:, 0], expected, rtol=1e-12)


def test_a_file_without_a_limit_has_that_of_its_time():
    known = Encoder((NumberEncoder.fit(np.arange(9.0), "x"),)).to_dict()
    del known["columns"][0]["limit"]
    assert Encoder.from_dict(known).columns[0].limit == 4.0


def test_one_huge_value_changes_nothing_for_the_others():
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    scale = NumberEncoder.fit(x, "x").scale
    assert abs(scale - 1) < 0.15
    x[7] = 1e12
    assert NumberEncoder.fit(x, "x").scale == pytest.approx(scale, rel=0.02)


def test_where_most_are_equal_the_others_decide():
    x = np.array([0.0] * 90 + [1.0, 2.0, 3.0] * 3 + [1e9])
    encoder = NumberEncoder.fit(x, "x")
    assert (encoder.center, encoder.scale) == (0.0, 2.0)


@pytest.mark.parametrize("later", [7.0, 1e9, -3.0])
def test_a_constant_with_holes_says_nothing_but_whether_it_is_missing(later):
    encoder = fitted(x=[7, None, 7, None, 7, 7], z=[1, 2, 3, 4, 5, 6])
    X, _ = inputs(encoder, x=[later, None], z=[3, 3])
    assert X[:, :2].tolist() == [[0.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize("plain", [True, False])
def test_slopes_are_the_derivatives(plain):
    encoder = NumberEncoder.fit(np.arange(9.0), "x", plain=plain)
    x, h = np.linspace(-20, 30, 11), 1e-6
    out = [np.zeros((11, 1)) for _ in range(3)]
    for each, values in zip(out, (x - h, x, x + h), strict=True):
        encoder.write(values, each)
    numerical = (out[2] - out[0])[:, 0] / (2 * h)
    np.testing.assert_allclose(encoder.slope(out[1])[:, 0], numerical, rtol=1e-5, atol=1e-9)


def test_missing_numbers_are_the_median_and_told():
    encoder = fitted(x=[1, 2, 3, None, 4, 5])
    assert encoder.feature_names == ("x", "x is missing")
    X, notes = inputs(encoder, x=[3, None])
    assert X.tolist() == [[0.0, 0.0], [0.0, 1.0]]
    assert notes == []


def test_numbers_missing_for_the_first_time_are_the_median_and_noted():
    X, notes = inputs(fitted(x=[1, 2, 3, 4, 5, 6]), x=[None, None, 3.5])
    assert X.tolist() == [[0.0], [0.0], [0.0]]
    assert notes == [
        "values are missing where training had all: x in 2 rows; numbers are taken as the median, "
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
        "values are missing where training had all: c in 1 row; numbers are taken as the median, "
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
    encoder = CategoryEncoder.fit(labels_of(column), "c")
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
    table = {"c": [1, 0, 1, 0, 1, 0], "y": Y}
    encoder = Encoder.fit(decode_table(table, "y", categories=["c"]))
    assert inputs(encoder, c=other)[0].tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"X": [1]}, r"no column 'x' \(did you mean 'X'\?\); it has: X"),
        ({"x": ["1", "?", "many"]}, r"column 'x', row 3: 'many' is no number"),
        ({"x": [1.0, np.inf]}, r"column 'x', row 2: inf must be finite"),
        ({"x": [[1]]}, r"column 'x' holds list"),
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
def test_training_rows_have_median_0_and_stay_within_the_limit(numbers):
    X, _ = inputs(fitted(x=numbers, one=[1, 2, 3, 4, 5, 6]), x=numbers, one=[1, 2, 3, 4, 5, 6])
    x = X[[v is not None for v in numbers], 0]
    assert (np.abs(x) <= LIMIT).all()
    assert np.sort(x)[(len(x) - 1) // 2] <= 0 <= np.sort(x)[len(x) // 2]
    # The order stays: the clipping is smooth and rising.
    present = np.array([v for v in numbers if v is not None])
    assert (np.diff(x[np.argsort(present, kind="stable")]) >= 0).all()


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=40))
def test_quartiles_are_those_of_numpy(values):
    x = np.array(values)
    assert quartiles(x) == tuple(np.quantile(x, [0.25, 0.5, 0.75]).tolist())
