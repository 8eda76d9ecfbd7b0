"""Whole epochs: the compiled engine reports what the reference reports."""

import gc
import pickle
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.activations import ACTIVATIONS
from chainrule.objective import Objective
from chainrule.plan import RuleState

TYPES = [np.float64, np.float32]
NETWORK = cr.Network([cr.Dense(4, 6, "tanh"), cr.Dense(6, 3)])
OBJECTIVE = Objective(NETWORK, "half_mean_squared_error")

OPTIMIZERS = [
    cr.SGD(0.1),
    cr.SGD(0.1, momentum=0.9),
    cr.SGD(0.1, momentum=0.9, nesterov=True),
    cr.SGD(0.1, momentum=0.5, weight_decay=0.1),
    cr.Adagrad(0.1),
    cr.Adagrad(0.1, weight_decay=0.1),
    cr.RMSprop(0.01, rho=0.8),
    cr.RMSprop(0.01, weight_decay=0.1),
    cr.Adadelta(rho=0.9),
    cr.Adadelta(2.0, weight_decay=0.1),
    cr.Adam(0.01),
    cr.Adam(0.01, beta1=0.8, beta2=0.99, eps=1e-4),
    cr.Adam(0.01, epsilon="hat", eps=1e-3),
    cr.Adam(0.01, beta1=0.0),
    cr.AdamW(0.01, weight_decay=0.1),
    cr.Adamax(0.01, weight_decay=0.1),
    cr.Nadam(0.01, weight_decay=0.1),
    cr.Nadam(0.01, momentum_decay=0.004),
    cr.Nadam(0.01, beta1=0.5, momentum_decay=1.0),
]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("clip_norm", [None, 0.2])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_every_optimizer(both, table, optimizer, clip_norm, dtype):
    plan = cr.Plan(OBJECTIVE, optimizer, batch_size=5, seed=2, clip_norm=clip_norm, dtype=dtype)
    both.advance(plan, table(plan))


def test_clipping_counts(both, table):
    plan = cr.Plan(OBJECTIVE, cr.SGD(0.1), batch_size=5, seed=2, clip_norm=0.2)
    report = both.advance(plan, table(plan))
    assert (report.gradient_norms > 0.2).all()  # the norm before clipping is what is reported


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", ["mean_squared_error", "sum_squared_error"])
@pytest.mark.parametrize("batch_size", [1, 3, 64, 100, "full", 1000])
def test_every_batch_size(both, table, batch_size, loss, weighted, dtype):
    # 100 and 131 rows are more than one tile and no whole number of them.
    plan = cr.Plan(
        Objective(NETWORK, loss), cr.SGD(1e-3), batch_size=batch_size, seed=2, dtype=dtype
    )
    both.advance(plan, table(plan, n=131, weighted=weighted))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("clip_norm", [None, 0.2])
def test_more_parameters_than_activations(both, table, clip_norm, dtype):
    # 24,243 parameters, and 190 rows of 123 outputs: sums over 128 rows and the 62 that follow.
    layers = [cr.Dense(400, 60, "relu"), cr.Dropout(0.2), cr.Dense(60, 3)]
    objective = Objective(cr.Network(layers), "mean_squared_error", [cr.L2(0.1), cr.L1(0.01)])
    plan = cr.Plan(
        objective, cr.SGD(0.01), batch_size=190, seed=2, clip_norm=clip_norm, dtype=dtype
    )
    both.advance(plan, table(plan, n=500, weighted=True))


@pytest.mark.parametrize("shuffle", [False, True])
def test_orders(both, table, shuffle):
    plan = cr.Plan(OBJECTIVE, cr.SGD(0.1), batch_size=4, shuffle=shuffle, seed=2)
    both.advance(plan, table(plan))


def test_an_order_of_ones_own(both, table):
    asked = []

    def order(epoch, n):
        asked.append(epoch)
        return np.random.default_rng(epoch).permutation(n)

    plan = cr.Plan(OBJECTIVE, cr.SGD(0.1), batch_size=4, order=order, seed=2)
    both.advance(plan, table(plan, weighted=True), epochs=4)
    assert asked == [0, 1, 2, 3] * 2


def test_an_order_of_ones_own_in_several_parts(both, table, monkeypatch):
    from chainrule.engines.compiled import session

    monkeypatch.setattr(session, "_NUMBERS", 50)  # two epochs of 23 rows
    plan = cr.Plan(OBJECTIVE, cr.SGD(0.1), batch_size=4, order=lambda k, n: np.roll(range(n), k))
    both.advance(plan, table(plan), epochs=5)


@pytest.mark.parametrize(
    "schedule",
    [cr.ExponentialDecay(0.9), cr.CosineDecay(20), cr.InverseScaling(), cr.StepDecay(2, 0.5)],
    ids=repr,
)
def test_schedules(both, table, schedule):
    plan = cr.Plan(OBJECTIVE, cr.SGD(0.1), schedule, batch_size=4, seed=2)
    both.advance(plan, table(plan))


def test_a_schedule_in_several_parts(both, table, monkeypatch):
    from chainrule.engines.compiled import session

    monkeypatch.setattr(session, "_NUMBERS", 13)  # two epochs of 6 updates
    plan = cr.Plan(OBJECTIVE, cr.SGD(0.1), cr.ExponentialDecay(0.9), batch_size=4, seed=2)
    both.advance(plan, table(plan), epochs=5)


def test_one_epoch_after_the_other(both, table):
    plan = cr.Plan(OBJECTIVE, cr.Adam(0.01), batch_size=4, seed=2)
    data = table(plan)
    state = cr.State.start(plan, NETWORK.initial_parameters(7))
    state = replace(state, rules={"own": RuleState(waited=3)})
    at_once = both.compiled.session(plan, data).advance(state, epochs=4)
    losses = []
    for _ in range(4):
        report = both.compiled.session(plan, data).advance(state, epochs=1)
        state = report.state
        losses.append(report.losses[0])
    assert state.parameters == at_once.state.parameters
    np.testing.assert_array_equal(state.optimizer_state, at_once.state.optimizer_state)
    np.testing.assert_array_equal(losses, at_once.losses)
    assert (state.update, state.epoch) == (24, 4)
    assert state.rules == {"own": RuleState(waited=3)}


def test_no_epochs(both, table):
    plan = cr.Plan(OBJECTIVE, seed=2)
    state = cr.State.start(plan, NETWORK.initial_parameters(7))
    report = both.compiled.session(plan, table(plan)).advance(state, epochs=0)
    assert report.ended == "done"
    assert report.losses.shape == report.seconds.shape == (0,)
    assert report.state.parameters == state.parameters


def test_nothing_given_is_written_to(both, table):
    plan = cr.Plan(OBJECTIVE, cr.Adam(0.01), batch_size=4, seed=2)
    data = table(plan, weighted=True)
    state = cr.State.start(plan, NETWORK.initial_parameters(7))
    arrays = [data.X, data.y, data.sample_weight, state.parameters.vector, state.optimizer_state]
    before = [a.copy() for a in arrays]
    for a in arrays:
        a.flags.writeable = False
    report = both.compiled.session(plan, data).advance(state, epochs=2)
    for a, b in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (state.update, state.epoch) == (0, 0)
    assert not np.shares_memory(report.state.parameters.vector, state.parameters.vector)


# Random triples: an activation inside, a loss with an output that fits, an optimizer. Tolerances
# are those of `Both`; learning rates are small enough for exp and for sums over a batch.
OUTPUTS = [
    ("mean_squared_error", "identity"),
    ("mean_squared_error", "softplus"),
    ("sum_squared_error", "tanh"),
    ("huber", "leaky_relu"),
    ("log_cosh", "silu"),
    ("quantile", "identity"),
    ("poisson", "exp"),
    ("poisson", "softplus"),
    ("binary_cross_entropy", "sigmoid"),
    ("cross_entropy", "softmax"),
    ("hinge", "identity"),
]


@settings(max_examples=60)
@given(
    hidden=st.lists(st.integers(1, 40), max_size=3),
    activation=st.sampled_from([a for a in ACTIVATIONS if a not in ("step", "softmax", "exp")]),
    output=st.sampled_from(OUTPUTS),
    n_in=st.integers(1, 20),
    n_out=st.integers(2, 20),
    optimizer=st.sampled_from(
        [
            cr.SGD(1e-3),
            cr.SGD(1e-3, momentum=0.9),
            cr.Adam(1e-3, eps=1e-4),
            cr.Nadam(1e-3, eps=1e-4),
        ]
    ),
    n=st.integers(1, 150),
    batch_size=st.integers(1, 150),
    weighted=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_fitting_triples(
    both, table, hidden, activation, output, n_in, n_out, optimizer, n, batch_size, weighted, seed
):
    network = cr.mlp(n_in, hidden, n_out, activation, output[1])
    objective = Objective(network, output[0], cr.L2(1e-3))
    plan = cr.Plan(objective, optimizer, batch_size=batch_size, seed=seed)
    data = table(plan, n=n, seed=seed)
    if weighted:
        weight = np.random.default_rng(seed).uniform(0.1, 2.0, size=n)
        data = cr.Data(data.X, data.y, weight)
    both.advance(plan, data, epochs=2)


def test_objectives_of_one_network_are_kept_apart(both, table):
    network = cr.Network([cr.Dense(3, 2, "sigmoid")])
    for _ in range(2):
        for loss in ("mean_squared_error", cr.SquaredError(factor=3.0), "binary_cross_entropy"):
            for penalties in ((), (cr.L2(0.1),), (cr.L2(0.1), cr.L1(0.2))):
                plan = cr.Plan(Objective(network, loss, penalties), cr.SGD(0.1), seed=2)
                both.evaluate(plan, table(plan))


def test_what_is_known_of_a_network_goes_with_it():
    from chainrule.engines.compiled import lower

    network = cr.Network([cr.Dense(3, 2)])
    objective = Objective(network, "mean_squared_error")
    assert lower.lower_objective(objective) is lower.lower_objective(objective)
    assert list(network.prepared) == ["compiled"]
    kept = weakref.ref(network.prepared["compiled"])
    assert "prepared" not in vars(pickle.loads(pickle.dumps(network)))
    del network, objective
    gc.collect()
    assert kept() is None


def test_threads_of_ones_own_may_train_with_the_same_objects():
    network, optimizer = cr.mlp(3, (4,), 1), cr.Adam(0.01)
    X = np.random.default_rng(0).normal(size=(20, 3))

    def fit(_):
        result = cr.train(network, X, X[:, :1], loss="huber", optimizer=optimizer, epochs=3, seed=1)
        return result.parameters.vector.tobytes()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(fit, range(200)))) == 1
