"""Layers, activations and losses that are not ours are explained with right numbers."""

from itertools import pairwise

import numpy as np
import pytest
from tests.explain.own import Margin, Root, Stretched, Waves
from tests.explain.test_layers import Centred

import chainrule as cr
from chainrule.diagnose import diagnose
from chainrule.engines.reference import ReferenceEngine
from chainrule.estimators import MLPClassifier
from chainrule.explain import explain, explain_batch, explain_prediction, largest_gradients
from chainrule.losses import Huber
from chainrule.objective import Objective
from chainrule.plots import NetworkDiagram

NETWORKS = {
    "inside": cr.Network([cr.Dense(3, 2, "tanh"), Waves(2), cr.Dense(4, 2)]),
    "first": cr.Network([Waves(3), Stretched(6), cr.Dense(6, 2, Centred())]),
    "frozen": cr.Network([cr.Frozen(Stretched(3)), cr.Frozen(Waves(3)), cr.Dense(6, 2)]),
    "last": cr.Network([cr.Dense(3, 1, "sigmoid"), Waves(1), Stretched(2)]),
    "alone": cr.Network([Waves(1)]),
}
LOSSES = {"root": Root(factor=2.0), "margin": Margin(), "huber": Huber()}


@pytest.fixture(params=NETWORKS)
def network(request):
    return NETWORKS[request.param]


@pytest.fixture(params=LOSSES)
def loss(request):
    return LOSSES[request.param]


def problem(network):
    rng = np.random.default_rng(3)
    parameters = network.initial_parameters(1)
    parameters.vector[:] += 0.1 * rng.normal(size=parameters.vector.shape)
    return parameters, rng.normal(size=(5, network.n_in)), rng.choice([-1.0, 1.0], (5, 2))


def names_of(network):
    layout = network.layout
    for view in layout.views:
        for index in np.ndindex(view.spec.shape):
            yield layout.full_name(view, index)


def differences(objective, parameters, X, y, h=1e-6):
    """dL/dp for every p: no backpropagation, no rule of anybody."""
    engine, found = ReferenceEngine(), []
    for unit in np.eye(parameters.layout.size):
        right, left = (
            engine.value(objective, cr.Parameters(parameters.layout, v), cr.Data(X, y))
            for v in (parameters.vector + h * unit, parameters.vector - h * unit)
        )
        found.append((right - left) / (2 * h))
    return cr.Parameters(parameters.layout, np.array(found))


def test_every_derivative_is_the_numerical_one(network, loss):
    parameters, X, y = problem(network)
    numerical = differences(Objective(network, loss), parameters, X[:1], y[:1])
    for name in names_of(network):
        e = explain(network, parameters, X, y, row=0, weight=name, loss=loss)
        # Truncation h^2 and rounding eps / h, both about 1e-10.
        assert e.derivative == pytest.approx(float(numerical[name]), rel=1e-7, abs=1e-9)
        assert e.path_total == pytest.approx(e.derivative, rel=1e-12, abs=1e-14)
        assert e.check.verdict == "agrees" or abs(e.derivative) < 1e-6
        assert e.product == pytest.approx(np.prod([f.value for f in e.factors]))
        for zoom in ("scalar", "paths", "matrix", "all"):
            assert e.to_text(zoom)
            assert e.to_latex(zoom)


def test_a_batch_sums_to_its_gradient(network, loss):
    parameters, X, y = problem(network)
    numerical = differences(Objective(network, loss), parameters, X, y)
    for name in names_of(network):
        e = explain_batch(network, parameters, X, y, weight=name, loss=loss)
        assert e.derivative == pytest.approx(float(numerical[name]), rel=1e-7, abs=1e-9)
        assert e.total == pytest.approx(e.derivative, rel=1e-12, abs=1e-14)
        assert str(e)
    best = largest_gradients(network, parameters, X, y, loss=loss, top=1).items[0]
    assert abs(best.derivative) == pytest.approx(abs(numerical.vector).max(), rel=1e-6)


def test_a_prediction_is_walked(network):
    parameters, X, _ = problem(network)
    e = explain_prediction(network, parameters, X[0])
    outputs = [o.value for o in e.outputs]
    a = X[:1]
    for i, layer in enumerate(network.layers):
        a, _ = layer.forward(parameters.layer(i), a)
        np.testing.assert_array_equal(e.layers[i].a, a[0])
    np.testing.assert_array_equal(outputs, a[0])
    h = 1e-6
    for i in range(network.n_in):
        moved = [
            [o.value for o in explain_prediction(network, parameters, X[0] + s).outputs]
            for s in (h * np.eye(network.n_in)[i], -h * np.eye(network.n_in)[i])
        ]
        numerical = (np.array(moved[0]) - moved[1]) / (2 * h)
        np.testing.assert_allclose(e.sensitivities[:, i], numerical, atol=1e-8)
    assert str(e)


def test_it_is_diagnosed(network, loss):
    parameters, X, y = problem(network)
    report = diagnose(network, X, y, loss=loss, parameters=parameters)
    engine = ReferenceEngine()
    value = engine.value(Objective(network, loss), parameters, cr.Data(X, y))
    assert report.snapshot.loss == pytest.approx(value, rel=1e-12)
    assert str(report)


def test_it_is_drawn(network):
    parameters, X, _ = problem(network)
    drawn = NetworkDiagram(network, parameters, x=X[0])
    a, columns = X[:1], [X[0]]
    for i, layer in enumerate(network.layers):
        a, _ = layer.forward(parameters.layer(i), a)
        if i in drawn.columns:
            columns.append(a[0])
    assert [len(names) for names in drawn.names] == [len(column) for column in columns]
    for values, expected in zip(drawn.activations, columns, strict=True):
        np.testing.assert_array_equal(values, expected)
    svg = drawn.to_svg()
    widths = [len(names) for names in drawn.names]
    assert len(drawn.canvas.lines) == sum(a * b for a, b in pairwise(widths))
    assert svg.count("<circle") == sum(widths)


def test_what_says_nothing_is_shown_by_its_name():
    network = NETWORKS["inside"]
    parameters, X, y = problem(network)
    text = explain(network, parameters, X[0], y[0], weight="layers[1].c[1]", loss=Root()).to_text()
    assert "∂a_u1/∂layers[1].c[1]" in text or "∂a_u2/∂layers[1].c[1]" in text
    assert "Waves'(c)" in text
    assert "Root'(" in text
    of_layer = explain_prediction(network, parameters, X[0]).layers[1]
    assert of_layer.units == ("u1", "u2", "u3", "u4")
    assert of_layer.contributions is None


def test_what_says_more_is_shown_with_it():
    network = cr.Network([Stretched(1), cr.Dense(1, 1)])
    numbers = {"layers[0].s": 2.0, "layers[1].W": 3.0, "layers[1].b": 0.0}
    e = explain(network, numbers, [5.0], 1.0, weight="layers[0].s[0]", loss=Margin(factor=0.5))
    # L = max(0, 2 - y a) / 2 with a = 3 s x = 30: far beyond the margin.
    assert e.derivative == 0
    e = explain(network, numbers, [5.0], -1.0, weight="layers[0].s[0]", loss=Margin(factor=0.5))
    # dL/ds = (1 / 2) * 3 * 5.
    assert e.derivative == 7.5
    assert [f.value for f in e.factors] == [0.5, 1.0, 3.0, 5.0]
    loss, _, weight, own = e.factors
    assert own.symbol.text == "∂a_s1/∂ς_s1"
    assert (own.formula.text, own.substituted.text) == ("x1", "5")
    assert own.origin == "what is stretched"
    assert weight.formula.text == "w1"
    assert "0.5 " in loss.formula.text
    assert e.delta_form.formula.text == "δ_s1 × x1"
    first = e.forward[1]
    assert (first.formula.text, first.substituted.text, first.value) == ("ς_s1 x1", "2 × 5", 10.0)
    assert first.origin == "a stretch of s1 in layers[0]"
    assert "δ ⊙ s" not in e.to_text("matrix")  # nothing lies before the first layer
    batch = explain_batch(network, numbers, [[5.0]], [-1.0], weight="layers[0].s[0]", loss=Margin())
    assert (batch.unit, batch.samples[0].incoming, batch.samples[0].delta) == ("s1", 5.0, 3.0)


def test_a_kink_of_a_loss_is_one_that_it_says():
    network = cr.Network([cr.Dense(1, 1)])
    at = {"layers[0].W": 2.0, "layers[0].b": 0.0}
    e = explain(network, at, [1.0], 1.0, weight="w1", loss=Margin())
    assert (e.check.verdict, e.check.where) == ("kink", "the loss")
    assert explain(network, at, [1.0], -1.0, weight="w1", loss=Margin()).check.verdict == "agrees"


def test_a_margin_loss_of_a_user_explains_the_classifier():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    y = np.where(X[:, 0] > 0, "right", "left")
    model = MLPClassifier(
        (3,), max_iter=3, random_state=0, loss=Margin(), tol=0, n_iter_no_change=9
    )
    with pytest.warns(cr.ConvergenceWarning):
        model.fit(X, y)
    for label, target in (("left", -1.0), ("right", 1.0)):
        e = explain(model, x=X[0], y=label, weight="w2")
        by_hand = explain(model.result_, x=X[0], y=target, weight="w2")
        assert e.derivative == by_hand.derivative
        assert e.check.verdict == "agrees"
    assert explain_batch(model, x=X, y=y, weight="w1").derivative is not None
    assert explain_prediction(model, x=X[3]).prediction == model.predict(X[3:4])[0]
    assert (
        cr.diagnose(model, X, y).snapshot.loss
        == cr.diagnose(model.result_, X, np.where(y == "right", 1.0, -1.0)).snapshot.loss
    )
