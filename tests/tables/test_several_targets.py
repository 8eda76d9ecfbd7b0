"""Several targets of a table: one network, and each target as if it were alone."""

import numpy as np
import pytest

from chainrule import explain, explain_prediction
from chainrule.errors import ChainruleError, DataError, InvalidValueError
from chainrule.losses import CrossEntropy, SquaredError
from chainrule.models import load_model, save_model
from chainrule.network import mlp
from chainrule.objective import Objective
from chainrule.tables import (
    ClassTarget,
    JointLoss,
    NumericTarget,
    Pipeline,
    Schema,
    TrainingSet,
    split,
)

N = 200
RANDOM = np.random.default_rng(0)
SIZE = RANDOM.normal(size=N)
TABLE = {
    "shape": RANDOM.choice(["round", "long"], N).tolist(),
    "size": SIZE.tolist(),
    "price": (3 * SIZE + 10).tolist(),
    "square": (SIZE**2).tolist(),
    "grade": np.where(SIZE > 0.5, "high", np.where(SIZE > -0.5, "middle", "low")).tolist(),
    "ripe": (SIZE > 0).tolist(),
}
CHOICES = [["price", "square"], ["grade", "ripe"], ["ripe", "price", "grade"]]


def fitted(targets, **options):
    # Asked for, the reference engine says nothing when it takes long.
    engine = "auto" if set(targets) <= {"price", "square"} else "reference"
    return Pipeline.fit(
        TABLE, targets, **{"seed": 0, "epochs": 40, "engine": engine, **options}, preset="plain"
    )


@pytest.mark.parametrize("targets", CHOICES)
def test_one_network_predicts_all_of_them(targets, tmp_path):
    pipeline = fitted(targets)
    predictions = pipeline.predict(TABLE)
    scores = pipeline.evaluate(TABLE)
    assert list(predictions) == list(scores) == targets
    for part in pipeline.target.parts:
        one = scores[part.name]
        if isinstance(part, ClassTarget):
            shares = pipeline.predict_proba(TABLE)[part.name]
            np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)
            labels = np.array(pipeline.classes[part.name])[shares.argmax(axis=1)]
            np.testing.assert_array_equal(labels, predictions[part.name])
            right = np.mean(labels == np.array(TABLE[part.name]))
            assert one["accuracy"] == pytest.approx(right)
            assert one["accuracy"] > 0.9 > one["baseline_accuracy"]
        else:
            errors = predictions[part.name] - np.array(TABLE[part.name])
            assert one["mean_squared_error"] == pytest.approx(np.mean(errors**2))
            assert one["r2"] > 0.9
    path = tmp_path / "several.model"
    save_model(pipeline, path)
    loaded = load_model(path)
    for name, values in loaded.predict(TABLE).items():
        np.testing.assert_array_equal(values, predictions[name])
    assert loaded.schema == pipeline.schema
    assert loaded.target == pipeline.target


def test_quantities_alone_have_the_squared_error():
    assert fitted(["price", "square"], epochs=1).result.plan.objective.loss == SquaredError()


def test_features_are_the_columns_that_are_no_targets():
    schema = Schema.fit(TABLE, ["price", "grade"], drop=["shape"])
    assert [c.name for c in schema.features] == ["size", "square", "ripe"]
    assert [(t.name, t.task) for t in schema.targets] == [
        ("price", "regression"),
        ("grade", "classification"),
    ]
    assert (schema.target, schema.task) == ("price, grade", "classification and regression")
    lines = str(schema).splitlines()
    assert any(line.startswith("classification, because grade") for line in lines)
    assert any(line.startswith("regression, because price") for line in lines)


def test_the_task_of_one_target_can_be_asked_for():
    counts = {**TABLE, "count": (SIZE * 2).round().astype(int).tolist()}
    by_name = Schema.fit(counts, ["price", "count"], task={"count": "regression"})
    assert [t.task for t in by_name.targets] == ["regression", "regression"]
    default = Schema.fit(counts, ["price", "count"])
    assert [t.task for t in default.targets] == ["regression", "classification"]
    with pytest.raises(InvalidValueError, match="task names 'size', which is no target"):
        Schema.fit(counts, ["price", "count"], task={"size": "regression"})


def test_rows_that_lack_a_target_are_left_out_and_counted():
    table = {**TABLE, "price": [None, *TABLE["price"][1:]], "grade": [*TABLE["grade"][:-1], None]}
    training_set = TrainingSet.prepare(table, ["price", "grade"], seed=0, preset="plain")
    assert (training_set.schema.n_rows, training_set.schema.n_without_target) == (N - 2, 2)
    rows = set(training_set.rows) | set(training_set.held_out)
    assert rows == set(range(1, N - 1))
    scores = fitted(["price", "grade"]).evaluate(table)
    assert [one["rows"] for one in scores.values()] == [N - 1, N - 1]


def test_every_label_of_every_target_is_learned():
    rare = ["common"] * N
    rare[17] = "rare"
    for seed in range(10):
        training_set = TrainingSet.prepare(
            {**TABLE, "rare": rare}, ["grade", "rare"], seed=seed, preset="plain"
        )
        assert 17 in training_set.rows
        assert training_set.target.parts[1].labels == ("common", "rare")


def test_balanced_class_weights_multiply():
    one = TrainingSet.prepare(TABLE, ["grade"], seed=0, class_weight="balanced", preset="plain")
    several = TrainingSet.prepare(
        TABLE, ["grade", "price"], seed=0, class_weight="balanced", preset="plain"
    )
    np.testing.assert_array_equal(several.weight, one.weight)
    named = TrainingSet.prepare(
        TABLE,
        ["ripe", "grade"],
        seed=0,
        class_weight={"ripe": {True: 3}, "grade": {"low": 5}},
        preset="plain",
    )
    assert set(named.weight) == {1.0, 3.0, 5.0}
    both = TrainingSet.prepare(
        TABLE,
        ["ripe", "grade"],
        seed=0,
        class_weight={"ripe": {False: 3}, "grade": {"low": 5}},
        preset="plain",
    )
    assert set(both.weight) == {1.0, 3.0, 15.0}


@pytest.mark.parametrize(
    ("targets", "options", "message"),
    [
        ([], {}, "must name at least one column"),
        (["price", "price"], {}, "must name each column once: 'price'"),
        (["price", "prize"], {}, "the table has no column 'prize' .*price"),
        (["price", "square"], {"drop": ["price"]}, "'price' is the target and cannot be left out"),
        (["price", "square"], {"metric": "r2"}, "metric .* must be None for several targets"),
        (["price", "square"], {"class_weight": "balanced"}, "there is none"),
        (["price", "grade"], {"class_weight": {"low": 2}}, "mapping from targets .*grade"),
    ],
)
def test_what_cannot_be_asked_for(targets, options, message):
    with pytest.raises(ChainruleError, match=message):
        fitted(targets, epochs=1, **options)


def test_targets_without_a_common_row_are_refused():
    half = N // 2
    table = {
        **TABLE,
        "price": TABLE["price"][:half] + [None] * half,
        "square": [None] * half + TABLE["square"][half:],
    }
    with pytest.raises(DataError, match="no row has a value in all targets price, square"):
        Pipeline.fit(table, ["price", "square"], preset="plain")


def test_explanations_name_each_target():
    pipeline = fitted(["price", "grade"], epochs=5)
    shown = explain(pipeline, x=TABLE, row=0, weight="h1.w1")
    assert shown.check is not None
    walk = explain_prediction(pipeline, x=TABLE, row=0)
    assert [output.name for output in walk.outputs][:2] == ["price", "z of grade = high"]
    assert walk.prediction.startswith("price ")
    assert walk.prediction.endswith(f"grade {pipeline.predict(TABLE)['grade'][0]}")


# --- the loss ------------------------------------------------------------------------------------


def rows(sizes, n=7):
    random = np.random.default_rng(1)
    z = random.normal(size=(n, sum(sizes))) * 3
    blocks = [
        random.normal(size=(n, 1)) if k == 1 else np.eye(k)[random.integers(0, k, n)] for k in sizes
    ]
    return z, np.hstack(blocks)


@pytest.mark.parametrize("sizes", [(1,), (3,), (1, 1), (1, 3, 2), (2, 1, 4, 1)])
def test_the_joint_loss_is_the_sum_of_the_targets_losses(sizes):
    z, y = rows(sizes)
    parts = zip(
        np.split(z, np.cumsum(sizes)[:-1], axis=1),
        np.split(y, np.cumsum(sizes)[:-1], axis=1),
        strict=True,
    )
    total = 0
    for own, of in parts:
        if own.shape[1] == 1:
            total = total + SquaredError().value(own, of)
        else:
            shares = np.exp(own) / np.exp(own).sum(axis=1, keepdims=True)
            total = total + CrossEntropy().value(shares, of)
    loss = JointLoss(sizes=sizes, factor=2.0)
    np.testing.assert_allclose(loss.value(z, y), 2 * total, rtol=1e-12)
    np.testing.assert_allclose(loss.terms(z, y).sum(axis=1), loss.value(z, y), rtol=1e-12)
    step = 1e-6
    for j in range(z.shape[1]):
        moved = np.eye(z.shape[1])[j] * step
        slope = (loss.value(z + moved, y) - loss.value(z - moved, y)) / (2 * step)
        # Central differences: the truncation is of order step^2, rounding 1e-16 / step.
        np.testing.assert_allclose(loss.gradient(z, y)[:, j], slope, rtol=1e-6, atol=1e-8)


def test_the_joint_loss_is_finite_for_every_z():
    z = np.array([[1e300, -1e300, 0.0], [0.0, 1e5, -1e5]])
    y = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    loss = JointLoss(sizes=(3,))
    np.testing.assert_array_equal(loss.value(z, y), [0.0, 0.0])
    np.testing.assert_array_equal(loss.gradient(z, y), np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("sizes", "message"), [((), "must hold"), ((0,), "size"), ((2.5,), "size")]
)
def test_sizes_that_cannot_be(sizes, message):
    with pytest.raises(ChainruleError, match=message):
        JointLoss(sizes=sizes)


def test_the_joint_loss_is_for_its_outputs():
    network = mlp(2, (), 3, "relu", "identity")
    with pytest.raises(ChainruleError, match="is for 4 outputs"):
        Objective(network, JointLoss(sizes=(1, 3)))


def test_numeric_targets_keep_their_units():
    parts = fitted(["price", "square"], epochs=1).target.parts
    assert all(isinstance(part, NumericTarget) for part in parts)


def test_columns_are_named_by_integers_too():
    table = {i: RANDOM.normal(size=N).tolist() for i in range(4)}
    table[1] = np.abs(table[1]).tolist()
    table[2] = [int(x > 0) for x in table[2]]
    schema = Schema.fit(table, [3, 2], numbers=[0], weight=1)
    assert (schema.target, schema.weight) == ("3, 2", "1")
    assert [c.name for c in schema.features] == ["0"]
    assert Schema.fit(table, np.int64(2), drop=[3, 1]).target == "2"
    kept, held_out = split(table, 0.2, seed=0, stratify=2)
    assert (len(kept), len(held_out)) == (160, 40)
