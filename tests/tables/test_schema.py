import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import DataError, InvalidValueError
from chainrule.tables import Schema, read_table, with_target

N = 12
TABLE = {
    "integer": list(range(N)),
    "float": [i / 7 for i in range(N)],
    "written": [f"{i}.5" for i in range(N)],
    "text": ["a", "b", "c"] * 4,
    "flag": [True, False] * 6,
    "day": [date(2020, 1, 1 + i) for i in range(N)],
    "written day": [f"2020-01-{1 + i:02}" for i in range(N)],
    "constant": ["same"] * N,
    "nothing": [None] * N,
    "some": [7, None] * 6,
    "name": [f"person {i}" for i in range(N)],
    "order_id": list(range(100, 100 + N)),
    "list": [[i] for i in range(N)],
    "y": ["p", "q"] * 6,
}


def schema_of(**changes):
    return Schema.fit({**TABLE, **changes}, "y")


def test_kinds():
    kinds = {c.name: c.kind for c in schema_of().columns}
    assert kinds == {
        "integer": "number",
        "float": "number",
        "written": "number",
        "text": "category",
        "flag": "category",
        "day": "date",
        "written day": "date",
        "constant": "left out",
        "nothing": "left out",
        # One value or none at all: which of them it is may tell something.
        "some": "number",
        "name": "left out",
        "order_id": "left out",
        "list": "left out",
    }


def test_description_in_words():
    schema = schema_of(y=["p", None] * 5 + ["q", "p"])
    assert schema.describe().splitlines() == [
        "7 rows with y, 13 other columns",
        "5 rows without y left out",
        "classification, because y holds text",
        "numbers: integer, float, written, some (6 missing)",
        "dates: day, written day",
        "categories: text (3 different), flag (2 different)",
        "constant left out: it has only one value",
        "nothing left out: it has no value",
        "name left out: 12 of its 12 texts are different; texts=['name'] learns from them",
        "order_id left out: its integers are all different, and its name says they identify",
        "list left out: it holds list<item: int64>",
    ]
    assert str(schema) == schema.describe()


@pytest.mark.parametrize("name", ["id", "ID", "user_id", "order.id", "Index", "row number", "uuid"])
def test_names_of_identifiers(name):
    columns = schema_of(**{name: list(range(N))}).columns
    assert {c.name: c.kind for c in columns}[name] == "left out"


@pytest.mark.parametrize("name", ["humid", "acid", "index_price", "width", "grid"])
def test_names_of_numbers(name):
    columns = schema_of(**{name: list(range(N))}).columns
    assert {c.name: c.kind for c in columns}[name] == "number"


def test_overrides_win():
    schema = Schema.fit(
        TABLE, "y", numbers=["order_id", "flag"], categories=["name", "integer"], drop=["float"]
    )
    kinds = {c.name: (c.kind, c.reason) for c in schema.columns}
    assert kinds["order_id"] == kinds["flag"] == ("number", "")
    assert kinds["name"] == kinds["integer"] == ("category", "")
    assert kinds["float"] == ("left out", "as asked for")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"drop": ["flot"]}, DataError, r"no column 'flot' \(did you mean 'float'\?\); it has: "),
        ({"drop": "y"}, InvalidValueError, "'y' is the target and cannot be left out, too"),
        (
            {"drop": ["text"], "categories": ["text"]},
            InvalidValueError,
            "column 'text' cannot be both category and left out",
        ),
        ({"numbers": ["text"]}, DataError, "column 'text', row 1: 'a' is no number"),
    ],
)
def test_bad_overrides(options, error, message):
    with pytest.raises(error, match=message):
        Schema.fit(TABLE, "y", **options)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["p"] * N, r"target 'y' has one class, 'p'; at least two are needed"),
        ([2.5] * N, r"target 'y' has one class, 2\.5"),
        ([None] * N, r"target 'y' is missing in every row"),
        ([float("nan")] * N, r"target 'y' is missing in every row"),
        (["p", "q", "p"] + [None] * 9, r"3 rows with a target; at least 4 are needed"),
        (["p"] + [None] * 11, r"1 row with a target"),
        ([float("inf")] + [0.5, 1.5] * 5 + [2.0], r"column 'y', row 1: inf must be finite"),
        ([float("inf")] + [0.5] * 11, r"column 'y', row 1: inf must be finite"),
        (list("abcdefghijkl"), r"target 'y' has 12 classes in 12 rows; .* at least twice"),
        (TABLE["day"], r"target 'y' holds dates"),
    ],
)
def test_targets_that_cannot_be_learned(y, message):
    with pytest.raises(DataError, match=message):
        schema_of(y=y)


def test_targets_that_are_no_quantity():
    with pytest.raises(DataError, match=r"column 'y', row 1: 'p' is no number"):
        Schema.fit(TABLE, "y", task="regression")
    with pytest.raises(DataError, match=r"target 'constant' is always 3; there is nothing"):
        Schema.fit({**TABLE, "constant": [3] * N}, "constant", task="regression")


@pytest.mark.parametrize(
    ("table", "target", "message"),
    [
        (TABLE, "Y", r"no column 'Y' \(did you mean 'y'\?\); it has: integer, float"),
        (TABLE, "zzz", r"no column 'zzz'; it has: integer"),
        ({"y": TABLE["y"]}, "y", r"no column is left to predict 'y' from \(there is no other\)"),
        (
            {"y": TABLE["y"], "c": [1] * N},
            "y",
            r"no column is left to predict 'y' from \(c: it has only one value\)",
        ),
        (
            {**TABLE, "x": [1.0] * (N - 1) + [float("inf")]},
            "y",
            r"column 'x', row 12: inf must be finite",
        ),
    ],
)
def test_tables_that_cannot_be_learned_from(table, target, message):
    with pytest.raises(DataError, match=message):
        Schema.fit(table, target)


def test_with_target():
    rows = with_target(read_table({"x": [1, 2, 3], "y": ["a", None, ""]}), "y")
    assert rows.rows() == [(1, "a")]
    with pytest.raises(DataError, match="target 'y' is missing in every row"):
        with_target(read_table({"y": [None]}), "y")


CELLS = st.sampled_from(["a", "b", "1", "2.5", "", "NA", "2020-01-01", "True"])
COLUMNS = st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=4)


@given(COLUMNS)
def test_round_trip(columns):
    table = {f"c{i}": cells for i, cells in enumerate(columns)}
    table |= {"x": [1.5, 2, 3, 4, 5, 6], "y": list("ppqqpq")}
    schema = Schema.fit(table, "y")
    assert Schema.from_dict(json.loads(json.dumps(schema.to_dict()))) == schema


@settings(max_examples=20)
@given(st.permutations(range(N)))
def test_the_order_of_rows_does_not_matter(order):
    table = {name: [cells[i] for i in order] for name, cells in TABLE.items()}
    assert Schema.fit(table, "y") == schema_of()
