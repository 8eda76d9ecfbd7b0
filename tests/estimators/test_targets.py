"""Targets of every kind: what comes back as it came, what is refused, and scores by their names."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
import sklearn.neural_network as there
from sklearn import metrics

from chainrule.errors import DataError
from chainrule.estimators import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
LABELS = (X > 0.2).astype(int)
NUMBERS = X[:, 0] - X[:, 1]
SPARSE = [
    *(sp.csr_array, sp.csc_array, sp.coo_array),
    *(sp.csr_matrix, sp.csc_matrix, sp.coo_matrix),
]


@pytest.mark.parametrize("kind", SPARSE)
@pytest.mark.parametrize("early_stopping", [False, True])
def test_sparse_labels_are_predicted_sparse(kind: Any, early_stopping: bool) -> None:
    options = {"max_iter": 5, "random_state": 0, "early_stopping": early_stopping}
    model = MLPClassifier((4,), **options).fit(X, kind(LABELS))
    predicted = model.predict(X)
    # scikit-learn 1.7 cannot stop early on sparse labels.
    theirs = there.MLPClassifier((4,), max_iter=5).fit(X, kind(LABELS)).predict(X)
    assert type(predicted) is type(theirs)
    assert predicted.dtype == theirs.dtype
    dense = MLPClassifier((4,), **options).fit(X, LABELS)
    assert isinstance(dense.predict(X), np.ndarray)
    np.testing.assert_array_equal(predicted.toarray(), dense.predict(X))
    assert model.score(X, kind(LABELS).tocsr()) == dense.score(X, LABELS)


def test_labels_of_partial_fit_and_of_other_rows() -> None:
    model = MLPClassifier((4,), random_state=0)
    model.partial_fit(X, sp.csr_matrix(LABELS), classes=[0, 1, 2])
    assert sp.issparse(model.predict(X))
    held = MLPClassifier((4,), max_iter=3, random_state=0)
    held.fit(X, sp.csr_matrix(LABELS), X_val=X[:9], y_val=LABELS[:9])
    assert sp.issparse(held.predict(X))


TEXTS = [
    np.array(["1.5"] * 60),
    ["a"] * 60,
    [b"1"] * 60,
    np.array([1.0] * 59 + ["x"], dtype=object),
    np.array(["1.5"] * 60, dtype=object),
    pd.Series(["1.5"] * 60),
    pd.Series(["1.5"] * 60, dtype="category"),
    pl.Series(["1.5"] * 60),
    np.array(["2020-01-01"] * 60, dtype="M8[D]"),
    pd.Series(pd.to_datetime(["2020-01-01"] * 60)),
    np.array([[1.0, "2"]] * 60, dtype=object),
]


@pytest.mark.parametrize("y", TEXTS, ids=lambda y: str(type(y)))
def test_a_regressor_refuses_text(y: Any) -> None:
    with pytest.raises(DataError, match=r"y holds .* in row \d+, but a regressor predicts numbers"):
        MLPRegressor(max_iter=2).fit(X, y)
    with pytest.raises(DataError, match="y_val holds"):
        MLPRegressor(max_iter=2).fit(X, NUMBERS, X_val=X, y_val=y)
    model = MLPRegressor(max_iter=2)
    with pytest.raises(DataError, match="y holds"):
        model.partial_fit(X, y)


@pytest.mark.parametrize("y", [NUMBERS.astype(object), NUMBERS > 0, pd.Series(NUMBERS), [1] * 60])
def test_a_regressor_takes_numbers_of_any_type(y: Any) -> None:
    MLPRegressor(max_iter=2, random_state=0).fit(X, y)


def test_dates_are_no_numbers() -> None:
    with pytest.raises((DataError, TypeError)):
        MLPRegressor(max_iter=2).fit(X, [date(2020, 1, 1)] * 60)


# --- going on with early stopping ---------------------------------------------------------------


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("patience", [1, 2, 5])
@pytest.mark.parametrize(
    ("ours", "theirs", "y"),
    [
        (MLPClassifier, there.MLPClassifier, (X[:, 0] > 0.5).astype(int)),
        (MLPRegressor, there.MLPRegressor, NUMBERS),
    ],
)
def test_a_warm_start_with_early_stopping_goes_on_as_there(
    ours: Any, theirs: Any, y: Any, solver: str, patience: int
) -> None:
    options = {
        "hidden_layer_sizes": (4,),
        "solver": solver,
        "shuffle": False,
        "random_state": 0,
        "warm_start": True,
        "batch_size": 16,
        "max_iter": 8,
        "early_stopping": True,
        "n_iter_no_change": patience,
        "tol": 0.3,
    }
    a, b = ours(**options), theirs(**options)
    for _ in range(5):
        a.fit(X, y)
        b.fit(X, y)
        assert a.n_iter_ == b.n_iter_
        np.testing.assert_allclose(a.validation_scores_, b.validation_scores_, rtol=1e-9)
        assert a.best_validation_score_ == pytest.approx(b.best_validation_score_)
        for W, V in zip([*a.coefs_, *a.intercepts_], [*b.coefs_, *b.intercepts_], strict=True):
            np.testing.assert_allclose(W, V, atol=1e-9)


# --- one name, one number -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["f1", "f1_macro", "roc_auc", "log_loss", "average_precision"])
def test_scores_of_that_name_agree(name: str) -> None:
    y = (NUMBERS > 0.8).astype(int)
    options = {"max_iter": 4, "early_stopping": True, "random_state": 0}
    model = MLPClassifier((4,), scoring=name, **options).fit(X, y, X_val=X, y_val=y)
    table = TabularClassifier(epochs=4, random_state=0, metric=name, preset="plain").fit(X, y)
    expected = {
        "f1": lambda m: metrics.f1_score(y, m.predict(X), zero_division=0),
        "f1_macro": lambda m: metrics.f1_score(y, m.predict(X), average="macro"),
        "roc_auc": lambda m: metrics.roc_auc_score(y, m.predict_proba(X)[:, 1]),
        "log_loss": lambda m: -metrics.log_loss(y, m.predict_proba(X)),
        "average_precision": lambda m: metrics.average_precision_score(y, m.predict_proba(X)[:, 1]),
    }[name]
    assert model.best_validation_score_ == pytest.approx(expected(model))
    frame = {**{f"x{i}": X[:, i] for i in range(3)}, "target": y}
    sign = -1 if name == "log_loss" else 1
    assert sign * table.pipeline_.evaluate(frame)[name] == pytest.approx(expected(table))


@pytest.mark.parametrize("name", ["rmse", "mape", "mean_absolute_error", "r2"])
def test_scores_of_numbers_agree(name: str) -> None:
    y = NUMBERS + 10.0
    model = MLPRegressor(
        hidden_layer_sizes=4, scoring=name, max_iter=3, early_stopping=True, random_state=0
    ).fit(X, y, X_val=X, y_val=y)
    expected = {
        "rmse": lambda m: -metrics.root_mean_squared_error(y, m.predict(X)),
        "mape": lambda m: -metrics.mean_absolute_percentage_error(y, m.predict(X)),
        "mean_absolute_error": lambda m: -metrics.mean_absolute_error(y, m.predict(X)),
        "r2": lambda m: metrics.r2_score(y, m.predict(X)),
    }[name]
    assert model.best_validation_score_ == pytest.approx(expected(model))
    assert (
        TabularRegressor(epochs=2, random_state=0, metric=name, preset="plain").fit(X, y).n_iter_
        == 2
    )
