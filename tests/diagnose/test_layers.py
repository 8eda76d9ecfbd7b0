import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnose import gradient_flow, saturation, snapshot, symmetric_units


def test_deltas_are_the_gradients_of_the_biases(some):
    look = some.look()
    gradient = gradient_flow(look)
    _, g = cr.value_and_gradient(look.objective, look.parameters, look.data.X, look.data.y)
    assert list(look.deltas) == [0, 1, 3, 4, 5]
    for layer in (0, 3, 4, 5):
        # dL/db = mean over the samples of dloss_i/dz.
        np.testing.assert_allclose(
            look.deltas[layer].mean(axis=0), g[f"layers[{layer}].b"], atol=1e-15
        )
    np.testing.assert_allclose(look.deltas[1].mean(axis=0), g["layers[1].beta"], atol=1e-15)
    assert gradient.gradient_norm["layers[0].W"] == np.linalg.norm(g["layers[0].W"])
    assert gradient.signal[-1] == pytest.approx(np.sqrt(np.mean(look.deltas[5] ** 2)))


def test_the_loss_is_that_of_training(some):
    look = some.look()
    value, _ = cr.value_and_gradient(look.objective, look.parameters, some.X, some.y)
    assert look.loss == value
    assert look.losses.shape == (40,)


def deep(activation, scale, n_layers=10, width=20):
    layers = [cr.Dense(width, width, activation) for _ in range(n_layers)]
    network = cr.Network([*layers, cr.Dense(width, 1)])
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, width)), rng.normal(size=30)
    parameters = scale * rng.normal(size=network.layout.size) / np.sqrt(width)
    return gradient_flow(snapshot(network, X, y, loss="mean_squared_error", parameters=parameters))


def test_sigmoids_in_depth_lose_the_gradient():
    # Each layer multiplies it by about 1/4.
    flow = deep("sigmoid", 1.0)
    assert flow.verdict == "vanishing"
    assert flow.ratio < 1e-4
    assert flow.problem
    assert str(flow).startswith("vanishing")


def test_large_weights_in_depth_blow_it_up():
    flow = deep("identity", 3.0)
    assert flow.verdict == "exploding"
    # Each of nine layers multiplies it by about 3, and the last to the first by the output's.
    assert flow.ratio > 3**8 / 10


def test_relu_with_its_own_scale_keeps_it():
    assert deep("relu", np.sqrt(2)).verdict == ""


def test_overflow_is_told():
    with np.errstate(all="ignore"):
        assert deep("identity", 1e40).verdict == "not finite"


def test_a_perfect_fit_has_no_ratio():
    network = cr.Network([cr.Dense(1, 2, "tanh"), cr.Dense(2, 1)])
    look = snapshot(network, [[0.0]], [0.0], loss="mean_squared_error", parameters=np.zeros(7))
    flow = gradient_flow(look)
    assert np.isnan(flow.ratio)
    assert not flow.problem


def test_equal_units_are_found(people):
    (found,) = symmetric_units(people.look())
    assert found.groups == (("h1", "h2"),)
    assert found.problem
    assert "h1, h2" in str(found)


def test_equal_units_stay_equal_in_training(people):
    result = cr.train(
        people.network, people.X, people.y, loss=people.loss, optimizer=cr.SGD(0.1), epochs=50,
        batch_size=1, shuffle=False, initial=people.parameters,
    )  # fmt: skip
    assert result.history.loss[-1] < result.history.loss[0]
    assert symmetric_units(snapshot(result, people.X, people.y))[0].groups == (("h1", "h2"),)


def test_units_that_differ_after_them_are_not_symmetric(people):
    parameters = [1, 1, 1, 1, 0, 0, 1, 1.01, 0]
    (found,) = symmetric_units(people._replace(parameters=parameters).look())
    assert found.groups == ()
    assert not found.problem


def test_groups_in_several_layers():
    network = cr.mlp(2, (4, 3), 1, "tanh")
    parameters = network.initial_parameters(0)
    parameters["layers[0].W"][:, 2] = parameters["layers[0].W"][:, 0]
    parameters["layers[1].W"][2] = parameters["layers[1].W"][0]
    parameters["layers[1].W"][:, 1:] = 0.5
    parameters["layers[1].W"][:, 0] = 0.25
    parameters["layers[2].W"][1:] = 2.0
    look = snapshot(network, [[1, 2]], [0], loss="mean_squared_error", parameters=parameters)
    assert [found.groups for found in symmetric_units(look)] == [(("h1", "h3"),), (("h6", "h7"),)]


def test_normalisation_tells_units_apart_and_so_does_dropout():
    def groups(*between, change=None):
        network = cr.Network([cr.Dense(1, 2), *between, cr.Dense(2, 1)])
        parameters = network.initial_parameters(0)
        for name in ("layers[0].W", f"layers[{len(between) + 1}].W"):
            parameters[name] = 1.0
        if change:
            parameters[change][0] = 7.0
        look = snapshot(network, [[1.0]], [0.0], loss="mean_squared_error", parameters=parameters)
        return [found.groups for found in symmetric_units(look)]

    assert groups() == [(("h1", "h2"),)]
    assert groups(cr.BatchNorm(2)) == [(("h1", "h2"),)]
    assert groups(cr.BatchNorm(2), change="layers[1].gamma") == [()]
    assert groups(cr.Dropout(0.5)) == []


def test_saturation(people):
    hidden, output = saturation(people.look())
    # a (1 - a) / 0.25 < 0.05 for abs(z) > 4.4: for the sums -3, 31, 21, -21 in three of four.
    assert hidden.share == 0.75
    assert hidden.problem
    assert len(hidden.units) == 0
    assert (output.share, output.output, output.problem) == (0, True, False)


def test_an_output_is_stuck_only_where_it_is_wrong():
    network = cr.Network([cr.Dense(1, 1, "sigmoid", bias=False)])

    def stuck(loss):
        look = snapshot(network, [[10.0], [-10.0]], [1.0, 1.0], loss=loss, parameters=[1.0])
        return saturation(look)[0]

    found = stuck("mean_squared_error")
    assert found.stuck.tolist() == [1]
    assert found.problem
    assert "1 of 2 samples at the wrong end" in str(found)
    # With the binary cross entropy the gradient is a - y, which does not vanish there.
    assert not stuck("binary_cross_entropy").problem


def test_unbounded_activations_cannot_saturate(some):
    assert [found.layer for found in saturation(some.look())] == ["layers[0] (tanh)"]
