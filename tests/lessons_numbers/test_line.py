"""One neuron learns y = 2x + 1 from two points."""

import numpy as np
import pytest

import chainrule as cr

NETWORK = cr.Network([cr.Dense(1, 1)])
LOG = "0.1455 0.0180 0.0058 0.0019 0.0006 0.0002 0.0001 0.0000 0.0000 0.0000 0.0000"


def draws():
    """The points and the start, from one stream of numbers."""
    rng = np.random.RandomState(42)
    x = rng.rand(2, 1)
    return x, 2 * x + 1, [rng.randn(), rng.randn()]


def fit(engine, initial, learning_rate=0.1, epochs=1001):
    x, y, _ = draws()
    return cr.train(
        NETWORK,
        x,
        y,
        loss="half_mean_squared_error",
        optimizer=cr.SGD(learning_rate),
        epochs=epochs,
        batch_size="full",
        initial=initial,
        engine=engine,
    )


def test_the_numbers_that_everything_starts_from():
    x, y, start = draws()
    np.testing.assert_allclose(x[:, 0], [0.37454012, 0.95071431], atol=5e-9)
    np.testing.assert_allclose(y[:, 0], [1.74908024, 2.90142861], atol=5e-9)
    assert start == [0.6476885381006925, 1.5230298564080254]


def test_the_log(engine):
    result = fit(engine, draws()[2])
    assert " ".join(f"{loss:.4f}" for loss in result.history.loss[::100]) == LOG
    # Descent shrinks rounding errors, of some 1e-16 a step, as it shrinks the distance.
    assert result.parameters["w1"] == pytest.approx(1.9960896332357565, abs=1e-12)
    assert result.parameters["b1"] == pytest.approx(1.0027466718630031, abs=1e-12)


def test_the_first_step(engine):
    x, y, start = draws()
    result = fit(engine, start, epochs=1)
    assert result.history.loss[0] == pytest.approx(0.14547024199785316, rel=1e-14)
    moved = (np.array(start) - result.parameters.vector) / 0.1
    np.testing.assert_allclose(moved, [-0.35942607, -0.37304852], atol=5e-9)
    objective = cr.Objective(NETWORK, "half_mean_squared_error")
    parameters = cr.Parameters(NETWORK.layout, np.array(start))
    _, gradient = cr.value_and_gradient(objective, parameters, x, y)
    np.testing.assert_allclose(gradient.vector, [-0.35942607, -0.37304852], atol=5e-9)
    # Without the minus sign, the loss climbs: 16.22 is the 20th.
    for _ in range(20):
        loss, gradient = cr.value_and_gradient(objective, parameters, x, y)
        parameters.vector[:] += 0.1 * gradient.vector
    assert f"{loss:.2f}" == "16.22"


def test_the_other_initialisation(engine):
    rng = np.random.RandomState(42)
    start = [rng.randn(), rng.randn()]
    np.testing.assert_allclose(start, [0.4967, -0.1383], atol=5e-5)
    result = fit(engine, start)
    assert f"{result.history.loss[0]:.4f}" == "2.3716"
    np.testing.assert_allclose(result.parameters.vector, [1.9984, 1.0011], atol=5e-5)


def test_learning_rates_that_are_too_small_and_too_large(engine):
    x, _, start = draws()
    # The Hessian of the half mean squared error is the mean of (x, 1) (x, 1)^T.
    design = np.hstack([x, np.ones((2, 1))])
    low, high = np.linalg.eigvalsh(design.T @ design / 2)
    assert (f"{low:.6f}", f"{high:.6f}") == ("0.056635", "1.465434")
    assert f"{2 / high:.6f}" == "1.364783"
    slow = fit(engine, start, 0.001)
    np.testing.assert_allclose(slow.parameters.vector, [0.866, 1.698], atol=5e-4)
    assert fit(engine, start, 1.36).history.loss[-1] < 1e-4
    # No number is infinite yet, so nothing is warned of: the loss itself says it.
    wild = fit(engine, start, 1.4)
    assert 1e42 < wild.history.loss[-1] < 1e43
    best = fit(engine, start, 2 / (low + high))
    assert f"{2 / (low + high):.3f}" == "1.314"
    assert best.history.loss[100] < 1e-5
