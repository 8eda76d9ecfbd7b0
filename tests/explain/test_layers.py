"""Local derivatives of every kind of layer, and layers that are not ours."""

import numpy as np
import pytest
from tests.explain.problems import some_parameters

import chainrule as cr
from chainrule.activations import ACTIVATIONS, Activation
from chainrule.domain import REALS
from chainrule.engines import ReferenceEngine
from chainrule.explain import explain, explain_batch, explain_prediction
from chainrule.explain.derivation.jacobians import stages_of
from chainrule.explain.derivation.paths import largest_paths
from chainrule.layers import Layer
from chainrule.parameters import ParameterSpec
from chainrule.plan import Data


class Mixing(Layer):
    """a = x c with one number c for each pair: a layer whose inside nobody knows."""

    latex = r"a = x C"

    def __init__(self, n):
        self.n_in = self.n_out = n

    def config(self):
        return {"n": self.n_in}

    def specs(self):
        return {"C": ParameterSpec((self.n_in, self.n_in))}

    def forward(self, views, X, key=None):
        return X @ views["C"], X

    def backward(self, views, cache, grad_a):
        return grad_a @ views["C"].T, {"C": cache.T @ grad_a}


class Centred(Activation):
    """a = z - mean(z): no unit stands for itself."""

    name = "centred"
    latex = ""
    latex_derivative = ""
    source = "a user"
    range = REALS

    def value(self, z):
        return z - z.mean(axis=1, keepdims=True)

    def vjp(self, z, a, grad_a):
        return grad_a - grad_a.mean(axis=1, keepdims=True)


def networks():
    yield from (cr.Network([cr.Dense(3, 4, f), cr.Dense(4, 2)]) for f in ACTIVATIONS.values())
    yield cr.Network([cr.Dense(3, 4), cr.BatchNorm(4, "tanh"), cr.Dense(4, 2)])
    yield cr.Network([cr.Dense(3, 4), cr.LayerNorm(4, "gelu"), cr.Dense(4, 2)])
    yield cr.Network([cr.Dense(3, 4), cr.Dropout(), cr.Frozen(cr.BatchNorm(4)), cr.Dense(4, 2)])
    yield cr.Network([cr.Dense(3, 4), cr.ParametricActivation(4, "mish"), cr.Dense(4, 2)])
    yield cr.Network([cr.Dense(3, 2), cr.PeriodicEmbedding(2, 3), cr.Dense(6, 2)])
    by_column = cr.ByColumn([((0, 2), cr.Dense(2, 2, "tanh")), ((1, 2), cr.Scale(2))])
    yield cr.Network([cr.Dense(3, 3), by_column, cr.Dense(4, 2)])
    yield cr.Network([cr.Dense(3, 2), cr.Embedding((2, 3), 2), cr.Dense(4, 2)])
    yield cr.Network([cr.Dense(3, 2), cr.OneHot((0, 3)), cr.Dense(4, 2)])
    yield cr.Network([cr.Dense(3, 4, "tanh"), cr.Scale(4), cr.Dense(4, 2)])
    yield cr.Network([cr.Dense(3, 4, Centred()), Mixing(4), cr.Dense(4, 2)])


NETWORKS = [
    pytest.param(n, id=f"{type(n.layers[1]).__name__}-{n.layers[0].activation.name}")
    for n in networks()
]


@pytest.mark.parametrize("network", NETWORKS)
def test_every_jacobian_is_the_numerical_one(network):
    rng = np.random.default_rng(4)
    X = rng.normal(size=(2, 3)) + 0.05
    parameters = some_parameters(network, rng)
    stages = stages_of(network, parameters, X)
    h = 1e-6
    for k, stage in enumerate(stages):
        jacobian = stage.jacobian(1)
        full = np.diag(jacobian) if jacobian.ndim == 1 else jacobian
        for i in range(stage.before.shape[1]):
            moved = []
            for sign in (1, -1):
                before = stage.before.copy()
                before[1, i] += sign * h
                # The stage alone: what it makes of the moved row.
                if stage.part == "a":
                    moved.append(stage.owner.activation.value(before)[1])
                elif stage.part == "z":
                    moved.append(stage.owner.pre_activation(stage.views, before, None)[0][1])
                else:
                    moved.append(stage.owner.forward(stage.views, before, None)[0][1])
            numerical = (moved[0] - moved[1]) / (2 * h)
            # Truncation h^2 and rounding eps / h are both about 1e-10 for numbers near 1.
            np.testing.assert_allclose(full[:, i], numerical, atol=1e-7, err_msg=f"stage {k}")


@pytest.mark.parametrize("network", NETWORKS)
def test_the_row_of_each_is_explained(network):
    rng = np.random.default_rng(4)
    parameters = some_parameters(network, rng)
    x, y = rng.normal(size=3) + 0.05, [0.3, -1.0]
    for view in network.layout.views:
        index = tuple(0 for _ in view.spec.shape)
        name = network.layout.full_name(view, index)
        e = explain(network, parameters, x, y, loss="mean_squared_error", weight=name)
        if view.key in ("mean", "variance"):
            assert e.derivative is None
            assert e.step is None
            assert "is not computed" in str(e)
            assert "running statistic" in e.reason
            b = explain_batch(network, parameters, [x], [y], loss="mse", weight=name)
            assert b.derivative is None
            assert "is not computed" in str(b)
        else:
            assert e.check.verdict in ("agrees", "hidden by rounding")
            assert e.path_total == pytest.approx(e.derivative, rel=1e-10, abs=1e-12)


def test_a_frozen_weight_is_told_and_stays():
    network = cr.Network([cr.Frozen(cr.Dense(2, 2, "tanh")), cr.Dense(2, 1)])
    parameters = network.initial_parameters(0)
    e = explain(network, parameters, [1.0, 2.0], [0.0], loss="mse", weight="w1", penalties="l2")
    assert e.derivative != 0
    assert e.step.weight == e.weight.value
    assert e.penalties == ()
    assert "frozen" in str(e)
    assert "leaves w1 as it is" in str(e)


def test_what_evaluation_means_is_said():
    network = cr.Network([cr.Dense(2, 3), cr.BatchNorm(3), cr.Dropout(0.9), cr.Dense(3, 1)])
    text = str(
        explain(network, network.initial_parameters(0), [1, 2], 1, loss="mse", weight="h1.w1")
    )
    assert "dropout is at evaluation: it drops nothing" in text
    assert "it uses its running statistics" in text
    assert "dropout lets everything pass at evaluation" in text


def test_a_dead_relu_is_named():
    network = cr.Network([cr.Dense(1, 1, "relu"), cr.Dense(1, 1)])
    numbers = {"layers[0].W": [[-1]], "layers[0].b": [0], "layers[1].W": [[1]], "layers[1].b": [0]}
    e = explain(network, numbers, [2.0], 1, loss="mse", weight="w1")
    assert e.derivative == 0
    assert [f.symbol.text for f in e.factors if f.value == 0] == ["∂a_h1/∂z_h1"]
    assert "the product is 0 because of ∂a_h1/∂z_h1 (relu, h1 in layers[0])" in str(e)
    assert e.paths == ()


def test_the_path_of_zeros_stays_with_its_own_unit():
    # Every path carries 0, since the input is 0: shown is still one of this weight's own.
    network = cr.mlp(2, (5,), 1, "tanh")
    e = explain(network, network.initial_parameters(0), [0.0, 1.0], 1, loss="mse", weight="h4.w1")
    assert [f.symbol.text for f in e.factors][-2:] == ["∂a_h4/∂z_h4", "∂z_h4/∂w7"]


def test_paths_that_are_left_carry_what_they_carry():
    # Of three hidden units two are off: their paths carry 0, and not what rounding leaves.
    network = cr.Network([cr.Dense(1, 1), cr.Dense(1, 3, "relu"), cr.Dense(3, 1)])
    numbers = {
        "layers[0].W": 0.1, "layers[0].b": 0.7, "layers[1].W": [[0.3, -1, -1]],
        "layers[1].b": 0, "layers[2].W": [[0.7], [1], [1]], "layers[2].b": 0,
    }  # fmt: skip
    e = explain(network, numbers, [0.1], [0.3], loss="mse", weight="w1", paths=1)
    assert (e.n_paths, len(e.paths), e.remainder) == (3, 1, 0.0)
    assert "The 2 other paths carry 0." in e.to_text("paths")


def test_a_long_formula_stands_above_its_numbers():
    network = cr.mlp(4, (1,), 1, "identity")
    e = explain(network, network.initial_parameters(0), [-1.5, 2, 3, 4], 1, loss="mse", weight="w1")
    lines = [line.strip() for line in str(e).splitlines()]
    k = lines.index("z_h1 = w1 x1 + w2 x2 + w3 x3 + w4 x4 + b1")
    assert lines[k + 1].startswith("= ")
    # A negative factor is in parentheses, not its product.
    assert "(-(" not in lines[k + 1]
    assert " × (-1.500000)" in lines[k + 1]


def test_the_step_of_a_result_keeps_its_memory():
    rng = np.random.default_rng(0)
    network = cr.mlp(2, (3,), 1, "tanh")
    result = cr.train(
        network, rng.normal(size=(8, 2)), rng.normal(size=8), loss="mse",
        optimizer=cr.Adam(0.01), epochs=3, seed=0, engine="reference",
    )  # fmt: skip
    ask = {"x": [1.0, 2.0], "y": 1, "weight": "w2"}
    assert explain(result, **ask, optimizer=cr.Adam(0.01)).step == explain(result, **ask).step
    # Another optimizer's memory is no memory of this one.
    assert explain(result, **ask, optimizer="nadam").step.fresh


def test_the_step_is_that_of_training():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(8, 2)), rng.normal(size=8)
    network = cr.mlp(2, (3,), 1, "tanh")
    result = cr.train(
        network, X, y, loss="mse", optimizer=cr.Adam(0.01), epochs=3, batch_size=1, seed=0,
        shuffle=False, engine="reference",
    )  # fmt: skip
    e = explain(result, x=X[0], y=y[0], weight="w2")
    assert not e.step.fresh
    # One epoch of that one row is the same update, by the engine that trains.
    row = Data(X[:1], y[:1, None])
    report = ReferenceEngine().session(result.plan, row).advance(result.state, epochs=1)
    assert report.state.update == result.state.update + 1
    assert e.step.weight == pytest.approx(float(report.state.parameters["w2"]), rel=1e-12)
    assert e.step.weight != e.weight.value


def test_a_prediction_s_derivatives_are_the_numerical_ones():
    network = cr.Network([cr.Dense(3, 4, "gelu"), cr.LayerNorm(4), cr.Dense(4, 2, "softmax")])
    parameters = some_parameters(network, np.random.default_rng(1))
    x = np.array([0.3, -0.7, 1.1])
    e = explain_prediction(network, parameters, x)
    h = 1e-6

    def outputs(v):
        return np.array([o.value for o in explain_prediction(network, parameters, v).outputs])

    for i in range(3):
        unit = h * np.eye(3)[i]
        numerical = (outputs(x + unit) - outputs(x - unit)) / (2 * h)
        np.testing.assert_allclose(e.sensitivities[:, i], numerical, atol=1e-8)
    first = e.layers[0]
    np.testing.assert_allclose(first.contributions.sum(axis=0) + first.bias, first.z, rtol=1e-12)
    assert len(e.steps) == 0 or e.steps[-1].value == e.outputs[-1].value


def test_memory_does_not_grow_with_the_paths():
    # 60 ** 9 paths, and ties everywhere: each layer keeps k for each unit, no more.
    rng = np.random.default_rng(0)
    jacobians = [rng.normal(size=(60, 60)) for _ in range(9)]
    start, end = np.zeros(60), rng.normal(size=60)
    start[3] = 2.0
    routes = largest_paths(start, jacobians, end, 7)
    sizes = [abs(r.contribution) for r in routes]
    assert len(routes) == 7
    assert sizes == sorted(sizes, reverse=True)
    # The first is the best of all: the max-product recursion, once more and by itself.
    best = np.abs(start)
    for jacobian in jacobians:
        best = (np.abs(jacobian) * best).max(axis=1)
    assert sizes[0] == pytest.approx((best * np.abs(end)).max(), rel=1e-12)
    assert len({r.units for r in routes}) == 7
