"""Layers that take columns by their kind, on tables with codes in them."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines.compiled import CompiledEngine
from chainrule.objective import Objective

SIZES = (0, 3, 0, 9, 40)
"""Two numbers, and categories of 3, 9 and 40 levels."""


def rows(n, seed=0):
    """Numbers and codes; one code in ten is of no category that is known."""
    rng = np.random.default_rng(seed)
    X = np.column_stack(
        [rng.integers(size, size=n) if size else rng.normal(size=n) for size in SIZES]
    ).astype(float)
    unknown = (rng.random(X.shape) < 0.1) & (np.array(SIZES) > 0)
    return np.where(unknown, rng.choice([-1.0, 0.5, 99.0], size=X.shape), X)


def front():
    groups = [
        ((0, 2), cr.PeriodicEmbedding(2)),
        ((4, 3), cr.Embedding((40, 9), 3)),
        ((1,), cr.OneHot((3,))),
    ]
    return cr.ByColumn(groups)


NETWORKS = {
    "one hot": [cr.OneHot(SIZES)],
    "one hot and dense": [cr.OneHot(SIZES), cr.Dense(54, 17, "relu")],
    "no bias": [cr.OneHot(SIZES), cr.Dense(54, 17, "tanh", bias=False)],
    "scaled": [cr.OneHot(SIZES), cr.Scale(54), cr.Dense(54, 40, "selu")],
    "scaled alone": [cr.OneHot(SIZES), cr.Scale(54), cr.LayerNorm(54)],
    "dropped": [cr.OneHot(SIZES), cr.Scale(54), cr.Dense(54, 8), cr.Dropout(0.4)],
    "frozen": [cr.OneHot(SIZES), cr.Scale(54), cr.Frozen(cr.Dense(54, 8)), cr.Dense(8, 8)],
    "frozen scale": [cr.OneHot(SIZES), cr.Frozen(cr.Scale(54)), cr.Dense(54, 8)],
    "wide": [cr.OneHot(SIZES), cr.Scale(54), cr.Dense(54, 256, "relu"), cr.Dense(256, 256)],
    "by column": [front(), cr.Scale(17), cr.Dense(17, 33, "tanh")],
    "by column after a layer": [cr.Scale(5), front()],
}


def plan_for(layers, dtype, batch_size, **more):
    width = next(layer.n_out for layer in reversed(layers) if layer.n_out)
    network = cr.Network([*layers, cr.Dense(width, 2)])
    objective = Objective(network, "mean_squared_error", cr.L2(1e-3))
    more = {"optimizer": cr.Adam(0.01), **more}
    return cr.Plan(objective, batch_size=batch_size, seed=3, dtype=dtype, **more)


def data_for(plan, n):
    X, rng = rows(n), np.random.default_rng(1)
    weight = rng.uniform(0.5, 2.0, size=n)
    return cr.Data.check(plan.objective, X, rng.normal(size=(n, 2)), weight, dtype=plan.dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_both_engines_agree(both, layers, dtype):
    # Gradient descent: Adam turns the rounding of a gradient near 0 into a step of full length.
    for batch_size, n in ((1, 9), (7, 23), ("full", 200)):
        plan = plan_for(layers, dtype, batch_size, optimizer=cr.SGD(1e-3, momentum=0.9))
        data = data_for(plan, n)
        both.evaluate(plan, data)
        both.advance(plan, data)


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_threads_change_no_bit(layers):
    for batch_size in (100, 600, "full"):
        plan = plan_for(layers, np.float32, batch_size, clip_norm=1.0)
        data = data_for(plan, 1500)
        start = cr.State.start(plan, plan.objective.network.initial_parameters(7))
        vectors = [
            CompiledEngine(threads).session(plan, data).advance(start, epochs=2).state.parameters
            for threads in (1, 2)
        ]
        np.testing.assert_array_equal(vectors[0].vector, vectors[1].vector)


@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_codes_train_as_their_zeros_and_ones_do(scale, engine):
    X, rng = rows(300), np.random.default_rng(2)
    y = rng.normal(size=(300, 1))
    behind = [cr.Scale(54)] if scale else []
    behind += [cr.Dense(54, 20, "tanh"), cr.Dense(20, 1)]
    coded, plain = cr.Network([cr.OneHot(SIZES), *behind]), cr.Network(behind)
    ones, _ = cr.OneHot(SIZES).forward({}, X)
    how = {"loss": "mse", "optimizer": cr.SGD(0.05), "epochs": 5, "seed": 0, "engine": engine}
    start = plain.initial_parameters(1)
    expected = cr.train(plain, ones, y, initial=start.vector, **how)
    found = cr.train(coded, X, y, initial=start.vector, **how)
    assert found.engine == engine
    np.testing.assert_allclose(
        found.parameters.vector, expected.parameters.vector, rtol=1e-10, atol=1e-12
    )
    np.testing.assert_allclose(found.predict(X), expected.predict(ones), rtol=1e-10, atol=1e-12)
