"""How the weights start: as in scikit-learn, from the same random numbers."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np

from ..activations import Activation, Sigmoid
from ..layers import Dense
from ..network import Network
from ..parameters import Parameters
from ..typing import Array


def dense_layers(network: Network) -> list[int]:
    """The positions of the layers with weights."""
    return [i for i, layer in enumerate(network.layers) if isinstance(layer, Dense)]


def initial_parameters(
    network: Network, hidden: Sequence[Activation], random: Any, dtype: Any
) -> Parameters:
    """Weights and biases, uniform within sqrt(f / (n_in + n_out)): Glorot & Bengio 2010.

    f is 6, but 2 after a logistic unit; the output layer follows the last hidden one. The numbers
    are drawn in scikit-learn's order, so that the same ``random_state`` gives the same weights.
    """
    parameters = Parameters(network.layout, np.empty(network.layout.size, dtype=dtype))
    for k, i in enumerate(dense_layers(network)):
        activation = hidden[min(k, len(hidden) - 1)] if hidden else None
        n_in, n_out = network.layers[i].n_in, network.layers[i].n_out
        assert n_in is not None
        assert n_out is not None
        bound = sqrt((2.0 if isinstance(activation, Sigmoid) else 6.0) / (n_in + n_out))
        parameters[f"layers[{i}].W"] = random.uniform(-bound, bound, (n_in, n_out))
        parameters[f"layers[{i}].b"] = random.uniform(-bound, bound, n_out)
    return parameters


def split(network: Network, parameters: Parameters) -> tuple[list[Array], list[Array]]:
    """Weights and biases of each dense layer, as views that nobody can write to."""
    vector = parameters.vector.view()
    vector.flags.writeable = False
    views = Parameters(parameters.layout, vector)
    layers = dense_layers(network)
    return [views[f"layers[{i}].W"] for i in layers], [views[f"layers[{i}].b"] for i in layers]


def join(network: Network, coefs: Sequence[Array], intercepts: Sequence[Array]) -> Parameters:
    """The parameters that `split` took apart."""
    dtype = np.result_type(*coefs)
    given: dict[str, Array] = {}
    for i, W, b in zip(dense_layers(network), coefs, intercepts, strict=True):
        given |= {f"layers[{i}].W": W, f"layers[{i}].b": b}
    parameters = Parameters(network.layout, np.empty(network.layout.size, dtype=dtype))
    for name, array in given.items():
        parameters[name] = array
    return parameters
