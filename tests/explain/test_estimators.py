"""Fitted estimators, found by their fitted attributes: labels and columns in their own words."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.errors import DataError, InvalidTypeError, InvalidValueError, NotFittedError
from chainrule.estimators import MLPClassifier, MLPRegressor, Perceptron, TabularClassifier
from chainrule.explain import explain, explain_batch, explain_prediction, largest_gradients

pd = pytest.importorskip("pandas")
pytestmark = pytest.mark.filterwarnings(
    f"ignore::{ConvergenceWarning.__module__}.ConvergenceWarning"
)

rng = np.random.default_rng(0)
FRAME = pd.DataFrame({"wing": rng.normal(size=60), "bill": rng.normal(size=60)})
KINDS = np.array(["auk", "gull", "tern"])[(FRAME["wing"] > 0).astype(int) + (FRAME["bill"] > 0)]


def fitted(y, X=FRAME, **options):
    return MLPClassifier((3,), max_iter=3, random_state=0, **options).fit(X, y)


@pytest.fixture(scope="module")
def birds():
    return fitted(KINDS)


def test_a_label_is_a_target(birds):
    e = explain(birds, x=FRAME.iloc[[0]], y="gull", weight="h1.w2")
    by_hand = explain(birds.result_, x=FRAME.to_numpy()[0], y=[0, 1, 0], weight="h1.w2")
    assert e.derivative == by_hand.derivative
    assert e.check.verdict == "agrees"
    text = str(e)
    assert "(wing)" in text
    assert "(class gull)" in text


@pytest.mark.parametrize("loss", ["log_loss", "hinge"])
def test_two_classes(loss):
    kinds = np.where(FRAME["wing"] > 0, "tern", "auk")
    model = fitted(kinds, FRAME.to_numpy(), loss=loss)
    low = -1.0 if loss == "hinge" else 0.0
    for label, target in (("tern", 1.0), ("auk", low)):
        e = explain(model, x=[0.5, 0.1], y=label, weight="w2")
        assert (
            e.derivative == explain(model.result_, x=[0.5, 0.1], y=target, weight="w2").derivative
        )
    for row in FRAME.to_numpy()[:9]:
        assert explain_prediction(model, x=row).prediction == model.predict([row])[0]


def test_frames_series_lists_and_sparse_rows_are_the_same_row(birds):
    rows = [
        FRAME.iloc[[4]],
        FRAME.iloc[[4]][["bill", "wing"]],
        FRAME.iloc[4],
        FRAME.iloc[4].tolist(),
        sparse.csr_matrix(FRAME.to_numpy()[[4]]),
    ]
    found = [explain(birds, x=x, y="auk", weight="w1").derivative for x in rows]
    assert found == [found[0]] * 5


def test_every_question_knows_labels_and_columns(birds):
    e = explain_batch(birds, x=FRAME, y=KINDS, weight="w1")
    assert e.total + sum(f.value for f in e.penalties) == pytest.approx(e.derivative, rel=1e-9)
    assert largest_gradients(birds, x=FRAME, y=KINDS, top=1).items
    p = explain_prediction(birds, x=FRAME.iloc[[0]])
    assert [i.name for i in p.inputs] == ["wing", "bill"]
    assert [o.name for o in p.outputs] == ["class auk", "class gull", "class tern"]
    assert p.prediction == birds.predict(FRAME.iloc[[0]])[0]


def test_a_pipeline_of_scikit_learn(birds):
    model = make_pipeline(StandardScaler(), MLPClassifier((3,), max_iter=3, random_state=0))
    model.fit(FRAME, KINDS)
    e = explain(model, x=FRAME.iloc[[7]], y="tern", weight="w1")
    prepared = model[:-1].transform(FRAME.iloc[[7]])
    assert (
        e.derivative == explain(model[-1].result_, x=prepared, y=[0, 0, 1], weight="w1").derivative
    )
    assert "(wing)" in str(e)
    assert any("steps before the network" in note for note in e.notes)


def test_numbers_and_tables():
    model = MLPRegressor(hidden_layer_sizes=(3,), max_iter=3, random_state=0)
    model.fit(FRAME, FRAME["wing"] * 2)
    assert explain(model, x=FRAME.iloc[[0]], y=1.5, weight="w1").check.verdict == "agrees"
    table = TabularClassifier(hidden=(3,), epochs=2, random_state=0, preset="plain").fit(
        FRAME, KINDS
    )
    e = explain(table, x=FRAME.iloc[[0]], y="gull", weight="w1")
    assert e.check.verdict == "agrees"
    assert "(wing)" in str(e)


def test_what_does_not_fit_is_said(birds):
    with pytest.raises(InvalidValueError, match=r"y \(='gul'\) must be one of the classes: 'auk'"):
        explain(birds, x=FRAME.iloc[[0]], y="gul", weight="w1")
    with pytest.raises(DataError, match=r"x lacks the columns \['bill'\]"):
        explain(birds, x=FRAME.iloc[[0]][["wing"]], y="auk", weight="w1")
    with pytest.raises(DataError, match="x must hold numbers"):
        explain(birds, x=["a", "b"], y="auk", weight="w1")
    with pytest.raises(DataError, match=r"y \(='high'\) must hold numbers"):
        explain(birds.result_, x=[1, 2], y="high", weight="w1")


def test_fitted_is_not_called_unfitted():
    for model in (Perceptron(), LogisticRegression()):
        with pytest.raises(InvalidTypeError, match="is fitted, but has no network and no gradient"):
            explain(model.fit(FRAME.to_numpy(), KINDS), x=[1, 2], y="auk", weight="w1")
    for model in (MLPClassifier(), make_pipeline(StandardScaler(), MLPClassifier())):
        with pytest.raises(NotFittedError, match="this MLPClassifier is not fitted yet"):
            explain(model, x=[1, 2], y="auk", weight="w1")


def test_dropout_and_batch_normalisation_are_at_evaluation():
    network = cr.Network([cr.Dense(2, 3, "tanh"), cr.BatchNorm(3), cr.Dropout(0.5), cr.Dense(3, 1)])
    X, y = FRAME.to_numpy()[:5], np.ones(5)
    numbers = network.initial_parameters(seed=0)
    for ask in (explain_batch, largest_gradients):
        more = {"weight": "layers[0].W[0, 0]"} if ask is explain_batch else {}
        e = ask(network, numbers, X, y, loss="mse", **more)
        assert any("running statistics" in note for note in e.notes)
        assert any("dropout is at evaluation" in note for note in e.notes)
    text = str(explain_batch(network, numbers, X, y, loss="mse", weight="layers[0].W[0, 0]"))
    assert "The gradient at evaluation: " in text
    assert "gradient of training" not in text
