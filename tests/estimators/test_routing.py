"""Weights and rows for validation on their way through scikit-learn, by metadata routing."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline

from chainrule.estimators import TabularClassifier, TabularRegressor

RNG = np.random.default_rng(0)
N = 90
X = pd.DataFrame({"a": RNG.normal(size=N), "kind": RNG.choice(["x", "y", "z"], N)})
NUMBERS = 2.0 * X["a"].to_numpy() + RNG.normal(size=N)
LABELS = np.where(NUMBERS > 0, "yes", "no")
WEIGHT = RNG.integers(1, 4, N).astype(float)
QUICK = {"hidden": (4,), "epochs": 3, "folds": 0, "random_state": 0}
KINDS = [(TabularClassifier, LABELS), (TabularRegressor, NUMBERS)]


def same():
    """A step that changes nothing but names."""
    return ColumnTransformer([("all", "passthrough", ["a", "kind"])]).set_output(transform="pandas")


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.mark.parametrize(("kind", "y"), KINDS)
@pytest.mark.usefixtures("routing")
def test_weights_reach_a_fit_inside_a_pipeline(kind, y):
    model = kind(**QUICK).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    pipe = make_pipeline(same(), model).fit(X, y, sample_weight=WEIGHT)
    alone = kind(**QUICK).fit(X, y, WEIGHT)
    np.testing.assert_array_equal(pipe.predict(X), alone.predict(X))
    unweighted = kind(**QUICK).fit(X, y)
    assert (_outputs(alone) != _outputs(unweighted)).any()
    assert pipe.score(X, y, sample_weight=WEIGHT) == alone.score(X, y, WEIGHT)


@pytest.mark.parametrize(("kind", "y"), KINDS)
@pytest.mark.usefixtures("routing")
def test_rows_for_validation_reach_a_fit_inside_a_pipeline(kind, y):
    model = kind(**QUICK).set_fit_request(X_val=True, y_val=True)
    pipe = make_pipeline(same(), model, transform_input=["X_val"])
    pipe.fit(X[:60], y[:60], X_val=X[60:], y_val=y[60:])
    alone = kind(**QUICK).fit(X[:60], y[:60], X_val=X[60:], y_val=y[60:])
    np.testing.assert_array_equal(pipe.predict(X), alone.predict(X))
    assert pipe[-1].validation_loss_curve_ == alone.validation_loss_curve_


@pytest.mark.parametrize(("kind", "y"), KINDS)
@pytest.mark.usefixtures("routing")
def test_weights_are_cut_with_the_rows_of_a_search(kind, y):
    model = kind(**QUICK).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    search = GridSearchCV(model, {"epochs": [2, 3]}, cv=2).fit(X, y, sample_weight=WEIGHT)
    halves = [(np.arange(45), np.arange(45, 90)), (np.arange(45, 90), np.arange(45))]
    if kind is TabularRegressor:
        for k, (training, test) in enumerate(halves[::-1]):
            own = kind(**QUICK).fit(X.iloc[training], y[training], WEIGHT[training])
            expected = own.score(X.iloc[test], y[test], WEIGHT[test])
            assert search.cv_results_[f"split{k}_test_score"][1] == expected
    found = cross_validate(model, X, y, params={"sample_weight": WEIGHT}, cv=2)
    split = [search.cv_results_[f"split{k}_test_score"][1] for k in (0, 1)]
    np.testing.assert_array_equal(found["test_score"], split)
    assert search.best_estimator_.get_params()["epochs"] in (2, 3)


@pytest.mark.usefixtures("routing")
def test_weights_that_were_not_asked_for_are_refused():
    with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
        GridSearchCV(TabularClassifier(**QUICK), {"epochs": [2]}, cv=2).fit(
            X, LABELS, sample_weight=WEIGHT
        )


@pytest.mark.parametrize("weights", [WEIGHT, WEIGHT.tolist(), pd.Series(WEIGHT)])
def test_a_score_counts_rows_by_their_weights(weights):
    model = TabularClassifier(**QUICK).fit(X, LABELS)
    expected = accuracy_score(LABELS, model.predict(X), sample_weight=WEIGHT)
    assert model.score(X, LABELS, weights) == pytest.approx(expected, rel=1e-15)
    regressor = TabularRegressor(**QUICK).fit(X, NUMBERS)
    expected = r2_score(NUMBERS, regressor.predict(X), sample_weight=WEIGHT)
    assert regressor.score(X, NUMBERS, weights) == pytest.approx(expected, rel=1e-15)


def test_a_score_of_several_targets_counts_rows_by_their_weights():
    y = np.column_stack([LABELS, X["kind"]])
    model = TabularClassifier(**QUICK).fit(X[["a"]], y)
    hit = (model.predict(X[["a"]]) == y).all(axis=1)
    assert model.score(X[["a"]], y, WEIGHT) == pytest.approx((hit * WEIGHT).sum() / WEIGHT.sum())
    for bad in (WEIGHT[1:], np.full(N, np.nan)):
        with pytest.raises(ValueError, match="sample_weight"):
            model.score(X[["a"]], y, bad)


@pytest.mark.parametrize(("kind", "y"), KINDS)
def test_names_of_the_features_that_columns_became(kind, y):
    model = kind(**QUICK).fit(X, y)
    names = model.get_feature_names_out()
    assert names.dtype == object
    assert names.tolist() == ["a", "kind = x", "kind = y", "kind = z"]
    assert model.get_feature_names_out(["a", "kind"]).tolist() == names.tolist()
    of_arrays = kind(**QUICK).fit(X[["a"]].to_numpy(), y)
    assert of_arrays.get_feature_names_out().tolist() == ["x0"]
    ordered = kind(**QUICK, ordered={1: ["x", "y", "z"]}).fit(X.to_numpy(), y)
    assert ordered.get_feature_names_out().tolist() == ["x0", "x1 >= y", "x1 >= z"]
    with pytest.raises(sklearn.exceptions.NotFittedError):
        kind().get_feature_names_out()


def _outputs(model):
    return model.pipeline_.outputs(X)
