import math

import numpy as np
import pytest

import chainrule as cr
from chainrule import Neuron
from chainrule.activations import ACTIVATIONS
from chainrule.errors import (
    DataError,
    InvalidTypeError,
    InvalidValueError,
    ShapeError,
    UnknownNameError,
)


def test_numbers_of_the_lessons():
    assert Neuron([0, 1], 4, "sigmoid")([2, 3]) == 0.9990889488055994
    assert Neuron([1, -1, 5], activation="relu")([2, 3, 4]) == 19.0


@pytest.mark.parametrize(
    ("weights", "bias", "table"),
    [((1, 1), -2, (0, 0, 0, 1)), ((1, 1), -1, (0, 1, 1, 1)), ((-1, -1), 1, (1, 1, 1, 0))],
    ids=["and", "or", "nand"],
)
def test_logic_gates(weights, bias, table):
    inputs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    gate = Neuron(weights, bias, "step")
    np.testing.assert_array_equal(gate(inputs), table)
    assert [gate(x) for x in inputs] == list(table)


@pytest.mark.parametrize("f", [f for f in ACTIVATIONS.values() if f.name != "softmax"], ids=str)
def test_is_a_layer_of_one_unit(f):
    X = np.random.default_rng(0).normal(size=(5, 3))
    w, b = np.array([0.5, -1.0, 2.0]), 0.25
    neuron = Neuron(w, b, f)
    network = cr.Network([cr.Dense(3, 1, f)])
    layer, views = network.layers[0], {"W": w[:, None], "b": np.array([b])}
    np.testing.assert_allclose(neuron(X), layer.forward(views, X)[0][:, 0], rtol=1e-15)
    np.testing.assert_allclose(neuron.pre_activation(X), X @ w + b, rtol=1e-15)
    assert neuron(X[0]) == pytest.approx(neuron(X)[0], rel=1e-15)
    assert isinstance(neuron(X[0]), float)


def test_repr_makes_it_again():
    neuron = Neuron([1.5, -2.0], 0.5, "tanh")
    assert repr(eval(repr(neuron))) == repr(neuron)
    assert eval(repr(neuron))([1, 1]) == math.tanh(0.0)


def test_what_is_refused():
    with pytest.raises(DataError, match="must be finite"):
        Neuron([math.nan])
    with pytest.raises(InvalidValueError, match=r"bias \(=inf\) must be a finite number"):
        Neuron([1.0], math.inf)
    with pytest.raises(InvalidTypeError, match="weights has the type <U"):
        Neuron(["a"])
    with pytest.raises(ShapeError, match="must be a vector"):
        Neuron([[1.0, 2.0]])
    with pytest.raises(UnknownNameError, match="did you mean 'tanh'"):
        Neuron([1.0], activation="tahn")
    with pytest.raises(ShapeError, match=r"\(3,\), but the neuron has 2 weights"):
        Neuron([1.0, 2.0])([1, 2, 3])
    with pytest.raises(ShapeError, match="2 weights"):
        Neuron([1.0, 2.0])(1.0)
