import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError, InvalidValueError
from chainrule.tables import decide_task
from chainrule.tables.columns import tidy


def decide(values, task=None):
    return decide_task("y", tidy(pa.chunked_array([pa.array(values)])), task)


@pytest.mark.parametrize(
    ("values", "task", "why"),
    [
        (["a", "b"], "classification", "y holds text"),
        ([True, False], "classification", "y holds true and false"),
        ([0.0, 1.0, 1.0], "classification", "y has two different values"),
        ([1, 2, 3] * 2, "classification", "y holds only 3 different whole numbers"),
        ([1, 2, 3], "regression", "y holds 3 different whole numbers"),
        (list(range(20)) * 2, "classification", "y holds only 20 different whole numbers"),
        (list(range(21)) * 2, "regression", "y holds 21 different whole numbers"),
        ([0.5, 1.0, 2.0] * 9, "regression", "y holds numbers with fractions"),
        ([3.0, 4.0, 5.0] * 9, "classification", "y holds only 3 different whole numbers"),
    ],
)
def test_decisions(values, task, why):
    decided, sentence = decide(values)
    assert decided == task
    assert sentence.startswith(f"{task}, because ")
    other = {"classification": "regression", "regression": "classification"}[task]
    if isinstance(values[0], str | bool):
        assert "override" not in sentence
    else:
        assert f"task='{other}' would override this" in sentence
    assert re.search(why, sentence)


@given(st.permutations([1, 2, 3, 3, 2, 1, None, None]))
def test_order_and_missing_values_decide_nothing(values):
    assert decide(values) == decide([1, 2, 3, 3, 2, 1])


def test_what_is_asked_for_is_done():
    assert decide([0.5, 1.5, 2.5], "classification")[0] == "classification"
    assert "was asked for" in decide([1, 2, 1, 2], "regression")[1]
    with pytest.raises(InvalidValueError, match=r"task \(='ranking'\) must be 'classification' or"):
        decide([1, 2], "ranking")


@pytest.mark.parametrize("task", [None, "regression"])
def test_dates_and_lists_are_refused(task):
    with pytest.raises(DataError, match="target 'y' holds dates; a target must be text"):
        decide(pa.array([0, 1], pa.date32()), task)
    with pytest.raises(DataError, match="target 'y' holds list"):
        decide([[1], [2]], task)
