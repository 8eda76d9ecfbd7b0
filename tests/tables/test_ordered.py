"""Categories whose levels have an order."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import DataError, DataWarning, InvalidTypeError, InvalidValueError
from chainrule.tables import Encoder, Schema, check_table, decode_table, read_table
from chainrule.tables.column_encoders import OrderedEncoder
from chainrule.tables.columns import labels_of, text_array

SIZES = ("S", "M", "L", "XL")
RNG = np.random.default_rng(0)
SIZE = [None if k == 4 else SIZES[k] for k in RNG.integers(0, 5, 80)]
X = RNG.normal(size=80).tolist()
Y = [2.0 * (SIZES.index(s) if s else 1) + x for s, x in zip(SIZE, X, strict=True)]
QUICK = {"epochs": 2, "hidden": (4,), "seed": 0}


def of_pandas(levels=SIZES, ordered=True):
    return pd.DataFrame({"size": pd.Categorical(SIZE, levels, ordered=ordered), "x": X, "y": Y})


def of_polars():
    return pl.DataFrame({"size": pl.Series(SIZE, dtype=pl.Enum(SIZES)), "x": X, "y": Y})


def of_arrow():
    codes = pa.array([None if s is None else SIZES.index(s) for s in SIZE], pa.int8())
    size = pa.DictionaryArray.from_arrays(codes, list(SIZES), ordered=True)
    return pa.table({"size": size, "x": X, "y": Y})


def in_pieces():
    whole = of_arrow()
    return pa.concat_tables([whole[:30], whole[30:]])


def of_mapping():
    return {"size": pd.Categorical(SIZE, SIZES, ordered=True), "x": X, "y": Y}


FRAMES = [of_pandas, of_polars, of_arrow, in_pieces, of_mapping]


@pytest.mark.parametrize("make", FRAMES)
def test_ordered_categories_keep_their_order(make):
    schema = Schema.fit(make(), "y")
    assert schema.columns[0].kind == "category"
    assert schema.columns[0].order == SIZES
    assert "size (4 different, ordered, " in str(schema)
    assert Schema.from_dict(schema.to_dict()) == schema
    plain = Schema.fit(make(), "y", categories=["size"])
    assert plain.columns[0].order == ()


def test_a_frame_without_an_order_has_none():
    for frame in (of_pandas(ordered=False), {"size": SIZE, "x": X, "y": Y}):
        assert Schema.fit(frame, "y").columns[0].order == ()


def test_files_keep_the_order(tmp_path):
    of_pandas().to_parquet(tmp_path / "t.parquet")
    assert Schema.fit(tmp_path / "t.parquet", "y").columns[0].order == SIZES
    assert read_table(read_table(tmp_path / "t.parquet")).shape == (80, 3)


def test_pieces_that_disagree_have_no_order():
    column = pa.chunked_array(
        [
            pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), names, ordered=True)
            for names in (["a", "b"], ["b", "a"])
        ]
    )
    schema = Schema.fit(pa.table({"k": column, "y": [1.5, 2.5, 1.0, 2.0]}), "y")
    assert schema.columns[0].order == ()


def test_intervals_are_ordered():
    frame = pd.DataFrame({"age": pd.cut(X, [-9, -0.5, 0.5, 9]), "y": Y})
    assert Schema.fit(frame, "y").columns[0].order == ("(-9.0, -0.5]", "(-0.5, 0.5]", "(0.5, 9.0]")


@pytest.mark.parametrize("levels", [[1, 2, 3], ["10", "9", "1"], [False, True]])
def test_numbers_and_booleans_may_be_levels(levels):
    values = [levels[k % len(levels)] for k in range(20)]
    frame = {"k": values, "y": np.arange(20) / 3}
    schema = Schema.fit(frame, "y", ordered={"k": levels})
    assert schema.columns[0].order == tuple(map(str, levels))
    encoder = Encoder.fit(decode_table(frame, "y", ordered={"k": levels}))
    row = encoder.transform(read_table({"k": levels}))[0]
    assert (np.diff(row.sum(axis=1)) == 2).all()


@pytest.mark.parametrize("make", FRAMES)
def test_predictions_do_not_depend_on_the_representation(make):
    pipeline = cr.Pipeline.fit(make(), "y", **QUICK)
    expected = pipeline.predict(of_pandas())
    for other in (of_polars(), of_arrow(), {"size": SIZE, "x": X}, of_pandas(SIZES[::-1])):
        np.testing.assert_array_equal(pipeline.predict(other), expected)


def test_given_levels_are_those_of_a_frame(tmp_path):
    plain = {"size": SIZE, "x": X, "y": Y}
    given = cr.Pipeline.fit(plain, "y", ordered={"size": SIZES}, **QUICK)
    declared = cr.Pipeline.fit(of_pandas(), "y", **QUICK)
    np.testing.assert_array_equal(given.predict(plain), declared.predict(plain))
    assert given.describe_columns()[0]["decision"] == (
        "a category of 4 levels in the order S < M < L < XL; one input for each step and one for "
        "missing values"
    )
    cr.save_model(given, tmp_path / "m")
    again = cr.load_model(tmp_path / "m")
    assert (again.encoder, again.schema) == (given.encoder, given.schema)
    np.testing.assert_array_equal(again.predict(plain), given.predict(plain))
    assert set(again.importances(plain, seed=0)) == {"size", "x"}


def test_unseen_levels_and_missing_values():
    pipeline = cr.Pipeline.fit({"size": ["S", "M", "L"] * 20, "y": [1.5, 2, 3] * 20}, "y",
                               ordered={"size": SIZES}, **QUICK)  # fmt: skip
    (encoder,) = pipeline.encoder.columns
    assert encoder == OrderedEncoder("size", SIZES, (0, 1, 2), False)
    X, _ = pipeline.encoder.inputs(read_table({"size": ["S", "M", "L", "XL", "?!", None]}))
    with pytest.warns(DataWarning) as caught:
        pipeline.predict({"size": ["?!", None]})
    assert X.tolist() == [[-1, -1], [1, -1], [1, 1], [1, 1], [0, 0], [0, 0]]
    assert ["'?!'" in str(w.message) for w in caught] == [False, True]
    found = check_table(pipeline, {"size": ["S", "?!"]})
    assert "a level without an input of its own" in str(found)


LEVELS = st.lists(st.text("abcdefgh", min_size=1, max_size=2), min_size=2, max_size=12, unique=True)


@given(LEVELS, st.data())
@settings(max_examples=30)
def test_the_code_rises_with_the_level(levels, data):
    values = data.draw(st.lists(st.sampled_from([*levels, None]), min_size=1, max_size=30))
    column = text_array([v or "" for v in values])
    labels = labels_of(pa.chunked_array([pa.array(values, pa.large_string())]))
    encoder = OrderedEncoder.fit(labels, "k", tuple(levels))
    rows = encoder.rows[: len(levels), : len(encoder.steps) - 1]
    assert (np.diff(rows, axis=0) >= 0).all()
    assert np.abs(rows).max() == 1
    # Levels that occur are told apart, and neighbours among them by one step.
    seen = [k for k, level in enumerate(levels) if level in values]
    if len(seen) > 1:
        assert (np.diff(rows[seen], axis=0).sum(axis=1) == 2).all()
    places, _ = encoder.prepare(labels)
    X = np.zeros((len(values), encoder.n_inputs))
    encoder.write(places, X)
    for value, x in zip(values, X, strict=True):
        if value is None:
            assert x.sum() == encoder.missing
        else:
            np.testing.assert_array_equal(x, encoder.rows[levels.index(value)])
    assert len(encoder.feature_names) == encoder.n_inputs
    assert len(column) == len(values)


def test_many_levels_share_steps():
    levels = [f"{k:03}" for k in range(500)]
    schema = Schema.fit({"k": levels, "y": np.arange(500) / 3}, "y", ordered={"k": levels})
    encoder = Encoder.fit(decode_table({"k": levels, "y": np.arange(500) / 3}, "y",
                                       ordered={"k": levels}))  # fmt: skip
    X = encoder.transform(read_table({"k": levels}))[0]
    assert schema.columns[0].order == tuple(levels)
    assert X.shape == (500, 100)
    assert (np.diff(X.sum(axis=1)) > 0).all()


@pytest.mark.parametrize(
    ("ordered", "error", "message"),
    [
        (["size"], InvalidTypeError, "ordered .* must be a mapping from columns to levels"),
        ({"size": "SML"}, InvalidTypeError, r"ordered\['size'\] .* levels in their order"),
        ({"size": ["S"]}, InvalidValueError, "two levels or more"),
        ({"size": ["S", "M", "S"]}, InvalidValueError, "each once"),
        ({"size": ["S", None]}, InvalidValueError, "each once"),
        ({"siz": SIZES}, DataError, r"no column 'siz' \(did you mean"),
        ({"size": SIZES[:2]}, DataError, r"column 'size', row \d+: '.+' is none of the levels"),
        ({"y": SIZES}, InvalidValueError, "'y' is the target"),
    ],
)
def test_levels_that_cannot_be_used(ordered, error, message):
    with pytest.raises(error, match=message):
        Schema.fit({"size": SIZE, "x": X, "y": Y}, "y", ordered=ordered)


def test_a_column_is_one_thing():
    with pytest.raises(InvalidValueError, match="cannot be both"):
        Schema.fit(of_pandas(), "y", ordered={"size": SIZES}, numbers=["size"])
    schema = Schema.fit(of_pandas(), "y", drop=["size"])
    assert schema.columns[0].kind == "left out"
