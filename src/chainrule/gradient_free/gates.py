"""Logic gates as threshold neurons, found by thinking rather than by learning."""

from ..layers import Dense
from ..network import Network
from ..neuron import Neuron
from ..parameters import Parameters, as_parameters

GATES: dict[str, Neuron] = {
    "AND": Neuron([1, 1], -2, "step"),
    "OR": Neuron([1, 1], -1, "step"),
    "NAND": Neuron([-1, -1], 1, "step"),
}
"""Each gate is one line through the square of its inputs, which are 0 or 1 (step(0) = 1)."""


def xor_network() -> tuple[Network, Parameters]:
    """XOR = AND(OR, NAND): a network of three gates for what no single line can tell apart.

    Examples
    --------
    >>> from chainrule.backprop import forward
    >>> from chainrule.gradient_free import xor_network
    >>> import numpy as np
    >>> network, parameters = xor_network()
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> forward(network, parameters, X)[0].ravel().tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    network = Network([Dense(2, 2, "step"), Dense(2, 1, "step")])
    gates, last = [GATES["OR"], GATES["NAND"]], GATES["AND"]
    values = {
        "layers[0].W": [[gate.weights[i] for gate in gates] for i in range(2)],
        "layers[0].b": [gate.bias for gate in gates],
        "layers[1].W": last.weights[:, None],
        "layers[1].b": [last.bias],
    }
    return network, as_parameters(network.layout, values, float)
