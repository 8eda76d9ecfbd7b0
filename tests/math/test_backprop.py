import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import (
    L1,
    L2,
    BatchNorm,
    Dense,
    Dropout,
    Frozen,
    LayerNorm,
    Network,
    Objective,
    errors,
)
from chainrule.activations import ACTIVATIONS
from chainrule.backprop import backward, forward, training_pass, value_and_gradient
from chainrule.losses import LOSSES
from chainrule.random import Key

# Without kinks, so that a numerical derivative exists wherever the numbers fall.
SMOOTH = [name for name, f in ACTIVATIONS.items() if not f.kinks and name not in ("exp", "softmax")]
FITTING = [
    (loss, f.name)
    for loss, of in LOSSES.items()
    for f in ACTIVATIONS.values()
    if of.domain.includes(f.range) and not f.kinks
]


@st.composite
def problems(draw):
    """An objective, and what decides its numbers."""
    loss, output = draw(st.sampled_from(FITTING))
    n_in, n_out = draw(st.integers(1, 3)), draw(st.integers(2, 3))
    layers, width = [], n_in
    for _ in range(draw(st.integers(0, 2))):
        n = draw(st.integers(1, 4))
        layers.append(Dense(width, n, draw(st.sampled_from(SMOOTH)), bias=draw(st.booleans())))
        width = n
        between = draw(
            st.sampled_from([None, BatchNorm(n, eps=0.1), LayerNorm(n, eps=0.1), Dropout(0.3)])
        )
        if between is not None and n > 1:
            layers.append(between)
    layers.append(Dense(width, n_out, output))
    penalties = draw(
        st.lists(
            st.builds(
                lambda kind, divisor: kind(0.1, divisor),
                st.sampled_from([L1, L2]),
                st.sampled_from(["one", "batch"]),
            ),
            max_size=2,
        )
    )
    objective = Objective(Network(layers), LOSSES[loss], tuple(penalties))
    weighted, training = draw(st.booleans()), draw(st.booleans())
    return objective, weighted, training, draw(st.integers(0, 2**32 - 1))


@settings(max_examples=60)
@given(problem=problems())
def test_gradient_is_the_numerical_derivative(problem, sample, gradient):
    objective, weighted, training, seed = problem
    network, loss = objective.network, objective.loss
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(5, network.n_in))
    y = sample(loss.targets, rng, (5, network.n_out))
    weights = rng.uniform(0.2, 2.0, size=5) if weighted else None
    key = Key(seed, 3, 0) if training else None
    parameters = network.initial_parameters(seed)
    # Off 0, where L1's derivative jumps and, behind a bias of 0 and a dropped unit, that of ELU's
    # derivative, and small enough for exp and its kin.
    parameters.vector[:] += np.where(parameters.vector < 0, -0.02, 0.02)
    running = ~network.layout.trainable
    parameters.vector[running] = abs(parameters.vector[running]) + 0.5

    def value(vector):
        return value_and_gradient(
            objective, cr.Parameters(network.layout, vector), X, y, weights, key
        )[0]

    got, g = value_and_gradient(objective, parameters, X, y, weights, key)
    assert got == value(parameters.vector)
    expected = gradient(value, parameters.vector, h=2e-4)
    trainable = network.layout.trainable
    # Losses with a kink (absolute error, hinge, quantile) may have it within 4e-4 of a sample's
    # output: such a place shows as a stencil that disagrees with one of another width.
    other = gradient(value, parameters.vector, h=1e-4)
    smooth = trainable & (abs(expected - other) < 1e-8 * (1 + abs(expected)))
    # Huber's loss has none in its derivative, but in the next one.
    kinked = loss.kinks(y, y) is not None or type(loss) is cr.Huber
    assert smooth[trainable].all() or kinked
    size = 1 + abs(got) + abs(expected).max()
    np.testing.assert_allclose(g.vector[smooth], expected[smooth], rtol=1e-7, atol=1e-8 * size)
    assert not g.vector[~trainable].any()


@settings(max_examples=30)
@given(problem=problems())
def test_nothing_is_written_to(problem, sample):
    objective, _, training, seed = problem
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(4, objective.network.n_in))
    y = sample(objective.loss.targets, rng, (4, objective.network.n_out))
    w = rng.uniform(size=4)
    parameters = objective.network.initial_parameters(seed)
    kept = [a.copy() for a in (X, y, w, parameters.vector)]
    value_and_gradient(objective, parameters, X, y, w, Key(seed, 0, 0) if training else None)
    for now, before in zip((X, y, w, parameters.vector), kept, strict=True):
        np.testing.assert_array_equal(now, before)


# --- weights, reductions, penalties: what they mean -----------------------------------------------


def small(loss="mean_squared_error", penalties=()):
    network = Network([Dense(2, 3, "tanh"), Dense(3, 1)])
    rng = np.random.default_rng(0)
    objective = Objective(network, loss, penalties)
    return (
        objective,
        network.initial_parameters(0),
        rng.normal(size=(6, 2)),
        rng.normal(size=(6, 1)),
    )


def test_a_weight_of_two_is_the_row_twice():
    objective, p, X, y = small()
    weights = np.array([1.0, 2.0, 1.0, 0.0, 3.0, 1.0])
    repeated = np.repeat(np.arange(6), weights.astype(int))
    v1, g1 = value_and_gradient(objective, p, X, y, weights)
    v2, g2 = value_and_gradient(objective, p, X[repeated], y[repeated])
    assert v1 == pytest.approx(v2, rel=1e-14)
    np.testing.assert_allclose(g1.vector, g2.vector, rtol=1e-12, atol=1e-15)


def test_sum_is_the_mean_times_the_rows():
    objective, p, X, y = small()
    total, *_ = small("sum_squared_error")
    weights = np.array([1.0, 2.0, 1.0, 0.0, 3.0, 1.0])
    for w, n in ((None, 6.0), (weights, 8.0)):
        v1, g1 = value_and_gradient(objective, p, X, y, w)
        v2, g2 = value_and_gradient(total, p, X, y, w)
        assert v2 == pytest.approx(n * v1, rel=1e-14)
        np.testing.assert_allclose(g2.vector, n * g1.vector, rtol=1e-12)


def test_the_loss_of_a_batch_is_the_mean_of_its_rows():
    objective, p, X, y = small()
    each = [value_and_gradient(objective, p, X[[i]], y[[i]]) for i in range(6)]
    value, g = value_and_gradient(objective, p, X, y)
    assert value == pytest.approx(np.mean([v for v, _ in each]), rel=1e-14)
    mean = np.mean([gi.vector for _, gi in each], axis=0)
    np.testing.assert_allclose(g.vector, mean, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("divisor", ["one", "batch"])
def test_penalties_by_hand(divisor):
    plain, p, X, y = small()
    objective, *_ = small(penalties=(L1(0.3, divisor), L2(0.2, divisor)))
    w = p.vector[p.layout.penalised]
    assert w.size == 6 + 3  # the biases are free
    for weights, batch in ((None, 6.0), (np.full(6, 0.5), 3.0)):
        n = batch if divisor == "batch" else 1.0
        v0, g0 = value_and_gradient(plain, p, X, y, weights)
        v1, g1 = value_and_gradient(objective, p, X, y, weights)
        price = 0.3 * sum(abs(w)) / n + 0.2 * sum(w**2) / 2 / n
        assert v1 - v0 == pytest.approx(price, rel=1e-12)
        expected = np.zeros_like(p.vector)
        expected[p.layout.penalised] = (0.3 * np.sign(w) + 0.2 * w) / n
        np.testing.assert_allclose(g1.vector - g0.vector, expected, atol=1e-14)


def test_batch_of_weight_zero():
    objective, p, X, y = small(penalties=L2(0.1, "batch"))
    value, g = value_and_gradient(objective, p, X, y, np.zeros(6))
    w = p.vector[p.layout.penalised]
    assert value == pytest.approx(0.05 * float(w @ w), rel=1e-14)
    np.testing.assert_allclose(g.vector[p.layout.penalised], 0.1 * w, rtol=1e-14)


def test_frozen_layers_are_not_penalised_and_their_gradients_are_told():
    dense = Dense(2, 3, "tanh")
    network = Network([Frozen(dense), Dense(3, 1)])
    objective = Objective(network, "mean_squared_error", L2(1.0))
    free, p, X, y = small()
    _, g = value_and_gradient(objective, cr.Parameters(network.layout, p.vector), X, y)
    _, g0 = value_and_gradient(free, p, X, y)
    np.testing.assert_array_equal(g["layers[0].W"], g0["layers[0].W"])
    np.testing.assert_allclose(g["layers[1].W"], g0["layers[1].W"] + p["layers[1].W"], rtol=1e-12)


def test_training_pass_tells_the_running_statistics():
    network = Network([Dense(2, 3), BatchNorm(3), Dropout(0.5), Dense(3, 1)])
    objective = Objective(network, "mean_squared_error")
    p = network.initial_parameters(0)
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(8, 2)), rng.normal(size=(8, 1))
    value, g, statistics = training_pass(objective, p, X, y, None, Key(5, 0, 0))
    assert list(statistics) == ["layers[1].mean", "layers[1].variance"]
    z = X @ p["layers[0].W"] + p["layers[0].b"]
    np.testing.assert_allclose(statistics["layers[1].mean"], 0.1 * z.mean(axis=0), rtol=1e-12)
    variance = 0.9 + 0.1 * z.var(axis=0, ddof=1)
    np.testing.assert_allclose(statistics["layers[1].variance"], variance, rtol=1e-12)
    again = value_and_gradient(objective, p, X, y, key=Key(5, 0, 0))
    assert again[0] == value
    assert again[1] == g


def test_layers_draw_their_own_masks():
    network = Network([Dropout(0.5), Dense(40, 40), Dropout(0.5)])
    p = network.initial_parameters(0)
    p["layers[1].W"] = np.eye(40)
    a, _ = forward(network, p, np.ones((50, 40)), Key(0, 0, 0))
    # Kept by both with the probability 1/4: equal masks would keep 1/2.
    assert (a > 0).mean() == pytest.approx(0.25, abs=5 * math.sqrt(0.25 * 0.75 / 2000))


def test_gradient_of_the_input(gradient):
    objective, p, X, y = small()
    a, caches = forward(objective.network, p, X)
    grad_X, _ = backward(objective.network, p, caches, 2 * (a - y) / 6)

    def value(X):
        return value_and_gradient(objective, p, X, y)[0]

    np.testing.assert_allclose(grad_X, gradient(value, X), rtol=1e-9, atol=1e-10)


# --- the 2-2-1 network, by hand -------------------------------------------------------------------


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def test_nine_derivatives_by_hand():
    network = Network([Dense(2, 2, "sigmoid"), Dense(2, 1, "sigmoid")])
    p = network.initial_parameters(0)
    weights = dict(
        zip(("w1", "w2", "w3", "w4", "w5", "w6"), (0.1, -0.2, 0.3, 0.4, -0.5, 0.6), strict=True)
    )
    biases = {"b1": 0.05, "b2": -0.1, "b3": 0.2}
    for name, number in (weights | biases).items():
        p[name] = number
    x1, x2, target = 1.5, -0.5, 1.0
    w1, w2, w3, w4, w5, w6 = weights.values()
    b1, b2, b3 = biases.values()
    h1, h2 = sigmoid(w1 * x1 + w2 * x2 + b1), sigmoid(w3 * x1 + w4 * x2 + b2)
    o = sigmoid(w5 * h1 + w6 * h2 + b3)
    # dL/do * do/dz_o, then on to each weight.
    delta = 2 * (o - target) * o * (1 - o)
    expected = {
        "w1": delta * w5 * h1 * (1 - h1) * x1,
        "w2": delta * w5 * h1 * (1 - h1) * x2,
        "w3": delta * w6 * h2 * (1 - h2) * x1,
        "w4": delta * w6 * h2 * (1 - h2) * x2,
        "w5": delta * h1,
        "w6": delta * h2,
        "b1": delta * w5 * h1 * (1 - h1),
        "b2": delta * w6 * h2 * (1 - h2),
        "b3": delta,
    }
    value, g = value_and_gradient(
        Objective(network, "mean_squared_error"), p, np.array([[x1, x2]]), np.array([[target]])
    )
    assert value == pytest.approx((o - target) ** 2, rel=1e-14)
    for name, number in expected.items():
        assert g[name] == pytest.approx(number, rel=1e-13), name


# --- objectives -----------------------------------------------------------------------------------


def test_pairs_that_do_not_fit_are_refused():
    for loss_name, loss in LOSSES.items():
        for f in ACTIVATIONS.values():
            network = Network([Dense(2, 2, f)])
            if loss.domain.includes(f.range):
                assert Objective(network, loss_name).loss is loss
            else:
                with pytest.raises(errors.InvalidValueError) as error:
                    Objective(network, loss)
                assert f"{type(loss).__name__} needs outputs in" in str(error.value)
                assert "; activations that fit: " in str(error.value)


def test_objective_takes_names():
    network = Network([Dense(1, 1)])
    objective = Objective(network, "mse", ("l2", L1(0.1)))
    assert objective.loss == cr.SquaredError()
    assert objective.penalties == (L2(1e-4), L1(0.1))
    assert Objective(network, "mse", "l1").penalties == (L1(1e-4),)
    with pytest.raises(errors.InvalidTypeError, match="network must be a Network, not list"):
        Objective([Dense(1, 1)], "mse")  # type: ignore[arg-type]
    with pytest.raises(errors.UnknownNameError, match="did you mean 'mean_squared_error'"):
        Objective(network, "mean_square_error")  # type: ignore[arg-type]
