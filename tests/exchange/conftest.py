from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import ACTIVATIONS
from chainrule.models import TrainedNetwork

FROZEN = Path(__file__).parents[1] / "models" / "frozen"


@pytest.fixture(scope="session")
def make():
    """The script of the frozen models: tables, rows and how models are made."""
    spec = spec_from_file_location("make", FROZEN / "make.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=ACTIVATIONS)
def activation(request):
    return request.param


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def network(request, activation):
    """A network with an activation behind each kind of layer, and numbers in every array."""
    last = "identity" if activation == "step" else activation
    # Exponentials of exponentials overflow.
    between = "tanh" if activation == "exp" else activation
    layers = [
        cr.Dense(3, 4, activation),
        cr.BatchNorm(4, between),
        cr.Dropout(0.5),
        cr.Frozen(cr.Dense(4, 5, between, bias=False)),
        cr.LayerNorm(5, activation),
        cr.Scale(5),
        cr.Dense(5, 3, last),
    ]
    made = cr.Network(layers)
    parameters = made.initial_parameters(1, request.param)
    rng = np.random.default_rng(2)
    for name in ("gamma", "beta", "mean", "variance"):
        parameters[f"layers[1].{name}"] = rng.uniform(0.5, 1.5, 4)
    for name in ("gamma", "beta"):
        parameters[f"layers[4].{name}"] = rng.uniform(0.5, 1.5, 5)
    parameters["layers[5].s"] = rng.uniform(0.5, 1.5, 5)
    parameters["layers[6].b"] = [0.1, -0.2, 0.3]
    return TrainedNetwork(made, parameters)


@pytest.fixture
def rows(network, activation):
    """Rows of the network's type, some of them large."""
    dtype = network.parameters.vector.dtype
    X = np.random.default_rng(3).normal(size=(50, 3)).astype(dtype)
    X[:5] *= 1 if activation == "exp" else 20  # the exponential of an exponential overflows
    return X
