"""A table against a model: what predict refuses is found, and every row of it."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DataError
from chainrule.tables import check_table

N = 60
TABLE = {
    "size": [float(i) for i in range(N)],
    "day": [f"2024-01-{i % 28 + 1:02}" for i in range(N)],
    "town": ["u", "v", "w"] * 20,
    "gap": [None if i % 5 == 0 else float(i) for i in range(N)],
    "kind": ["yes", "no"] * 30,
}


@pytest.fixture(scope="module")
def model():
    return cr.Pipeline.fit(TABLE, "kind", epochs=1, hidden=(2,), seed=0)


def changed(**columns):
    return {name: columns.get(name, TABLE[name]) for name in TABLE}


def with_values(name, values):
    return changed(**{name: [values.get(i, v) for i, v in enumerate(TABLE[name])]})


def test_the_table_itself_has_no_problem(model):
    found = check_table(model, TABLE)
    assert found.problems == ()
    assert not found.refused
    assert (found.n_rows, found.n_columns) == (N, 4)


CASES = {
    "missing column": ({k: v for k, v in TABLE.items() if k != "size"}, "size", "missing", True, 0),
    "text among numbers": (with_values("size", {3: "big", 8: "x"}), "size", "no number", True, 2),
    "infinite": (with_values("size", {5: np.inf}), "size", "infinite", True, 1),
    "no date": (with_values("day", {7: "soon"}), "day", "no date", True, 1),
    "missing value": (with_values("size", {2: None}), "size", "missing where training", False, 1),
    "missing level": (with_values("town", {2: None}), "town", "missing where training", False, 1),
    "unseen level": (with_values("town", {4: "x", 6: "x"}), "town", "a level without", False, 2),
    "unseen label": (with_values("kind", {9: "perhaps"}), "kind", "a label that", True, 1),
    "another column": ({**TABLE, "more": [1] * N}, "more", "not learned from", False, 0),
    "numbers for dates": (changed(day=[1.5] * N), "day", "dates in training", True, 0),
}


def as_text(table):
    """With one column of mixed values as text, as a file has it."""
    return {
        name: [None if v is None else str(v) for v in values]
        if len({type(v) for v in values} - {type(None)}) > 1
        else values
        for name, values in table.items()
    }


@pytest.mark.filterwarnings("ignore::chainrule.errors.DataWarning")
@pytest.mark.parametrize(("table", "column", "problem", "refused", "n"), CASES.values(), ids=CASES)
def test_each_problem_is_found(model, table, column, problem, refused, n):
    table = as_text(table)
    (found,) = check_table(model, table).problems
    assert (found.column, found.refused, found.n_rows) == (column, refused, n)
    assert problem in found.problem
    assert len(found.rows) == n
    for row, value in found.rows:
        held = table[column][row - 1]
        assert value == ("missing" if held is None else str(held))
    try:
        model.evaluate(table)
    except DataError:
        assert refused
    else:
        assert not refused


def test_a_renamed_column_is_hinted_at(model):
    table = {("sizes" if k == "size" else k): v for k, v in TABLE.items()}
    first, second = check_table(model, table).problems
    assert first.problem == "missing (did you mean 'sizes'?)"
    assert (second.column, second.handled) == ("sizes", "ignored")


def test_rows_are_listed_up_to_a_number_and_all_are_counted(model):
    table = changed(town=["x"] * N)
    (found,) = check_table(model, table, most_rows=2).problems
    assert found.n_rows == N
    assert found.rows == ((1, "x"), (2, "x"))
    assert "town: a level without an input of its own in 60 rows" in str(check_table(model, table))
    assert check_table(model, table).to_dict()["problems"][0]["rows"][0] == {"row": 1, "value": "x"}


def test_a_quantity_as_target():
    table = {"x": TABLE["size"], "y": [2.0 * v for v in TABLE["size"]]}
    model = cr.Pipeline.fit(table, "y", preset="plain", epochs=1, hidden=(2,), seed=0)
    bad = {"x": table["x"], "y": ["1", "two"] * 30}
    (found,) = check_table(model, bad).problems
    assert (found.column, found.n_rows) == ("y", 30)
    assert not check_table(model, {"x": [1.0]}).problems
