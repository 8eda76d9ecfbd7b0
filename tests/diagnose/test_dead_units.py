import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnose import dead_units, diagnose, snapshot


def look_at(W, b, V, X, y, loss="mean_squared_error"):
    n_in, n = np.shape(W)
    network = cr.Network([cr.Dense(n_in, n, "relu"), cr.Dense(n, 1)])
    parameters = {"layers[0].W": W, "layers[0].b": b, "layers[1].W": V, "layers[1].b": [0.0]}
    return snapshot(network, X, y, loss=loss, parameters=parameters)


def test_units_and_samples_are_found():
    # Sums: unit 0 is x, unit 1 is -x - 3, unit 2 is x - 1; x = -1 finds all three off.
    look = look_at(
        [[1, -1, 1]], [0, -3, -1], [[1], [1], [1]], [[-1], [0.5], [2]], [2, 0.5, 3]
    )  # fmt: skip
    (found,) = dead_units(look)
    assert found.layer == "layers[0] (relu)"
    assert found.units.tolist() == [1]
    assert found.samples.tolist() == [0]
    assert (found.n_units, found.n_samples) == (3, 3)
    # The predictions are 0, 0.5 and 3: only the first one is wrong, by 2.
    assert found.loss_held == pytest.approx(4 / 3)
    assert found.loss == pytest.approx(4 / 3)
    assert found.share_of_loss == 1
    assert found.problem
    assert "1 of 3 units are off for every sample" in str(found)
    assert "hold 1.33333 of the loss of 1.33333 (100.0 %)" in str(found)


def test_the_loss_of_a_sum_is_not_divided():
    look = look_at([[1.0]], [0.0], [[1.0]], [[-1], [1]], [2, 0], "sum_squared_error")
    (found,) = dead_units(look)
    assert (found.loss_held, found.loss) == (4, 5)


def test_living_units_are_no_problem():
    (found,) = dead_units(look_at([[1.0]], [0.0], [[1.0]], [[1], [2]], [1, 0]))
    assert not found.problem
    assert str(found) == "layers[0] (relu): none"
    assert found.share_of_loss == 0


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "leaky_relu", "elu", "identity"])
def test_layers_that_always_let_a_gradient_through_are_left_out(activation):
    network = cr.Network([cr.Dense(1, 2, activation), cr.Dense(2, 1)])
    look = snapshot(
        network, [[1.0]], [1.0], loss="mean_squared_error", parameters=np.full(7, -50.0)
    )
    assert dead_units(look) == []


def test_a_threshold_lets_nothing_through():
    network = cr.Network([cr.Dense(1, 2, "step"), cr.Dense(2, 1)])
    look = snapshot(network, [[1.0]], [1.0], loss="mean_squared_error", parameters=np.ones(7))
    (found,) = dead_units(look)
    assert found.units.tolist() == [0, 1]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::chainrule.errors.SlowEngineWarning")
def test_the_plateau_of_memorised_noise():
    rng = np.random.RandomState(42)
    X, y = rng.randn(128, 1000), rng.randn(128, 1)
    weights = {"layers[0].W": rng.randn(1000, 100), "layers[1].W": rng.randn(100, 1)}
    network = cr.Network([cr.Dense(1000, 100, "relu", bias=False), cr.Dense(100, 1, bias=False)])
    result = cr.train(
        network, X, y, loss="sum_squared_error", optimizer=cr.SGD(1e-6), epochs=4000,
        batch_size="full", shuffle=False, initial=weights,
    )  # fmt: skip
    assert result.history.loss[0] == pytest.approx(6129138.41, abs=5e-3)
    report = diagnose(result, X, y)
    (found,) = report.dead_units
    assert (len(found.units), found.n_units) == (61, 100)
    assert (len(found.samples), found.n_samples) == (63, 128)
    assert found.loss == pytest.approx(68.454, abs=5e-4)
    assert found.loss_held == pytest.approx(68.304, abs=5e-4)
    # Without biases these samples are predicted to be 0.
    assert found.loss_held == pytest.approx(float((y[found.samples] ** 2).sum()), rel=1e-12)
    assert found.problem
    assert "61 of 100 units are off" in report.problems[0]
