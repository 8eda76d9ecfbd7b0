"""Presets: what they decide, how sure they are, and that rows of any kind go through them."""

import warnings

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ChainruleError, DataError, DataWarning
from chainrule.layers import PeriodicEmbedding, Scale
from chainrule.losses import CrossEntropy
from chainrule.models import load_model, save_model
from chainrule.tables import Pipeline, TrainingSet
from chainrule.tables.calibration import conformal_radius, temperature_of
from chainrule.tables.presets import MEMBERS, fold_of_rows
from chainrule.tables.recipe import choose_epochs

N = 120
RNG = np.random.default_rng(0)
SIZE, NOISE = RNG.normal(size=N), RNG.normal(size=N)
KIND = np.array(["tea", "mate", "coffee", "cocoa"])[RNG.integers(0, 4, N)]
PRICE = SIZE + 0.5 * NOISE + (KIND == "tea")
TABLE = {"size": SIZE, "kind": KIND, "price": PRICE}
GOOD = {**TABLE, "price": np.where(PRICE > 0.3, "dear", "cheap")}
TINY = {"hidden": (5,), "epochs": 6, "seed": 0}


@pytest.fixture(scope="module")
def best() -> Pipeline:
    return Pipeline.fit(GOOD, "price", preset="best", members=3, **TINY)


@pytest.mark.parametrize("table", [TABLE, GOOD], ids=["number", "classes"])
@pytest.mark.parametrize("preset", ["plain", "auto", "best"])
def test_presets_learn_save_and_come_back(tmp_path, table, preset):
    pipeline = Pipeline.fit(table, "price", preset=preset, **TINY)
    assert pipeline.summary["recipe"]["preset"] == preset
    save_model(pipeline, tmp_path / "m")
    again = load_model(tmp_path / "m")
    np.testing.assert_array_equal(again.outputs(table), pipeline.outputs(table))
    assert again.describe_columns() == pipeline.describe_columns()
    assert len(again.members) == MEMBERS[preset]


def test_an_ensemble_is_the_mean_of_its_members(best):
    members = np.mean([one.predict_proba(GOOD) for one in best.members], axis=0)
    np.testing.assert_allclose(best.predict_proba(GOOD), members, atol=1e-6)
    X, _ = best.encoder.transform(cr.read_table(GOOD), np.float64)
    np.testing.assert_allclose(best.subject().predict(X), members, atol=1e-5)


def test_an_ensemble_and_its_members_are_explained_and_diagnosed(best):
    def found(model):
        return {
            one.column: one.value for one in cr.explain_columns(model, GOOD, row=1).contributions
        }

    parts = [found(one) for one in best.members]
    for column, value in found(best).items():
        assert value == pytest.approx(np.mean([part[column] for part in parts]), abs=1e-3)
    assert cr.diagnose(best, GOOD)
    assert cr.diagnose(best.members[0], GOOD)


def test_what_auto_decides():
    pipeline = Pipeline.fit(GOOD, "price", epochs=1, seed=0)
    first, *dense, last = pipeline.network.layers
    assert isinstance(first, Scale)
    assert first.learning_rate_factor == 6
    assert [layer.n_out for layer in dense] == [128, 128, 128]
    for layer in (*dense, last):
        assert layer.learning_rate_factor == layer.n_in**-0.5
        assert layer.bias_learning_rate_factor == 0.1
    assert {layer.activation.name for layer in dense} == {"selu"}
    plan = pipeline.result.plan
    assert plan.objective.loss == CrossEntropy(label_smoothing=0.1)
    assert (plan.optimizer.learning_rate, plan.optimizer.beta2) == (0.04, 0.95)
    best = Pipeline.fit(TABLE, "price", preset="best", folds=2, epochs=1, seed=0)
    ((numbers, waves), _) = best.network.layers[1].groups
    assert isinstance(waves, PeriodicEmbedding)
    assert len(numbers) == 1
    assert {layer.activation.name for layer in best.network.layers[2:-1]} == {"selu"}


def test_what_is_given_is_done_as_given():
    pipeline = Pipeline.fit(
        GOOD, "price", hidden=(3,), activation="tanh", epochs=2, learning_rate=0.5, seed=0,
        label_smoothing=0.0, scale_factor=0.0, parametrization="standard", folds=0,
        schedule="constant",
    )  # fmt: skip
    (hidden, last), plan = pipeline.network.layers, pipeline.result.plan
    assert (hidden.n_out, hidden.activation.name, last.learning_rate_factor) == (3, "tanh", 1)
    assert plan.optimizer.learning_rate == 0.5
    assert plan.objective.loss == CrossEntropy()
    assert len(pipeline.result.history) == 2


@pytest.mark.parametrize("metric", ["log_loss", "roc_auc"])
def test_labels_are_not_smoothed_where_probabilities_decide(metric):
    pipeline = Pipeline.fit(GOOD, "price", metric=metric, **TINY)
    assert pipeline.result.plan.objective.loss == CrossEntropy()


def test_epochs_come_to_updates():
    assert choose_epochs(256, 10_000) * 40 == pytest.approx(2500, rel=0.03)
    assert choose_epochs(256, 1_000_000) * 3907 == pytest.approx(25_000, rel=0.1)
    assert (choose_epochs(256, 10), choose_epochs(32, 10**9)) == (256, 4)


def test_folds_have_all_rows_once_and_share_the_classes():
    classes = np.array([0] * 60 + [1] * 11)
    fold = fold_of_rows(71, 5, 3, classes)
    assert np.ptp(np.bincount(fold)) <= 1
    assert np.ptp(np.bincount(fold[classes == 1], minlength=5)) <= 1
    np.testing.assert_array_equal(fold, fold_of_rows(71, 5, 3, classes))


def test_a_temperature_undoes_one():
    z = RNG.normal(size=(5000, 3)) * 2
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    y = np.eye(3)[[RNG.choice(3, p=row) for row in p]]
    hot = p**3 / (p**3).sum(axis=1, keepdims=True)
    assert temperature_of(p, y) == pytest.approx(1, abs=0.06)
    assert temperature_of(hot, y) == pytest.approx(3, abs=0.18)


def test_the_radius_is_the_quantile_of_conformal_prediction():
    residuals = np.arange(1.0, 10.0)
    assert conformal_radius(residuals, 0.9) == 9  # ceil(10 * 0.9) = 9
    assert conformal_radius(residuals, 0.5) == 5
    assert conformal_radius(residuals, 0.95) == np.inf


@pytest.mark.parametrize("preset", ["auto", "best"])
def test_intervals_hold_about_their_share_of_new_rows(preset):
    rng = np.random.default_rng(1)
    x, e = rng.normal(size=(2, 3000))
    table = {"x": x[:400], "y": x[:400] + e[:400]}
    pipeline = Pipeline.fit(table, "y", preset=preset, hidden=(8,), epochs=20, seed=0)
    low, high = pipeline.predict_interval({"x": x[400:]}, coverage=0.8).T
    inside = np.mean((low <= (x + e)[400:]) & ((x + e)[400:] <= high))
    # Four standard deviations of a quantile of 400 residuals.
    assert inside == pytest.approx(0.8, abs=0.08)


def test_intervals_that_cannot_be():
    with pytest.raises(DataError, match="'price' is not one quantity"):
        Pipeline.fit(GOOD, "price", **TINY).predict_interval(GOOD)
    pipeline = Pipeline.fit(TABLE, "price", folds=0, validation_fraction=0.0, **TINY)
    with pytest.raises(DataError, match="no rows were held out"):
        pipeline.predict_interval(TABLE)


def test_importances_are_by_column():
    table = {**TABLE, "useless": RNG.normal(size=N)}
    pipeline = Pipeline.fit(table, "price", hidden=(16,), epochs=40, seed=0)
    found = pipeline.importances(table, seed=0)
    assert set(found) == {"size", "kind", "useless"}
    assert next(iter(found)) == "size"
    assert found["size"][0] > 5 * abs(found["useless"][0])


def test_a_column_that_gives_the_target_away_is_said():
    told = PRICE > 0.3
    for leak in ({"again": np.where(told, "ja", "nein")}, {"again": told * 2.0 + 1.0}):
        with pytest.warns(DataWarning, match="'price' follows from 'again' alone"):
            TrainingSet.prepare({**GOOD, **leak}, "price", seed=0)
    with pytest.warns(DataWarning, match="'price' follows from 'again' alone"):
        TrainingSet.prepare({**TABLE, "again": np.exp(PRICE)}, "price", seed=0)


@pytest.mark.parametrize(("n", "is_said"), [(100, False), (600, True)])
def test_a_number_that_parts_the_classes_is_said_in_many_rows(n, is_said):
    x = np.random.default_rng(4).normal(size=n)
    table = {"x": x, "z": x[::-1], "y": np.where(x > 0.2, "a", "b")}
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        TrainingSet.prepare(table, "y", seed=0)
    assert [str(w.message).startswith("'y' follows from 'x' alone") for w in found] == [
        True
    ] * is_said


def test_two_levels_are_one_input_and_dates_have_waves():
    days = np.arange("2020-01-01", "2022-12-31", dtype="datetime64[D]")
    rng = np.random.default_rng(2)
    table = {"day": days, "sex": ["m", "f", "f"] * 365, "y": rng.normal(size=len(days))}
    training_set = TrainingSet.prepare(table, "y", seed=0)
    encoder = training_set.encoder
    assert encoder.columns[0].periods == (365.2425, 7.0, 3.5)
    assert encoder.columns[1].feature_names == ("sex = m (1) or f (-1)",)
    X, _ = encoder.transform(cr.read_table(table), np.float64)
    np.testing.assert_allclose(X[:, 1::2][:, :3] ** 2 + X[:, 2::2][:, :3] ** 2, 1)
    assert set(X[:, -1]) == {-1.0, 1.0}


def test_codes_make_the_network_on_zeros_and_ones():
    rng = np.random.default_rng(3)
    table = {"k": [f"level {k}" for k in rng.integers(0, 30, 900)], "x": rng.normal(size=900)}
    table["y"] = np.where(rng.normal(size=900) > 0, "a", "b")
    training_set = TrainingSet.prepare(table, "y", seed=0, folds=0)
    assert training_set.codes
    assert training_set.X.shape[1] == 2
    pipeline = Pipeline.train(training_set, hidden=(4,), epochs=2, calibrate=False, refit=False)
    X, _ = pipeline.encoder.transform(cr.read_table(table), np.float64)
    assert pipeline.network.n_in == X.shape[1] > 30
    assert pipeline.encoder.means == pytest.approx(X[training_set.rows].mean(axis=0), abs=1e-6)
    np.testing.assert_allclose(pipeline.result.predict(X), pipeline.outputs(table), atol=1e-6)


def test_rows_of_ones_own_say_when_to_stop():
    other = {name: values[:30] for name, values in GOOD.items()}
    pipeline = Pipeline.fit(GOOD, "price", validation=other, **TINY)
    assert (pipeline.summary["rows"], pipeline.summary["validation_rows"]) == (N, 30)
    with pytest.raises(DataError, match="kind"):
        Pipeline.fit(GOOD, "price", validation={"size": [1.0], "price": ["dear"]}, **TINY)
    model = cr.TabularClassifier(hidden=(4,), epochs=2, random_state=0)
    y = GOOD["price"].tolist()
    frame = {"size": SIZE, "kind": KIND}
    model.fit(frame, y, X_val={"size": SIZE[:9], "kind": KIND[:9]}, y_val=y[:9])
    assert len(model.validation_loss_curve_) == 2
    assert model.get_feature_names_out()[0] == "size"
    with pytest.raises(ChainruleError, match="X_val and y_val must be given together"):
        model.fit(frame, y, X_val=frame)


def test_a_time_limit_too_short_for_an_epoch_is_refused():
    with pytest.raises(ChainruleError, match=r"time_limit \(=1e-09\) is too short for one epoch"):
        Pipeline.fit(GOOD, "price", time_limit=1e-9, **TINY)


def test_a_time_limit_that_is_long_changes_no_number():
    free = Pipeline.fit(GOOD, "price", **TINY)
    limited = Pipeline.fit(GOOD, "price", time_limit=1000.0, **TINY)
    np.testing.assert_array_equal(free.outputs(GOOD), limited.outputs(GOOD))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"preset": "fast"}, "preset"),
        ({"folds": 1}, r"folds \(=1\) must be 0, or at least 2"),
        ({"folds": N + 1}, "folds"),
        ({"ensemble": True, "folds": 0}, "ensemble"),
        ({"ensemble": None}, "ensemble"),
        ({"ensemble": True, "members": 2}, r"members \(=2\) must be None with ensemble=True"),
        ({"members": 0}, "members"),
        ({"members": 2**62}, "members"),
        ({"train_many": 3}, "train_many"),
        ({"train_many": cr.train_many, "time_limit": 5.0}, "time_limit"),
        ({"embedding": 1}, "embedding"),
        ({"label_smoothing": 1.0}, "label_smoothing"),
        ({"scale_factor": -1.0}, "scale_factor"),
        ({"parametrization": "lecun"}, "parametrization"),
        ({"time_limit": 0}, "time_limit"),
        ({"calibrate": 1}, "calibrate"),
        ({"checkpoint": "x.checkpoint", "folds": 5}, "checkpoint"),
        ({"preset": np.zeros(2)}, "must be one of"),
        ({"epochs": np.zeros(2)}, "epochs"),
        ({"epochs": [3]}, "epochs"),
        ({"epochs": "many"}, "epochs"),
        ({"patience": np.zeros(2)}, "patience"),
    ],
)
def test_options_that_cannot_be(options, message):
    with pytest.raises(ChainruleError, match=message):
        Pipeline.fit(GOOD, "price", **{**TINY, **options})
