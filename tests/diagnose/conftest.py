from typing import NamedTuple

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnose import Snapshot, snapshot


class Case(NamedTuple):
    network: cr.Network
    X: np.ndarray
    y: np.ndarray
    loss: str
    parameters: object

    def look(self) -> Snapshot:
        return snapshot(*self[:3], loss=self.loss, parameters=self.parameters)


@pytest.fixture
def line() -> Case:
    rng = np.random.RandomState(42)
    x = rng.rand(2, 1)
    start = [rng.randn(), rng.randn()]
    return Case(cr.Network([cr.Dense(1, 1)]), x, 2 * x + 1, "half_mean_squared_error", start)


@pytest.fixture
def people() -> Case:
    """Weight and height, shifted, with all weights 1 and biases 0."""
    network = cr.Network([cr.Dense(2, 2, "sigmoid"), cr.Dense(2, 1, "sigmoid")])
    X = np.array([[-2.0, -1.0], [25.0, 6.0], [17.0, 4.0], [-15.0, -6.0]])
    y = np.array([1.0, 0.0, 0.0, 1.0])
    return Case(network, X, y, "mean_squared_error", [1, 1, 1, 1, 0, 0, 1, 1, 0])


@pytest.fixture
def some() -> Case:
    """A network with one of everything."""
    network = cr.Network(
        [
            cr.Dense(3, 6, "tanh"),
            cr.LayerNorm(6, "relu"),
            cr.Dropout(0.3),
            cr.Dense(6, 5, "relu", learning_rate_factor=0.5),
            cr.Frozen(cr.Dense(5, 4, "elu")),
            cr.Dense(4, 3, "softmax"),
        ]
    )
    rng = np.random.default_rng(7)
    X = rng.normal(size=(40, 3))
    y = np.eye(3)[rng.integers(0, 3, 40)]
    return Case(network, X, y, "cross_entropy", network.initial_parameters(3))
