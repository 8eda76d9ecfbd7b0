"""The mathematics of a round, and which shard a row belongs to."""

import numpy as np
import pytest
from benchmarks.cluster.here import Here, train_here
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.cluster.averaging import Averaging, Contribution, Place, added, averaged, no_velocity
from chainrule.cluster.rule import choose_averaging, choose_shards, local_plan
from chainrule.cluster.shard_tasks import shard_seed
from chainrule.cluster.sharding import cut, make_shards, row_words, shards_of_rows, spread
from chainrule.objective import Objective
from chainrule.plan import Data, Plan, State


def plan_of(network, **how):
    return Plan(Objective(network, "mse"), **{"seed": 3, "dtype": np.float32, **how})


def start(plan):
    return State.start(plan, plan.objective.network.initial_parameters(3))


def contribution(state, vector, memory, shard):
    step = vector.astype(np.float64) - state.parameters.vector
    total = np.vstack([step, memory.astype(np.float64)])
    return Contribution(total, {shard: Place(1)}, 5, False, (vector, memory))


@pytest.mark.parametrize("optimizer", [cr.SGD(0.1), cr.SGD(0.1, momentum=0.9), cr.Adam()])
def test_the_common_state_is_the_mean_of_the_shards(network, optimizer):
    plan = plan_of(network, optimizer=optimizer)
    state, rng = start(plan), np.random.default_rng(0)
    vectors = [rng.normal(size=state.parameters.vector.shape).astype(np.float32) for _ in range(5)]
    memories = [rng.random(state.optimizer_state.shape).astype(np.float32) for _ in range(5)]
    parts = [
        contribution(state, v, m, k) for k, (v, m) in enumerate(zip(vectors, memories, strict=True))
    ]
    new, _ = averaged(Averaging(5, 8, 5), state, added(parts), no_velocity(state))
    # The sums are in double precision; only the result is rounded.
    np.testing.assert_allclose(new.parameters.vector, np.mean(vectors, axis=0), rtol=0, atol=3e-7)
    np.testing.assert_allclose(new.optimizer_state, np.mean(memories, axis=0), rtol=0, atol=3e-7)
    assert new.update == 5


def test_the_outer_step_is_that_of_nesterov(network):
    plan = plan_of(network, optimizer=cr.SGD(0.1), dtype=np.float64)
    state = start(plan)
    x, memory = state.parameters.vector, state.optimizer_state
    averaging, velocity = Averaging(2, 8, 5, 1.0, 0.9, 0.7), no_velocity(state)
    d = np.full_like(x, 0.5)  # the mean of steps of 0 and 1
    parts = [contribution(state, x + k, memory, k) for k in (0, 1)]
    one, velocity = averaged(averaging, state, added(parts), velocity)
    np.testing.assert_allclose(one.parameters.vector, x + 0.7 * (d + 0.9 * d), rtol=1e-14)
    x = one.parameters.vector
    parts = [contribution(one, x + k, memory, k) for k in (0, 1)]
    two, velocity = averaged(averaging, one, added(parts), velocity)
    v = 0.9 * d + d
    np.testing.assert_allclose(two.parameters.vector, x + 0.7 * (d + 0.9 * v), rtol=1e-14)


def test_what_no_shard_moves_stays_to_the_bit(network):
    frozen = cr.Network([cr.Frozen(cr.Dense(4, 8, "tanh")), cr.Dense(8, 1)])
    plan = plan_of(frozen, dtype=np.float64)
    state, rng = start(plan), np.random.default_rng(0)
    movable = state.parameters.layout.trainable
    parts = []
    for k in range(7):
        moved = np.where(movable, rng.normal(size=movable.shape), 0) + state.parameters.vector
        parts.append(contribution(state, moved, state.optimizer_state, k))
    averaging = Averaging(7, 8, 5, 1.0, 0.9, 0.7)
    new, _ = averaged(averaging, state, added(parts), no_velocity(state))
    assert (new.parameters.vector[~movable] == state.parameters.vector[~movable]).all()
    assert (new.parameters.vector[movable] != state.parameters.vector[movable]).all()


@given(
    n=st.integers(1, 200),
    shards=st.integers(1, 9),
    first=st.integers(0, 1000),
    seed=st.integers(0, 2**64 - 1),
)
def test_a_row_s_shard_depends_on_its_number_alone(n, shards, first, seed):
    whole = shards_of_rows(seed, 0, first + n, shards)
    assert (shards_of_rows(seed, first, n, shards) == whole[first:]).all()
    assert (row_words(seed, first, n, 1) == row_words(seed, 0, first + n, 1)[first:]).all()
    counts = np.bincount(whole, minlength=shards)
    assert counts.max() - counts.min() <= 1


def test_no_row_is_lost_or_learned_from_twice(rows):
    X, y = rows
    parts = cut((X, y, None), 0, 3, 7)
    found = np.concatenate([part[0] for part in parts])
    assert np.array_equal(np.sort(found, axis=0), np.sort(X, axis=0))


def test_shards_have_seeds_of_their_own():
    assert shard_seed(5, 0) == 5
    assert len({shard_seed(5, shard) for shard in range(100)}) == 100


def test_shards_are_spread_by_threads():
    homes = spread({"a": 1, "b": 3}, 8)
    assert (homes.count("a"), homes.count("b")) == (2, 6)


def test_shards_are_made_while_no_worker_is_there(rows):
    X, y = rows
    here = Here()
    here.threads = dict
    (whole,) = make_shards(here, [(X, y, None)], [len(X)], 3, 1)
    parts = make_shards(
        here, [(X[:400], y[:400], None), (X[400:], y[400:], None)], [400, 200], 3, 2
    )
    assert (whole[0] == X).all()
    assert [len(part[0]) for part in parts] == [300, 300]


def test_the_rule():
    assert [choose_shards(n) for n in (10, 99_999, 100_000, 10**9)] == [1, 1, 2, 64]
    plan = plan_of(cr.mlp(4, (8,), 1), batch_size=256)
    eight = choose_averaging(plan, 80_000, 8)
    assert (eight.batch_size, eight.updates) == (32, 40)  # 313 updates in 8 rounds
    assert local_plan(plan, eight, 80_000).optimizer.learning_rate == pytest.approx(0.001 * 8**0.5)
    # SGD's mean over shards is the step of the whole batch.
    sgd = plan_of(cr.mlp(4, (8,), 1), batch_size=256, optimizer=cr.SGD(0.1))
    assert choose_averaging(sgd, 80_000, 8).learning_rate_factor == 1


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize(
    "network",
    [
        cr.mlp(4, (8,), 1, "tanh"),
        cr.Network([cr.Dense(4, 8, "relu"), cr.Dropout(0.2), cr.BatchNorm(8), cr.Dense(8, 1)]),
    ],
    ids=["dense", "dropout and batch normalisation"],
)
@pytest.mark.parametrize("optimizer", [cr.Adam(), cr.SGD(0.05, momentum=0.9)])
def test_one_shard_is_the_fit_on_one_machine(rows, network, optimizer, engine):
    X, y = rows
    plan = plan_of(network, optimizer=optimizer, schedule=cr.CosineDecay())
    watched = {"stop": [cr.EarlyStopping(patience=2)], "metrics": ["r2"]}
    seen = X[:100], y[:100]
    alone = cr.train(
        network, X, y, loss="mse", optimizer=optimizer, schedule=cr.CosineDecay(), epochs=5,
        seed=3, validation=seen, engine=engine, **watched,
    )  # fmt: skip
    averaging = Averaging(1, 32, 7)
    fit = train_here(plan, Data(X, y[:, None]), seen, averaging, 5, engine=engine, **watched)
    assert fit.state == alone.state
    assert fit.parameters == alone.parameters
    assert fit.history.without_times() == alone.history.without_times()


def test_a_step_of_sgd_on_shards_is_that_of_the_whole_batch(rows):
    X, y = rows[0].astype(np.float64), rows[1].astype(np.float64)[:, None]
    network = cr.mlp(4, (8,), 1, "tanh")
    plan = plan_of(network, optimizer=cr.SGD(0.1), batch_size="full", dtype=np.float64)
    fit = train_here(plan, Data(X, y), None, Averaging(4, 150, 1), 3)
    whole = cr.train(
        network, X, y, loss="mse", optimizer=cr.SGD(0.1), batch_size="full", epochs=3, seed=3
    )
    difference = np.abs(fit.parameters.vector - whole.parameters.vector).max()
    assert difference < 1e-14  # a few roundings


def test_a_shard_that_diverges_ends_the_fit(rows):
    X, y = rows
    plan = plan_of(cr.mlp(4, (8,), 1), optimizer=cr.SGD(1e6))
    with pytest.warns(cr.DivergenceWarning, match="epoch 1"):
        fit = train_here(plan, Data(X, y[:, None]), None, Averaging(3, 16, 4), 5)
    assert fit.diverged
    assert fit.parameters == start(plan).parameters


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 8, 1), "shards"),
        ((2, 0, 1), "batch_size"),
        ((2, 8, 0), "updates"),
        ((2, 8, 1, 0), "learning_rate_factor"),
        ((2, 8, 1, 1, 1), "outer_momentum"),
        ((2, 8, 1, 1, 0, 0), "outer_rate"),
        ((2, 8, 1, 1, 0, 1, 0), "first"),
    ],
)
def test_bad_averaging_is_refused(arguments, message):
    with pytest.raises(cr.ChainruleError, match=message):
        Averaging(*arguments)


def test_the_first_rounds_may_run_on_few_shards():
    averaging, waiting = Averaging(8, 8, 1, first=1), range(8)
    sizes = [len(averaging.participants(0, done, waiting)) for done in range(5)]
    assert sizes == [1, 2, 4, 8, 8]
    assert len(averaging.participants(1, 0, waiting)) == 8
