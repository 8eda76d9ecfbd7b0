"""Batch normalisation of batches with more rows than go through at once: tile by tile.

A batch of more than 2,048 rows takes several passes, which share what they know of all rows.
"""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines.compiled import CompiledEngine
from chainrule.objective import Objective
from chainrule.plan import Data, Plan, State
from chainrule.random import Key

ROWS = 2_500  # 40 tiles, the last one of 4 rows, in 14 pieces

NETWORKS = {
    "one": [cr.Dense(4, 7), cr.BatchNorm(7, "relu", momentum=0.7), cr.Dense(7, 2)],
    "first": [cr.BatchNorm(4, "tanh"), cr.Dense(4, 2)],
    "last": [cr.Dense(4, 2), cr.BatchNorm(2, "sigmoid", eps=1e-3)],
    "alone": [cr.BatchNorm(4), cr.BatchNorm(4), cr.Dense(4, 2)],
    "three": [
        cr.Dropout(0.1),
        cr.Dense(4, 9),
        cr.BatchNorm(9, "relu"),
        cr.Dropout(0.3),
        cr.Dense(9, 6, "tanh"),
        cr.BatchNorm(6),
        cr.Scale(6),
        cr.BatchNorm(6, "gelu"),
        cr.LayerNorm(6),
        cr.Dense(6, 2),
    ],
    "frozen before": [cr.Frozen(cr.Dense(4, 6, "tanh")), cr.BatchNorm(6), cr.Dense(6, 2)],
    "frozen between": [
        cr.Dense(4, 6),
        cr.BatchNorm(6, "relu"),
        cr.Frozen(cr.Dense(6, 6, "tanh")),
        cr.Frozen(cr.BatchNorm(6)),
        cr.BatchNorm(6),
        cr.Dense(6, 2),
    ],
    "by column": [
        cr.ByColumn([((0, 1), cr.PeriodicEmbedding(2, 3)), ((2, 3), cr.Scale(2))]),
        cr.BatchNorm(cr.PeriodicEmbedding(2, 3).n_out + 2),
        cr.Dense(cr.PeriodicEmbedding(2, 3).n_out + 2, 2),
    ],
    "inside columns": [  # takes all rows at once
        cr.ByColumn([((0, 1), cr.BatchNorm(2)), ((2, 3), cr.Scale(2))]),
        cr.Dense(4, 3),
        cr.BatchNorm(3, "relu"),
        cr.Dense(3, 2),
    ],
}


def plan_of(name: str, **how) -> Plan:
    objective = Objective(cr.Network(NETWORKS[name]), "mean_squared_error", cr.L2(0.01))
    return Plan(objective, **{"optimizer": cr.Adam(0.01), "seed": 3, "batch_size": "full", **how})


@pytest.mark.parametrize("name", NETWORKS)
def test_what_the_reference_computes(both, table, name):
    plan = plan_of(name, optimizer=cr.SGD(0.05))
    both.evaluate(plan, table(plan, n=ROWS))
    both.evaluate(plan, table(plan, n=ROWS, weighted=True))
    both.advance(plan, table(plan, n=ROWS, weighted=True))


@pytest.mark.parametrize("name", NETWORKS)
def test_in_float32(both, table, name):
    # NumPy's sums over the rows of float32 are less exact: the reference computes in float64.
    plan, exact = plan_of(name, dtype=np.float32), plan_of(name)
    data = table(plan, n=ROWS)
    parameters = plan.objective.network.initial_parameters(7, np.float32)
    key = Key(plan.seed, 5, 0)
    value, gradient = both.compiled.value_and_gradient(plan.objective, parameters, data, key)
    v, g = both.reference.value_and_gradient(
        exact.objective,
        parameters.astype(np.float64),
        Data(data.X.astype(np.float64), data.y.astype(np.float64)),
        key,
    )
    np.testing.assert_allclose(value, v, rtol=2e-5)
    np.testing.assert_allclose(gradient.vector, g.vector, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("name", ["three", "inside columns"])
def test_batches_of_which_the_last_goes_through_at_once(both, table, name):
    plan = plan_of(name, batch_size=2_100, optimizer=cr.SGD(0.05))
    both.advance(plan, table(plan, n=3 * ROWS))


def fit(engine: CompiledEngine, plan: Plan, data: Data, **by: int) -> tuple[bytes, ...]:
    """All bits after two epochs, which are asked for at once or by so many updates at a time."""
    state = State.start(plan, plan.objective.network.initial_parameters(7))
    session = engine.session(plan, data)
    losses: list[float] = []
    while state.epoch < 2:
        report = session.advance(state, **by)
        losses += report.losses.tolist()
        state = report.state
    arrays = state.parameters.vector, state.optimizer_state, np.array(losses)
    return tuple(array.tobytes() for array in arrays)


@pytest.mark.parametrize("batch_size", [2_100, "full"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["three", "frozen between"])
def test_the_same_bits_on_any_number_of_threads_in_one_go_or_in_parts(
    table, monkeypatch, name, dtype, batch_size
):
    monkeypatch.setenv("CHAINRULE_THREADS_EXACT", "1")
    plan = plan_of(name, dtype=dtype, batch_size=batch_size, clip_norm=0.5)
    data = table(plan, n=2 * ROWS, weighted=True)
    found = {fit(CompiledEngine(n), plan, data, epochs=2) for n in (1, 2, 3, 7)}
    found |= {fit(CompiledEngine(n), plan, data, updates=1) for n in (1, 3)}
    assert len(found) == 1


def test_statistics_of_numbers_far_from_zero(both):
    # Sums of squares would lose all digits of the variance.
    rng = np.random.default_rng(0)
    far = 1e8
    X = far + rng.normal(size=(4_000, 2))
    network = cr.Network([cr.BatchNorm(2, momentum=0.0), cr.Dense(2, 1)])
    plan = Plan(Objective(network, "mean_squared_error"), cr.SGD(1e-9), batch_size="full")
    state = State.start(plan, network.initial_parameters(0))
    state = both.compiled.session(plan, Data(X, X[:, :1])).advance(state, epochs=1).state
    mean, variance = (state.parameters["layers[0]." + key] for key in ("mean", "variance"))
    np.testing.assert_allclose(mean, far + (X - far).mean(0), rtol=1e-15)
    # A mean is known to eps far = 2e-8.
    np.testing.assert_allclose(variance, (X - far).var(0, ddof=1), rtol=2e-8)


@pytest.mark.slow
def test_what_is_not_kept_between_two_passes_is_computed_again():
    """The same bits: inputs of the couplings are kept where they are no more than the rows.

    Columns of zeros change no bit of a sum, and allow for more.
    """
    n, width, couplings = 100_000, 42, 4  # just more numbers than are always kept, 2^24
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(n, 3)).astype(np.float32), rng.normal(size=(n, 1)).astype(np.float32)
    W = rng.normal(size=(couplings * width, width))
    found = []
    for n_in in (3, len(W)):
        layers, last = [], n_in
        for _ in range(couplings):
            layers += [cr.Dense(last, width), cr.BatchNorm(width, "relu"), cr.Dropout(0.1)]
            last = width
        network = cr.Network([*layers, cr.Dense(last, 1)])
        parameters = network.initial_parameters(7, np.float32)
        parameters["layers[0].W"] = W[:n_in]
        padded = np.zeros((n, n_in), np.float32)
        padded[:, :3] = X
        value, gradient = CompiledEngine().value_and_gradient(
            Objective(network, "mean_squared_error"), parameters, Data(padded, y), Key(1, 0, 0)
        )
        of_zeros = slice(3 * width, n_in * width)
        assert not gradient.vector[of_zeros].any()
        found.append((value, np.delete(gradient.vector, of_zeros).tobytes()))
    assert found[0] == found[1]
