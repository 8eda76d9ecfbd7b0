"""What scikit-learn's tests of private attributes check, tested through public ones."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import LabelBinarizer

import chainrule as cr
from chainrule.estimators import MLPClassifier, MLPRegressor
from chainrule.estimators.options import InverseScalingFrom


def digits(n: int) -> tuple[Any, Any]:
    X, y = load_digits(n_class=2, return_X_y=True)
    return X[:n] / 16.0, y[:n]


def test_one_step_by_hand() -> None:
    """p <- p - eta (X^T delta + alpha W) / n with n = 1, from weights that are set."""
    X = np.array([[0.6, 0.8, 0.7]])
    W1, b1 = np.array([[0.1, 0.2], [0.3, 0.1], [0.5, 0.0]]), np.array([0.1, 0.1])
    W2, b2 = np.array([[0.1], [0.2]]), np.array([1.0])
    options: dict[str, Any] = {
        "solver": "sgd",
        "learning_rate_init": 0.1,
        "alpha": 0.1,
        "activation": "logistic",
        "momentum": 0,
        "hidden_layer_sizes": 2,
    }
    model = MLPClassifier(**options).partial_fit(X, [0], classes=[0, 1])
    # New weights in the place of the first step's, then the step that is looked at.
    model.coefs_[:] = [W1, W2]
    model.intercepts_[:] = [b1, b2]
    model.partial_fit(X, [0])

    def sigmoid(z: Any) -> Any:
        return 1.0 / (1.0 + np.exp(-z))

    h = sigmoid(X @ W1 + b1)
    a = sigmoid(h @ W2 + b2)
    np.testing.assert_allclose(
        model.loss_, -np.log(1 - a[0, 0]) + 0.05 * ((W1**2).sum() + (W2**2).sum())
    )
    delta2 = a - 0.0
    delta1 = delta2 @ W2.T * h * (1 - h)
    np.testing.assert_allclose(model.coefs_[0], W1 - 0.1 * (X.T @ delta1 + 0.1 * W1))
    np.testing.assert_allclose(model.coefs_[1], W2 - 0.1 * (h.T @ delta2 + 0.1 * W2))
    np.testing.assert_allclose(model.intercepts_[0], b1 - 0.1 * delta1[0])
    np.testing.assert_allclose(model.intercepts_[1], b2 - 0.1 * delta2[0])


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_gradient_is_that_of_the_loss(activation: str, n_classes: int) -> None:
    """Central differences of the fitted objective; their error is about (1e-16 / 1e-5)."""
    rng = np.random.default_rng(42)
    X, y = rng.random((5, 10)), np.arange(5) % n_classes
    model = MLPClassifier(
        10, activation, solver="lbfgs", alpha=1e-5, max_iter=1, random_state=1
    ).fit(X, y)
    loss = "cross_entropy" if n_classes > 2 else "binary_cross_entropy"
    objective = cr.Objective(model.network_, loss, cr.L2(1e-5, "batch"))
    Y = LabelBinarizer().fit_transform(y).astype(float)
    p = model.parameters_
    value, gradient = cr.value_and_gradient(objective, p, X, Y)
    np.testing.assert_allclose(value, model.loss_)
    for i in range(p.vector.size):
        sides = []
        for step in (1e-5, -1e-5):
            q = p.copy()
            q.vector[i] += step
            sides.append(cr.value_and_gradient(objective, q, X, Y)[0])
        assert (sides[0] - sides[1]) / 2e-5 == pytest.approx(gradient.vector[i], abs=1e-8)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_learning_rate_of_warm_starts() -> None:
    X, y = [[3, 2], [1, 6], [5, 6], [-2, -4]], [1, 1, 1, 0]
    options: dict[str, Any] = {"solver": "sgd", "hidden_layer_sizes": 4, "power_t": 0.25}
    constant = MLPClassifier(max_iter=2, warm_start=True, **options).fit(X, y).fit(X, y)
    assert constant.history_.learning_rate == [0.001] * 4
    inverse = MLPClassifier(learning_rate="invscaling", max_iter=2, warm_start=True, **options)
    inverse.fit(X, y).fit(X, y).partial_fit(X, y)
    # Samples seen before each epoch: 0, 4; a warm start begins anew, then 12, 16.
    expected = [0.001 * factor**-0.25 for factor in (1, 5, 1, 13, 17)]
    np.testing.assert_allclose(inverse.history_.learning_rate, expected)
    assert inverse.t_ == 20


def test_inverse_scaling_from_the_start_is_inverse_scaling() -> None:
    ours, plain = InverseScalingFrom(0.5, 0, 0, True), cr.InverseScaling(0.5)
    assert [ours.factor(s) for s in (0, 10, 20)] == [plain.factor(s) for s in (0, 10, 20)]
    assert ours.unit == "sample"


def test_adaptive_learning_rate() -> None:
    X, y = [[3, 2], [1, 6]], [1, 0]
    epochs = []

    def watch(progress: cr.Progress) -> None:
        epochs.append(progress.epoch)
        assert len(progress.history) == progress.epoch
        assert progress.epochs == 3000

    model = MLPClassifier(
        tol=0.5,
        max_iter=3000,
        solver="sgd",
        learning_rate="adaptive",
        n_iter_no_change=3,
        callbacks=watch,
    ).fit(X, y)
    rates = model.history_.learning_rate
    assert model.n_iter_ == len(rates) < 3000
    steps = sorted(set(rates), reverse=True)
    np.testing.assert_allclose(steps, [0.001 / 5**k for k in range(len(steps))])
    assert steps[-1] <= 1e-6 < steps[-2]
    assert epochs == list(range(1, model.n_iter_ + 1))
    # The first epoch always counts as better; then 4 misses divide the rate.
    assert [rates.count(step) for step in steps] == [5] + [4] * (len(steps) - 1)


@pytest.mark.parametrize("n_iter_no_change", [2, 5, 10])
def test_n_iter_no_change(n_iter_no_change: int) -> None:
    """A fit ends at the first epoch after more than n misses in a row."""
    X, y = digits(100)
    model = MLPClassifier(
        tol=0.01, max_iter=3000, solver="sgd", n_iter_no_change=n_iter_no_change, random_state=0
    ).fit(X, y)
    best, missed, ends = np.inf, 0, []
    for epoch, loss in enumerate(model.loss_curve_, start=1):
        missed = missed + 1 if loss > best - 0.01 else 0
        best = min(best, loss)
        if missed > n_iter_no_change:
            ends.append(epoch)
    assert ends == [model.n_iter_]
    assert model.best_loss_ == best


def test_n_iter_no_change_inf() -> None:
    X, y = digits(100)
    model = MLPClassifier(
        tol=1e9, max_iter=300, solver="sgd", n_iter_no_change=np.inf, random_state=0
    )
    with pytest.warns(ConvergenceWarning, match="Stochastic Optimizer: Maximum iterations"):
        model.fit(X, y)
    assert model.n_iter_ == 300


def test_first_weights_are_theirs() -> None:
    import sklearn.neural_network

    X, y = digits(50)
    for options in ({}, {"activation": "logistic"}, {"hidden_layer_sizes": (5, 3)}):
        for ours, theirs in (
            (MLPClassifier, sklearn.neural_network.MLPClassifier),
            (MLPRegressor, sklearn.neural_network.MLPRegressor),
        ):
            pair = [
                kind(random_state=9, solver="sgd", learning_rate_init=1e-300, **options)
                for kind in (ours, theirs)
            ]
            for model in pair:
                model.set_params(max_iter=1, n_iter_no_change=1)
            with pytest.warns(ConvergenceWarning):
                pair[0].fit(X, y)
            with pytest.warns(ConvergenceWarning):
                pair[1].fit(X, y)
            for a, b in zip(
                pair[0].coefs_ + pair[0].intercepts_,
                pair[1].coefs_ + pair[1].intercepts_,
                strict=True,
            ):
                np.testing.assert_array_equal(a, b)


def test_verbose_prints_to_stdout(capsys: Any) -> None:
    X, y = digits(60)
    model = MLPClassifier(
        verbose=True, early_stopping=True, n_iter_no_change=2, tol=0.5, random_state=0
    ).fit(X, y)
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == f"Iteration 1, loss = {model.loss_curve_[0]:.8f}"
    assert lines[1] == f"Validation score: {model.validation_scores_[0]:f}"
    assert lines[-1] == (
        "Validation score did not improve more than tol=0.500000 for 2 consecutive epochs. "
        "Stopping."
    )
    assert err == ""
    MLPRegressor(
        verbose=True, solver="sgd", learning_rate="adaptive", n_iter_no_change=1, tol=10.0
    ).fit(X, y)
    out = capsys.readouterr().out
    assert "Setting learning rate to 0.000200" in out
    assert out.endswith("Learning rate too small. Stopping.\n")


def test_divergence_keeps_the_last_finite_weights() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 3)), rng.normal(size=50)
    model = MLPRegressor(
        hidden_layer_sizes=20, activation="identity", solver="sgd", learning_rate_init=3.0
    )
    with pytest.warns(cr.DivergenceWarning, match="no longer finite in epoch") as caught:
        model.fit(X, y, X_val=X, y_val=y)
    assert issubclass(caught[0].category, ConvergenceWarning)
    assert caught[0].filename == __file__
    assert model.n_iter_ > 1
    assert np.isnan(model.loss_curve_[-1])
    assert np.isfinite(model.loss_curve_[:-1]).all()
    assert np.isnan(model.validation_loss_curve_[-1])
    assert np.isnan(model.validation_scores_[-1])
    assert all(np.isfinite(array).all() for array in model.coefs_ + model.intercepts_)


def test_not_finite_in_the_first_epoch_is_an_error() -> None:
    X = np.full((10, 2), 1e200)
    with pytest.raises(ValueError, match="Solver produced non-finite parameter weights"):
        MLPRegressor(random_state=0).fit(X, np.ones(10))
