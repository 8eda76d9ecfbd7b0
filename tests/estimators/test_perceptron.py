"""The perceptron: its rule by hand, its convergence, its limits."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

from chainrule.estimators import Perceptron
from chainrule.search import perceptron_rule

AND = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]


def test_it_is_the_perceptron_rule() -> None:
    model = Perceptron(shuffle=False).fit(*AND)
    fit = perceptron_rule(*AND, epochs=10)
    np.testing.assert_array_equal(model.coef_[0], fit.weights[-1])
    assert model.intercept_[0] == fit.biases[-1]
    assert model.errors_ == [fit.errors[:6].tolist()]
    assert model.errors_[0][-1] == 0
    assert model.n_iter_ == 6


@pytest.mark.parametrize("seed", range(5))
def test_it_separates_what_a_plane_separates(seed: int) -> None:
    """Novikoff 1962: with margin g and radius R, at most (R / g)^2 mistakes are made in all."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, size=(200, 3))
    z = X @ [1.0, -2.0, 0.5] + 0.2
    X, z = X[np.abs(z) > 0.2], z[np.abs(z) > 0.2]
    model = Perceptron(tol=None, random_state=seed).fit(X, z > 0)
    assert model.score(X, z > 0) == 1.0
    length = np.sqrt(1 + 4 + 0.25 + 0.04)
    radius = np.sqrt((X**2).sum(axis=1) + 1).max()
    assert sum(model.errors_[0]) <= (radius / (0.2 / length)) ** 2


def test_learning_rate_changes_no_decision() -> None:
    # Powers of two, so that scaling is exact.
    one, four = (Perceptron(eta0=eta, shuffle=False).fit(*AND) for eta in (1.0, 4.0))
    np.testing.assert_array_equal(4.0 * one.coef_, four.coef_)
    assert one.errors_ == four.errors_


def test_several_classes_and_sparse_input() -> None:
    X, y = load_iris(return_X_y=True)
    model = Perceptron(random_state=0).fit(X, y)
    assert model.coef_.shape == (3, 4)
    assert len(model.errors_) == 3
    assert model.score(X, y) > 0.7
    assert model.decision_function(X).shape == (150, 3)
    sparse = Perceptron(random_state=0).fit(sp.csc_matrix(X), y)
    np.testing.assert_array_equal(sparse.coef_, model.coef_)
    np.testing.assert_array_equal(sparse.predict(sp.csr_array(X)), model.predict(X))


def test_what_no_plane_separates() -> None:
    X, xor = AND[0], [0, 1, 1, 0]
    with pytest.warns(ConvergenceWarning, match="there are still mistakes"):
        model = Perceptron(max_iter=20, tol=None).fit(X, xor)
    assert len(model.errors_[0]) == 20
    assert 0 not in model.errors_[0]
    gave_up = Perceptron(n_iter_no_change=3).fit(X, xor)
    assert gave_up.n_iter_ < 50


@pytest.mark.parametrize(
    ("name", "value"),
    [("eta0", 0), ("max_iter", 0), ("tol", -1), ("n_iter_no_change", 0), ("shuffle", "no")],
)
def test_bad_parameters(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        Perceptron(**{name: value}).fit(*AND)


def test_one_class() -> None:
    model = Perceptron().fit([[1.0], [2.0]], ["only", "only"])
    assert model.predict([[5.0], [-1.0]]).tolist() == ["only", "only"]
