"""What a column means, decided from all its values; every kind with inputs of its own."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import DataError
from chainrule.tables import DateFormat, NumberFormat, Schema, TimeFormat, decode_table

N = 60
Y = ["p", "q"] * (N // 2)


def repeated(values, n=N):
    return [values[i % len(values)] for i in range(n)]


def column_of(values, target=Y, **options):
    """The schema and the values of a column called v."""
    decoded = decode_table(
        {"v": values, "z": list(range(len(values))), "y": target}, "y", **options
    )
    column = next(c for c in decoded.schema.columns if c.name == "v")
    return column, decoded.features.get("v")


NUMBERS = {
    "thousands commas": (["1,234", "56,789.5", "12"], [1234, 56789.5, 12]),
    "groups as in India": (["1,23,456", "12,34,567.5"], [123456, 1234567.5]),
    "decimal commas": (["3,5", "-12,25", "7"], [3.5, -12.25, 7]),
    "dots and decimal commas": (["1.234.567,5", "12,25"], [1234567.5, 12.25]),
    "blanks": (["12 345", "1 234,5", "6"], [12345, 1234.5, 6]),
    "narrow blanks": (["12\u202f345,5", "1\u00a0234"], [12345.5, 1234]),
    "apostrophes": (["1'234.5", "22’000"], [1234.5, 22000]),
    "dollars": (["$12.50", "$1,200.00", "-$3"], [12.5, 1200, -3]),
    "pounds behind": (["12.5 £", "3 £"], [12.5, 3]),
    "euros with commas": (["€ 1.250,75", "€ 3,5"], [1250.75, 3.5]),
    "percent": (["45%", "3.5 %", "0"], [45, 3.5, 0]),
    "units": (["21.5 mpg", "9 mpg"], [21.5, 9]),
    "magnitudes": (["$1.5M", "$250K", "$3B"], [1.5e6, 250e3, 3e9]),
    "minus signs": (["\u22123.5", "\u22122", "4"], [-3.5, -2, 4]),
    "brackets": (["(1,234.5)", "77"], [-1234.5, 77]),
    "exponents": (["1e3", "2.5E-1"], [1000, 0.25]),
}


@pytest.mark.parametrize(("texts", "numbers"), NUMBERS.values(), ids=list(NUMBERS))
def test_numbers_as_people_write_them(texts, numbers):
    column, values = column_of(repeated(texts))
    assert column.kind == "number"
    np.testing.assert_allclose(values, repeated(numbers), rtol=1e-14)


def test_the_other_columns_decide_what_a_group_of_three_is():
    groups = repeated(["1.234", "5.678", "9.123"])
    for other, expected in ((["0,5", "1,25"], 1234.0), (["0.5", "1.25"], 1.234)):
        decoded = decode_table({"v": groups, "w": repeated(other), "y": Y}, "y")
        assert decoded.features["v"][0] == expected
    with pytest.raises(DataError, match=r"'v', row 1: '1\.234' may be 1\.234 or 1234, .*decimal='"):
        decode_table({"v": groups, "y": Y}, "y")
    assert column_of(groups, decimal=",")[1][0] == 1234.0
    assert column_of(groups, decimal=".")[1][0] == 1.234
    # Nobody asks about a column that is left out.
    assert column_of(groups, drop=["v"])[0].reason == "as asked for"


def test_a_group_that_ends_in_zero_beside_a_short_number_is_thousands():
    assert column_of(repeated(["987", "1.234", "12.500"]))[1][:3].tolist() == [987, 1234, 12500]
    assert column_of(repeated(["900", "2,450", "37,000"]))[1][:3].tolist() == [900, 2450, 37000]


@pytest.mark.parametrize("odd", ["tbd", "$$$$", "see note", "12 or 13"])
def test_a_few_texts_among_numbers_are_missing_and_said(odd):
    values = [f"{i * 0.37:.2f}" for i in range(N)]
    values[17] = odd
    column, numbers = column_of(values)
    assert column.kind == "number"
    assert column.n_missing == 1
    assert column.note == f"{odd!r} in row 18: taken as missing"
    assert np.isnan(numbers[17])
    assert numbers[18] == 6.66


@pytest.mark.parametrize("mark", ["n/a", "None", "<NA>", "#N/A", "NULL", "-", "#DIV/0!", "nan"])
def test_marks_among_numbers_are_missing(mark):
    column, numbers = column_of(repeated(["1.5", mark, "2.5"]))
    assert (column.kind, column.n_missing, column.note) == ("number", N // 3, "")
    assert np.isnan(numbers[1])


def test_many_texts_among_numbers_are_categories_and_said():
    column, _ = column_of(repeated(["1", "2", "none of these", "3"]))
    assert column.kind == "category"
    assert column.note == "45 of its 60 texts are numbers"


@pytest.mark.parametrize("codes", [["007", "122", "123"], ["02139", "10001", "94103"]])
def test_codes_with_zeros_in_front_are_no_numbers(codes):
    column, _ = column_of(repeated(codes))
    assert column.kind == "category"
    assert "codes, not numbers" in column.note


def test_several_units_are_no_numbers():
    column, _ = column_of(repeated(["12 kg", "3 lb", "7 kg"]))
    assert column.kind == "category"


TARGETS = [str(i * 0.25) for i in range(N)]


def test_a_text_among_the_numbers_of_a_target_is_named():
    target = [*TARGETS]
    target[23] = "$$$$"
    table = {"x": list(range(N)), "y": target}
    with pytest.raises(DataError, match=r"'y', row 24: '\$\$\$\$' is no number.*classification"):
        Schema.fit(table, "y")
    target[23] = "n/a"
    schema = Schema.fit(table, "y")
    assert (schema.task, schema.n_without_target) == ("regression", 1)


def test_a_target_with_thousands_marks_is_a_regression():
    prices = [f"${1000 + 137 * i:,}" for i in range(N)]
    decoded = decode_table({"x": list(range(N)), "y": prices}, "y")
    assert decoded.schema.task == "regression"
    assert decoded.target.to_pylist()[:2] == [1000, 1137]


DAYS = [date(2003, 1, 14) + timedelta(days=17 * i) for i in range(N)]
SINCE = [(d - date(1970, 1, 1)).days for d in DAYS]


@pytest.mark.parametrize(
    "form", ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%b-%Y", "%B %d, %Y", "%d.%m.%y"]
)
def test_dates_in_every_order(form):
    column, days = column_of([d.strftime(form) for d in DAYS])
    assert column.kind == "date"
    assert days.tolist() == SINCE


def test_dates_with_times_zones_and_parts_of_a_second():
    texts = repeated(["2020-01-31T10:30:00Z", "2020-01-31 14:30:00.000000001+02:00"])
    column, days = column_of(texts)
    assert column.kind == "date"
    np.testing.assert_allclose(days[:2], [18292 + 10.5 / 24, 18292 + 12.5 / 24], rtol=1e-12)
    half = column_of(repeated(["3/27/2003 5:30 PM", "4/1/2004 12:00 AM"]))[1]
    np.testing.assert_allclose(half[0] % 1, 17.5 / 24, atol=1e-9)


@pytest.mark.parametrize("zero", ["0000-00-00", "2023-02-30", "9999-12-31", "0001-01-01", "soon"])
def test_dates_that_are_none_are_missing(zero):
    texts = [d.isoformat() for d in DAYS]
    texts[5] = zero
    column, days = column_of(texts)
    assert (column.kind, column.n_missing) == ("date", 1)
    assert np.isnan(days[5])
    assert days[6] == SINCE[6]


def test_days_or_months_first_is_decided_by_other_columns_or_asked():
    early = [date(2020, 1 + i % 12, 1 + i % 11).strftime("%d/%m/%Y") for i in range(N)]
    late = [d.strftime("%d/%m/%Y") for d in DAYS]
    decoded = decode_table({"v": early, "w": late, "y": Y}, "y")
    assert decoded.schema.columns[0].format == DateFormat("dmy")
    with pytest.raises(DataError, match=r"'02/02/2020'|may begin with the day or the month"):
        decode_table({"v": early, "y": Y}, "y")
    assert column_of(early, dates="mdy")[0].format == DateFormat("mdy")


def test_times_and_durations_are_hours():
    column, hours = column_of(repeated(["7:30", "23:15:36"]))
    assert isinstance(column.format, TimeFormat)
    np.testing.assert_allclose(hours[:2], [7.5, 23.26])
    for values in (
        repeated([time(7, 30), time(0, 15)]),
        repeated([timedelta(minutes=450), timedelta(minutes=15)]),
        pd.Series(pd.to_timedelta(repeated([450, 15]), unit="min")),
    ):
        column, hours = column_of(values)
        assert column.kind == "number"
        np.testing.assert_allclose(hours[:2], [7.5, 0.25])


CATEGORIES = {
    "ints": [3, 4],
    "floats": [0.25, 0.5],
    "booleans": [True, False],
    "dates": [date(2001, 2, 3), date(2002, 3, 4)],
    "timestamps": [pd.Timestamp("2001-02-03 04:05"), pd.Timestamp("2002")],
    "decimals": [Decimal("1.25"), Decimal("3")],
    "intervals": [pd.Interval(0, 1), pd.Interval(1, 2)],
}


@pytest.mark.parametrize("values", CATEGORIES.values(), ids=list(CATEGORIES))
def test_pandas_categories_of_anything(values):
    series = pd.Categorical(repeated(values), categories=values)
    frame = pd.DataFrame({"v": series, "z": range(N), "y": Y})
    decoded = decode_table(frame, "y")
    column = decoded.schema.columns[0]
    assert (column.kind, column.n_distinct) == ("category", 2)


def test_levels_that_nobody_has_are_none():
    series = pd.Categorical(repeated(["a", "b"]), categories=["a", "b", "c", "d"])
    decoded = decode_table(pd.DataFrame({"v": series, "y": Y}), "y")
    assert decoded.schema.columns[0].n_distinct == 2


@pytest.mark.parametrize(
    "values",
    [
        pd.array(repeated([1, None, 2, 7]), dtype="Int64"),
        pd.array(repeated([1.5, None, 2.5]), dtype="Float64"),
        pd.arrays.SparseArray(repeated([0, 0, 3])),
        pa.array(repeated([1, 2, 9])),
        np.ma.array(repeated([1, 2, 9]), mask=[False] * (N - 1) + [True]),
    ],
    ids=["Int64", "Float64", "sparse", "arrow", "masked"],
)
def test_numbers_in_every_container(values):
    column, numbers = column_of(
        pd.Series(values) if isinstance(values, pd.api.extensions.ExtensionArray) else values
    )
    assert column.kind == "number"
    assert len(numbers) == N


def test_a_label_in_memory_may_be_called_na():
    y = repeated(["EU", "NA", "AS", "null"])
    decoded = decode_table({"x": list(range(N)), "y": y}, "y")
    assert sorted(set(decoded.target.to_pylist())) == ["AS", "EU", "NA", "null"]
    assert column_of(repeated(["NA", "EU"]))[0].n_missing == 0


@pytest.mark.parametrize(
    "name", ["Unnamed: 0", "__index_level_0__", "PassengerId", "customerID", "order_id", "id"]
)
def test_indices_and_identifiers_are_left_out_and_said(name):
    schema = Schema.fit({name: list(range(5, 5 + N)), "x": repeated([1, 2, 5]), "y": Y}, "y")
    column = schema.columns[0]
    assert column.kind == "left out"
    assert column.reason in str(schema)


def test_odd_columns_have_a_line_of_their_own_however_few_are_named():
    table = {f"c{i}": repeated([1, 2, 5, i]) for i in range(20)}
    odd = [str(i * 1.5) for i in range(N)]
    odd[3] = "tbd"
    lines = Schema.fit({**table, "odd": odd, "y": Y}, "y").describe(2).splitlines()
    assert "numbers: c0, c1 and 19 more" in lines
    assert "odd: 'tbd' in row 4: taken as missing" in lines


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["12.5", "1,234.5"], "thousands marks ('1,234.5' in row 2)"),
        (["1 234", "12"], "thousands marks ('1 234' in row 1)"),
        (["12,5", "1.234,5"], "thousands marks ('1.234,5' in row 2)"),
        (["12", "(3)"], "negative numbers in brackets ('(3)' in row 2)"),
        (["12", "3.5-"], "minus signs behind numbers ('3.5-' in row 2)"),
        (["12.5", "-3"], ""),
    ],
)
def test_what_a_program_writes_otherwise_is_said_with_a_row(texts, said):
    column, _ = column_of(repeated(texts))
    assert column.kind == "number"
    assert column.note.removeprefix("decimal commas; ") == said


def test_formats_are_described():
    column, _ = column_of(repeated(["1.250,75 kg", "3,5 kg"]))
    assert column.format == NumberFormat(",", "kg")
    assert column.note == "decimal commas, unit kg; thousands marks ('1.250,75 kg' in row 1)"


@settings(max_examples=60)
@given(
    st.lists(
        st.decimals(-(10**9), 10**9, places=2).filter(lambda d: d == d), min_size=8, max_size=30
    ),
    st.sampled_from(["{:,.2f}", "${:,.2f}", "{:,.2f} kg", "{:.2f}%"]),
    st.booleans(),
)
def test_whatever_the_dialect_the_numbers_come_back(numbers, form, comma):
    texts = [form.format(n) for n in numbers]
    if comma:
        texts = [t.translate(str.maketrans(",.", ".,")) for t in texts]
    n = len(numbers)
    decoded = decode_table({"v": texts, "z": list(range(n)), "y": repeated(["p", "q"], n)}, "y")
    if "v" in decoded.features:
        np.testing.assert_allclose(decoded.features["v"], [float(n) for n in numbers], rtol=1e-12)
    else:
        assert len(set(numbers)) == 1


@settings(max_examples=40)
@given(
    st.lists(st.dates(date(1, 1, 3), date(9998, 12, 31)), min_size=8, max_size=20),
    st.sampled_from(["{d:02}.{m:02}.{y:04}", "{m}/{d}/{y:04}", "{y:04}-{m:02}-{d:02}"]),
)
def test_whatever_the_order_the_dates_come_back(days, form):
    texts = [form.format(d=d.day, m=d.month, y=d.year) for d in days]
    n = len(days)
    order = {"{d": "dmy", "{m": "mdy", "{y": "ymd"}[form[:2]]
    table = {"v": texts, "z": list(range(n)), "y": repeated(["p", "q"], n)}
    decoded = decode_table(table, "y", dates=order)
    if "v" in decoded.features:
        assert decoded.features["v"].tolist() == [d.toordinal() - 719163 for d in days]
    else:
        assert len(set(days)) == 1


def test_timestamps_of_nanoseconds():
    when = pd.to_datetime(1_700_000_000_123_456_789 + np.arange(N) * 86_400_000_000_007)
    decoded = decode_table(pd.DataFrame({"v": when, "y": Y}), "y")
    first = (datetime(2023, 11, 14) - datetime(1970, 1, 1)).days
    assert int(decoded.features["v"][0]) == first
