"""A network 1000-100-1 memorises noise, as far as its dead units let it."""

import numpy as np
import pytest

import chainrule as cr

NETWORK = cr.Network([cr.Dense(1000, 100, "relu", bias=False), cr.Dense(100, 1, bias=False)])


def fit(engine, epochs):
    """Inputs, outputs, weights1, weights2: four draws in this order."""
    rng = np.random.RandomState(42)
    X, y = rng.randn(128, 1000), rng.randn(128, 1)
    initial = {"layers[0].W": rng.randn(1000, 100), "layers[1].W": rng.randn(100, 1)}
    result = cr.train(
        NETWORK,
        X,
        y,
        loss="sum_squared_error",
        optimizer=cr.SGD(1e-6),
        epochs=epochs,
        batch_size="full",
        initial=initial,
        engine=engine,
    )
    return X, y, result


def test_a_neuron():
    assert cr.Neuron([1, -1, 5], activation="relu")([2, 3, 4]) == 19.0


def test_the_loss_falls(engine):
    _, _, result = fit(engine, 20)
    assert f"{result.history.loss[0]:.2f}" == "6129138.41"
    assert result.history.loss[-1] < 0.1 * result.history.loss[0]


# Ten seconds on the reference engine; which takes more than one when it is the fastest there is.
@pytest.mark.slow
@pytest.mark.filterwarnings("default::chainrule.errors.SlowEngineWarning")
def test_where_it_ends(engine):
    X, y, result = fit(engine, 4000)
    squares = (result.predict(X) - y)[:, 0] ** 2
    assert f"{squares.sum():.3f}" == "68.454"
    off = X @ result.parameters["layers[0].W"] <= 0
    asleep = off.all(axis=1)  # samples for which every hidden unit is off
    assert asleep.sum() == 63
    assert f"{squares[asleep].sum():.3f}" == "68.304"
    assert off.all(axis=0).sum() == 61  # dead units
