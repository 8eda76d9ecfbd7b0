"""Metrics: the numbers that scikit-learn gives for the same names, weights and ties included."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as there

import chainrule as cr
from chainrule.errors import ChainruleError, InvalidValueError
from chainrule.training import METRICS, Metric

AVERAGED = {
    f"{rate}_{average}": (getattr(there, f"{rate}_score"), {"average": average})
    for rate in ("precision", "recall", "f1")
    for average in ("macro", "micro", "weighted")
}
OF_NUMBERS = {
    "mean_squared_error": there.mean_squared_error,
    "root_mean_squared_error": there.root_mean_squared_error,
    "mean_absolute_error": there.mean_absolute_error,
    "mean_absolute_percentage_error": there.mean_absolute_percentage_error,
    "r2": there.r2_score,
}
OF_DECISIONS = {
    "accuracy": (there.accuracy_score, {}),
    "balanced_accuracy": (there.balanced_accuracy_score, {}),
    **AVERAGED,
}
OF_TWO = {
    **OF_DECISIONS,
    "precision": (there.precision_score, {}),
    "recall": (there.recall_score, {}),
    "f1": (there.f1_score, {}),
}
few = settings(max_examples=15)  # each holds a dozen metrics against slow ones
OF_ORDER = {
    "roc_auc": there.roc_auc_score,
    "average_precision": there.average_precision_score,
    "log_loss": there.log_loss,
}


def test_every_metric_is_held_against_the_one_of_its_name():
    assert set(METRICS) == {*OF_NUMBERS, *OF_TWO, *OF_ORDER, "roc_auc_ovr"}


def theirs(function, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments, **options)


def same(name, a, y, w, function, true, predicted, **options):
    ours = METRICS[name](a, y, w)
    assert ours == pytest.approx(
        theirs(function, true, predicted, sample_weight=w, **options), rel=1e-9, nan_ok=True
    )


@st.composite
def weights(draw, n):
    """None, any, or some of them 0."""
    kind = draw(st.sampled_from(["none", "any", "some are 0"]))
    if kind == "none":
        return None
    w = np.array(draw(st.lists(st.floats(0.1, 3.0), min_size=n, max_size=n)))
    if kind == "some are 0":
        w[::3] = 0.0
        w[0] = 1.0
    return w


@st.composite
def numbers(draw):
    n, k = draw(st.integers(2, 12)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    y = rng.integers(-3, 4, size=(n, k)).astype(float)
    if draw(st.booleans()):
        y[:, 0] = 2.0  # an output without variance
    a = y + rng.normal(size=(n, k)) * rng.choice([0.0, 0.1, 10.0], size=k)
    return a, y, draw(weights(n))


@few
@given(numbers())
def test_numbers(case):
    a, y, w = case
    for name, function in OF_NUMBERS.items():
        same(name, a, y, w, function, y, a)


@st.composite
def two_classes(draw):
    n = draw(st.integers(2, 30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    y = (rng.uniform(size=n) < draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))).astype(float)
    a = rng.uniform(size=n)
    if draw(st.booleans()):
        a = rng.integers(0, 5, size=n) / 4  # many ties, and some at the threshold
    return a, y, draw(weights(n))


@few
@given(two_classes())
def test_two_classes_in_one_column_or_two(case):
    a, y, w = case
    columns = a[:, None], y[:, None]
    # argmax takes the first class of a tie, and so does a > 1/2
    pair = np.column_stack([1 - a, a]), np.column_stack([1 - y, y])
    margins = 2 * a[:, None] - 1, 2 * y[:, None] - 1
    for name, (function, options) in OF_TWO.items():
        for outputs, targets in (columns, pair, margins):
            if targets is margins[1] and not (y == 0).any():
                continue  # nothing says that these are margins
            same(name, outputs, targets, w, function, y, a > 0.5, **options)
    for outputs, targets in (columns, pair):
        for name in ("roc_auc", "average_precision"):
            same(name, outputs, targets, w, OF_ORDER[name], y, a)
        same("log_loss", outputs, targets, w, there.log_loss, y, a, labels=[0, 1])
        assert METRICS["roc_auc_ovr"](outputs, targets, w) == pytest.approx(
            METRICS["roc_auc"](outputs, targets, w), nan_ok=True
        )


@st.composite
def several_classes(draw, *, all_occur):
    k, n = draw(st.integers(3, 5)), draw(st.integers(5, 30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    classes = rng.integers(k, size=n)
    if all_occur:
        classes[:k] = np.arange(k)
    a = rng.dirichlet(np.full(k, draw(st.sampled_from([0.3, 3.0]))), size=n)
    if draw(st.booleans()):
        a = np.round(a * 4) / 4 + 1e-3
        a /= a.sum(axis=1, keepdims=True)
    w = draw(weights(n))
    if all_occur and w is not None:
        w = w + 0.1
    return a, np.eye(k)[classes], w


@few
@given(several_classes(all_occur=False))
def test_several_classes(case):
    a, y, w = case
    for name, (function, options) in OF_DECISIONS.items():
        same(name, a, y, w, function, y.argmax(axis=1), a.argmax(axis=1), **options)
    labels = np.arange(y.shape[1])
    same("log_loss", a, y, w, there.log_loss, y.argmax(axis=1), a, labels=labels)


@few
@given(several_classes(all_occur=True))
def test_the_order_of_several_classes(case):
    a, y, w = case
    true = y.argmax(axis=1)
    same("roc_auc_ovr", a, y, w, there.roc_auc_score, true, a, multi_class="ovr")
    same("average_precision", a, y, w, there.average_precision_score, true, a)


@st.composite
def labels(draw):
    k, n = draw(st.integers(2, 4)), draw(st.integers(3, 30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    y = (rng.uniform(size=(n, k)) < 0.4).astype(float)
    y[0] = draw(st.sampled_from([0.0, 1.0]))  # no row of classes
    a = rng.integers(0, 9, size=(n, k)) / 8 if draw(st.booleans()) else rng.uniform(size=(n, k))
    return a, y, draw(weights(n))


@few
@given(labels())
def test_labels_that_do_not_exclude_each_other(case):
    a, y, w = case
    for name, (function, options) in OF_DECISIONS.items():
        if name != "balanced_accuracy":  # which scikit-learn has for classes alone
            same(name, a, y, w, function, y.astype(int), (a > 0.5).astype(int), **options)
    for name in ("roc_auc", "average_precision"):
        same(name, a, y, w, OF_ORDER[name], y.astype(int), a)
    each = [
        theirs(there.log_loss, t, p, sample_weight=w, labels=[0, 1])
        for t, p in zip(y.T, a.T, strict=True)
    ]
    assert METRICS["log_loss"](a, y, w) == pytest.approx(sum(each))


@pytest.mark.parametrize("name", ["precision", "recall", "f1", "roc_auc"])
def test_one_positive_class_is_asked_of_two(name):
    three, both = np.eye(3), np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    with pytest.raises(InvalidValueError, match=rf"'{name}'.* 3 classes; take {name}_"):
        METRICS[name](three, three)
    if name != "roc_auc":  # the mean over labels, as there
        with pytest.raises(InvalidValueError, match=rf"3 labels; take {name}_macro"):
            METRICS[name](both, both)


@pytest.mark.parametrize("name", METRICS)
def test_what_no_metric_takes(name):
    score = METRICS[name]
    for a, y, w in (
        ([0.5, 0.5], [1.0], None),
        ([], [], None),
        ([0.5], [1.0], [0.0]),
        ([0.5], [1.0], [-1.0]),
        (["a"], [1.0], None),
        ([1j], [1.0], None),
        (np.zeros((2, 2, 2)), np.zeros((2, 2, 2)), None),
    ):
        with pytest.raises(ChainruleError):
            score(a, y, w)
    assert np.isnan(score([0.5, np.nan], [1.0, 0.0]))


def test_probabilities_are_asked_for():
    with pytest.raises(InvalidValueError, match=r"outputs are from -2 to 3; end the network"):
        METRICS["log_loss"]([-2.0, 3.0], [0.0, 1.0])
    with pytest.raises(InvalidValueError, match="targets are from -1"):
        METRICS["log_loss"]([0.2, 0.3], [-1.0, 1.0])


def test_huge_numbers_give_infinity_and_no_warning():
    assert METRICS["mse"]([1e300], [-1e300]) == np.inf
    assert METRICS["rmse"](np.float32([1e30]), [0.0]) == pytest.approx(1e30)


@pytest.mark.parametrize("name", METRICS)
def test_each_has_its_formula_and_can_be_sent(name):
    metric = METRICS[name]
    assert metric.__doc__ != Metric.__doc__
    assert len(metric.__doc__) > 30
    assert pickle.loads(pickle.dumps(metric)) == metric


def test_labels_in_training():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 4))
    L = (X[:, :3] > 0.3).astype(float)
    names = ["accuracy", "log_loss", "f1_macro", "roc_auc"]
    result = cr.train(
        cr.Network([cr.Dense(4, 3, "sigmoid")]), X, L, loss="binary_cross_entropy",
        optimizer=cr.Adam(0.05), epochs=20, seed=0, metrics=names,
    )  # fmt: skip
    a = result.predict(X)
    last = {name: curve[-1] for name, curve in result.history.metrics.items()}
    assert last["accuracy"] == there.accuracy_score(L, a > 0.5)
    assert last["f1_macro"] == pytest.approx(there.f1_score(L, a > 0.5, average="macro"))
    assert last["roc_auc"] == pytest.approx(there.roc_auc_score(L, a))
    entropy = -(L * np.log(a) + (1 - L) * np.log(1 - a)).sum(axis=1).mean()
    assert last["log_loss"] == pytest.approx(entropy)
