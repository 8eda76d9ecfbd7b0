"""Clones, pickles, pipelines, searches, routing, processes, interrupts."""

import copy
import multiprocessing
import pickle
import warnings
from typing import Any

import joblib
import numpy as np
import pytest
import sklearn
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.estimators import MLPClassifier, MLPRegressor, Perceptron

# How long a fit takes is not the question here.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(5)
X = rng.normal(size=(120, 4))
Y = np.where(X[:, 0] * X[:, 1] > 0, "same", "different")


def fitted(**options: Any) -> MLPClassifier:
    return MLPClassifier(8, max_iter=10, random_state=0, **options).fit(X, Y)


@pytest.mark.parametrize(
    "again",
    [
        lambda model: pickle.loads(pickle.dumps(model)),
        copy.deepcopy,
    ],
    ids=["pickle", "deepcopy"],
)
def test_copies(again: Any) -> None:
    pairs = (fitted(), Y), (MLPRegressor(max_iter=3).fit(X, X[:, 0]), X[:, 0])
    for model, y in (*pairs, (Perceptron().fit(X, Y), Y)):
        before = model.predict(X)
        other = again(model)
        np.testing.assert_array_equal(other.predict(X), before)
        if not isinstance(model, Perceptron):
            assert not other.coefs_[0].flags.writeable
            other.partial_fit(X, y)
            np.testing.assert_array_equal(model.predict(X), before)
            np.testing.assert_array_equal(other.coefs_[0], model.partial_fit(X, y).coefs_[0])
    unfitted = again(MLPClassifier(3))
    assert unfitted.get_params() == MLPClassifier(3).get_params()


def test_joblib_memory_map(tmp_path: Any) -> None:
    model = fitted()
    joblib.dump(model, tmp_path / "model")
    mapped = joblib.load(tmp_path / "model", mmap_mode="r")
    np.testing.assert_array_equal(mapped.predict_proba(X), model.predict_proba(X))


def test_pipelines() -> None:
    pipe = make_pipeline(StandardScaler(), MLPClassifier(6, max_iter=20, random_state=0))
    pipe.set_output(transform="pandas")
    assert 0.4 < cross_val_score(pipe, X, Y, cv=3).mean() <= 1.0
    features = make_pipeline(
        MLPClassifier(6, max_iter=20, random_state=0), Perceptron(random_state=0)
    ).fit(X, Y)
    assert features[:-1].transform(X).shape == (120, 6)
    assert features[:-1].get_feature_names_out().tolist() == [f"mlpclassifier{i}" for i in range(6)]


@pytest.mark.parametrize("backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore")
def test_grid_search(backend: str) -> None:
    search = GridSearchCV(
        MLPClassifier(max_iter=15, random_state=0, threads=1),
        {"hidden_layer_sizes": [(2,), (8,)], "activation": ["tanh", "relu"]},
        cv=2,
        n_jobs=2,
    )
    with joblib.parallel_backend(backend):
        search.fit(X, Y)
    alone = GridSearchCV(search.estimator, search.param_grid, cv=2).fit(X, Y)
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"]
    )
    np.testing.assert_array_equal(search.predict(X), alone.predict(X))


def test_metadata_routing() -> None:
    weight = rng.random(120)
    with sklearn.config_context(enable_metadata_routing=True):
        model = MLPClassifier(4, max_iter=3, random_state=0)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        pipe = make_pipeline(scaler, model.set_fit_request(sample_weight=True))
        pipe.fit(X, Y, sample_weight=weight)
        model = MLPClassifier(4, max_iter=3, random_state=0)
        model.set_fit_request(sample_weight=True, X_val=True, y_val=True)
        model.set_score_request(sample_weight=True)
        held = make_pipeline(model).fit(X, Y, sample_weight=weight, X_val=X, y_val=Y)
    scaled = StandardScaler().fit_transform(X)
    plain = MLPClassifier(4, max_iter=3, random_state=0).fit(scaled, Y, weight)
    np.testing.assert_array_equal(pipe[-1].coefs_[0], plain.coefs_[0])
    assert len(held[-1].validation_loss_curve_) == 3


def _fit_in_child(queue: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        queue.put(fitted(threads=2).loss_curve_)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_fit_in_a_forked_child_after_a_fit_here() -> None:
    """The parent's thread pool must not be waited for in the child, where it does not run."""
    wide = rng.normal(size=(4000, 40))
    MLPRegressor(hidden_layer_sizes=64, max_iter=3, threads=2).fit(wide, wide[:, 0])
    here = fitted(threads=2).loss_curve_
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_fit_in_child, args=(queue,))
    child.start()
    try:
        there = queue.get(timeout=60)
        child.join(timeout=60)
    finally:
        child.kill()
    assert there == here
    assert fitted(threads=2).loss_curve_ == here


def test_an_interrupt_keeps_what_was_learned() -> None:
    def interrupt(progress: Any) -> None:
        if progress.epoch == 4:
            raise KeyboardInterrupt

    model = MLPClassifier(8, max_iter=10, random_state=0, callbacks=interrupt)
    with pytest.raises(cr.TrainingInterrupted, match="keeps what it had learned") as stop:
        model.fit(X, Y)
    assert isinstance(stop.value, KeyboardInterrupt)
    assert model.n_iter_ == 4
    same = MLPClassifier(8, max_iter=4, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), same.predict_proba(X))
    # It can go on: with partial_fit as if nothing had happened, or with a warm start.
    np.testing.assert_array_equal(
        model.set_params(callbacks=()).partial_fit(X, Y).coefs_[0],
        same.partial_fit(X, Y).coefs_[0],
    )
    model.set_params(warm_start=True).fit(X, Y)
    assert model.n_iter_ == 10


def test_partial_fit_is_fit_epoch_by_epoch() -> None:
    whole = MLPClassifier(8, max_iter=6, batch_size=25, random_state=0).fit(X, Y)
    steps = MLPClassifier(8, batch_size=25, random_state=0)
    for _ in range(6):
        steps.partial_fit(X, Y, classes=["different", "same"])
    np.testing.assert_array_equal(whole.coefs_[0], steps.coefs_[0])
    assert whole.loss_curve_ == steps.loss_curve_
    assert steps.n_iter_ == 1
    assert steps.t_ == whole.t_ == 720


def test_random_state_decides_everything() -> None:
    options: dict[str, Any] = {
        "hidden_layer_sizes": 5,
        "max_iter": 4,
        "batch_size": 20,
        "dropout": 0.3,
        "early_stopping": True,
    }
    first, second = (MLPClassifier(random_state=3, **options).fit(X, Y) for _ in range(2))
    assert first.loss_curve_ == second.loss_curve_
    other = MLPClassifier(random_state=4, **options).fit(X, Y)
    assert first.loss_curve_ != other.loss_curve_
    stream = np.random.RandomState(3)
    from_stream = MLPClassifier(random_state=stream, **options)
    assert from_stream.fit(X, Y).loss_curve_ == first.loss_curve_
    assert from_stream.fit(X, Y).loss_curve_ != first.loss_curve_


def test_a_failed_fit_can_be_repeated() -> None:
    model = fitted()
    with pytest.raises(ValueError, match="NaN"):
        model.fit(np.full((3, 4), np.nan), ["a", "b", "a"])
    model.fit(X[:, :2], Y)
    assert model.n_features_in_ == 2
    assert model.predict(X[:, :2]).shape == (120,)


def test_predictions_do_not_change_the_estimator() -> None:
    model = fitted()
    before = dict(vars(model))
    model.predict(X)
    model.predict_proba(X[:1])
    model.transform(X)
    model.input_gradient(X)
    assert set(vars(model)) == set(before)
    with pytest.raises(sklearn.exceptions.NotFittedError):
        MLPClassifier().predict(X)
