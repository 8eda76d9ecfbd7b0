import json

import pytest

from chainrule.activations import ACTIVATIONS, ElementwiseActivation, Softmax
from chainrule.errors import InvalidValueError, UnknownNameError
from chainrule.initializers import INITIALIZERS
from chainrule.layers import (
    LAYERS,
    BatchNorm,
    ByColumn,
    Dense,
    Dropout,
    Embedding,
    Frozen,
    Layer,
    LayerNorm,
    OneHot,
    ParametricActivation,
    PeriodicEmbedding,
    Scale,
)
from chainrule.models import network_from_dict, network_to_dict
from chainrule.network import Network


def through_json(network):
    return network_from_dict(json.loads(json.dumps(network_to_dict(network))))


EVERYTHING = Network(
    [
        OneHot((0, 5, 0)),
        ByColumn(
            [((0, 1), PeriodicEmbedding(2, sigma=0.3)), ((6, 5), Embedding((3, 2), 4))], n_in=7
        ),
        Dense(16, 3),
        Scale(3, learning_rate_factor=6.0),
        Dense(3, 4, "tanh", bias=False, initializer="orthogonal", learning_rate_factor=0.5),
        BatchNorm(4, "relu", eps=1e-3, momentum=0.8),
        Dropout(0.25),
        LayerNorm(4, "gelu"),
        Frozen(Dense(4, 4, "selu")),
        Frozen(BatchNorm(4)),
        Dense(4, 4, bias_learning_rate_factor=0.1, bias_initializer="normal"),
        ParametricActivation(4, "mish", learning_rate_factor=0.1),
        Dense(4, 2, "softmax"),
    ]
)


def test_every_layer_comes_back():
    used = {type(layer) for layer in EVERYTHING.layers}
    used |= {type(layer) for _, layer in EVERYTHING.layers[1].groups}
    assert used == set(LAYERS.values())
    assert through_json(EVERYTHING) == EVERYTHING


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_comes_back(name):
    network = Network([Dense(2, 2, name)])
    assert through_json(network) == network


@pytest.mark.parametrize("name", INITIALIZERS)
def test_every_initializer_comes_back(name):
    network = Network([Dense(2, 2, initializer=name)])
    assert through_json(network) == network


class Sine(ElementwiseActivation):
    name = "sine"
    range = ACTIVATIONS["tanh"].range

    def value(self, z):
        return z

    def derivative(self, z, a):
        return z


class Relu(ElementwiseActivation):
    """Called like a built-in one, and not it."""

    name = "relu"
    range = ACTIVATIONS["relu"].range
    value = Sine.value
    derivative = Sine.derivative


class MyLayer(Layer):
    latex = "a = x"

    def forward(self, views, X, key=None):
        return X, None

    def backward(self, views, cache, grad_a):
        return grad_a, {}


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (Dense(2, 2, Sine()), r"layers\[1\]: activation Sine is not built in"),
        (Dense(2, 2, Relu()), r"layers\[1\]: activation Relu is not built in"),
        (MyLayer(), r"layers\[1\]: layer MyLayer is not built in and cannot be written"),
        (Frozen(MyLayer()), r"layers\[1\]: layer MyLayer is not built in"),
    ],
)
def test_what_people_wrote_themselves_is_named(layer, message):
    with pytest.raises(InvalidValueError, match=message):
        network_to_dict(Network([Dense(2, 2), layer]))


def test_unknown_layers_are_named():
    with pytest.raises(UnknownNameError, match="unknown layer 'danse'; did you mean 'dense'"):
        network_from_dict({"layers": [{"type": "danse"}]})
    data = network_to_dict(Network([Dense(2, 2, Softmax())]))
    data["layers"][0]["activation"]["type"] = "SoftMaxx"
    with pytest.raises(UnknownNameError, match="unknown activation 'SoftMaxx'"):
        network_from_dict(data)
