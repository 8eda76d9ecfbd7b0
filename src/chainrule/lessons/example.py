"""The example without any file: a 2-2-1 network and four people, before any training.

Weight and height (in pounds less 135 and inches less 66) are to tell women (1) from men (0). All
weights are 1 and all biases 0, so that every number can be followed by hand.
"""

from typing import NamedTuple

import numpy as np

from ..layers import Dense
from ..losses import LOSSES
from ..network import Network
from ..objective import Objective
from ..optimizers import SGD
from ..parameters import Parameters
from ..typing import Array


class Example(NamedTuple):
    """Everything that `explain` needs."""

    objective: Objective
    parameters: Parameters
    X: Array
    y: Array
    labels: tuple[str, ...]
    optimizer: SGD


def people() -> Example:
    """The people, and the network that does not know them yet."""
    network = Network([Dense(2, 2, "sigmoid"), Dense(2, 1, "sigmoid")])
    vector = np.ones(network.layout.size)
    parameters = Parameters(network.layout, vector)
    for name in ("layers[0].b", "layers[1].b"):
        parameters[name] = 0
    return Example(
        Objective(network, LOSSES["mean_squared_error"]),
        parameters,
        np.array([[-2.0, -1.0], [25.0, 6.0], [17.0, 4.0], [-15.0, -6.0]]),
        np.array([[1.0], [0.0], [0.0], [1.0]]),
        ("Alice", "Bob", "Charlie", "Diana"),
        SGD(0.1),
    )
