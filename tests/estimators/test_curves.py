"""The same weights, orders and options give the same numbers as scikit-learn, step by step.

The first weights are equal because `random_state` is; scikit-learn is given our orders. Both sum
in float64 in other orders, so that curves agree to about n * 2^-53, amplified by training.
"""

import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.neural_network as theirs
from sklearn.neural_network import _multilayer_perceptron

from chainrule.estimators import MLPClassifier, MLPRegressor
from chainrule.random import permutation

RTOL = 1e-9

rng = np.random.default_rng(7)
X = rng.normal(size=(123, 6))
TARGETS: dict[str, Any] = {
    "two classes": (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int),
    "three classes": np.digitize(X[:, 0] * X[:, 1], [-0.3, 0.3]),
    "labels": (X[:, :3] + rng.normal(size=(123, 3)) > 0).astype(int),
    "number": X[:, 0] * X[:, 1] + 0.1 * rng.normal(size=123),
    "counts": rng.poisson(np.exp(X[:, 0] / 2)).astype(float),
    "numbers": np.column_stack([X[:, 0] * X[:, 1], X[:, 2] ** 2, X[:, 3]]),
}
CLASSES = ("two classes", "three classes", "labels")


def both(y: Any, monkeypatch: Any, sample_weight: Any = None, **options: Any) -> tuple[Any, Any]:
    """Our estimator and scikit-learn's, fitted alike."""
    name = options.pop("target")
    ours_class, their_class = (
        (MLPClassifier, theirs.MLPClassifier)
        if name in CLASSES
        else (MLPRegressor, theirs.MLPRegressor)
    )
    options = {"hidden_layer_sizes": (9, 5), "max_iter": 25, "random_state": 3} | options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = ours_class(**options).fit(X, y, sample_weight)
        epochs = iter(range(1000))

        def our_order(rows: Any, random_state: Any) -> Any:
            return permutation(ours._seed, next(epochs), len(rows))

        monkeypatch.setattr(_multilayer_perceptron, "shuffle", our_order)
        other = their_class(**options).fit(X, y, sample_weight)
    return ours, other


def assert_equal_fits(ours: Any, other: Any, rtol: float = RTOL) -> None:
    assert ours.n_iter_ == other.n_iter_
    assert ours.t_ == other.t_
    np.testing.assert_allclose(ours.loss_curve_, other.loss_curve_, rtol=rtol)
    np.testing.assert_allclose(ours.loss_, other.loss_, rtol=rtol)
    for a, b in zip(ours.coefs_ + ours.intercepts_, other.coefs_ + other.intercepts_, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-8)
    if ours.validation_scores_ is None:
        np.testing.assert_allclose(ours.best_loss_, other.best_loss_, rtol=rtol)
        assert other.validation_scores_ is None
    else:
        np.testing.assert_allclose(ours.validation_scores_, other.validation_scores_, rtol=1e-7)
        assert ours.best_loss_ is None
        np.testing.assert_allclose(
            ours.best_validation_score_, other.best_validation_score_, rtol=1e-7
        )


SOLVERS = {
    "adam": {"solver": "adam", "learning_rate_init": 0.01},
    "adam epsilon": {"solver": "adam", "epsilon": 1e-3, "beta_1": 0.8, "beta_2": 0.99},
    "sgd": {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.05},
    "momentum": {"solver": "sgd", "nesterovs_momentum": False, "learning_rate_init": 0.05},
    "nesterov": {"solver": "sgd", "learning_rate_init": 0.05},
    "invscaling": {
        "solver": "sgd",
        "learning_rate": "invscaling",
        "power_t": 0.2,
        "learning_rate_init": 0.2,
    },
    "adaptive": {
        "solver": "sgd",
        "learning_rate": "adaptive",
        "tol": 0.02,
        "n_iter_no_change": 1,
        "max_iter": 60,
        "learning_rate_init": 0.1,
    },
    "L2": {"solver": "sgd", "alpha": 0.5, "learning_rate_init": 0.05},
}


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("target", ["two classes", "three classes", "labels", "number", "counts"])
def test_loss_curves(solver: str, target: str, monkeypatch: Any) -> None:
    options = {"activation": "tanh", "batch_size": 20} | SOLVERS[solver]
    if target == "counts":
        options |= {"loss": "poisson"}
    ours, other = both(TARGETS[target], monkeypatch, target=target, **options)
    assert_equal_fits(ours, other)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_activations(activation: str, monkeypatch: Any) -> None:
    ours, other = both(
        TARGETS["number"], monkeypatch, target="number", activation=activation, batch_size=20
    )
    assert_equal_fits(ours, other)


@pytest.mark.parametrize("batch_size", [123, 20])
def test_several_outputs_report_the_mean_and_follow_the_sum(
    batch_size: int, monkeypatch: Any
) -> None:
    ours, other = both(
        TARGETS["numbers"], monkeypatch, target="numbers", batch_size=batch_size, alpha=0.3
    )
    # The weights follow the same gradient. Of the penalty, which changes within an epoch of
    # several batches, the epoch's loss takes the mean before and after: second order in the step.
    assert_equal_fits(ours, other, rtol=RTOL if batch_size == 123 else 1e-4)


def test_early_stopping(monkeypatch: Any) -> None:
    for target in ("two classes", "three classes", "labels", "number"):
        ours, other = both(
            TARGETS[target],
            monkeypatch,
            target=target,
            early_stopping=True,
            validation_fraction=0.25,
            n_iter_no_change=3,
            max_iter=80,
            learning_rate_init=0.02,
        )
        assert_equal_fits(ours, other)


def test_early_stopping_with_adaptive_rate(monkeypatch: Any) -> None:
    ours, other = both(
        TARGETS["number"],
        monkeypatch,
        target="number",
        solver="sgd",
        learning_rate="adaptive",
        early_stopping=True,
        n_iter_no_change=2,
        tol=0.01,
        max_iter=100,
        learning_rate_init=0.1,
    )
    assert_equal_fits(ours, other)
    assert len(set(ours.history_.learning_rate)) > 2


def test_sample_weights(monkeypatch: Any) -> None:
    # One batch an epoch: with several, an epoch's loss is the mean by weight here, by rows there.
    weight = rng.uniform(0.1, 3.0, size=123)
    for target in ("three classes", "number"):
        ours, other = both(
            TARGETS[target], monkeypatch, weight, target=target, batch_size=123, alpha=0.1
        )
        assert_equal_fits(ours, other)


def test_rows_in_their_own_order(monkeypatch: Any) -> None:
    ours, other = both(TARGETS["number"], monkeypatch, target="number", shuffle=False, batch_size=7)
    assert_equal_fits(ours, other)


def test_partial_fit_and_warm_start_go_on_alike(monkeypatch: Any) -> None:
    y = TARGETS["three classes"]
    options: dict[str, Any] = {
        "hidden_layer_sizes": 6,
        "solver": "sgd",
        "learning_rate": "invscaling",
        "power_t": 0.3,
        "learning_rate_init": 0.3,
        "shuffle": False,
        "batch_size": 30,
        "random_state": 5,
        "max_iter": 4,
        "warm_start": True,
    }
    pair = MLPClassifier(**options), theirs.MLPClassifier(**options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for model in pair:
            model.fit(X, y).fit(X[:100], y[:100])
            model.partial_fit(X[:50], y[:50]).partial_fit(X, y)
    np.testing.assert_allclose(pair[0].loss_curve_, pair[1].loss_curve_, rtol=RTOL)
    assert pair[0].t_ == pair[1].t_
    for a, b in zip(pair[0].coefs_, pair[1].coefs_, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-7)


def test_lbfgs_reaches_the_same_minimum() -> None:
    y = TARGETS["number"]
    options: dict[str, Any] = {
        "hidden_layer_sizes": 4,
        "activation": "tanh",
        "solver": "lbfgs",
        "alpha": 1.0,
        "tol": 1e-7,
        "max_iter": 3000,
        "random_state": 1,
    }
    ours = MLPRegressor(**options).fit(X, y)
    other = theirs.MLPRegressor(**options).fit(X, y)
    # Both end at a stationary point that the first weights decide; the last digits depend on ftol.
    np.testing.assert_allclose(ours.loss_, other.loss_, rtol=1e-4)
