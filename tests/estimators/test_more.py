"""What scikit-learn's MLPs were asked for."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from sklearn.datasets import make_multilabel_classification
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import cross_val_score

import chainrule as cr
from chainrule.estimators import MLPClassifier, MLPRegressor
from chainrule.losses import ElementwiseLoss
from chainrule.training import Progress

rng = np.random.default_rng(11)
X = rng.normal(size=(200, 4))
NUMBER = np.sin(X[:, 0]) + X[:, 1] * X[:, 2]
CLASS = np.digitize(NUMBER, [-0.5, 0.5])
NAMES = np.array(["low", "middle", "high"])[CLASS]

# How long a fit takes is not the question here.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_activation_of_each_layer() -> None:
    model = MLPClassifier((5, 4), ["tanh", cr.activations.GELU()], max_iter=2).fit(X, NAMES)
    hidden = [layer.activation.name for layer in model.network_.layers]
    assert hidden == ["tanh", "gelu", "softmax"]
    assert model.out_activation_ == "softmax"


def test_one_neuron_is_logistic_regression() -> None:
    """Without hidden layers, alpha sum w^2 / 2 / n is scikit-learn's penalty with C = 1 / alpha."""
    y = CLASS == 0
    model = MLPClassifier((), solver="lbfgs", alpha=1.0, tol=1e-8, max_iter=1000).fit(X, y)
    other = LogisticRegression(C=1.0, tol=1e-8).fit(X, y)
    assert [c.shape for c in model.coefs_] == [(4, 1)]
    np.testing.assert_allclose(model.coefs_[0].T, other.coef_, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(model.predict_proba(X), other.predict_proba(X), atol=1e-3)


def test_dropout_l1_and_weight_decay() -> None:
    model = MLPRegressor(hidden_layer_sizes=(8, 6), dropout=[0.5, 0.0], max_iter=3).fit(X, NUMBER)
    kinds = [type(layer).__name__ for layer in model.network_.layers]
    assert kinds == ["Dense", "Dropout", "Dense", "Dense"]
    assert len(model.coefs_) == 3
    # Nothing is dropped in prediction.
    np.testing.assert_array_equal(model.predict(X), model.predict(X))

    options: dict[str, Any] = {"hidden_layer_sizes": 20, "random_state": 0, "max_iter": 150}
    plain = MLPRegressor(**options).fit(X, NUMBER)
    for more in ({"l1": 10.0}, {"weight_decay": 3.0}):
        shrunk = MLPRegressor(**options, **more).fit(X, NUMBER)
        assert np.abs(shrunk.coefs_[0]).sum() < 0.7 * np.abs(plain.coefs_[0]).sum()


def test_class_weights_are_sample_weights() -> None:
    weights = {"low": 1.0, "middle": 5.0, "high": 0.5}
    options: dict[str, Any] = {"random_state": 0, "max_iter": 5, "hidden_layer_sizes": 6}
    by_class = MLPClassifier(class_weight=weights, **options).fit(X, NAMES)
    by_row = MLPClassifier(**options).fit(X, NAMES, [weights[name] for name in NAMES])
    np.testing.assert_allclose(by_class.loss_curve_, by_row.loss_curve_)
    both = MLPClassifier(class_weight=weights, **options).fit(X, NAMES, np.full(200, 2.0))
    np.testing.assert_allclose(by_class.coefs_[0], both.coefs_[0], atol=1e-4)
    y = X[:, 0] > 1.5
    assert 0 < y.sum() < 30
    plain = MLPClassifier((), solver="lbfgs", max_iter=500, alpha=1.0).fit(X, y)
    balanced = MLPClassifier(
        (), solver="lbfgs", max_iter=500, alpha=1.0, class_weight="balanced"
    ).fit(X, y)
    assert balanced.predict(X).sum() > plain.predict(X).sum()


def test_label_smoothing_is_the_loss_with_smooth_labels() -> None:
    model = MLPClassifier(5, label_smoothing=0.3, max_iter=1, alpha=0, random_state=0)
    model.fit(X, NAMES)
    start = MLPClassifier(5, max_iter=1, alpha=0, random_state=0, learning_rate_init=1e-300)
    p = start.fit(X, NAMES).predict_proba(X)
    smooth = (NAMES[:, None] == model.classes_) * 0.7 + 0.1
    expected = -(smooth * np.log(p)).sum(axis=1).mean()
    assert model.loss_curve_[0] == pytest.approx(expected)


def test_losses_of_every_kind() -> None:
    y = CLASS == 0
    for loss in ("hinge", "mean_squared_error", cr.BinaryCrossEntropy(), cr.Huber(delta=0.5)):
        model = MLPClassifier(
            8, loss=loss, learning_rate_init=0.01, max_iter=300, random_state=0
        ).fit(X, y)
        assert model.score(X, y) > 0.85
        assert hasattr(model, "predict_proba") == (loss != "hinge")
    with pytest.raises(AttributeError) as error:
        _ = MLPClassifier(loss="hinge").predict_proba
    assert "gives margins and no probabilities" in str(error.value.__cause__)
    model = MLPClassifier(
        8, loss="hinge", learning_rate_init=0.01, max_iter=300, random_state=0
    ).fit(X, NAMES)
    assert model.score(X, NAMES) > 0.75
    for name in ("mean_absolute_error", "huber", "quantile", "log_cosh"):
        model = MLPRegressor(name, 16, learning_rate_init=0.01, max_iter=400, random_state=0).fit(
            X, NUMBER
        )
        assert model.score(X, NUMBER) > 0.8
    share = 1 / (1 + np.exp(-NUMBER))
    model = MLPRegressor("binary_cross_entropy", 16, max_iter=300, random_state=0).fit(X, share)
    assert model.out_activation_ == "logistic"
    assert 0 < model.predict(X).min() < model.predict(X).max() < 1


class Asymmetric(ElementwiseLoss):
    """A user's own loss: missing by too little costs three times as much."""

    latex = latex_derivative = source = "mine"

    def term(self, a: Any, y: Any) -> Any:
        return np.where(a < y, 3.0, 1.0) * (a - y) ** 2

    def derivative(self, a: Any, y: Any) -> Any:
        return np.where(a < y, 6.0, 2.0) * (a - y)


def test_a_loss_of_ones_own() -> None:
    model = MLPRegressor(Asymmetric(), 16, max_iter=200, random_state=0).fit(X, NUMBER)
    assert model.engine_ == "reference"
    assert (model.predict(X) - NUMBER).mean() > 0.02


def test_optimizer_and_schedule_objects() -> None:
    model = MLPRegressor(
        hidden_layer_sizes=8,
        solver=cr.SGD(0.1, momentum=0.5),
        learning_rate=cr.StepDecay(2, 0.5, unit="epoch"),
        max_iter=6,
        n_iter_no_change=6,
    ).fit(X, NUMBER)
    assert model.history_.learning_rate == [0.1, 0.1, 0.05, 0.05, 0.025, 0.025]
    named = MLPRegressor(solver="rmsprop", learning_rate_init=0.02, max_iter=2).fit(X, NUMBER)
    assert named.history_.learning_rate == [0.02, 0.02]
    limited = MLPRegressor(solver=cr.LBFGS(memory=3), max_iter=4).fit(X, NUMBER)
    assert limited.n_iter_ == 4
    assert not hasattr(limited, "partial_fit")


def test_own_validation_rows_without_stopping() -> None:
    model = MLPClassifier(8, max_iter=7, n_iter_no_change=10, random_state=0)
    model.fit(X[:150], NAMES[:150], X_val=X[150:], y_val=NAMES[150:])
    assert model.n_iter_ == 7
    assert len(model.validation_loss_curve_) == len(model.validation_scores_) == 7
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.validation_scores_[-1] == model.score(X[150:], NAMES[150:])
    p = model.predict_proba(X[150:])[np.arange(50), np.searchsorted(model.classes_, NAMES[150:])]
    assert model.validation_loss_curve_[-1] == pytest.approx(-np.log(p).mean())
    # They were not learned from.
    alone = MLPClassifier(8, max_iter=7, random_state=0).fit(X[:150], NAMES[:150])
    np.testing.assert_array_equal(alone.coefs_[0], model.coefs_[0])


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_early_stopping_selects_rows_as_if_they_were_copied(
    monkeypatch: pytest.MonkeyPatch, solver: str
) -> None:
    options: dict[str, Any] = {"max_iter": 5, "early_stopping": True, "random_state": 0}
    weight = np.linspace(0.5, 2, len(X))
    selected = MLPClassifier(8, solver=solver, **options).fit(X, NAMES, weight)
    monkeypatch.setattr("chainrule.estimators.mlp.SelectedRows", lambda X, rows: X[rows])
    copied = MLPClassifier(8, solver=solver, **options).fit(X, NAMES, weight)
    assert selected.engine_ == "compiled"
    assert selected.loss_curve_ == copied.loss_curve_
    assert selected.validation_scores_ == copied.validation_scores_
    for ours, theirs in zip(selected.coefs_, copied.coefs_, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_early_stopping_on_any_scorer() -> None:
    options: dict[str, Any] = {
        "hidden_layer_sizes": 8,
        "early_stopping": True,
        "n_iter_no_change": 4,
        "max_iter": 200,
        "learning_rate_init": 0.02,
        "random_state": 0,
    }
    held = {"X_val": X[150:], "y_val": NAMES[150:]}
    model = MLPClassifier(scoring="f1_macro", **options).fit(X[:150], NAMES[:150], **held)
    assert model.n_iter_ < 200
    best = f1_score(NAMES[150:], model.predict(X[150:]), average="macro")
    assert max(model.validation_scores_) == model.best_validation_score_ == pytest.approx(best)

    seen = []

    def worst(estimator: Any, X: Any, y: Any) -> float:
        seen.append(estimator.predict(X).shape)
        return -float(len(seen))

    model = MLPClassifier(scoring=worst, **options).fit(X, NAMES)
    assert model.n_iter_ == 6
    assert model.validation_scores_ == [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]
    assert set(seen) == {(20,)}

    model = MLPRegressor(scoring="loss", **options).fit(X, NUMBER)
    np.testing.assert_allclose(model.validation_scores_, -np.array(model.validation_loss_curve_))
    model = MLPRegressor(scoring="neg_mean_absolute_error", **options)
    model.fit(X, NUMBER, np.ones(200))
    assert model.best_validation_score_ < 0


def test_callbacks_and_history() -> None:
    seen: list[Progress] = []

    def watch(progress: Progress) -> bool:
        seen.append(progress)
        return progress.epoch == 3

    model = MLPRegressor(hidden_layer_sizes=3, callbacks=[watch], max_iter=10).fit(X, NUMBER)
    assert model.n_iter_ == len(model.loss_curve_) == len(seen) == 3
    assert isinstance(model.history_, cr.History)
    assert model.history_.loss == model.loss_curve_
    assert len(model.history_.gradient_norm) == 3
    assert MLPRegressor(callbacks=watch, max_iter=10).fit(X, NUMBER).n_iter_ == 10 - 7


def test_progress_bar_is_silent_where_there_is_no_terminal(capsys: Any) -> None:
    MLPRegressor(progress=True, max_iter=3).fit(X, NUMBER)
    assert capsys.readouterr() == ("", "")


def test_progress_bar_in_a_terminal(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    MLPRegressor(progress=True, max_iter=3).fit(X, NUMBER)
    out, err = capsys.readouterr()
    assert out == ""
    assert "3/3" in err
    assert "loss" in err


def test_engine_and_threads_do_not_change_the_result() -> None:
    options: dict[str, Any] = {"hidden_layer_sizes": 8, "max_iter": 5, "random_state": 0}
    auto = MLPRegressor(threads=2, **options).fit(X, NUMBER)
    slow = MLPRegressor(engine="reference", **options).fit(X, NUMBER)
    assert slow.engine_ == "reference"
    np.testing.assert_allclose(auto.loss_curve_, slow.loss_curve_, rtol=1e-10)
    np.testing.assert_allclose(auto.predict(X), slow.predict(X), rtol=1e-9)


def test_several_quantiles_at_once() -> None:
    q = (0.1, 0.5, 0.9)
    x = rng.uniform(-1, 1, size=(2000, 1))
    y = x[:, 0] + rng.normal(size=2000)
    model = MLPRegressor(
        "quantile", 8, quantiles=q, learning_rate_init=0.01, max_iter=60, random_state=0
    ).fit(x, y)
    a = model.predict(x)
    assert a.shape == (2000, 3)
    # The share below the q-th quantile is q within sampling error, about 0.01 = sqrt(q / n).
    np.testing.assert_allclose((y[:, None] < a).mean(axis=0), q, atol=0.05)
    assert model.score(x, y) == pytest.approx(1 - ((y - a[:, 1]) ** 2).mean() / y.var(), abs=1e-12)


def test_transform_gives_activations() -> None:
    model = MLPClassifier((5, 3), "tanh", max_iter=2, random_state=0).fit(X, NAMES)
    h1 = np.tanh(X @ model.coefs_[0] + model.intercepts_[0])
    h2 = np.tanh(h1 @ model.coefs_[1] + model.intercepts_[1])
    np.testing.assert_array_equal(model.transform(X, layer=0), X)
    np.testing.assert_allclose(model.transform(X, layer=1), h1)
    np.testing.assert_allclose(model.transform(X), h2)
    np.testing.assert_allclose(model.transform(X, layer=3), model.predict_proba(X))
    names = ["mlpclassifier0", "mlpclassifier1", "mlpclassifier2"]
    assert model.get_feature_names_out().tolist() == names
    frame = model.set_output(transform="pandas").transform(X)
    assert list(frame.columns) == names
    with pytest.raises(ValueError, match="be < 4"):
        model.transform(X, layer=4)


@pytest.mark.parametrize("target", [NUMBER, CLASS, CLASS == 0, np.column_stack([NUMBER, CLASS])])
def test_input_gradient(target: Any) -> None:
    """Against central differences, whose error is about 1e-10."""
    kind: Any = MLPClassifier if target.ndim == 1 and target is not NUMBER else MLPRegressor
    model = kind(hidden_layer_sizes=6, activation="tanh", max_iter=5, random_state=0)
    model.fit(X, target)

    def output(rows: Any) -> Any:
        if kind is MLPRegressor:
            return model.predict(rows).reshape(len(rows), -1)
        p = model.predict_proba(rows)
        return p[:, 1:] if p.shape[1] == 2 else p

    gradient = model.input_gradient(X[:7]).reshape(7, -1, 4)
    for j in range(4):
        step = 1e-6 * np.eye(4)[j]
        numeric = (output(X[:7] + step) - output(X[:7] - step)) / 2e-6
        np.testing.assert_allclose(gradient[:, :, j], numeric, atol=1e-8)


def test_multilabel_scores_count_rows_that_are_right_throughout() -> None:
    L, Y = make_multilabel_classification(n_samples=80, random_state=0)
    model = MLPClassifier(20, early_stopping=True, max_iter=30, random_state=0).fit(L, Y)
    assert model.predict(L).shape == Y.shape
    assert model.predict_proba(L).shape == Y.shape
    held = MLPClassifier(20, max_iter=3, random_state=0).fit(L, Y, X_val=L, y_val=Y)
    assert held.validation_scores_[-1] == held.score(L, Y)


def test_fitted_network_speaks_chainrule() -> None:
    model = MLPRegressor(hidden_layer_sizes=3, max_iter=2, random_state=0).fit(X, NUMBER)
    assert isinstance(model.parameters_, cr.Parameters)
    np.testing.assert_array_equal(model.parameters_["layers[0].W"], model.coefs_[0])
    with pytest.raises(ValueError, match="read-only"):
        model.coefs_[0][0, 0] = 1.0
    # Another array in its place counts at once.
    before = model.predict(X)
    model.coefs_[1] = 2.0 * model.coefs_[1]
    bias = float(model.intercepts_[1][0])
    np.testing.assert_allclose(model.predict(X), 2.0 * before - bias)


def test_explain_and_diagnose() -> None:
    model = MLPClassifier((3,), "tanh", max_iter=4, alpha=0.5, random_state=0).fit(X, NAMES)
    told = model.explain(X[0], NAMES[0], weight="layers[0].W[1, 2]")
    Y = (NAMES[:1, None] == model.classes_).astype(float)
    objective = cr.Objective(model.network_, "cross_entropy", cr.L2(0.5, "batch"))
    _, gradient = cr.value_and_gradient(objective, model.parameters_, X[:1], Y)
    assert told.derivative == pytest.approx(gradient["layers[0].W"][1, 2])
    report = model.diagnose(X, NAMES, stability=False)
    assert "saturation" in str(report)
    assert model.result_.stopped == model.stopped_ == "all 4 epochs are done"
    number = MLPRegressor(hidden_layer_sizes=3, max_iter=2).fit(X, NUMBER)
    assert "h1.w1" in str(number.explain(X[0], NUMBER[0], weight="h1.w1"))
    assert "gradients" in str(number.diagnose(X, NUMBER, stability=False))


def test_explain_takes_rows_as_people_have_them() -> None:
    frame = pd.DataFrame(X, columns=["age", "height", "weight", "income"])
    model = MLPClassifier((3,), "tanh", max_iter=4, random_state=0).fit(frame, NAMES)
    expected = model.explain(X[5], NAMES[5], weight="h1.w2")
    assert "income" in str(expected)
    for x, y in (
        (frame.iloc[[5]], NAMES[5]),
        (frame.iloc[5], NAMES[5:6]),
        (X[5].tolist(), NAMES[[5]].reshape(1, 1)),
        (X[5:6], NAMES[5:6]),
        (pl.DataFrame(frame.iloc[[5]]), [NAMES[5]]),
        (sp.csr_array(X[5:6]), NAMES[5]),
    ):
        assert model.explain(x, y, weight="h1.w2").derivative == expected.derivative
    told = model.explain(frame, NAMES, weight="h1.w2", row=5)
    assert told.derivative == expected.derivative
    for x, y, match in (
        (X[5, :3], NAMES[5], "3 features"),
        (X[5], "huge", r"`y` has classes not in .*'huge'"),
        (X[:3], NAMES[:2], "y has 2 rows, but x has 3"),
        (frame.iloc[[5]].rename(columns={"age": "years"}), NAMES[5], "years"),
        (np.where(np.arange(4) == 2, np.nan, X[5]), NAMES[5], "x contains NaN in column 2"),
    ):
        with pytest.raises(ValueError, match=match):
            model.explain(x, y, weight="h1.w2")
    with pytest.raises(ValueError, match="y has 2 rows, but X has 200"):
        model.diagnose(frame, NAMES[:2], stability=False)


@pytest.mark.parametrize("target", [NUMBER, CLASS == 0, np.column_stack([NUMBER, CLASS])])
def test_explain_for_every_kind_of_target(target: Any) -> None:
    kind: Any = MLPClassifier if target.dtype == bool else MLPRegressor
    model = kind(hidden_layer_sizes=3, max_iter=2, random_state=0).fit(X, target)
    told = model.explain(X[0], target[0], weight="h1.w1")
    Y = np.asarray(target[:1], dtype=float).reshape(1, -1)
    _, gradient = cr.value_and_gradient(model.result_.plan.objective, model.parameters_, X[:1], Y)
    assert told.derivative == pytest.approx(gradient["h1.w1"])
    if kind is MLPRegressor and target.ndim == 1:
        band = MLPRegressor("quantile", 3, quantiles=(0.1, 0.9), max_iter=2).fit(X, target)
        assert np.isfinite(band.explain(X[0], target[0], weight="h1.w1").derivative)


UNFITTED: dict[str, Any] = {
    "predict": lambda m: m.predict(X),
    "predict_proba": lambda m: m.predict_proba(X),
    "score": lambda m: m.score(X, CLASS),
    "transform": lambda m: m.transform(X),
    "input_gradient": lambda m: m.input_gradient(X),
    "explain": lambda m: m.explain(X[0], CLASS[0], weight="w1"),
    "diagnose": lambda m: m.diagnose(X, CLASS),
    "parameters_": lambda m: m.parameters_,
    "result_": lambda m: m.result_,
    "get_feature_names_out": lambda m: m.get_feature_names_out(),
}


@pytest.mark.parametrize("name", UNFITTED)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_nothing_can_be_asked_before_fit(kind: Any, name: str) -> None:
    if hasattr(kind, name):
        with pytest.raises(NotFittedError, match="not fitted"):
            UNFITTED[name](kind())


def test_margins_have_a_decision_function() -> None:
    for y in (CLASS == 0, NAMES):
        model = MLPClassifier(8, loss="hinge", max_iter=50, random_state=0).fit(X, y)
        margins = model.decision_function(X)
        codes = (margins > 0).astype(int) if margins.ndim == 1 else margins.argmax(axis=1)
        np.testing.assert_array_equal(model.classes_[codes], model.predict(X))
    assert not hasattr(MLPClassifier(), "decision_function")
    hinge = MLPClassifier(8, loss="hinge", max_iter=50, random_state=0)
    assert cross_val_score(hinge, X, CLASS == 0, cv=2, scoring="roc_auc").min() > 0.5


def test_options_that_would_be_ignored_are_refused() -> None:
    def said(error: Any, **options: Any) -> Any:
        with pytest.raises(ValueError, match=error):
            MLPClassifier(max_iter=2, **options).fit(X, NAMES)

    said(
        "label_smoothing .*needs loss='log_loss'; Hinge has none", label_smoothing=0.1, loss="hinge"
    )
    said("'f2' is not a valid scoring|scoring", scoring="f2")
    said(r"class_weight\['low'\] \(=-1.0\) must be >= 0", class_weight={"low": -1.0})
    with pytest.raises(ValueError, match="'balanced' needs all rows"):
        MLPClassifier(class_weight="balanced").partial_fit(X, NAMES, classes=np.unique(NAMES))


def test_the_names_proposed_are_the_estimators_own() -> None:
    for kind, options, proposed in (
        (MLPClassifier, {"loss": "logloss"}, "did you mean 'log_loss'"),
        (MLPRegressor, {"loss": "squared_eror"}, "did you mean 'squared_error'"),
        (MLPRegressor, {"learning_rate": "adaptiv"}, "did you mean 'adaptive'"),
        (MLPRegressor, {"learning_rate": "quick"}, "Known: adaptive, invscaling, constant"),
        (MLPRegressor, {"activation": "logistc"}, "did you mean 'logistic'"),
    ):
        with pytest.raises(ValueError, match=proposed):
            kind(**options).fit(X, CLASS)


def test_arrays_that_are_put_in_place_are_kept_as_copies() -> None:
    model = MLPRegressor(hidden_layer_sizes=3, max_iter=2, random_state=0).fit(X, NUMBER)
    W = model.coefs_[0] * 2.0
    model.coefs_[0] = W
    doubled = model.predict(X)
    W[:] = 0.0
    np.testing.assert_array_equal(model.predict(X), doubled)
    np.testing.assert_array_equal(
        model.transform(X), np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0)
    )
    with pytest.raises(ValueError, match="read-only"):
        model.coefs_[0][:] = 0.0


def test_frames_of_layers_without_names_are_refused() -> None:
    model = MLPClassifier((5, 3), max_iter=2, random_state=0).fit(X, NAMES)
    model.set_output(transform="pandas")
    assert list(model.transform(X).columns) == list(model.get_feature_names_out())
    assert model.transform(X, layer=2).shape == (200, 3)
    for layer in (0, 1, -1):
        with pytest.raises(ValueError, match="has no names for the columns of a frame"):
            model.transform(X, layer=layer)


def test_sparse_rows_stay_sparse(monkeypatch: Any) -> None:
    wide = sp.random_array((60, 4000), density=0.01, random_state=0, format="csr")
    y = np.arange(60) % 3
    model = MLPClassifier((5, 4), "tanh", max_iter=2, random_state=0).fit(wide, y)
    dense = wide.toarray()
    expected = model.predict_proba(dense), model.transform(dense), model.input_gradient(dense)

    original = sp.csr_array.toarray

    def one_row_alone(self: Any, *args: Any, **options: Any) -> Any:
        assert self.shape[0] == 1, "rows became dense"
        return original(self, *args, **options)

    monkeypatch.setattr(sp.csr_array, "toarray", one_row_alone)
    got = model.predict_proba(wide), model.transform(wide), model.input_gradient(wide)
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-12)
    assert model.transform(wide, layer=0) is wide
    model.fit(wide, y)
    huge = sp.csr_array((2**16, 4000))
    with pytest.raises(ValueError, match="take some of the rows"):
        model.diagnose(huge, np.zeros(2**16, dtype=int))
