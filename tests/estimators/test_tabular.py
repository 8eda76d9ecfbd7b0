"""The estimators for tables: the pipeline's numbers with scikit-learn's habits."""

import copy
import inspect
import pickle
import warnings
from typing import Any

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils import estimator_html_repr, get_tags
from sklearn.utils.estimator_checks import check_estimator

from chainrule.errors import (
    ChainruleError,
    DataError,
    DataWarning,
    ShapeError,
    TrainingInterrupted,
)
from chainrule.estimators import TabularClassifier, TabularRegressor
from chainrule.models import load_model, save_model
from chainrule.tables import Pipeline, read_table

TARGETS = {"penguins": "species", "diabetes": "progression"}
KINDS: dict[str, Any] = {"penguins": TabularClassifier, "diabetes": TabularRegressor}

# Every check applies but this one, which scikit-learn skips with its reason.
SKIPPED = {"check_array_api_input": "SCIPY_ARRAY_API is not set: not checking array_api input"}


def columns(name: str) -> tuple[dict[str, Any], list[Any]]:
    """A built-in table without its target, and the target."""
    table = read_table(name).to_native().to_pydict()
    return table, table.pop(TARGETS[name])


PENGUINS, SPECIES = columns("penguins")
FRAME = pd.DataFrame(PENGUINS)


def quick(**options: Any) -> TabularClassifier:
    return TabularClassifier(**{"epochs": 5, "random_state": 0, **options}, preset="plain")


@pytest.fixture(scope="module")
def fitted() -> TabularClassifier:
    return quick(epochs=30).fit(FRAME, SPECIES)


@pytest.mark.parametrize("engine", ["auto", pytest.param("reference", marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
@pytest.mark.filterwarnings("ignore")
def test_check_estimator(kind: Any, engine: str) -> None:
    # A small network, without folds: the checks are about habits.
    estimator = kind(engine=engine, hidden=(16,), epochs=40, folds=0)
    results = check_estimator(estimator, on_fail=None, on_skip=None)
    failed = [(r["check_name"], r["exception"]) for r in results if r["status"] == "failed"]
    assert not failed
    for result in results:
        if result["status"] == "skipped":
            assert str(result["exception"]) == SKIPPED[result["check_name"]]
        else:
            assert result["status"] == "passed"
    assert sum(r["status"] == "passed" for r in results) >= 50


@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_parameters_and_defaults_are_those_of_the_pipeline(kind: Any) -> None:
    theirs = dict(inspect.signature(Pipeline.fit).parameters)
    # Row weights, rows for validation and checkpoints are given to fit.
    given = "frame target task weight sample_weight checkpoint validation train_many"
    for name in given.split():
        del theirs[name]
    theirs["random_state"] = theirs.pop("seed")
    if kind is TabularRegressor:
        for name in ("class_weight", "label_smoothing", "calibrate"):
            del theirs[name]
    ours = inspect.signature(kind).parameters
    assert set(ours) == set(theirs)
    for name, parameter in theirs.items():
        assert ours[name].default == parameter.default
        assert ours[name].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table, dict])
def test_any_frame_predicts_what_the_pipeline_predicts(name: str, make: Any) -> None:
    X, y = columns(name)
    model = KINDS[name](epochs=8, random_state=3, preset="plain").fit(make(X), y)
    pipeline = Pipeline.fit(name, TARGETS[name], epochs=8, seed=3, preset="plain")
    np.testing.assert_array_equal(model.predict(make(X)), pipeline.predict(X))
    if name == "penguins":
        p = pipeline.predict_proba(X)
        np.testing.assert_array_equal(model.predict_proba(make(X)), p)
        np.testing.assert_array_equal(model.predict_log_proba(make(X)), np.log(p))
        assert model.classes_.tolist() == list(pipeline.classes)
    assert model.n_features_in_ == len(X)
    assert model.feature_names_in_.tolist() == list(X)
    assert model.n_iter_ == 8
    assert pipeline.result is not None
    assert model.loss_curve_ == pipeline.result.history.loss
    assert model.validation_loss_curve_ == pipeline.result.history.validation_loss


def test_scores_are_those_of_scikit_learn(fitted: TabularClassifier) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        accuracy = fitted.score(FRAME, SPECIES)
        assert accuracy == np.mean(fitted.predict(FRAME) == np.array(SPECIES))
    assert accuracy > 0.95
    X, y = columns("diabetes")
    regressor = TabularRegressor(random_state=0, epochs=30, preset="plain").fit(X, y)
    error = np.square(regressor.predict(X) - y).mean()
    assert regressor.score(X, y) == pytest.approx(1 - error / np.var(y))
    assert regressor.score(X, y) > 0.4


@pytest.mark.parametrize("make", [pl.Series, pa.array, np.array, pd.Series, pd.Categorical])
def test_any_vector_of_labels(make: Any) -> None:
    model = quick().fit(FRAME, make(SPECIES))
    assert model.classes_.tolist() == ["Adelie", "Chinstrap", "Gentoo"]
    np.testing.assert_array_equal(model.predict(FRAME), quick().fit(FRAME, SPECIES).predict(FRAME))


@pytest.mark.parametrize(
    "labels",
    [[3, -1, 20], ["b", "B", "a"], [False, True, True], [2.0, 10.0, 1.0], ["10", "9", "1"]],
)
def test_labels_keep_type_and_order(labels: list[Any]) -> None:
    X, y = np.repeat(np.eye(3), 20, axis=0), np.repeat(labels, 20)
    model = TabularClassifier(random_state=0, preset="plain").fit(X, y)
    np.testing.assert_array_equal(model.classes_, np.unique(y))
    assert model.classes_.dtype == y.dtype
    predicted = model.predict(X)
    assert predicted.dtype == y.dtype
    np.testing.assert_array_equal(predicted, y)
    best = model.classes_[model.predict_proba(X).argmax(axis=1)]
    np.testing.assert_array_equal(best, y)


def test_arrays_of_anything() -> None:
    mixed = FRAME.to_numpy(dtype=object)
    for X in (mixed, mixed.tolist()):
        model = quick(categories=["x6"], drop=["x0"]).fit(X, SPECIES)
        assert model.n_features_in_ == 7
        assert not hasattr(model, "feature_names_in_")
        kinds = {c.name: c.kind for c in model.pipeline_.schema.columns}
        assert kinds["x0"] == "left out"
        assert kinds["x5"] == kinds["x6"] == "category"
        assert model.predict(X).shape == (344,)
    same = quick(categories=["year"], drop=["island"]).fit(FRAME, SPECIES)
    model = quick(categories=["x6"], drop=["x0"]).fit(mixed, SPECIES)
    np.testing.assert_array_equal(model.predict_proba(mixed), same.predict_proba(FRAME))
    # The columns of a frame may be numbered; they are then those of an array.
    numbered = FRAME.set_axis(range(7), axis="columns")
    np.testing.assert_array_equal(model.predict_proba(numbered), model.predict_proba(mixed))


def test_missing_and_unseen_values() -> None:
    whole = FRAME.dropna()
    model = quick().fit(whole, np.array(SPECIES)[whole.index])
    strange = whole.head(3).assign(island="Bergen", sex=None)
    with pytest.warns(DataWarning) as caught:
        model.predict(strange)
    assert [str(w.message).split(":")[0] for w in caught] == [
        "values are missing where training had all",
        "categories that training did not have",
    ]
    assert {w.filename for w in caught} == {__file__}


def test_columns_are_those_of_the_fit(fitted: TabularClassifier) -> None:
    for call in (fitted.predict, fitted.predict_proba):
        with pytest.raises(ValueError, match=r"yet now missing:\n- island"):
            call(FRAME.drop(columns="island"))
        with pytest.raises(ValueError, match="same order"):
            call(FRAME[FRAME.columns[::-1]])
    # The pipeline takes them in any order.
    labels = fitted.pipeline_.predict(FRAME[FRAME.columns[::-1]])
    np.testing.assert_array_equal(labels, fitted.predict(FRAME))


def test_the_target_has_its_own_name() -> None:
    assert quick().fit(FRAME, SPECIES).pipeline_.target.name == "target"
    assert quick().fit(FRAME, pd.Series(SPECIES, name="kind")).pipeline_.target.name == "kind"
    named = quick().fit(FRAME, pl.Series("island", SPECIES))
    assert named.pipeline_.target.name == "island_"


def test_weights_of_classes() -> None:
    X, y = np.tile([[0.0], [1.0]], (300, 1)), ["no"] * 540 + ["yes"] * 60
    # X says nothing about y, so only the weights decide.
    plain = TabularClassifier(epochs=30, random_state=0, preset="plain").fit(X, y)
    heavy = clone(plain).set_params(class_weight={"yes": 1000.0}).fit(X, y)
    assert set(plain.predict(X)) == {"no"}
    assert set(heavy.predict(X)) == {"yes"}
    assert "class_weight" not in TabularRegressor().get_params()


def test_the_model_file(fitted: TabularClassifier, tmp_path: Any) -> None:
    save_model(fitted.pipeline_, tmp_path / "penguins.model")
    loaded = load_model(tmp_path / "penguins.model")
    np.testing.assert_array_equal(loaded.predict(FRAME), fitted.predict(FRAME))


@pytest.mark.parametrize("again", [lambda m: pickle.loads(pickle.dumps(m)), copy.deepcopy])
def test_copies(fitted: TabularClassifier, again: Any) -> None:
    before = fitted.predict_proba(FRAME)
    assert fitted.pipeline_.result is not None
    fitted.pipeline_.result.predict(np.zeros((1, fitted.pipeline_.network.n_in)))
    other = again(fitted)
    np.testing.assert_array_equal(other.predict_proba(FRAME), before)
    assert other.loss_curve_ == fitted.loss_curve_
    assert again(quick(hidden=(3,))).get_params() == quick(hidden=(3,)).get_params()


def test_clone_parameters_html_and_tags() -> None:
    for model in (quick(hidden=(3,)), TabularRegressor(drop=["x"], preset="plain")):
        assert clone(model).get_params() == model.get_params()
        assert type(model).__name__ in estimator_html_repr(model)
        tags = get_tags(model)
        assert tags.input_tags.allow_nan
        assert tags.input_tags.categorical
        assert tags.input_tags.string
        assert not tags.input_tags.sparse
        assert tags.target_tags.required
    assert repr(TabularRegressor(drop=["x"])) == "TabularRegressor(drop=['x'])"


@pytest.mark.filterwarnings("ignore::chainrule.errors.DataWarning")
def test_searches_and_cross_validation() -> None:
    scores = cross_val_score(quick(epochs=60), FRAME, SPECIES, cv=3)
    assert scores.min() > 0.9
    grid = {"hidden": [(2,), (64,)], "patience": [5]}
    search = GridSearchCV(quick(epochs=60), grid, cv=2).fit(FRAME, SPECIES)
    assert search.best_params_["hidden"] == (64,)
    assert search.best_score_ > 0.9
    with joblib.parallel_backend("threading"):
        threaded = clone(search).set_params(n_jobs=2).fit(FRAME, SPECIES)
    key = "mean_test_score"
    np.testing.assert_array_equal(threaded.cv_results_[key], search.cv_results_[key])
    assert search.best_estimator_.feature_names_in_.tolist() == list(PENGUINS)
    X, y = columns("diabetes")
    frame = pl.DataFrame(X)
    assert (
        cross_val_score(
            TabularRegressor(random_state=0, epochs=20, preset="plain"), frame, y, cv=3
        ).min()
        > 0.2
    )


def test_random_state_decides_everything() -> None:
    one, two, other = (quick(random_state=s).fit(FRAME, SPECIES) for s in (5, np.int64(5), 6))
    assert one.loss_curve_ == two.loss_curve_ != other.loss_curve_
    assert one.pipeline_.summary["seed"] == 5
    stream = np.random.RandomState(0)
    first, second = (quick(random_state=stream).fit(FRAME, SPECIES) for _ in range(2))
    assert first.loss_curve_ != second.loss_curve_
    again = quick(random_state=np.random.RandomState(0)).fit(FRAME, SPECIES)
    assert again.loss_curve_ == first.loss_curve_


def test_callbacks_end_a_fit() -> None:
    ends = {"callbacks": lambda progress: progress.epoch == 3}
    assert quick(**ends).fit(FRAME, SPECIES).n_iter_ == 3
    assert quick(callbacks=[ends["callbacks"]]).fit(FRAME, SPECIES).n_iter_ == 3


def test_an_interrupt_keeps_what_was_learned() -> None:
    def interrupt(progress: Any) -> None:
        if progress.epoch == 4:
            raise KeyboardInterrupt

    model = quick(callbacks=interrupt)
    with pytest.raises(TrainingInterrupted, match=r"epoch 5 of 5.*keeps what it had learned"):
        model.fit(FRAME, SPECIES)
    assert model.n_iter_ == 4
    same = quick(callbacks=lambda progress: progress.epoch == 4).fit(FRAME, SPECIES)
    np.testing.assert_array_equal(model.predict_proba(FRAME), same.predict_proba(FRAME))


def test_small_tables_are_learned_whole() -> None:
    X, y = columns("penguins")
    model = quick().fit({name: values[120:160] for name, values in X.items()}, y[120:160])
    assert model.validation_loss_curve_ is None
    assert len(model.loss_curve_) == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": None}, "requires y to be passed"),
        ({"y": SPECIES[:-1]}, "y has 343 rows, but X has 344"),
        ({"y": [*SPECIES[:-2], None, "Gentoo"]}, r"y is missing in row 343 \(=None\)"),
        ({"y": [*SPECIES[:-1], " "]}, r"y is missing in row 344 \(=' '\)"),
        ({"y": [*SPECIES[:-1], "Gentoo "]}, "two of the labels .* are one in a table"),
        (
            {"y": np.array([*SPECIES[:-1], 3], dtype=object)},
            "column 'target' mixes values of different kinds",
        ),
        ({"y": np.linspace(0, 1, 344)}, "Unknown label type: continuous"),
        ({"y": ["Adelie"] * 344}, "has one class, 'Adelie'"),
        ({"X": pl.LazyFrame(PENGUINS)}, r"X is a lazy frame.*X\.collect\(\)"),
        ({"X": "penguins"}, "Expected 2D array"),
        ({"X": np.array(FRAME["year"])}, "Expected 2D array"),
        ({"X": FRAME.assign(year=[0, np.inf] * 172)}, "column 'year', row 2: inf must be finite"),
        ({"drop": ["iland"]}, r"no column 'iland' \(did you mean 'island'\?\)"),
        ({"hidden": (8, 0)}, r"a size in hidden \(=0\) must be >= 1"),
        ({"random_state": -1}, r"random_state \(=-1\) must be >= 0"),
        ({"optimizer": "adm"}, "did you mean 'adam'"),
    ],
)
def test_what_cannot_be_used(change: dict[str, Any], message: str) -> None:
    options = dict(change)
    X, y = options.pop("X", FRAME), options.pop("y", SPECIES)
    with pytest.raises(ValueError, match=message):
        quick(**options).fit(X, y)


@pytest.mark.parametrize("name", ["callbacks", "numbers", "categories", "drop"])
def test_what_must_be_several(name: str) -> None:
    with pytest.raises(TypeError, match=rf"{name} \(=3\) must be"):
        quick(**{name: 3}).fit(FRAME, SPECIES)


def test_a_quantity_must_be_numbers() -> None:
    with pytest.raises(DataError, match="row 3: 'dear' is no number"):
        TabularRegressor(preset="plain").fit(np.eye(4), ["1", "2", "dear", "3"])
    with pytest.raises(DataError, match=r"y is missing in row 2 \(=nan\)"):
        TabularRegressor(preset="plain").fit(np.eye(4), [1.0, np.nan, 2.0, 3.0])
    with pytest.raises(DataError, match="column 'target', row 3: -inf must be finite"):
        TabularRegressor(preset="plain").fit(np.eye(4), [1.0, 2.0, -np.inf, 3.0])
    with pytest.raises(TypeError, match="Sparse data"):
        TabularRegressor(preset="plain").fit(csr_array(np.eye(4)), np.arange(4))


def test_before_and_after_a_failed_fit() -> None:
    for model in (TabularClassifier(preset="plain"), TabularRegressor(preset="plain")):
        with pytest.raises(NotFittedError):
            model.predict(FRAME)
    model = quick().fit(FRAME, SPECIES)
    with pytest.raises(ChainruleError, match="one class"):
        model.fit(FRAME, ["Adelie"] * 344)
    assert model.classes_.tolist() == ["Adelie", "Chinstrap", "Gentoo"]
    assert set(model.predict(FRAME)) <= set(SPECIES)


@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
@pytest.mark.parametrize(
    "table",
    [
        {"size": [1.0, 2.0, 3.0, 4.0] * 15, "kind": list("xyzx") * 15},
        np.random.default_rng(0).normal(size=(60, 2)),
    ],
    ids=["names", "no names"],
)
def test_names_may_be_taken_away(kind: Any, table: Any) -> None:
    """As SHAP does: then arrays with the columns of the fit are taken."""
    X = pd.DataFrame(table)
    given = X if isinstance(table, dict) else table
    model = kind(epochs=3, random_state=0, preset="plain").fit(given, [0, 1, 1, 0] * 15)
    expected = model.predict(given)
    nameless = copy.deepcopy(model)
    nameless.feature_names_in_ = None
    for rows in (X.to_numpy(), X.to_numpy().tolist()):
        np.testing.assert_array_equal(nameless.predict(rows), expected)
    with pytest.raises(ValueError, match="features"):
        nameless.predict(X.to_numpy()[:, :1])
    again = kind(epochs=3, random_state=0, preset="plain").fit(X.to_numpy(), [0, 1, 1, 0] * 15)
    assert again.pipeline_.schema.features[0].name == "x0"


@pytest.mark.filterwarnings("ignore:X does not have valid feature names:UserWarning")
@pytest.mark.parametrize("given", [None, 5, 1j, [[1], [1, 2]], {"a": 1}, {}, np.ones((2, 2, 2))])
def test_what_is_no_table_is_refused_by_name(fitted: TabularClassifier, given: Any) -> None:
    for call in (fitted.predict, fitted.predict_proba, lambda X: fitted.score(X, SPECIES)):
        with pytest.raises(ChainruleError, match="X"):
            call(given)
    for call in (quick().fit, fitted.score):
        with pytest.raises(ChainruleError, match="y"):
            call(FRAME, given)


def test_a_score_needs_labels_for_every_row() -> None:
    X = NUMBERS[[0, 1]]
    Y = np.column_stack([np.where(X[0] > 0, "up", "down"), np.where(X[1] > 0, "left", "right")])
    model = TabularClassifier(epochs=1, random_state=0, preset="plain").fit(X, Y)
    with pytest.raises(ShapeError, match=r"y has the shape \(1, 2\), but X needs \(80, 2\)"):
        model.score(X, Y[:1])


# --- several targets ------------------------------------------------------------------------------


NUMBERS = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 4)))


@pytest.mark.parametrize("frame", [True, False])
def test_several_quantities_are_columns_of_the_predictions(frame):
    X, Y = NUMBERS[[0, 1]], NUMBERS[[0, 1]] * [2.0, 3.0] + 1.0
    if not frame:
        X, Y = X.to_numpy(), Y.to_numpy()
    model = TabularRegressor(epochs=300, random_state=0, preset="plain").fit(X, Y)
    assert model.predict(X).shape == (80, 2)
    assert model.score(X, Y) > 0.9
    errors = np.abs(model.predict(X) - np.asarray(Y)).mean(axis=0)
    assert (errors < np.asarray(Y).std(axis=0)).all()


def test_several_labels_are_those_of_a_forest(tmp_path):
    X = NUMBERS[[0, 1]]
    Y = np.column_stack([np.where(X[0] > 0, "up", "down"), np.where(X[1] > 0, "left", "right")])
    model = TabularClassifier(epochs=100, random_state=0, engine="reference", preset="plain").fit(
        X, Y
    )
    predicted = model.predict(X)
    assert [labels.tolist() for labels in model.classes_] == [["down", "up"], ["left", "right"]]
    shares = model.predict_proba(X)
    assert [own.shape for own in shares] == [(80, 2), (80, 2)]
    assert model.score(X, Y) == np.mean((predicted == Y).all(axis=1)) > 0.8
    for own, logs in zip(shares, model.predict_log_proba(X), strict=True):
        np.testing.assert_array_equal(np.log(own), logs)
    save_model(model, tmp_path / "labels.model")
    np.testing.assert_array_equal(load_model(tmp_path / "labels.model").predict(X), predicted)


@pytest.mark.parametrize("X", [NUMBERS, NUMBERS.to_numpy()])
def test_columns_are_named_by_integers_too(X):
    model = TabularRegressor(
        epochs=1, random_state=0, drop=[1], categories=[np.int64(2)], preset="plain"
    )
    model.fit(X, NUMBERS[0])
    kinds = [c.kind for c in model.pipeline_.schema.columns]
    assert kinds == ["number", "left out", "category", "number"]
