"""What listed objects state is shown: no name stands in the place of a formula."""

import re

import numpy as np
import pytest
from tests.explain.problems import some_parameters, targets

import chainrule as cr
from chainrule.activations import ACTIVATIONS
from chainrule.explain import explain
from chainrule.losses import LOSSES

OUTPUTS = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid", "poisson": "softplus"}


def shown(network, loss, weight="layers[0].W[1, 2]"):
    rng = np.random.default_rng(4)
    parameters = some_parameters(network, rng)
    x, y = rng.normal(size=3), targets(LOSSES[loss], rng, 1, network.n_out)[0]
    e = explain(network, parameters, x, y, loss=loss, weight=weight, penalties=("l1", "l2"))
    return [*e.forward, *e.factors, *e.penalties, *e.unfused]


def names(items):
    """The names of functions in formulas that are not functions of mathematics."""
    known = {"max", "min", "ln", "tanh", "cosh", "sign", "smooth", "loss"}
    found = {
        word for item in items for word in re.findall(r"([A-Za-z_]\w+)'?\(", item.formula.text)
    }
    return found - known


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    items = shown(cr.Network([cr.Dense(3, 4, name), cr.Dense(4, 2)]), "mean_squared_error")
    assert names(items) == set()
    # The identity's value is its letter alone, a step's slope the number alone.
    assert all(item.formula.text for item in items if not item.symbol.text.startswith(("x", "y")))


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name):
    network = cr.Network([cr.Dense(3, 4, "tanh"), cr.Dense(4, 2, OUTPUTS.get(name, "identity"))])
    assert names(shown(network, name)) == set()


@pytest.mark.parametrize(
    "layer",
    [
        cr.BatchNorm(4, "tanh"),
        cr.LayerNorm(4, "tanh"),
        cr.Dropout(0.5),
        cr.Frozen(cr.Dense(4, 4)),
        cr.Scale(4),
        cr.ParametricActivation(4, "gelu"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers(layer):
    network = cr.Network([cr.Dense(3, 4), layer, cr.Dense(4, 2)])
    assert names(shown(network, "mean_squared_error")) == set()
    for view in network.layout.by_layer[1]:
        if layer.inner.why_no_gradient(view.key) == "":
            index = ", ".join("0" for _ in view.spec.shape)
            items = shown(network, "mean_squared_error", f"{view.name}[{index}]")
            assert names(items) == set()
