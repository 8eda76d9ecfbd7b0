"""The perceptron: its rule by hand, its convergence, its limits, and scikit-learn's numbers."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn.linear_model as there
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

from chainrule.estimators import Perceptron
from chainrule.gradient_free import perceptron_rule

AND = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
IRIS = load_iris(return_X_y=True)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_perceptron_rule(seed: int) -> None:
    """Where no sum is exactly 0 but the first one, of a row that must not fire."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(40, 3))
    y = (X @ [1.0, -2.0, 0.5] + rng.normal(size=40) > 0).astype(int)
    y[0] = 0
    model = Perceptron(shuffle=False, tol=None, max_iter=7).fit(X, y)
    fit = perceptron_rule(X, y, epochs=7)
    np.testing.assert_allclose(model.coef_[0], fit.weights[-1], rtol=1e-12)
    np.testing.assert_allclose(model.intercept_[0], fit.biases[-1], rtol=1e-12)


def test_a_sum_of_zero_is_a_mistake_and_does_not_fire() -> None:
    # By hand: every row has the sum 0 at first, whatever its class.
    model = Perceptron(shuffle=False, tol=None, max_iter=1).fit([[1.0], [2.0]], [1, 0])
    # z = 0 and y = 1: w = 1, b = 1; then z = 3 and y = -1: w = -1, b = 0
    assert model.coef_.tolist() == [[-1.0]]
    assert model.intercept_.tolist() == [0.0]
    assert model.decision_function([[0.0]]).tolist() == [0.0]
    assert model.predict([[0.0], [-1e-300]]).tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_it_separates_what_a_plane_separates(seed: int) -> None:
    """Novikoff 1962: the number of mistakes is finite, so that the weights come to rest."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, size=(200, 3))
    z = X @ [1.0, -2.0, 0.5] + 0.2
    X, z = X[np.abs(z) > 0.2], z[np.abs(z) > 0.2]
    model = Perceptron(tol=None, random_state=seed).fit(X, z > 0)
    assert model.score(X, z > 0) == 1.0
    again = Perceptron(tol=None, max_iter=1, random_state=seed)
    again.fit(X, z > 0, model.coef_, model.intercept_)
    np.testing.assert_array_equal(again.coef_, model.coef_)


def test_learning_rate_changes_no_decision() -> None:
    # Powers of two, so that scaling is exact.
    options: dict[str, Any] = {"shuffle": False, "tol": None, "max_iter": 20}
    one, four = (Perceptron(eta0=eta, **options).fit(*AND) for eta in (1.0, 4.0))
    np.testing.assert_array_equal(4.0 * one.coef_, four.coef_)
    assert one.score(*AND) == 1.0


def test_several_classes_and_sparse_input() -> None:
    X, y = IRIS
    model = Perceptron().fit(X, y)
    assert model.coef_.shape == (3, 4)
    assert model.score(X, y) == there.Perceptron().fit(X, y).score(X, y)
    assert model.decision_function(X).shape == (150, 3)
    # b moves by 0.01 of a step where rows are sparse, as there.
    ours, theirs = (kind().fit(sp.csr_matrix(X), y) for kind in (Perceptron, there.Perceptron))
    np.testing.assert_array_equal(ours.coef_, theirs.coef_)
    np.testing.assert_array_equal(ours.predict(sp.csc_array(X)), theirs.predict(X))


def test_what_no_plane_separates() -> None:
    X, xor = AND[0], [0, 1, 1, 0]
    with pytest.warns(ConvergenceWarning):
        model = Perceptron(max_iter=3).fit(X, xor)
    assert model.n_iter_ == 3
    assert Perceptron(n_iter_no_change=3).fit(X, xor).n_iter_ < 50


@pytest.mark.parametrize(
    ("name", "value"),
    [("eta0", 0), ("max_iter", 0), ("tol", -1), ("n_iter_no_change", 0), ("shuffle", "no")],
)
def test_bad_parameters(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        Perceptron(**{name: value}).fit(*AND)


def test_one_class_is_refused_as_there() -> None:
    with pytest.raises(ValueError, match="greater than one"):
        Perceptron().fit([[1.0], [2.0]], ["only", "only"])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"fit_intercept": False},
        {"penalty": "l2", "alpha": 0.01},
        {"penalty": "l1"},
        {"penalty": "elasticnet", "l1_ratio": 0.3},
        {"class_weight": "balanced"},
        {"class_weight": {0: 2.0, 1: 1.0, 2: 0.5}},
        {"n_jobs": 2, "random_state": 3},
        {"early_stopping": True, "max_iter": 50},
        {"warm_start": True},
        {"eta0": 0.1, "shuffle": False},
    ],
    ids=str,
)
@pytest.mark.parametrize("weighted", [False, True])
def test_every_option_gives_the_numbers_that_it_gives_there(
    options: dict[str, Any], weighted: bool
) -> None:
    X, y = IRIS
    weight = np.random.default_rng(0).uniform(0.1, 2.0, size=len(y)) if weighted else None
    ours, theirs = Perceptron(**options), there.Perceptron(**options)
    assert ours.get_params() == theirs.get_params()
    for _ in range(2):  # the second time is the warm start
        for model in (ours, theirs):
            model.fit(X, y, sample_weight=weight)
        np.testing.assert_array_equal(ours.coef_, theirs.coef_)
        np.testing.assert_array_equal(ours.intercept_, theirs.intercept_)
        assert ours.n_iter_ == theirs.n_iter_


def test_partial_fit_goes_on() -> None:
    X, y = IRIS
    ours, theirs = Perceptron(), there.Perceptron()
    for model in (ours, theirs):
        model.partial_fit(X[:50], y[:50], classes=[0, 1, 2])
        model.partial_fit(X, y, sample_weight=np.arange(150.0))
    np.testing.assert_array_equal(ours.coef_, theirs.coef_)
