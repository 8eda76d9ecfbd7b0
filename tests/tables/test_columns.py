import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError
from chainrule.tables.columns import as_numbers, as_texts, narrow, scale_of, tidy


def column(values, kind=None):
    return tidy(pa.chunked_array([pa.array(values, kind)]))


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1, None], pa.int8(), pa.int64()),
        ([1, None], pa.uint64(), pa.float64()),
        ([1.5, None], pa.float32(), pa.float64()),
        ([True, None], pa.bool_(), pa.bool_()),
        (["a", None], pa.string(), pa.large_string()),
        ([None, None], pa.null(), pa.large_string()),
        ([0, None], pa.date32(), pa.timestamp("us")),
        ([0, None], pa.timestamp("ns", "Europe/Berlin"), pa.timestamp("us")),
    ],
)
def test_few_types(values, kind, expected):
    tidied = column(values, kind)
    assert tidied.type == expected
    assert tidied.null_count == values.count(None)


def test_categories_of_text_are_text_and_others_stay_dictionaries():
    assert column(pa.array(["a", "b"]).dictionary_encode()).type == pa.large_string()
    assert pa.types.is_dictionary(column(pa.array([1, 2]).dictionary_encode()).type)


def test_blanks_and_nan_are_null_and_text_is_trimmed():
    # A text in memory is taken as it is: NA may be a label. A file's marks are its reader's.
    assert column(["", "  ", " NA ", " a b "]).to_pylist() == [None, None, "NA", "a b"]
    assert column([float("nan"), 1.0]).to_pylist() == [None, 1.0]
    assert column(["Na", "none", "-"]).to_pylist() == ["Na", "none", "-"]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-2", "+3", None], pa.int64()),
        (["1", "2.5"], pa.float64()),
        ([".5", "5.", "1e-3", "-2E+5"], pa.float64()),
        (["12345678901234567890"], pa.float64()),
        (["1", "inf"], pa.float64()),
        (["2020-01-31", None], pa.timestamp("us")),
        (["2020-01-31 10:20", "2020-01-31T10:20:30.5"], pa.timestamp("us")),
        (["2020-01-31T10:20:30Z", "2020-01-31T10:20:30+02:00"], pa.timestamp("us")),
        # A leading zero makes a code; half a number is none; the 13th month is no date.
        (["1", "007"], pa.large_string()),
        (["1", "x"], pa.large_string()),
        (["0x1f"], pa.large_string()),
        (["1,5"], pa.large_string()),
        (["2020-13-01"], pa.large_string()),
        ([None, None], pa.large_string()),
        # 1.234 may be 1234: the other columns decide.
        (["987", "1.234", "12.500"], pa.large_string()),
        (["987", "1.234", "0.5"], pa.float64()),
    ],
)
def test_narrow(texts, kind):
    assert narrow(column(texts, pa.string())).type == kind


@given(st.lists(st.one_of(st.none(), st.integers(-(10**17), 10**17)), min_size=1))
def test_integers_survive_being_written(numbers):
    texts = column([None if n is None else str(n) for n in numbers], pa.string())
    assert narrow(texts).to_pylist() == numbers


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_floats_survive_being_written(numbers):
    texts = column([repr(x) for x in numbers], pa.string())
    assert as_numbers(texts, "x").tolist() == numbers


def test_numbers_of_every_type():
    assert as_numbers(column([True, False, None]), "x")[:2].tolist() == [1.0, 0.0]
    assert np.isnan(as_numbers(column([1, None]), "x")[1])
    # 1970-01-02T12:00 is a day and a half after the epoch.
    days = as_numbers(column(["1970-01-01", "1970-01-02 12:00"]), "x")
    assert days.tolist() == [0.0, 1.5]
    berlin = column(pa.array([0], pa.timestamp("s", "Europe/Berlin")))
    assert as_numbers(berlin, "x").tolist() == [0.0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["1", None, "two"], r"column 'age', row 3: 'two' is no number"),
        ([1.0, float("-inf")], r"column 'age', row 2: -inf must be finite"),
        (["1", "Infinity"], r"column 'age', row 2: inf must be finite"),
        ([[1], [2]], r"column 'age' holds list<item: int64>, where numbers are needed"),
    ],
)
def test_what_is_no_number_is_named(values, message):
    with pytest.raises(DataError, match=message):
        as_numbers(column(values), "age")


def test_one_spelling_for_equal_values():
    for values in ([1, 0], [1.0, 0.0], ["1", "0"], ["1.0", "0.00"]):
        assert as_texts(column(values)).to_pylist() == ["1", "0"]
    for values in ([True, False], ["true", "FALSE"], ["True", "False"]):
        assert as_texts(column(values)).to_pylist() == ["True", "False"]
    assert as_texts(column(["1.50", "a.0", "v1.0"])).to_pylist() == ["1.50", "a.0", "v1.0"]
    assert as_texts(column([None, None])).to_pylist() == [None, None]


def test_scale():
    # 1, 2, 3: mean 2, variance 2/3.
    assert scale_of(np.array([1.0, np.nan, 2.0, 3.0]), "x") == pytest.approx((2.0, (2 / 3) ** 0.5))
    # The mean of 0.1s is not 0.1 in floating point: a constant must not become noise.
    assert scale_of(np.full(10, 0.1), "x") == (0.1, 1.0)
    assert scale_of(np.full(3, np.nan), "x") == (0.0, 1.0)
    assert scale_of(np.array([0.0, 1e-200]), "x")[1] == 1e-200
    with pytest.raises(DataError, match=r"'x' has numbers too large to scale, up to 1e\+300"):
        scale_of(np.array([-1e300, 1.0]), "x")
