import numpy as np
import pytest

from chainrule.errors import ChainruleError, DataError, ShapeError
from chainrule.tables import Pipeline, TrainingSet

N = 600
TABLE = {"x": ([0.0] * 10 + [1.0] * 10) * (N // 20), "y": (["no"] * 9 + ["yes"]) * (N // 10)}
HEAVY = [100.0 if label == "yes" else 1.0 for label in TABLE["y"]]


def test_a_column_of_weights_and_an_array_are_the_same():
    one = TrainingSet.prepare({**TABLE, "w": HEAVY}, "y", weight="w", seed=0, preset="plain")
    other = TrainingSet.prepare(TABLE, "y", sample_weight=HEAVY, seed=0, preset="plain")
    np.testing.assert_array_equal(one.weight, other.weight)
    np.testing.assert_array_equal(one.X, other.X)
    assert set(one.weight) == {1.0, 100.0}
    assert len(one.validation) == 3
    column = next(c for c in one.schema.columns if c.name == "w")
    assert (column.kind, column.reason) == ("left out", "it says what each row counts")


def test_weights_decide_where_the_columns_say_nothing():
    plain = Pipeline.fit(TABLE, "y", epochs=40, seed=0, preset="plain")
    heavy = Pipeline.fit(TABLE, "y", epochs=40, seed=0, sample_weight=HEAVY, preset="plain")
    assert set(plain.predict(TABLE)) == {"no"}
    assert set(heavy.predict(TABLE)) == {"yes"}


def test_row_and_class_weights_multiply():
    both = TrainingSet.prepare(
        TABLE, "y", sample_weight=HEAVY, class_weight={"yes": 3}, seed=0, preset="plain"
    )
    assert set(both.weight) == {1.0, 300.0}


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ([1.0] * (N - 1), ShapeError, r"sample_weight has the shape \(599,\), but .* 600 rows"),
        ([1.0, -2.0] * (N // 2), DataError, r"the weight in row 2 .* is -2, but must be"),
        ([1.0, np.inf] * (N // 2), ChainruleError, "finite"),
        ([0.0] * N, DataError, "all weights are zero"),
    ],
)
def test_weights_that_cannot_be(weights, error, message):
    with pytest.raises(error, match=message):
        TrainingSet.prepare(TABLE, "y", sample_weight=weights, seed=0, preset="plain")


def test_a_weight_that_is_missing_is_named():
    with pytest.raises(DataError, match=r"the weight in row 3 \(column 'w'\) is nan"):
        TrainingSet.prepare(
            {**TABLE, "w": [1, 1, None] * (N // 3)}, "y", weight="w", seed=0, preset="plain"
        )
    with pytest.raises(ChainruleError, match="'y' is the target and cannot be number, too"):
        TrainingSet.prepare(TABLE, "y", weight="y", seed=0, preset="plain")
