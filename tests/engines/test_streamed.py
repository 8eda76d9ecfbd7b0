"""Rows that are read anew in each epoch: what is learned is what rows in memory teach."""

import threading
from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import ReferenceEngine
from chainrule.engines.compiled import CompiledEngine
from chainrule.engines.streamed import StreamedEngine
from chainrule.errors import DataError, InvalidTypeError, InvalidValueError
from chainrule.objective import Objective
from chainrule.plan import Monitor, RowStream, State

rng = np.random.default_rng(5)
X, Y = rng.normal(size=(101, 4)), rng.normal(size=(101, 2))
WEIGHT = rng.integers(1, 4, 101) * 0.5
NETWORK = cr.Network([cr.Dense(4, 6, "tanh"), cr.Dropout(0.2), cr.Dense(6, 2)])
OPTIONS = {"loss": "half_mean_squared_error", "seed": 3, "penalties": [cr.L2(0.01)]}


class InGroups(RowStream):
    """Rows in memory as a stream of groups, each in blocks."""

    def __init__(self, X, y, weight=None, group=20, block=7, buffer=1000):
        self.rows, self.block, self.buffer = (X, y, weight), block, buffer
        self.edges = list(range(0, len(X), group)) + [len(X)]
        self.sizes = np.diff(self.edges).tolist()
        self.at_hand = (X[:30], y[:30], None if weight is None else weight[:30])
        self.identity = "the rows of a test"
        self.begun: list[int] = []

    def read(self, group):
        self.begun.append(group)
        for start in range(self.edges[group], self.edges[group + 1], self.block):
            rows = slice(start, min(start + self.block, self.edges[group + 1]))
            X, y, w = self.rows
            yield X[rows], y[rows], None if w is None else w[rows]


def order_of(stream, *, seed=3, epoch=0, shuffle=True):
    """The order in which an epoch takes the rows: row i has the loss i^2."""
    n = len(stream)
    network = cr.Network([cr.Dense(1, 1)])
    objective = Objective(network, "sum_squared_error")
    plan = cr.Plan(objective, cr.SGD(1e-30), batch_size=1, shuffle=shuffle, seed=seed)
    values = np.arange(n, dtype=float)[:, None]
    numbered = InGroups(values, np.zeros((n, 1)), buffer=stream.buffer)
    numbered.edges, numbered.sizes = stream.edges, stream.sizes
    data = numbered.as_data(objective, None, None, None)
    session = StreamedEngine(ReferenceEngine()).session(plan, data)
    start = {"layers[0].W": [[1.0]], "layers[0].b": [0.0]}
    state = State.start(plan, cr.parameters.as_parameters(network.layout, start, np.float64))
    state = replace(state, epoch=epoch)
    taken = []
    while state.epoch == epoch:
        report = session.advance(state, updates=1)
        state = report.state
        taken.append(round(float(np.sqrt(report.batch_loss))))
    return taken


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["", "weighted"])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("batch_size", [1, 8, 101, 500])
def test_the_same_order_is_the_same_fit(engine, shuffle, weight, batch_size):
    options = OPTIONS | {"epochs": 4, "engine": engine, "batch_size": batch_size}
    options |= {"shuffle": shuffle, "validation": (X[:20], Y[:20]), "metrics": ["r2"]}
    memory = cr.train(NETWORK, X, Y, sample_weight=weight, **options)
    # Rows that are not shuffled have the same order in a buffer of any size.
    for buffer in (101, 5000) if shuffle else (101, 24, 1):
        stream = InGroups(X, Y, weight, buffer=buffer)
        result = cr.train(NETWORK, stream, None, **options)
        assert result.state == memory.state
        for name in ("loss", "validation_loss", "gradient_norm", "learning_rate", "r2"):
            assert result.history.curve(name) == memory.history.curve(name)
        assert result.engine == memory.engine


@pytest.mark.parametrize("buffer", [1, 16, 40, 100])
def test_an_epoch_takes_every_row_once_in_an_order_of_its_own(buffer):
    stream = InGroups(X, Y, buffer=buffer)
    orders = [order_of(stream, epoch=epoch) for epoch in (0, 1)]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(101))
    assert orders[0] != orders[1]
    assert orders[0] == order_of(stream)
    assert orders[0] != order_of(stream, seed=4)
    assert order_of(stream, shuffle=False) == list(range(101))


def test_rows_are_mixed_within_a_buffer_of_groups_in_random_order():
    # Groups of 20 rows, buffers of 40: two groups, and no other, are in each.
    stream = InGroups(X[:100], Y[:100], buffer=40)
    order = order_of(stream)
    for first in (0, 40, 80):
        groups = {row // 20 for row in order[first : first + 40]}
        assert len(groups) == min(2, (100 - first) // 20)
        assert order[first : first + 40] != sorted(order[first : first + 40])


@pytest.mark.parametrize("engine", [ReferenceEngine(), CompiledEngine(2)], ids=lambda e: e.name)
@pytest.mark.parametrize("seed", range(4))
def test_a_training_cut_anywhere_is_the_same_training(engine, seed):
    random = np.random.default_rng(seed)
    objective = Objective(NETWORK, "mse")
    plan = cr.Plan(objective, batch_size=int(random.integers(1, 20)), seed=seed)
    monitor = Monitor(cr.Data(X[:20], Y[:20]))
    start = State.start(plan, NETWORK.initial_parameters(seed))
    buffer = int(random.choice([1, 33, 64, 500]))

    def session():
        stream = InGroups(X, Y, WEIGHT, buffer=buffer)
        data = stream.as_data(objective, None, None, None)
        return StreamedEngine(engine).session(plan, data, monitor)

    uncut = session().advance(start, epochs=4)
    state, cut, losses, validation = start, session(), [], []
    while state.epoch < 4:
        if random.random() < 0.2:  # another process goes on
            cut = session()
        left = 4 * plan.n_batches(101) - state.update
        report = cut.advance(state, updates=min(left, int(random.integers(1, 30))))
        state = report.state
        losses += report.losses.tolist()
        validation += report.validation_losses.tolist()
    assert state == uncut.state
    assert losses == uncut.losses.tolist()
    assert validation == uncut.validation_losses.tolist()


def test_the_end_of_an_epoch_alone_needs_no_row():
    """Interrupted when all batches were done, before the epoch was evaluated."""
    objective = Objective(NETWORK, "mse")
    plan = cr.Plan(objective, batch_size=10, seed=1)
    data = InGroups(X, Y).as_data(objective, None, None, None)
    session = StreamedEngine(CompiledEngine(1)).session(plan, data)
    start = State.start(plan, NETWORK.initial_parameters(1))
    inside = session.advance(start, updates=10).state
    # The same state, with its last batch counted as done.
    partial = replace(inside.partial, batch=11, weight=101.0)
    done = replace(inside, partial=partial, update=11)
    fresh = InGroups(X, Y)
    data = fresh.as_data(objective, None, None, None)
    report = StreamedEngine(CompiledEngine(1)).session(plan, data).advance(done, epochs=1)
    assert report.state.epoch == 1
    assert fresh.begun == []


def test_the_next_buffer_is_read_while_one_is_trained_on():
    seen = []

    class Seen(InGroups):
        def read(self, group):
            seen.append(threading.current_thread().name)
            yield from super().read(group)

    cr.train(NETWORK, Seen(X, Y, buffer=20), None, epochs=1, **OPTIONS)
    assert seen
    assert all(name.startswith("chainrule-reader") for name in seen)


class Broken(InGroups):
    """A stream that fails in its third group."""

    def read(self, group):
        if group == 2:
            raise DataError("part-2, row 41: 'abc' is no number")
        yield from super().read(group)


def test_what_the_reader_raises_comes_to_the_caller_and_again():
    objective = Objective(NETWORK, "mse")
    plan = cr.Plan(objective, batch_size=10, seed=1, shuffle=False)
    data = Broken(X, Y, buffer=20).as_data(objective, None, None, None)
    session = StreamedEngine(ReferenceEngine()).session(plan, data)
    state = State.start(plan, NETWORK.initial_parameters(1))
    for _ in range(2):
        with pytest.raises(DataError, match="part-2, row 41"):
            session.advance(state, epochs=1)


def test_a_stream_shorter_than_its_sizes_is_an_error():
    stream = InGroups(X, Y)
    stream.sizes[0] += 1
    with pytest.raises(DataError, match="has 102 rows by its sizes; fewer were read"):
        cr.train(NETWORK, stream, None, epochs=1, **OPTIONS)


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (InvalidValueError, {"batch_size": "full"}, "batch_size .* a number of rows"),
        (InvalidValueError, {"order": lambda epoch, n: np.arange(n)}, "order must be None"),
        (InvalidValueError, {"optimizer": "lbfgs"}, "L-BFGS takes each step from all"),
        (InvalidTypeError, {"sample_weight": WEIGHT}, "sample_weight must be None"),
        (InvalidTypeError, {"class_weight": "balanced"}, "class_weight must be None"),
        (InvalidTypeError, {"y": Y}, "y must be None"),
    ],
)
def test_what_needs_all_rows_is_refused(kind, arguments, message):
    with pytest.raises(kind, match=message):
        cr.train(
            cr.mlp(4, (6,), 2), InGroups(X, Y), **{"y": None, "epochs": 1} | OPTIONS | arguments
        )


def test_a_checkpoint_goes_on_with_the_same_rows_alone(tmp_path):
    def fit(stream, epochs, **options):
        checkpoint = cr.Checkpoint(tmp_path / "c", every="3 updates", **options)
        return cr.train(NETWORK, stream, None, epochs=epochs, checkpoint=checkpoint, **OPTIONS)

    whole = cr.train(NETWORK, InGroups(X, Y, buffer=40), None, epochs=6, **OPTIONS)
    fit(InGroups(X, Y, buffer=40), 3)
    assert fit(InGroups(X, Y, buffer=40), 6, resume=True).state == whole.state
    with pytest.raises(cr.errors.CheckpointError, match=r"rows is .* buffer 40"):
        fit(InGroups(X, Y, buffer=41), 7, resume=True)
    with pytest.raises(cr.errors.CheckpointError, match="belongs to another training"):
        fit(InGroups(X + 1, Y, buffer=40), 7, resume=True)
