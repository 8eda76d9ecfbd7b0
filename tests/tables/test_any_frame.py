"""Tables of any kind are learned from, or refused by name; predictions never fail."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import ChainruleError, DataError, DataWarning
from chainrule.tables import Pipeline

QUICK = {"hidden": (3,), "epochs": 2, "seed": 0, "folds": 0}
VALUES = {
    "numbers": st.one_of(st.none(), st.floats(-1e9, 1e9), st.integers(-5, 5)),
    "texts": st.one_of(st.none(), st.sampled_from(["red", "blue", "", "1", "n/a", "grün"])),
    "booleans": st.one_of(st.none(), st.booleans()),
    "dates": st.one_of(st.none(), st.dates()),
    "constant": st.just("same"),
    "missing": st.none(),
}


@st.composite
def frames(draw):
    n = draw(st.integers(8, 30))
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4))
    table = {
        f"{kind} {i}": draw(st.lists(VALUES[kind], min_size=n, max_size=n))
        for i, kind in enumerate(kinds)
    }
    options = {"texts": [], "ordered": {}}
    for name, kind in zip(table, kinds, strict=True):
        how = draw(st.sampled_from(["", "", "text", "ordered"]))
        if how == "text":
            options["texts"].append(name)
        if how == "ordered" and kind == "texts":
            options["ordered"][name] = ["n/a", "blue", "grün", "red", "1"]
    return table, draw(st.sampled_from(["classes", "number"])), options


def quietly(call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return call()


@settings(max_examples=25, deadline=None)
@given(frames())
def test_any_frame_is_learned_from_or_refused_by_name(drawn):
    table, task, options = drawn
    n = len(next(iter(table.values())))
    target = ["a", "b"] * n if task == "classes" else [0.5 * k for k in range(n)]
    try:
        pipeline = quietly(
            lambda: Pipeline.fit({**table, "y": target[:n]}, "y", **options, **QUICK)
        )
    except ChainruleError as error:
        refusal = str(error)
        pipeline = None
    if pipeline is None:
        assert any(name in refusal for name in (*table, "'y'"))
        return
    predictions = quietly(lambda: pipeline.predict(table))
    assert len(predictions) == n
    backwards = dict(reversed(table.items()))
    np.testing.assert_array_equal(quietly(lambda: pipeline.predict(backwards)), predictions)
    empty = {name: [None, None] for name in table}
    assert len(quietly(lambda: pipeline.predict(empty))) == 2
    texts = {c.name for c in pipeline.schema.features if c.kind == "category"}
    unseen = {name: ["never seen"] if name in texts else [None] for name in table}
    assert len(quietly(lambda: pipeline.predict(unseen))) == 1


N = 60
X = np.random.default_rng(0).normal(size=N)
Y = np.where(X + np.random.default_rng(1).normal(size=N) > 0, "yes", "no")


@pytest.mark.parametrize(
    ("column", "decision"),
    [
        ([7.0] * N, "left out: it has only one value"),
        ([None] * N, "left out: it has no value"),
        ([f"name {k}" for k in range(N)], "left out: 60 of its 60 texts are different"),
        ([f"{k},5" for k in range(N)], "a number around"),
        (["red", "blue"] * (N // 2), "a category of 2 levels; one input, 1 or -1"),
    ],
    ids=["constant", "all missing", "as many levels as rows", "numbers as text", "two levels"],
)
def test_what_is_decided_of_a_column_is_said(column, decision):
    pipeline = quietly(lambda: Pipeline.fit({"x": X, "odd": column, "y": Y}, "y", **QUICK))
    said = {one["column"]: one["decision"] for one in pipeline.describe_columns()}
    assert said["odd"].startswith(decision)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"x": X, "y": ["yes"] * N}, "'y'"),
        ({"x": [np.inf, *X[1:]], "y": Y}, "'x'"),
        ({"x": X, "y": [None] * N}, "target 'y' is missing in every row"),
        ({"x": X[:3], "y": Y[:3]}, "3 rows with a target; at least 4 are needed"),
        ({"x": [1.0] * N, "y": Y}, "no column is left to predict 'y' from"),
    ],
    ids=["one class", "infinite", "no target", "three rows", "nothing to learn from"],
)
def test_what_cannot_be_learned_from_is_refused_by_name(table, message):
    with pytest.raises(DataError, match=message):
        Pipeline.fit(table, "y", **QUICK)


def test_rows_without_a_target_are_counted():
    pipeline = Pipeline.fit({"x": X, "y": [None, *Y[1:]]}, "y", **QUICK)
    assert pipeline.schema.n_without_target == 1
    assert "1 row without y left out" in pipeline.schema.describe()


def test_more_classes_than_rows_in_a_fold():
    y = [f"class {k}" for k in range(30)] * 2
    pipeline = Pipeline.fit({"x": X, "y": y}, "y", **{**QUICK, "folds": 5}, task="classification")
    assert pipeline.predict_proba({"x": X}).shape == (N, 30)


@pytest.mark.slow
def test_ten_thousand_columns():
    wide = {f"c{i}": np.random.default_rng(i).normal(size=N) for i in range(10_000)}
    pipeline = Pipeline.fit({**wide, "y": Y}, "y", **QUICK)
    assert pipeline.network.n_in == 10_000
