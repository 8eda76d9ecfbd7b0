"""The mean of several networks' outputs as one network, for explanations and diagnoses."""

from collections.abc import Sequence
from typing import final

import numpy as np

from ..activations import Softmax
from ..activations.base import ElementwiseActivation
from ..domain import Simplex
from ..layers import ActivatedLayer, ByColumn, Dense, Layer
from ..network import Network
from ..parameters import Parameters
from ..typing import Array


@final
class _Shares(ElementwiseActivation):
    """a = z, where z is a mean of probabilities."""

    name = "identity"
    latex = r"f(z) = z"
    latex_derivative = r"f'(z) = 1"
    source = "the mean of probabilities"
    range = Simplex()

    def value(self, z: Array) -> Array:
        """a = z."""
        return z

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = 1."""
        return np.ones_like(z)


def mean_network(network: Network, members: Sequence[Parameters]) -> tuple[Network, Parameters]:
    """One network for (f_1 + ... + f_K) / K: the members side by side, then a layer of means.

    Parameters
    ----------
    network : Network
        That all members have.
    members : sequence of Parameters
    """
    n, layers = len(members), []
    for i, layer in enumerate(network.layers):
        columns = _columns(layer, n, shared=i == 0)
        layers.append(ByColumn([(own, layer) for own in columns]))
    last = network.layers[-1]
    softmax = isinstance(last, ActivatedLayer) and isinstance(last.activation, Softmax)
    mean = Dense(n * network.n_out, network.n_out, _Shares() if softmax else "identity", bias=False)
    whole = Network([*layers, mean])
    parameters = Parameters(whole.layout, np.zeros(whole.layout.size))
    for k, member in enumerate(members):
        for i in range(len(network.layers)):
            for key, array in member.layer(i).items():
                parameters[f"layers[{i}].{key}_{k}"] = array
    W = np.tile(np.eye(network.n_out), (n, 1)) / n
    parameters[f"layers[{len(network.layers)}].W"] = W
    return whole, parameters


def _columns(layer: Layer, n: int, *, shared: bool) -> list[range]:
    """The inputs of each member's layer: those of all, or its own part."""
    width = layer.n_in or 0
    return [range(width) if shared else range(k * width, (k + 1) * width) for k in range(n)]
