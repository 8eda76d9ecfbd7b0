from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

import chainrule as cr


@pytest.fixture
def axes():
    """Axes on a figure that no window knows of."""
    return Figure(layout="constrained").add_subplot


@pytest.fixture(scope="session")
def line():
    """One neuron and the two points of y = 2x + 1, with its fit."""
    rng = np.random.RandomState(42)
    x = rng.rand(2, 1)
    y, start = 2 * x + 1, [rng.randn(), rng.randn()]
    network = cr.Network([cr.Dense(1, 1)])
    result = cr.train(
        network, x, y, loss="half_mean_squared_error", optimizer=cr.SGD(0.1), epochs=1001,
        batch_size="full", initial=start,
    )  # fmt: skip
    return SimpleNamespace(network=network, X=x, y=y, start=start, result=result)


@pytest.fixture
def people():
    return cr.Network([cr.Dense(2, 2, "sigmoid"), cr.Dense(2, 1, "sigmoid")])
