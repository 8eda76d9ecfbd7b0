"""Columns of texts, by their runs of characters."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import DataError, DataWarning, InvalidValueError
from chainrule.exchange import export_onnx
from chainrule.tables import Encoder, Schema, check_table, decode_table, read_table
from chainrule.tables.column_encoders import TextEncoder

RNG = np.random.default_rng(0)
WORDS = ["lamp", "chair", "table", "sofa", "desk"]
PARTS = RNG.integers(0, 5, (200, 2))
TITLE = [f"{WORDS[a]} and {WORDS[b]} no. {k}" for k, (a, b) in enumerate(PARTS)]
SHOP = {"title": TITLE, "x": RNG.normal(size=200).tolist(), "price": PARTS.sum(axis=1) + 0.5}
QUICK = {"epochs": 2, "hidden": (4,), "seed": 0}


def test_different_texts_are_left_out_with_a_word():
    pipeline = cr.Pipeline.fit(SHOP, "price", **QUICK)
    (title,) = [c for c in pipeline.describe_columns() if c["column"] == "title"]
    assert title["kind"] == "left out"
    assert title["decision"] == (
        "left out: 200 of its 200 texts are different; texts=['title'] learns from them"
    )


def test_what_is_decided_for_a_text():
    pipeline = cr.Pipeline.fit(SHOP, "price", texts=["title"], **QUICK)
    title = pipeline.describe_columns()[0]
    assert (title["kind"], title["missing"], len(title["inputs"])) == ("text", 0, 128)
    assert title["inputs"][3] == "title hashed to 3"
    assert title["decision"] == ("texts, by their runs of 2 to 4 characters, hashed to 128 inputs")
    assert "texts: title (200 different)" in str(pipeline.schema)
    assert Schema.from_dict(pipeline.schema.to_dict()) == pipeline.schema


@pytest.mark.slow
def test_texts_tell_what_they_say():
    later = {name: values[150:] for name, values in SHOP.items()}
    before = {name: values[:150] for name, values in SHOP.items()}
    errors = [
        cr.Pipeline.fit(before, "price", seed=0, **how).evaluate(later)["root_mean_squared_error"]
        for how in ({"drop": ["title"]}, {"texts": ["title"]})
    ]
    assert errors[1] < 0.6 * errors[0]


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame])
def test_predictions_of_any_frame_in_any_file(make, tmp_path):
    pipeline = cr.Pipeline.fit(SHOP, "price", texts=["title"], **QUICK)
    cr.save_model(pipeline, tmp_path / "m")
    again = cr.load_model(tmp_path / "m")
    assert again.encoder == pipeline.encoder
    expected = pipeline.predict(SHOP)
    np.testing.assert_array_equal(again.predict(make(SHOP)), expected)
    for rows in (slice(0, 1), slice(50, 60)):
        part = {name: values[rows] for name, values in SHOP.items()}
        np.testing.assert_allclose(pipeline.predict(make(part)), expected[rows], rtol=1e-5)


def test_explanations_and_importances_are_those_of_the_column():
    pipeline = cr.Pipeline.fit(SHOP, "price", texts=["title"], **QUICK)
    assert set(pipeline.importances(SHOP, seed=0)) == {"title", "x"}
    found = cr.explain_columns(pipeline, SHOP, row=0)
    assert "title" in str(found)
    assert "hashed" not in str(found)


def test_new_words_and_missing_texts():
    table = {"t": ["one", None, "two", "three"] * 20, "y": [1.5, 2, 3, 4] * 20}
    pipeline = cr.Pipeline.fit(table, "y", texts=["t"], **QUICK)
    (encoder,) = pipeline.encoder.columns
    assert encoder == TextEncoder("t", True)
    X, _ = pipeline.encoder.inputs(read_table({"t": ["never seen", None, "  "]}))
    assert (X[0] != 0).any()
    assert X[0, -1] == 0
    for x in X[1:]:
        assert x[-1] == 1
        assert not x[:-1].any()
    assert pipeline.encoder.feature_names[-1] == "t is missing"
    assert not check_table(pipeline, {"t": ["never seen"]}).problems
    whole = cr.Pipeline.fit(SHOP, "price", texts=["title"], **QUICK)
    with pytest.warns(DataWarning, match="title in 1 row"):
        whole.predict({"title": [None], "x": [1.0]})


@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), min_size=1, max_size=20))
@settings(max_examples=20, deadline=None)
def test_any_text_has_the_length_of_its_inputs(texts):
    encoder = Encoder((TextEncoder("t", True),))
    table = read_table({"t": [*texts, "x"]})
    X, notes = encoder.transform(table, np.float64)
    present = table.to_native()["t"].is_valid().to_pylist()
    lengths = np.square(X[:, :-1]).sum(axis=1)
    for has, length, missing in zip(present, lengths, X[:, -1], strict=True):
        assert missing == (not has)
        assert length == pytest.approx(128, rel=1e-5) or length == 0
        assert has or length == 0
    np.testing.assert_array_equal(
        encoder.transform(table[[*range(len(X))][::-1]], np.float64)[0], X[::-1]
    )
    assert not notes


def test_a_category_may_be_taken_as_a_text():
    schema = Schema.fit("penguins", "species", texts=["island"])
    assert {c.name: c.kind for c in schema.columns}["island"] == "text"
    numbers = {"code": [str(k) for k in range(60)], "y": np.arange(60) / 7}
    encoder = Encoder.fit(decode_table(numbers, "y", texts=["code"]))
    assert encoder.n_features == 128


@pytest.mark.parametrize(
    ("texts", "error", "message"),
    [
        (["titel"], DataError, r"no column 'titel' \(did you mean 'title'\?\)"),
        (["price"], InvalidValueError, "'price' is the target"),
    ],
)
def test_what_is_no_text(texts, error, message):
    with pytest.raises(error, match=message):
        Schema.fit(SHOP, "price", texts=texts)
    with pytest.raises(InvalidValueError, match="cannot be both category and text"):
        Schema.fit(SHOP, "price", texts=["title"], categories=["title"])


@pytest.mark.slow
def test_onnx_refuses_texts_by_name(tmp_path):
    pytest.importorskip("onnx")
    pipeline = cr.Pipeline.fit(SHOP, "price", texts=["title"], **QUICK)
    with pytest.raises(InvalidValueError, match=r"column 'title' .*drop=\['title'\]"):
        export_onnx(pipeline, tmp_path / "m.onnx")


@pytest.mark.parametrize(
    "change", [{"n": 0}, {"shortest": 0}, {"longest": 1}, {"longest": 200}, {"missing": 1}]
)
def test_a_damaged_encoder_is_refused(change):
    with pytest.raises(cr.errors.ChainruleError):
        TextEncoder(**{"name": "t", "missing": False, **change})
