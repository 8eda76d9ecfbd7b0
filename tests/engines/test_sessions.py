"""Sessions: a training that is cut into pieces, anywhere, is the uncut one, bit for bit."""

import json
import signal
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

import chainrule as cr
from chainrule.engines import ReferenceEngine
from chainrule.engines.chunked import ChunkedEngine
from chainrule.engines.compiled import CompiledEngine
from chainrule.engines.sparse import SparseEngine
from chainrule.errors import EngineUnavailableError, InvalidTypeError, InvalidValueError
from chainrule.objective import Objective
from chainrule.optimizers import OPTIMIZERS, ElementwiseOptimizer
from chainrule.plan import LossRule, Monitor, RuleState, State
from chainrule.schedules import SCHEDULES

ENGINES = {"reference": ReferenceEngine(), "compiled": CompiledEngine(2)}
ELEMENTWISE = [o for o in OPTIMIZERS.values() if isinstance(o, ElementwiseOptimizer)]
RULES = {
    "early": LossRule("early_stopping", True, 0.01, 3, 1, keep=True),
    "flat": LossRule("tolerance", bound=0.02, patience=3),
    "low": LossRule("target", bound=0.05),
}


def random_plan(seed: int) -> tuple[cr.Plan, cr.State, cr.Data, Monitor]:
    """A plan of any kind with its rows; about one in six diverges, one in three is stopped."""
    rng = np.random.default_rng(seed)
    pick = lambda *these: these[rng.integers(len(these))]  # noqa: E731
    sizes = [int(rng.integers(1, 8)) for _ in range(3)]
    if rng.random() < 0.2:
        sizes = [40, 60, 2]  # so many parameters that threads share them, not the rows
    n_in, hidden, n_out = sizes
    dense = cr.Dense(n_in, hidden, pick("tanh", "relu", "gelu", "sigmoid"))
    between = pick((), (cr.Dropout(0.3),), (cr.BatchNorm(hidden),), (cr.LayerNorm(hidden),))
    layers = [pick(dense, cr.Frozen(dense), dense), *between, cr.Dense(hidden, n_out)]
    penalties = pick((), cr.L2(1e-2), (cr.L1(1e-3), cr.L2(1e-3)))
    objective = Objective(cr.Network(layers), pick("mse", "huber", "sum_squared_error"), penalties)
    n = int(rng.integers(5, 40))
    schedule = pick("constant", pick(*SCHEDULES.values()))
    optimizer = pick(*ELEMENTWISE)
    if rng.random() < 0.15:
        optimizer = cr.SGD(1e4)
    plan = cr.Plan(
        objective,
        optimizer,
        schedule,
        batch_size=pick(1, 3, 4, 8, "full"),
        shuffle=bool(rng.integers(2)),
        seed=seed,
        clip_norm=pick(None, None, 0.5),
        dtype=pick(np.float32, np.float64),
        order=pick(None, None, None, lambda epoch, n: (np.arange(n) * 3 + epoch) % n),
    )
    data = [
        cr.Data.check(
            objective,
            rng.normal(size=(k, n_in)),
            rng.normal(size=(k, n_out)),
            pick(None, rng.integers(1, 4, size=k) * 0.5),
            plan.dtype,
        )
        for k in (n, 7)
    ]
    rules = {name: rule for name, rule in RULES.items() if rng.random() < 0.3}
    state = State.start(plan, objective.network.initial_parameters(seed))
    return plan, state, data[0], Monitor(data[1], rules)


def assert_same(whole: list, cut: list) -> None:
    """Two trainings, as the reports of their pieces."""
    a, b = whole[-1], cut[-1]
    assert a.ended == b.ended
    assert a.rule == b.rule
    assert a.state == b.state
    for curve in ("losses", "gradient_norms", "learning_rates", "validation_losses"):
        ours = np.concatenate([getattr(report, curve) for report in whole])
        theirs = np.concatenate([getattr(report, curve) for report in cut])
        np.testing.assert_array_equal(ours, theirs, curve)


def check_cuts(engine, seed: int, epochs: int = 6) -> str:
    plan, start, data, monitor = random_plan(seed)
    rng = np.random.default_rng([seed, 1])
    session = engine.session(plan, data, monitor)
    whole = [session.advance(start, epochs=epochs)]
    per_epoch = plan.n_batches(data.n)
    cut, state = [], start
    while state.epoch < epochs:
        if rng.random() < 0.3:
            session = engine.session(plan, data, monitor)  # nothing of a session is needed
        if rng.random() < 0.3:
            plain, arrays = state.to_data()
            state = State.from_data(plan.objective.network.layout, plain, arrays)
        left = epochs * per_epoch - state.update
        if rng.random() < 0.3:
            cut.append(
                session.advance(state, epochs=int(rng.integers(1, epochs - state.epoch + 1)))
            )
        else:
            updates = int(rng.integers(1, 2 * per_epoch + 2))
            cut.append(session.advance(state, updates=min(updates, left)))
        if cut[-1].ended != "done":
            break
        state = cut[-1].state
    assert_same(whole, cut)
    return whole[-1].ended


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("first", range(0, 40, 10))
def test_any_cut_gives_the_bits_of_the_whole(engine, first):
    for seed in range(first, first + 10):
        check_cuts(ENGINES[engine], seed)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_any_cut_of_many_plans(engine):
    ended = {check_cuts(ENGINES[engine], seed) for seed in range(100, 500)}
    assert ended == {"done", "stopped", "diverged"}


@pytest.mark.parametrize("inner", ENGINES)
@pytest.mark.parametrize("kind", [ChunkedEngine, SparseEngine])
def test_any_cut_of_sparse_rows(inner, kind, monkeypatch):
    monkeypatch.setattr(cr.engines.chunked, "_NUMBERS", 60)  # several chunks an epoch
    engine = kind(ENGINES[inner])
    for seed in range(12):
        plan, start, data, monitor = random_plan(seed)
        if isinstance(plan.objective.network.layers[0], cr.Frozen):
            continue
        rows = cr.Data(sp.csr_array(data.X), data.y, data.sample_weight)
        session = engine.session(plan, rows, monitor)
        whole = [session.advance(start, epochs=4)]
        cut, state = [], start
        while state.epoch < 4 and (not cut or cut[-1].ended == "done"):
            cut.append(
                session.advance(state, updates=min(3, 4 * plan.n_batches(data.n) - state.update))
            )
            state = cut[-1].state
        assert_same(whole, cut)


def test_chunks_are_the_updates_of_dense_rows(monkeypatch):
    monkeypatch.setattr(cr.engines.chunked, "_NUMBERS", 60)
    for seed in range(20):
        plan, start, data, _ = random_plan(seed)
        rows = cr.Data(sp.csr_array(data.X), data.y, data.sample_weight)
        dense = ENGINES["compiled"].session(plan, data).advance(start, epochs=3)
        chunks = ChunkedEngine(ENGINES["compiled"]).session(plan, rows).advance(start, epochs=3)
        assert dense.state == chunks.state
        np.testing.assert_array_equal(dense.losses, chunks.losses)


@pytest.mark.parametrize("engine", ENGINES)
def test_back_to_an_earlier_state(engine):
    plan, start, data, monitor = random_plan(3)
    session = ENGINES[engine].session(plan, data, monitor)
    states, state = [start], start
    for _ in range(9):
        state = session.advance(state, updates=1).state
        states.append(state)
    kept = [s.to_data()[1]["parameters"].copy() for s in states]
    for k in (2, 7, 0, 5):
        again = session.advance(states[k], updates=9 - k).state
        assert again == states[9]
    for s, before in zip(states, kept, strict=True):
        np.testing.assert_array_equal(s.parameters.vector, before)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_loss_of_a_batch(engine):
    objective = Objective(cr.Network([cr.Dense(2, 1)]), "mse", cr.L2(0.1))
    plan = cr.Plan(objective, cr.SGD(0.1), batch_size=2, shuffle=False, seed=0)
    rng = np.random.default_rng(0)
    data = cr.Data.check(objective, rng.normal(size=(6, 2)), rng.normal(size=(6, 1)))
    state = State.start(plan, objective.network.initial_parameters(1))
    session = ENGINES[engine].session(plan, data)
    for k in range(3):
        rows = slice(2 * k, 2 * k + 2)
        value, _ = cr.value_and_gradient(objective, state.parameters, data.X[rows], data.y[rows])
        report = session.advance(state, updates=1)
        assert report.batch_loss == pytest.approx(value, rel=1e-12)
        state = report.state
    assert np.isnan(session.advance(state, updates=0).batch_loss)


# --- Ctrl-C ---------------------------------------------------------------------------------------


# Python drops an interrupt that comes while an object is deleted; the next one counts.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("batch_size", [7, "full"])
def test_a_training_goes_on_after_any_interrupt(engine, batch_size, monkeypatch):
    """Some signals while training, some while it is evaluated: the curves have no seam."""
    network = cr.Network([cr.Dense(6, 12, "tanh"), cr.Dropout(0.2), cr.Dense(12, 1)])
    objective = Objective(network, "mse", cr.L2(1e-3))
    plan = cr.Plan(objective, cr.Adam(1e-3), batch_size=batch_size, seed=1)
    X = np.random.default_rng(0).normal(size=(60, 6))
    data = cr.Data.check(objective, X, X[:, :1] * X[:, 1:2])
    big = np.random.default_rng(1).normal(size=(3000, 6))
    monitor = Monitor(
        cr.Data.check(objective, big, big[:, :1]),
        {"early": LossRule("early_stopping", True, patience=10**6, keep=True)},
    )
    start = State.start(plan, network.initial_parameters(7))
    session = ENGINES[engine].session(plan, data, monitor)
    begun = time.perf_counter()
    session.advance(start, epochs=100)
    epochs = int(50 / (time.perf_counter() - begun)) + 1  # half a second of them
    delays = np.random.default_rng(5).uniform(0.001, 0.05, size=60).tolist()
    pieces, state = [], start
    while True:
        report = None
        try:
            if delays:
                timer = threading.Timer(delays.pop(), signal.raise_signal, [signal.SIGINT])
                timer.start()
            report = session.advance(state, epochs=epochs - state.epoch)
            timer.join()
        except KeyboardInterrupt:  # before the session was at work, or after it
            timer.join()
        if report is None:
            continue
        pieces.append(report)
        state = report.state
        if report.ended != "interrupted":
            break
    assert len(pieces) > 3
    assert_same([session.advance(start, epochs=epochs)], pieces)


def test_train_goes_on_after_an_interrupt_in_an_epoch():
    network = cr.Network([cr.Dense(3, 5, "tanh"), cr.Dense(5, 1)])
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), rng.normal(size=(40, 1))
    calls = 0

    def order(epoch, n):
        return (np.arange(n) + epoch) % n

    def score(a, y, weight):
        nonlocal calls
        calls += 1
        if calls == 5:
            raise KeyboardInterrupt
        return float(np.abs(a - y).mean())

    given = {
        "loss": "mse",
        "batch_size": 8,
        "order": order,
        "validation": (X, y),
        "metrics": [cr.Metric("error", score, greater_is_better=False)],
        "stop": cr.EarlyStopping("error", patience=30),
        "seed": 3,
    }
    with pytest.raises(cr.TrainingInterrupted) as stopped:
        cr.train(network, X, y, epochs=9, **given)
    first = stopped.value.result
    assert len(first.history) == 5  # the epoch that was being measured counts, with its score
    assert len(first.history.metrics["error"]) == 5
    rest = cr.train(network, X, y, epochs=4, initial=first.state, **given)
    whole = cr.train(network, X, y, epochs=9, **given)
    assert rest.state == whole.state
    assert first.history.loss + rest.history.loss == whole.history.loss
    errors = first.history.metrics["error"] + rest.history.metrics["error"]
    assert errors == whole.history.metrics["error"]


# --- states as data -------------------------------------------------------------------------------


def test_a_state_is_plain_data_and_arrays():
    plan, start, data, _ = random_plan(2)
    rules = {"early": RuleState(0.5, 3, 2, start.parameters), "other": RuleState()}
    session = ENGINES["compiled"].session(plan, data)
    state = replace(session.advance(start, updates=1).state, rules=rules)
    plain, arrays = state.to_data()
    assert all(isinstance(array, np.ndarray) for array in arrays.values())
    again = State.from_data(
        plan.objective.network.layout, json.loads(json.dumps(plain)), dict(arrays)
    )
    assert again == state
    with pytest.raises(InvalidValueError, match="no State"):
        State.from_data(plan.objective.network.layout, {}, arrays)
    with pytest.raises(InvalidValueError, match="optimizer_state has the shape"):
        State.from_data(
            plan.objective.network.layout, plain, {**arrays, "optimizer_state": np.zeros((1, 1))}
        )


# --- what is refused ------------------------------------------------------------------------------


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


def simple():
    objective = Objective(cr.Network([cr.Dense(2, 3, "tanh"), cr.Dense(3, 1)]), "mse")
    plan = cr.Plan(objective, cr.Adam(0.01), batch_size=4, seed=1)
    rng = np.random.default_rng(0)
    data = cr.Data.check(objective, rng.normal(size=(10, 2)), rng.normal(size=(10, 1)))
    return plan, State.start(plan, objective.network.initial_parameters(1)), data


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({}, InvalidTypeError, r"epochs \(=None\) and updates \(=None\): give one"),
        ({"epochs": 1, "updates": 2}, InvalidTypeError, r"epochs \(=1\) and updates \(=2\)"),
        ({"epochs": -1}, InvalidValueError, r"epochs \(=-1\) must be >= 0"),
        ({"updates": 1.5}, InvalidTypeError, r"updates \(=1.5\) must be an integer"),
    ],
)
def test_how_far(engine, given, error, words):
    plan, state, data = simple()
    with pytest.raises(error, match=words):
        engine.session(plan, data).advance(state, **given)


def test_a_state_of_another_network(engine):
    plan, _, data = simple()
    other = cr.Network([cr.Dense(2, 4, "tanh"), cr.Dense(4, 1)])
    state = State.start(plan, other.initial_parameters(1))
    with pytest.raises(InvalidValueError, match="another network: it has 17 parameters"):
        engine.session(plan, data).advance(state, epochs=1)


@pytest.mark.parametrize("optimizer", [cr.SGD(0.1), cr.Nadam()])
def test_a_state_of_another_optimizer(engine, optimizer):
    plan, _, data = simple()
    other = replace(plan, optimizer=optimizer)
    state = State.start(other, plan.objective.network.initial_parameters(1))
    with pytest.raises(InvalidValueError, match=r"another optimizer, .*, and not to Adam"):
        engine.session(plan, data).advance(state, epochs=1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"batch_size": 5}, r"4 rows a batch \(here 5\)"),
        ({"seed": 2}, r"1 seed \(here 2\)"),
        ({"shuffle": False}, r"1 seed \(here None\)"),
    ],
)
def test_a_place_in_an_epoch_of_another_plan(engine, change, words):
    plan, start, data = simple()
    state = engine.session(plan, data).advance(start, updates=1).state
    other = engine.session(replace(plan, **change), data)
    with pytest.raises(InvalidValueError, match="inside an epoch of another plan: " + words):
        other.advance(state, epochs=1)
    # Between two epochs a state may go on with another plan.
    assert other.advance(state.at_epoch_start(), epochs=1).ended == "done"
    fewer = cr.Data(data.X[:7], data.y[:7])
    with pytest.raises(InvalidValueError, match=r"10 rows \(here 7\)"):
        engine.session(plan, fewer).advance(state, epochs=1)


def test_no_state(engine):
    plan, state, data = simple()
    with pytest.raises(InvalidTypeError, match=r"state \(=Parameters\) must be a State"):
        engine.session(plan, data).advance(state.parameters, epochs=1)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [("plan", "seed", 9), ("optimizer", "learning_rate", 9.0), ("objective", "penalties", ())],
)
def test_a_plan_that_was_changed(engine, part, name, value):
    plan, state, data = simple()
    plan = replace(plan, objective=replace(plan.objective, penalties=(cr.L2(0.1),)))
    session = engine.session(plan, data)
    before = session.advance(state, epochs=1)
    vars(plan if part == "plan" else getattr(plan, part))[name] = value
    with pytest.raises(InvalidValueError, match="the plan was changed while"):
        session.advance(state, epochs=1)
    assert before.state.epoch == 1


def test_a_session_in_two_threads():
    objective = Objective(cr.Network([cr.Dense(2, 3, "tanh"), cr.Dense(3, 1)]), "mse")
    plan = cr.Plan(objective, batch_size=4, seed=1)
    X = np.random.default_rng(0).normal(size=(1000, 2))
    data = cr.Data.check(objective, X, X[:, :1])
    state = State.start(plan, objective.network.initial_parameters(1))
    session = CompiledEngine(1).session(plan, data)
    thread = threading.Thread(target=session.advance, args=(state,), kwargs={"epochs": 3000})
    thread.start()
    time.sleep(0.05)
    with pytest.raises(EngineUnavailableError, match="the session is advancing in another thread"):
        session.advance(state, epochs=1)
    thread.join()
    assert session.advance(state, epochs=1).ended == "done"
