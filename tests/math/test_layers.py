import json

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS
from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError
from chainrule.layers import (
    LAYERS,
    BatchNorm,
    ByColumn,
    Dense,
    Dropout,
    Embedding,
    Frozen,
    Layer,
    LayerNorm,
    OneHot,
    ParametricActivation,
    PeriodicEmbedding,
    Scale,
)
from chainrule.network import Network, mlp
from chainrule.optimizers import SGD, Adam
from chainrule.random import Key, keep_mask
from chainrule.training import train

N = 4
# At least one of every kind: what a new layer adds here, all tests below read.
SAMPLES: dict[str, list[Layer]] = {
    "dense": [
        Dense(N, 3, "tanh"),
        Dense(N, 3, "softmax"),
        Dense(N, 2, bias=False, learning_rate_factor=0.5),
        Dense(N, 3, bias_learning_rate_factor=0.1, bias_initializer="normal"),
    ],
    "dropout": [Dropout(0.4), Dropout(0.0)],
    "batch_norm": [BatchNorm(N), BatchNorm(N, "softplus", eps=0.1, momentum=0.5)],
    "layer_norm": [LayerNorm(N), LayerNorm(N, "tanh", eps=0.1)],
    "scale": [Scale(N), Scale(N, learning_rate_factor=6.0)],
    "parametric_activation": [
        ParametricActivation(N),
        ParametricActivation(N, "mish", learning_rate_factor=0.1),
    ],
    "one_hot": [OneHot((0, 0, 3, 0)), OneHot((2, 1, 3, 2))],
    "embedding": [Embedding((2, 1, 3, 2), 2, learning_rate_factor=0.5)],
    "periodic_embedding": [
        PeriodicEmbedding(N),
        PeriodicEmbedding(N, 2, frequencies=3, sigma=1.0, learning_rate_factor=0.1),
    ],
    "by_column": [
        ByColumn([((0, 2), Dense(2, 3, "tanh")), ((1, 3), Dropout(0.4))]),
        ByColumn([((3, 0), LayerNorm(2)), ((1,), PeriodicEmbedding(1)), ((1, 0), Scale(2))], N),
        ByColumn([((0, 1, 2), BatchNorm(3)), ((2, 3), Embedding((2, 3), 2))]),
    ],
    "frozen": [Frozen(Dense(N, 3, "sigmoid")), Frozen(BatchNorm(N)), Frozen(Dropout(0.4))],
}
ALL = [layer for layers in SAMPLES.values() for layer in layers]
EVERY = pytest.mark.parametrize("layer", ALL, ids=repr)
MODES = pytest.mark.parametrize("key", [None, Key(1, 2, 0)], ids=["evaluation", "training"])


def test_every_layer_is_here():
    assert set(SAMPLES) == set(LAYERS)
    for name, layers in SAMPLES.items():
        assert all(type(layer) is LAYERS[name] for layer in layers)


def views_of(layer, rng):
    """Random arrays for a layer; what is a variance stays positive."""
    views = {k: rng.normal(size=spec.shape) for k, spec in layer.specs().items()}
    return {k: v**2 + 0.5 if k.startswith("variance") else v for k, v in views.items()}


@EVERY
@MODES
def test_backward_is_the_numerical_derivative(layer, key, gradient):
    rng = np.random.default_rng(1)
    X, views = rng.normal(size=(6, N)), views_of(layer, rng)
    a, cache = layer.forward(views, X, key)
    grad_a = rng.normal(size=a.shape)

    def total(X, views):
        return float((grad_a * layer.forward(views, X, key)[0]).sum())

    grad_X, gradients = layer.backward(views, cache, grad_a)
    # Batches of six divide by deviations near 0.5: fifth derivatives of some 1e3.
    expected = gradient(lambda X: total(X, views), X)
    np.testing.assert_allclose(grad_X, expected, rtol=1e-8, atol=1e-8)
    assert set(gradients) == set(views)
    for name in views:
        if not layer.specs()[name].trainable and name.startswith(
            ("mean", "variance")
        ):  # they follow the data: no gradient reaches them
            np.testing.assert_array_equal(gradients[name], 0)
            continue
        expected = gradient(lambda v, name=name: total(X, {**views, name: v}), views[name])
        np.testing.assert_allclose(gradients[name], expected, rtol=1e-8, atol=1e-8)


@EVERY
@MODES
def test_shapes_types_and_no_writing(layer, key):
    rng = np.random.default_rng(2)
    for dtype in (np.float32, np.float64):
        X = rng.normal(size=(5, N)).astype(dtype)
        views = {k: v.astype(dtype) for k, v in views_of(layer, rng).items()}
        kept = X.copy(), {k: v.copy() for k, v in views.items()}
        a, cache = layer.forward(views, X, key)
        grad_X, gradients = layer.backward(views, cache, np.ones_like(a))
        statistics = layer.statistics(views, cache)
        assert a.shape == (5, layer.n_out or N)
        assert grad_X.shape == X.shape
        for array in (a, grad_X, *gradients.values(), *statistics.values()):
            assert array.dtype == dtype
        for name, spec in layer.specs().items():
            assert gradients[name].shape == spec.shape
        np.testing.assert_array_equal(X, kept[0])
        for name, view in views.items():
            np.testing.assert_array_equal(view, kept[1][name])


@EVERY
def test_initial_arrays_have_their_shapes(layer):
    initial = layer.initial(3, 0)
    assert {k: v.shape for k, v in initial.items()} == {
        k: spec.shape for k, spec in layer.specs().items()
    }
    for name, array in layer.initial(3, 0).items():
        np.testing.assert_array_equal(array, initial[name])


@EVERY
def test_config_makes_an_equal_layer(layer):
    again = type(layer)(**layer.config())
    assert again == layer
    assert hash(again) == hash(layer)
    assert repr(again) == repr(layer)
    assert layer.latex


# --- dense --------------------------------------------------------------------------------------


def test_dense_by_hand():
    layer = Dense(2, 2, "relu")
    views = {"W": np.array([[1.0, -1.0], [2.0, 3.0]]), "b": np.array([0.5, -10.0])}
    a, cache = layer.forward(views, np.array([[1.0, 2.0]]))
    np.testing.assert_array_equal(cache.z, [[5.5, -5.0]])
    np.testing.assert_array_equal(a, [[5.5, 0.0]])
    grad_X, gradients = layer.backward(views, cache, np.array([[3.0, 7.0]]))
    np.testing.assert_array_equal(gradients["W"], [[3.0, 0.0], [6.0, 0.0]])
    np.testing.assert_array_equal(gradients["b"], [3.0, 0.0])
    np.testing.assert_array_equal(grad_X, [[3.0, 6.0]])


def test_specs_of_dense():
    specs = Dense(3, 2, learning_rate_factor=0.1).specs()
    assert specs["W"].penalised
    assert not specs["b"].penalised
    assert specs["W"].learning_rate_factor == specs["b"].learning_rate_factor == 0.1
    assert list(Dense(3, 2, bias=False).specs()) == ["W"]
    own = Dense(3, 2, learning_rate_factor=0.5, bias_learning_rate_factor=0.1).specs()
    assert (own["W"].learning_rate_factor, own["b"].learning_rate_factor) == (0.5, 0.1)


def test_how_biases_start():
    initial = Dense(500, 500, bias_initializer="normal", initializer="normal").initial(3, 0)
    # A normal sample of 500: mean and standard deviation within four of their own deviations.
    assert abs(initial["b"].mean()) < 4 / np.sqrt(500)
    assert abs(initial["b"].std() - 1) < 4 / np.sqrt(1000)
    # A sequence of their own: they are no copy of any row of W.
    assert not np.isin(initial["b"], initial["W"]).any()
    assert not Dense(3, 4).initial(3, 0)["b"].any()


@pytest.mark.parametrize(
    ("optimizer", "factor"), [(Adam(0.1, eps=1e-300), 1 / 4), (SGD(0.1), 1 / 16)], ids=repr
)
def test_a_factor_on_the_rate_is_the_ntk_parametrization(optimizer, factor):
    # z = X V / sqrt(16), whose V is stepped by hand with gradients through the chain rule.
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(20, 16)), rng.normal(size=(20, 1))
    network = Network([Dense(16, 1, bias=False, learning_rate_factor=factor)])
    initial = network.initial_parameters(0)
    result = train(
        network, X, y, loss="mse", optimizer=optimizer, initial=initial, batch_size="full",
        epochs=5, engine="reference",
    )  # fmt: skip
    V, state = initial.vector * 4, optimizer.start(initial.vector)
    for t in range(1, 6):
        residual = X @ V[:, None] / 4 - y
        gradient = (2 / 20 * X.T @ residual / 4)[:, 0]
        V, state = optimizer.update(gradient, state, V, t, optimizer.learning_rate)
    np.testing.assert_allclose(result.parameters.vector, V / 4, rtol=1e-12)


# --- a number for each unit ---------------------------------------------------------------------


def test_scale_by_hand():
    layer, views = Scale(2), {"s": np.array([3.0, -0.5])}
    a, cache = layer.forward(views, np.array([[1.0, 2.0], [0.0, 4.0]]))
    np.testing.assert_array_equal(a, [[3.0, -1.0], [0.0, -2.0]])
    grad_X, gradients = layer.backward(views, cache, np.array([[1.0, 1.0], [5.0, 10.0]]))
    np.testing.assert_array_equal(grad_X, [[3.0, -0.5], [15.0, -5.0]])
    np.testing.assert_array_equal(gradients["s"], [1.0, 42.0])


@pytest.mark.parametrize("name", [n for n, f in ACTIVATIONS.items() if n != "softmax"])
def test_a_parametric_activation_lies_between_the_identity_and_f(name):
    layer, X = ParametricActivation(5, name), np.random.default_rng(0).normal(size=(6, 5))
    f = ACTIVATIONS[name].value(X)
    views = layer.initial(0, 0)
    np.testing.assert_allclose(layer.forward(views, X)[0], f, rtol=1e-15, atol=1e-15)
    np.testing.assert_array_equal(layer.forward({"alpha": np.zeros(5)}, X)[0], X)
    half = layer.forward({"alpha": np.full(5, 0.5)}, X)[0]
    np.testing.assert_allclose(half, (X + f) / 2, rtol=1e-12)


# --- dropout ------------------------------------------------------------------------------------


def test_dropout_keeps_the_expected_value():
    X = np.ones((2000, 50))
    a, _ = Dropout(0.3).forward({}, X, Key(1, 0, 0))
    assert set(np.unique(a)) == {0.0, 1 / 0.7}
    # Each number has the variance r / (1 - r); 100,000 of them.
    assert a.mean() == pytest.approx(1.0, abs=5 * np.sqrt(0.3 / 0.7 / 1e5))


def test_dropout_mask_is_a_function_of_its_place():
    X, layer = np.ones((20, 10)), Dropout(0.5)
    first, _ = layer.forward({}, X, Key(1, 2, 3))
    np.testing.assert_array_equal(first, layer.forward({}, X, Key(1, 2, 3))[0])
    np.testing.assert_array_equal(first > 0, keep_mask(Key(1, 2, 3), 20, 10, 0.5))
    for other in (Key(2, 2, 3), Key(1, 3, 3), Key(1, 2, 4)):
        assert not np.array_equal(first, layer.forward({}, X, other)[0])


def test_dropout_does_nothing_at_evaluation():
    X = np.random.default_rng(0).normal(size=(3, 4))
    assert Dropout(0.5).forward({}, X, None)[0] is X


# --- normalisation ------------------------------------------------------------------------------


def test_batch_norm_by_hand():
    layer = BatchNorm(1, eps=1e-5, momentum=0.9)
    X = np.array([[1.0], [2.0], [6.0]])  # mean 3, squared deviations 4 + 1 + 9 = 14
    views = {
        "gamma": np.array([2.0]),
        "beta": np.array([0.5]),
        "mean": np.array([10.0]),
        "variance": np.array([4.0]),
    }
    a, cache = layer.forward(views, X, Key(0, 0, 0))
    std = np.sqrt(14 / 3 + 1e-5)
    np.testing.assert_allclose(a[:, 0], 2 * np.array([-2, -1, 3]) / std + 0.5, rtol=1e-14)
    new = layer.statistics(views, cache)
    assert new["mean"][0] == pytest.approx(0.9 * 10 + 0.1 * 3, rel=1e-15)
    assert new["variance"][0] == pytest.approx(0.9 * 4 + 0.1 * 14 / 2, rel=1e-15)  # n - 1
    a, cache = layer.forward(views, X, None)
    np.testing.assert_allclose(a, 2 * (X - 10) / np.sqrt(4 + 1e-5) + 0.5, rtol=1e-14)
    assert layer.statistics(views, cache) == {}


def test_batch_norm_of_one_row():
    # The variance of one row is 0, with n - 1 in place of n undefined: it counts as 0.
    layer = BatchNorm(2)
    views = layer.initial(0, 0)
    a, cache = layer.forward(views, np.array([[3.0, -4.0]]), Key(0, 0, 0))
    np.testing.assert_array_equal(a, 0)
    new = layer.statistics(views, cache)
    np.testing.assert_allclose(new["mean"], [0.3, -0.4], rtol=1e-14)
    np.testing.assert_allclose(new["variance"], 0.9, rtol=1e-14)


def test_running_statistics_are_not_trainable():
    specs = BatchNorm(2).specs()
    assert {k for k, spec in specs.items() if not spec.trainable} == {"mean", "variance"}
    assert not any(spec.penalised for spec in specs.values())


def test_layer_norm_by_hand():
    layer = LayerNorm(4, eps=1e-5)
    X = np.array([[1.0, 2.0, 3.0, 6.0], [0.0, 0.0, 0.0, 0.0]])  # mean 3, squares 4 1 0 9
    views = {"gamma": np.array([1.0, 2.0, 3.0, 4.0]), "beta": np.full(4, 0.5)}
    expected = views["gamma"] * np.array([-2, -1, 0, 3]) / np.sqrt(14 / 4 + 1e-5) + 0.5
    for key in (None, Key(0, 0, 0)):
        a, _ = layer.forward(views, X, key)
        np.testing.assert_allclose(a[0], expected, rtol=1e-14)
        np.testing.assert_array_equal(a[1], 0.5)


def test_normalisation_does_not_see_scale_and_shift():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(50, 4))
    for layer in (BatchNorm(4, eps=1e-12), LayerNorm(4, eps=1e-12)):
        views = layer.initial(0, 0)
        a, _ = layer.forward(views, X, Key(0, 0, 0))
        b, _ = layer.forward(views, 7 * X + 3, Key(0, 0, 0))
        np.testing.assert_allclose(a, b, atol=1e-10)


# --- frozen -------------------------------------------------------------------------------------


def test_frozen_specs():
    specs = Frozen(Dense(2, 3)).specs()
    assert not any(spec.trainable or spec.penalised for spec in specs.values())
    assert Frozen(Dense(2, 3)).n_in == 2


def test_frozen_behaves_as_at_evaluation():
    X = np.random.default_rng(4).normal(size=(5, 4))
    for layer in (BatchNorm(4), Dropout(0.5), Dense(4, 2)):
        views = layer.initial(0, 0)
        plain, _ = layer.forward(views, X, None)
        frozen, _ = Frozen(layer).forward(views, X, Key(0, 0, 0))
        np.testing.assert_array_equal(frozen, plain)


@pytest.mark.parametrize("optimizer", [SGD(0.1, momentum=0.9, weight_decay=0.1), Adam(0.1)])
def test_frozen_layers_get_no_update(optimizer):
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))
    network = Network(
        [Frozen(Dense(3, 4, "tanh")), Frozen(BatchNorm(4)), Dense(4, 4), BatchNorm(4), Dense(4, 1)]
    )
    initial = network.initial_parameters(0)
    result = train(
        network,
        X,
        y,
        loss="mse",
        optimizer=optimizer,
        penalties="l2",
        initial=initial,
        epochs=3,
        engine="reference",
    )
    for name in initial:
        same = np.array_equal(result.parameters[name], initial[name])
        assert same == name.startswith(("layers[0]", "layers[1]")), name


def test_learning_rate_factor_scales_the_step():
    X, y = np.array([[1.0, 2.0]]), np.array([[5.0]])
    steps = []
    for factor in (1.0, 0.25):
        network = Network([Dense(2, 2, "tanh", learning_rate_factor=factor), Dense(2, 1)])
        initial = network.initial_parameters(0)
        result = train(
            network,
            X,
            y,
            loss="mse",
            optimizer=SGD(0.1),
            initial=initial,
            epochs=1,
            engine="reference",
        )
        steps.append(result.parameters.vector - initial.vector)
    np.testing.assert_allclose(steps[1][:6], 0.25 * steps[0][:6], rtol=1e-12)
    np.testing.assert_array_equal(steps[1][6:], steps[0][6:])


# --- columns ------------------------------------------------------------------------------------

CODES = np.array([[2.0, 0.0, 0.5], [0.0, 1.0, -3.0], [1.0, -1.0, 0.0], [3.0, 0.5, np.inf]])
"""Codes of three and of two categories, and a number; the last row has none that is known."""


def test_one_hot_by_hand():
    a, cache = OneHot((3, 2, 0)).forward({}, CODES)
    np.testing.assert_array_equal(
        a,
        [[0, 0, 1, 1, 0, 0.5], [1, 0, 0, 0, 1, -3], [0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, np.inf]],
    )
    grad_X, _ = OneHot((3, 2, 0)).backward({}, cache, np.arange(24.0).reshape(4, 6))
    np.testing.assert_array_equal(grad_X, [[0, 0, 5], [0, 0, 11], [0, 0, 17], [0, 0, 23]])


def test_an_embedding_is_a_dense_layer_behind_zeros_and_ones():
    rng = np.random.default_rng(0)
    layer, X = Embedding((3, 2), 4), CODES[:, :2]
    views = views_of(layer, rng)
    a, cache = layer.forward(views, X)
    E, grad_a = views["E"], rng.normal(size=(4, 8))
    _, gradients = layer.backward(views, cache, grad_a)
    # The last row of each input's part of E is that of unknown codes.
    codes = np.where(np.isin(X, [0, 1, 2]), X, np.nan)
    codes = np.where(np.isnan(codes) | (codes >= (3, 2)), (3, 2), codes)
    for i, E_i in enumerate((E[:4], E[4:])):
        dense, units = Dense(len(E_i), 4, bias=False), slice(4 * i, 4 * i + 4)
        ones = OneHot((len(E_i),)).forward({}, codes[:, i : i + 1])[0]
        expected, dense_cache = dense.forward({"W": E_i}, ones)
        np.testing.assert_array_equal(a[:, units], expected)
        gradient = dense.backward({"W": E_i}, dense_cache, grad_a[:, units])[1]["W"]
        found = gradients["E"][:4] if i == 0 else gradients["E"][4:]
        np.testing.assert_allclose(found, gradient, rtol=1e-15)


def test_what_the_rows_of_an_embedding_reach():
    layer = Embedding((3, 2), 4)
    views = views_of(layer, np.random.default_rng(0))
    for index in np.ndindex(7, 4):
        found = layer.parameter_jacobian(views, CODES[:, :2], "E", index)
        expected = Layer.parameter_jacobian(layer, views, CODES[:, :2], "E", index)
        np.testing.assert_array_equal(found, expected)
        (unit,) = layer.units_of("E", index)
        assert not np.delete(found, unit, axis=1).any()


def test_periodic_embedding_by_hand():
    layer = PeriodicEmbedding(1, 2, frequencies=2)
    views = {
        "w": np.array([[0.25, 1.0]]),
        "b": np.array([[0.0, np.pi / 2]]),
        "V": np.array([[[3.0], [5.0]]]),
        "c": np.array([[0.5]]),
    }
    # cos(2 pi x / 4) = 1, 0, -1; cos(2 pi x + pi / 2) = 0 for every whole x, -1 for 1/4.
    a, _ = layer.forward(views, np.array([[0.0], [1.0], [2.0], [0.25]]))
    expected = [[0, 3.5], [1, 0.5], [2, -2.5], [0.25, 3 * np.cos(np.pi / 8) - 5 + 0.5]]
    np.testing.assert_allclose(a, expected, rtol=1e-14, atol=1e-14)


def test_how_waves_start():
    initial = PeriodicEmbedding(50, 4, frequencies=16, sigma=0.1).initial(0, 0)
    assert abs(initial["w"].std() - 0.1) < 4 * 0.1 / np.sqrt(2 * 800)
    assert -np.pi <= initial["b"].min() < -3 < 3 < initial["b"].max() <= np.pi
    for key in ("V", "c"):
        assert 0.2 < abs(initial[key]).max() <= 0.25


def test_groups_of_columns_are_their_layers_side_by_side():
    rng = np.random.default_rng(0)
    X, grad_a = rng.normal(size=(5, 4)), rng.normal(size=(5, 7))
    scale, dense = Scale(2), Dense(3, 5, "tanh")
    layer = ByColumn([((3, 0), scale), ((0, 1, 3), dense)])
    assert (layer.n_in, layer.n_out) == (4, 7)
    views = views_of(layer, rng)
    a, cache = layer.forward(views, X)
    grad_X, gradients = layer.backward(views, cache, grad_a)
    a_0, cache_0 = scale.forward({"s": views["s_0"]}, X[:, [3, 0]])
    inside = {"W": views["W_1"], "b": views["b_1"]}
    a_1, cache_1 = dense.forward(inside, X[:, [0, 1, 3]])
    np.testing.assert_array_equal(a, np.hstack([a_0, a_1]))
    grad_0, of_0 = scale.backward({"s": views["s_0"]}, cache_0, grad_a[:, :2])
    grad_1, of_1 = dense.backward(inside, cache_1, grad_a[:, 2:])
    expected = np.zeros((5, 4))
    expected[:, [3, 0]] += grad_0
    expected[:, [0, 1, 3]] += grad_1
    np.testing.assert_array_equal(grad_X, expected)
    np.testing.assert_array_equal(gradients["s_0"], of_0["s"])
    np.testing.assert_array_equal(gradients["W_1"], of_1["W"])


def test_groups_start_and_drop_by_themselves():
    twice = ByColumn([((0, 1), Dense(2, 2)), ((0, 1), Dense(2, 2))])
    initial = twice.initial(0, 0)
    assert not np.isin(initial["W_0"], initial["W_1"]).any()
    dropping = ByColumn([((0,), Dropout(0.5)), ((0,), Dropout(0.5))])
    a, _ = dropping.forward({}, np.ones((200, 1)), Key(0, 0, 0))
    assert not np.array_equal(a[:, 0], a[:, 1])


# --- networks -----------------------------------------------------------------------------------


def test_network_sizes():
    network = Network([Dropout(0.1), Dense(3, 5, "relu"), BatchNorm(5), Dense(5, 2)])
    assert (network.n_in, network.n_out) == (3, 2)
    assert network.layout.size == 3 * 5 + 5 + 4 * 5 + 5 * 2 + 2
    assert network == Network(network.layers)
    assert hash(network) == hash(Network(network.layers))
    assert network != Network(network.layers[:2])


def test_mlp():
    assert mlp(4, (8, 3), 2, "tanh", "softmax") == Network(
        [Dense(4, 8, "tanh"), Dense(8, 3, "tanh"), Dense(3, 2, "softmax")]
    )
    assert mlp(4, (), 1) == Network([Dense(4, 1)])


def test_initial_parameters_are_a_function_of_the_seed():
    network = mlp(4, (8,), 2)
    first = network.initial_parameters(1)
    assert first == network.initial_parameters(1)
    assert first != network.initial_parameters(2)
    assert network.initial_parameters(1, np.float32).vector.dtype == np.float32
    # Two layers of one shape start differently.
    same = Network([Dense(3, 3), Dense(3, 3)]).initial_parameters(1)
    assert not np.array_equal(same["layers[0].W"], same["layers[1].W"])


def test_check_input():
    network = mlp(2, (), 1)
    assert network.check_input([[1, 2]]).dtype == np.float64
    assert network.check_input(np.ones((1, 2), np.float32)).dtype == np.float32
    for wrong in ([1.0, 2.0], [[1.0]], 3.0):
        with pytest.raises(ShapeError, match=r"the network takes \(n_samples, 2\)"):
            network.check_input(wrong)


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: Dense(0, 1), InvalidValueError, "n_in (=0) must be >= 1"),
        (lambda: Dense(1, 2.5), InvalidTypeError, "n_out (=2.5) must be an integer"),
        (lambda: Dense(1, 1, "sigmod"), InvalidValueError, "did you mean 'sigmoid'?"),
        (lambda: Dense(1, 1, learning_rate_factor=0), InvalidValueError, "must be > 0"),
        (
            lambda: Dense(1, 1, bias_learning_rate_factor=-1),
            InvalidValueError,
            "bias_learning_rate_factor (=-1) must be > 0",
        ),
        (lambda: Scale(0), InvalidValueError, "n (=0) must be >= 1"),
        (lambda: Scale(2, learning_rate_factor=0), InvalidValueError, "must be > 0"),
        (
            lambda: ParametricActivation(2, "softmax"),
            InvalidValueError,
            "activation (='softmax') must act on each unit by itself",
        ),
        (lambda: OneHot(()), InvalidValueError, "the number of sizes (=0) must be >= 1"),
        (lambda: OneHot((2, -1)), InvalidValueError, "sizes[1] (=-1) must be >= 0"),
        (lambda: OneHot("3"), InvalidTypeError, "sizes (='3') must be whole numbers"),
        (lambda: Embedding((2, 0)), InvalidValueError, "sizes[1] (=0) must be >= 1"),
        (lambda: Embedding((2,), 0), InvalidValueError, "n_out (=0) must be >= 1"),
        (lambda: PeriodicEmbedding(2, 1), InvalidValueError, "n_out (=1) must be >= 2"),
        (lambda: PeriodicEmbedding(2, sigma=0), InvalidValueError, "sigma (=0) must be > 0"),
        (lambda: ByColumn([]), InvalidValueError, "groups (=()) must hold at least one pair"),
        (lambda: ByColumn([(0, 1)]), InvalidTypeError, "must be a pair of columns and a Layer"),
        (lambda: ByColumn([((), Dropout())]), InvalidValueError, "must be different ones"),
        (lambda: ByColumn([((1, 1), Dropout())]), InvalidValueError, "must be different ones"),
        (lambda: ByColumn([((-1,), Dropout())]), InvalidValueError, "(=-1) must be >= 0"),
        (lambda: ByColumn([((3,), Dropout())], 3), InvalidValueError, "n_in (=3) must be >= 4"),
        (
            lambda: ByColumn([((0, 1), Dense(3, 2))]),
            ShapeError,
            "the layer of groups[0] takes 3 inputs, but has 2 columns",
        ),
        (lambda: Dropout(1.0), InvalidValueError, "rate (=1.0) must be >= 0 and < 1"),
        (lambda: BatchNorm(0), InvalidValueError, "n (=0) must be >= 1"),
        (lambda: BatchNorm(2, momentum=1), InvalidValueError, "momentum (=1) must be >= 0"),
        (lambda: LayerNorm(2, eps=0), InvalidValueError, "eps (=0) must be > 0"),
        (lambda: Frozen("dense"), InvalidTypeError, "must be a Layer that is not frozen yet"),
        (lambda: Frozen(Frozen(Dense(1, 1))), InvalidTypeError, "not frozen yet"),
        (lambda: Network([]), InvalidValueError, "at least one Dense layer"),
        (lambda: Network([Dropout()]), InvalidValueError, "at least one Dense layer"),
        (lambda: Network([Dense(1, 1), "relu"]), InvalidTypeError, "layers[1] (='relu') must be"),
        (
            lambda: Network([Dense(2, 3), Dropout(), Dense(4, 1)]),
            ShapeError,
            "layers[2] takes 4 inputs, but the layer before it has 3 outputs",
        ),
        (
            lambda: Network([Dense(2, 1, "softmax")]),
            InvalidValueError,
            "softmax of one unit, which is always 1; use a sigmoid",
        ),
    ],
)
def test_what_cannot_be_built(make, kind, words):
    with pytest.raises(kind) as error:
        make()
    assert words in str(error.value)


@pytest.mark.parametrize("f", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
def test_every_activation_follows_every_activated_layer(f):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(6, 3))
    for layer in (Dense(3, 2, f), BatchNorm(3, f), LayerNorm(3, f.name)):
        views = views_of(layer, rng)
        a, cache = layer.forward(views, X, Key(0, 0, 0))
        np.testing.assert_array_equal(a, f.value(cache.z))
        assert f"{f!r}" in repr(layer)


def test_configs_are_made_of_names_and_numbers():
    # What a model file will have to write: numbers, layers, activations and initializers.
    for layer in ALL:
        for value in layer.config().values():
            if isinstance(layer, ByColumn) and isinstance(value, tuple):
                assert all(isinstance(x, Layer) and json.dumps(columns) for columns, x in value)
                continue
            named = isinstance(value, Layer) or hasattr(value, "source")
            assert named or json.dumps(value)


# --- what a layer says of itself ------------------------------------------------------------------


@EVERY
def test_closed_forms_are_what_backward_gives(layer):
    # The base class finds them by vector-Jacobian products.
    rng = np.random.default_rng(2)
    inner = layer.inner
    X, views = rng.normal(size=(3, N)), views_of(inner, rng)
    jacobian = inner.jacobian(views, X[1])
    full = np.diag(jacobian) if jacobian.ndim == 1 else jacobian
    np.testing.assert_allclose(full, Layer.jacobian(inner, views, X[1]), rtol=1e-12, atol=1e-15)
    assert (inner.magnitude(views, X[1]) >= abs(jacobian) * (1 - 1e-12)).all()
    for key, spec in inner.specs().items():
        assert bool(inner.why_no_gradient(key)) == (not spec.trainable)
        for index in np.ndindex(spec.shape) if spec.trainable else ():
            found = inner.parameter_jacobian(views, X, key, index)
            expected = Layer.parameter_jacobian(inner, views, X, key, index)
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)
            reached = inner.units_of(key, index)
            others = [j for j in range(found.shape[1]) if reached is not None and j not in reached]
            assert not expected[:, others].any()
    addends = inner.contributions(views, X[0])
    if addends is not None:
        total = addends[0].sum(axis=0) + (0.0 if addends[1] is None else addends[1])
        np.testing.assert_allclose(total, inner.transform(views, X[:1])[0][0], rtol=1e-12)


@EVERY
def test_permutable_layers_exchange_their_units(layer):
    if not layer.permutable and not isinstance(layer, Dropout):
        return  # which says nothing
    rng = np.random.default_rng(2)
    X, views = rng.normal(size=(3, N)), views_of(layer, rng)
    a, _ = layer.forward(views, X, Key(1, 2, 0))
    order = [1, 0, *range(2, a.shape[1])]
    moved = {k: v[..., order] for k, v in views.items()}
    X_moved = X if any(v.ndim == 2 for v in views.values()) else X[:, order]
    b, _ = layer.forward(moved, X_moved, Key(1, 2, 0))
    alike = np.allclose(b, a[:, order], rtol=1e-12)
    assert alike or not layer.permutable
    if isinstance(layer, Dropout):
        assert alike == layer.permutable


@EVERY
def test_what_differs_at_evaluation_is_said(layer):
    rng = np.random.default_rng(2)
    X, views = rng.normal(size=(6, N)), views_of(layer, rng)
    at_evaluation, _ = layer.forward(views, X)
    in_training, _ = layer.forward(views, X, Key(1, 2, 0))
    assert bool(layer.at_evaluation) == (not np.array_equal(at_evaluation, in_training))
