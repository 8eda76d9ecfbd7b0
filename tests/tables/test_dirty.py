"""What people write in columns, and what it is read as."""

import datetime
import io
import json
import warnings

import numpy as np
import pandas as pd
import pytest

from chainrule.errors import DataError, DataWarning
from chainrule.tables import Pipeline, Schema, TrainingSet, decode_table, read_table

N = 40


def decoded(cells, separator=",", name="x", read=None, **options):
    """The column x of a text with a target beside it."""
    rows = (f"{cell}{separator}{'ab'[i % 2]}" for i, cell in enumerate(cells))
    text = "\n".join([f"{name}{separator}y", *rows]).encode()
    return decode_table(read_table(io.BytesIO(text), **(read or {})), "y", **options)


def column_of(table, name="x"):
    return next(c for c in table.schema.columns if c.name == name)


@pytest.mark.parametrize(
    ("cell", "hours"),
    [
        (lambda i: f"{i + 90}:{i:02d}:00", lambda i: i + 90 + i / 60),
        (lambda i: f"{i} days {i % 24:02d}:30:00", lambda i: 24 * i + i % 24 + 0.5),
        (lambda i: f"-{i + 1} days +{i % 24:02d}:00:00", lambda i: -24 * (i + 1) + i % 24),
        (lambda i: f"-{i:02d}:30:00", lambda i: -(i + 0.5)),
        (lambda i: f"PT{i}H{i % 60}M", lambda i: i + i / 60),
        (lambda i: f"P{i}DT1H", lambda i: 24 * i + 1),
        (lambda i: f"{i}h {i}m", lambda i: i + i / 60),
        (lambda i: f"{i} hours 15 min", lambda i: i + 0.25),
    ],
)
def test_durations_are_hours(cell, hours):
    found = decoded(map(cell, range(N))).features["x"]
    np.testing.assert_allclose(found, [hours(i) for i in range(N)], rtol=1e-12)


@pytest.mark.parametrize("sentinel", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("every", [2, 5, 20])
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y"])
def test_sentinels_of_dates_are_missing_however_many_there_are(sentinel, every, form):
    date = datetime.date.fromisoformat(sentinel)
    # strftime does not fill the year 1 with zeros everywhere.
    far = form.replace("%Y", f"{date.year:04d}").replace("%m", f"{date.month:02d}")
    far = far.replace("%d", f"{date.day:02d}")
    days = [datetime.date(2020, 1, 1) + datetime.timedelta(31 * i) for i in range(N)]
    cells = [far if i % every == 0 else day.strftime(form) for i, day in enumerate(days)]
    table = decoded(cells)
    x = table.features["x"]
    assert np.isnan(x[::every]).all()
    assert np.isnan(x).sum() == len(range(0, N, every))
    column = column_of(table)
    assert column.kind == "date"
    assert far in column.note or sentinel in column.note
    assert "row 1" in column.note
    pipeline = Pipeline.train(TrainingSet.encode(table, seed=0, preset="plain"), epochs=1)
    new = {"x": [far, days[3].strftime(form)]}
    np.testing.assert_array_equal(
        pipeline.predict_proba(new)[0], pipeline.predict_proba({"x": [None, cells[1]]})[0]
    )


def test_a_far_date_in_memory_is_missing():
    dates = [datetime.datetime(9999, 12, 31), datetime.datetime(2020, 1, 1)] * 20
    table = decode_table(pd.DataFrame({"x": dates, "y": list("aabb") * 10}), "y")
    assert np.isnan(table.features["x"][::2]).all()
    assert "'9999-12-31' in row 1, and 19 more" in column_of(table).note


@pytest.mark.parametrize("first", [12345678901234567890, 1234567890123456780])
def test_codes_that_a_number_would_confuse_are_categories(first):
    table = decoded(first + i % 4 for i in range(N))
    texts, codes = table.features["x"]
    assert [texts.to_pylist()[c] for c in codes[:5]] == [str(first + i % 4) for i in range(5)]
    assert "more digits than a number keeps" in column_of(table).note


def test_nanoseconds_since_1970_stay_numbers():
    start = 1_600_000_000_000_000_000
    table = decode_table({"x": [start + 10**9 * i for i in range(N)], "y": ["a", "b"] * 20}, "y")
    assert column_of(table).kind == "number"


def test_numbers_in_several_units_are_said():
    with pytest.raises(DataError, match=r"x: numbers in several units \('km', 'mi'\)"):
        decoded(f"{i}.5 {'km' if i % 2 else 'mi'}" for i in range(N))


def test_prices_with_and_without_a_mark_and_in_brackets():
    cells = [f'"({i * 1371:,}.50)"' if i % 2 else f'"${i * 1371:,}.50"' for i in range(N)]
    expected = [(-1 if i % 2 else 1) * (i * 1371 + 0.5) for i in range(N)]
    np.testing.assert_array_equal(decoded(cells).features["x"], expected)


@pytest.mark.parametrize(("other", "factor"), [("{},5", 1000), ("{}.5", 1)])
def test_the_decimal_mark_of_a_file_decides(other, factor):
    rows = [f"{1 + i % 9}.{100 + 7 * i};{other.format(i)};{'ab'[i % 2]}" for i in range(N)]
    table = read_table(io.BytesIO("\n".join(["x;z;y", *rows]).encode()))
    found = decode_table(table, "y").features["x"]
    expected = [factor * float(f"{1 + i % 9}.{100 + 7 * i}") for i in range(N)]
    np.testing.assert_allclose(found, expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("categories", "labels"),
    [
        ([True, False], (False, True)),
        ([3, 5], (3, 5)),
        ([1.5, 2.5], (1.5, 2.5)),
        (["u", "v"], ("u", "v")),
    ],
)
def test_a_categorical_target_of_any_kind_is_classes(categories, labels):
    frame = pd.DataFrame({"x": range(N), "y": pd.Categorical(categories * 20)})
    pipeline = Pipeline.fit(frame, "y", epochs=1, seed=0, preset="plain")
    assert pipeline.classes == labels
    assert set(pipeline.evaluate(frame)) >= {"accuracy"}


def test_minus_zero_is_zero_as_a_target():
    schema = Schema.fit({"x": list(range(N)), "y": [-0.0, 0.0, 1.0, 1.0] * 10}, "y")
    assert "two different values" in schema.targets[0].why


def test_labels_that_differ_in_case_are_said():
    schema = Schema.fit({"x": list(range(N)), "y": ["Yes", "yes", "No", "No"] * 10}, "y")
    assert "'Yes' and 'yes' differ in case only, and are two labels" in schema.targets[0].why
    letters = Schema.fit({"x": list(range(N)), "y": ["a", "A"] * 20}, "y")
    assert "case" not in letters.targets[0].why


@pytest.mark.parametrize("name", ["no", "Nr.", "#", "S.No", "sl no", "serial number", "row no"])
def test_a_column_that_is_called_a_number_of_rows_is_left_out(name):
    table = {name: list(range(1, N + 1)), "x": [i % 7 for i in range(N)], "y": ["a", "b"] * 20}
    schema = Schema.fit(table, "y")
    assert [c.name for c in schema.features] == ["x"]
    repeated = {**table, name: [i % 9 for i in range(N)]}
    assert len(Schema.fit(repeated, "y").features) == 2


FRAME = pd.DataFrame({"p": range(30), "q": [None, 1.5, 2.5] * 10, "y": list("abc") * 10})


@pytest.mark.parametrize(
    ("orient", "lines"),
    [("records", True), ("records", False), ("split", False), ("columns", False)],
)
def test_json_as_pandas_writes_it(orient, lines, tmp_path):
    path = tmp_path / "t.json"
    FRAME.to_json(path, orient=orient, lines=lines)
    assert read_table(path).to_native().to_pydict() == {
        "p": list(range(30)),
        "q": [None, 1.5, 2.5] * 10,
        "y": list("abc") * 10,
    }


@pytest.mark.parametrize(
    "found",
    [
        {"p": [1, 2], "y": ["a", "b"]},
        [["p", "y"], [1, "a"], [2, "b"]],
        {"rows": [{"p": 1, "y": "a"}, {"p": 2, "y": "b"}]},
        {"rows": [{"p": 1, "y": "a"}, {"p": 2, "y": "b"}], "total": 2},
    ],
)
def test_json_in_other_forms(found, tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps(found))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = read_table(path)
    assert table.to_native().to_pydict() == {"p": [1, 2], "y": ["a", "b"]}
    said = [str(w.message) for w in caught if w.category is DataWarning]
    assert len(said) == ("total" in found)


@pytest.mark.parametrize("separator", ["~", "\x01", "^"])
def test_rarer_separators(separator):
    table = decoded([f"{i}.5" for i in range(N)], separator=separator)
    assert table.features["x"].tolist() == [i + 0.5 for i in range(N)]


def test_a_markdown_table():
    rows = [f"| {i} | {'ab'[i % 2]} |" for i in range(N)]
    text = "\n".join(["| p | y |", "|---|:--|", *rows]).encode()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = read_table(io.BytesIO(text))
    assert any("1 line below the header skipped" in str(w.message) for w in caught)
    assert table.to_native().to_pydict() == {
        "p": list(range(N)),
        "y": ["ab"[i % 2] for i in range(N)],
    }


@pytest.mark.parametrize("first", [0, 1])
def test_the_numbers_of_columns_are_their_names(first):
    names = [*map(str, range(first, first + 6)), "target"]
    rows = [f"{i},{'uv'[i % 2]},{i * 3},w{i % 3},{i % 5}.5,{i * 7},{'ab'[i % 2]}" for i in range(N)]
    table = read_table(io.BytesIO("\n".join([",".join(names), *rows]).encode()))
    assert table.columns == names
    assert len(table) == N


@pytest.mark.parametrize("address", ["https://example.org/a.csv", "s3://bucket/a.parquet"])
def test_an_address_is_refused_with_a_way_out(address):
    with pytest.raises(DataError, match="is an address, and files are read; download it"):
        read_table(address)


def test_a_file_address_is_a_path(tmp_path):
    path = tmp_path / "a table.csv"
    path.write_text("x,y\n" + "1,a\n2,b\n" * 10)
    assert read_table(path.as_uri()).shape == (20, 2)


def test_durations_are_a_quantity_in_hours_as_a_target():
    table = {"x": [i % 9 for i in range(N)], "y": [f"{i % 4 + 100}:{i:02d}:00" for i in range(N)]}
    pipeline = Pipeline.fit(table, "y", epochs=1, seed=0, preset="plain")
    (target,) = pipeline.schema.targets
    assert target.task == "regression"
    assert target.why.endswith("; in hours")
    hours = np.array([i % 4 + 100 + i / 60 for i in range(N)])
    errors = pipeline.predict(table) - hours
    assert pipeline.evaluate(table)["mean_squared_error"] == pytest.approx(np.mean(errors**2))


def test_dates_in_texts_are_no_target():
    days = [f"{1 + i % 28:02d}/03/2020" for i in range(N)]
    table = {"x": list(range(N)), "y": [*days[:20], *days[:20]]}
    with pytest.raises(DataError, match=r"target 'y' holds dates \('01/03/2020'\)"):
        Schema.fit(table, "y")
    assert Schema.fit(table, "y", task="classification").task == "classification"


def test_dates_with_the_day_of_the_week():
    days = [datetime.date(2020, 1, 1) + datetime.timedelta(i) for i in range(N)]
    cells = [f'"{day:%a, %d %b %Y}"' for day in days]
    expected = [(day - datetime.date(1970, 1, 1)).days for day in days]
    assert decoded(cells).features["x"].tolist() == expected
