"""Networks that scikit-learn has fitted, taken over."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import linear_model
from sklearn.neural_network import MLPClassifier, MLPRegressor

import chainrule as cr
from chainrule.errors import InvalidTypeError, InvalidValueError, NotFittedError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.default_rng(0).normal(size=(60, 3))
CLASSES = np.array(["a", "b", "c"])[(X[:, 0] > 0).astype(int) + (X[:, 1] > 0)]
FEW = {"max_iter": 15, "random_state": 0}
MODELS = {
    "three classes": (MLPClassifier((5, 4), **FEW), CLASSES),
    "two classes": (MLPClassifier(5, "logistic", **FEW), X[:, 0] > 0),
    "labels": (MLPClassifier(5, early_stopping=True, **FEW), (X > 0).astype(int)),
    "lbfgs": (MLPClassifier(5, "tanh", solver="lbfgs", alpha=0.1, **FEW), CLASSES),
    "no hidden layer": (MLPClassifier((), **FEW), CLASSES),
    "a number": (MLPRegressor(hidden_layer_sizes=(5, 4), **FEW), X[:, 0]),
    "numbers": (MLPRegressor(activation="identity", solver="sgd", **FEW), X[:, :2]),
}


@pytest.mark.parametrize(("model", "y"), MODELS.values(), ids=list(MODELS))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_predictions_are_theirs(tmp_path, model, y, dtype):
    rows = X.astype(dtype)
    theirs = model.fit(rows, y)
    ours = cr.from_sklearn(pickle.loads(pickle.dumps(theirs)))
    assert type(ours) is getattr(cr, type(theirs).__name__)
    tolerance = {"rtol": 1e-4, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-12}
    if hasattr(theirs, "predict_proba"):
        np.testing.assert_array_equal(ours.predict(rows), theirs.predict(rows))
        np.testing.assert_allclose(
            ours.predict_proba(rows), theirs.predict_proba(rows), **tolerance
        )
    else:
        np.testing.assert_allclose(ours.predict(rows), theirs.predict(rows), **tolerance)
    for name in ("n_iter_", "n_layers_", "n_outputs_", "t_", "loss_", "out_activation_"):
        assert getattr(ours, name) == getattr(theirs, name), name
    for a, b in zip(
        ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_, strict=True
    ):
        np.testing.assert_array_equal(a, b)
    # A model of ours in everything.
    cr.save_model(ours, tmp_path / "m")
    again = cr.load_model(tmp_path / "m")
    np.testing.assert_array_equal(again.predict(rows), ours.predict(rows))
    told = str(cr.explain(ours, x=rows[3], y=y[3], weight="layers[0].W[0, 0]"))
    assert "layers[0].W[0, 0]" in told
    assert str(ours.diagnose(rows, y, stability=False))


def test_names_of_columns_are_kept():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    ours = cr.from_sklearn(MLPRegressor(**FEW).fit(frame, X[:, 0]))
    assert ours.feature_names_in_.tolist() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="feature names"):
        ours.predict(frame[["b", "a", "c"]])


def test_it_goes_on():
    ours = cr.from_sklearn(MLPClassifier(5, **FEW).fit(X, CLASSES))
    before = [W.copy() for W in ours.coefs_]
    ours.partial_fit(X, CLASSES)
    assert len(ours.loss_curve_) == 16
    assert not np.array_equal(ours.coefs_[0], before[0])


def test_the_gradient_is_that_of_their_loss():
    # At the minimum that L-BFGS has found, theirs and ours agree that there is no slope.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = MLPRegressor(
            hidden_layer_sizes=2, activation="tanh", solver="lbfgs", tol=1e-10, alpha=0.01,
            max_iter=20_000, max_fun=50_000, random_state=1,
        ).fit(X, X[:, 0])  # fmt: skip
    ours = cr.from_sklearn(theirs)
    result = ours.result_
    objective = result.plan.objective
    value, gradient = cr.value_and_gradient(objective, result.parameters, X, X[:, :1])
    assert value == pytest.approx(theirs.loss_, rel=1e-9)
    assert np.abs(gradient.vector).max() < 1e-3


def test_what_cannot_be_taken_over():
    with pytest.raises(NotFittedError, match="MLPClassifier is not fitted yet"):
        cr.from_sklearn(MLPClassifier())
    for strange in (linear_model.LinearRegression(), None, "model.pkl", cr.MLPClassifier()):
        with pytest.raises(
            InvalidTypeError, match="must be a fitted MLPClassifier or MLPRegressor"
        ):
            cr.from_sklearn(strange)
    theirs = MLPClassifier(5, **FEW).fit(X, CLASSES).set_params(hidden_layer_sizes=(7,))
    with pytest.raises(InvalidValueError, match=r"model has weights of the shapes .* fit it again"):
        cr.from_sklearn(theirs)
