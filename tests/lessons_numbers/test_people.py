"""A 2-2-1 network tells women from men by weight and height."""

import numpy as np
import pytest

import chainrule as cr

NETWORK = cr.Network([cr.Dense(2, 2, "sigmoid"), cr.Dense(2, 1, "sigmoid")])
OBJECTIVE = cr.Objective(NETWORK, "mean_squared_error")
NAMES = ("w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3")
# Alice, Bob, Charlie, Diana: weight - 135 lb, height - 66 in; 1 for a woman.
X = np.array([[-2.0, -1.0], [25.0, 6.0], [17.0, 4.0], [-15.0, -6.0]])
Y = np.array([[1.0], [0.0], [0.0], [1.0]])
ALICE = slice(0, 1)

# All weights 1, all biases 0, Alice alone.
DERIVATIVES = {
    "w1": 0.0214695,
    "w2": 0.0107348,
    "w3": 0.0214695,
    "w4": 0.0107348,
    "w5": -0.0112692,
    "w6": -0.0112692,
    "b1": -0.0107348,
    "b2": -0.0107348,
    "b3": -0.2376176,
}


def ones():
    given = {name: float(name[0] == "w") for name in NAMES}
    parameters = cr.Parameters(NETWORK.layout, np.zeros(9))
    for name, value in given.items():
        parameters[name] = value
    return parameters


def fit(engine, initial, **others):
    return cr.train(
        NETWORK,
        X,
        Y,
        loss="mean_squared_error",
        optimizer=cr.SGD(0.1),
        epochs=1000,
        batch_size=1,
        shuffle=False,
        initial=initial,
        engine=engine,
        **others,
    )


def test_a_neuron():
    assert cr.Neuron([0, 1], 4, "sigmoid")([2, 3]) == 0.9990889488055994


def test_forward(engine):
    parameters = {name: float(name in ("w2", "w4", "w6")) for name in NAMES}  # w = (0, 1), b = 0
    hidden = cr.Neuron([0, 1], 0, "sigmoid")([2, 3])
    assert f"{hidden:.4f}" == "0.9526"
    result = cr.train(
        NETWORK,
        [[2.0, 3.0]],
        [1.0],
        loss="mse",
        epochs=0,
        initial=parameters,
        engine=engine,
    )
    assert result.predict([[2, 3]])[0, 0] == pytest.approx(0.7216325609518421, rel=1e-15)


def test_always_0_has_half_the_squared_error():
    values = cr.SquaredError().value(np.zeros_like(Y), Y)
    assert values.mean() == 0.5


def test_alice():
    value, gradient = cr.value_and_gradient(OBJECTIVE, ones(), X[ALICE], Y[ALICE])
    assert value == pytest.approx(0.22686628719087137, rel=1e-14)
    factors = (-0.9526096518320006, 0.24943853872512894, -0.09035331946182427)
    assert gradient["w1"] == pytest.approx(np.prod(factors), rel=1e-13)
    assert gradient["w1"] == pytest.approx(0.02146953526581111, rel=1e-13)
    for name, expected in DERIVATIVES.items():
        assert gradient[name] == pytest.approx(expected, abs=5e-8), name
    from chainrule.backprop import forward

    a, caches = forward(NETWORK, ones(), X[ALICE])
    np.testing.assert_allclose(caches[0].a, 0.04742587317756678, rtol=1e-14)
    assert a[0, 0] == pytest.approx(0.5236951740839997, rel=1e-14)


def test_saturation_leaves_alice_alone():
    _, gradient = cr.value_and_gradient(OBJECTIVE, ones(), X, Y)
    assert gradient["w1"] == pytest.approx(0.0053673851, abs=5e-11)
    of_each = [cr.value_and_gradient(OBJECTIVE, ones(), X[[i]], Y[[i]])[1]["w1"] for i in range(4)]
    assert np.mean(of_each) == pytest.approx(gradient["w1"], rel=1e-12)
    assert abs(of_each[0]) > 1000 * max(abs(g) for g in of_each[1:])


def test_seed_44(engine):
    rng = np.random.RandomState(44)
    initial = {name: rng.normal() for name in NAMES}
    result = fit(engine, initial, validation=(X, Y))
    printed = {0: 0.358, 10: 0.163, 50: 0.053, 100: 0.029, 500: 0.005, 990: 0.002}
    for epoch, loss in printed.items():
        assert result.history.validation_loss[epoch] == pytest.approx(loss, abs=5e-4), epoch
    emily, frank = result.predict([[-7, -3], [20, 2]])[:, 0]
    assert f"{emily:.3f}" == "0.951"
    assert f"{frank:.3f}" == "0.039"


def test_equal_weights_stay_equal_for_ever(engine):
    result = fit(engine, ones())
    p = result.parameters
    assert result.history.loss[-1] < 0.01 < result.history.loss[0]  # it trains,
    assert (p["w1"], p["w2"], p["b1"]) == (p["w3"], p["w4"], p["b2"])  # but h1 is h2
    assert p["w5"] == p["w6"]
