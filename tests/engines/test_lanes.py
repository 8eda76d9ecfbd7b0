"""Small networks side by side: each does what it does alone, bit by bit.

A layer that drops nothing changes no number, but keeps a network out of the lanes and away from
the code for tiny networks: that is the general path that both are compared with.
"""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.activations import ACTIVATIONS
from chainrule.engines import Report
from chainrule.engines.compiled import CompiledEngine
from chainrule.objective import Objective
from chainrule.optimizers import OPTIMIZERS, ElementwiseOptimizer
from chainrule.plan import LossRule, Monitor

OPTIMIZER_NAMES = sorted(
    name for name, c in OPTIMIZERS.classes.items() if issubclass(c, ElementwiseOptimizer)
)
PAIRS = [
    (cr.SquaredError(factor=0.5), "identity"),
    (cr.SquaredError(reduction="sum"), "softmax"),
    (cr.AbsoluteError(), "tanh"),
    (cr.Huber(delta=0.4), "selu"),
    (cr.Quantile(quantile=(0.1, 0.5, 0.8)), "identity"),
    (cr.LogCosh(), "silu"),
    (cr.Hinge(), "identity"),
    (cr.Poisson(), "exp"),
    (cr.Poisson(), "softplus"),
    (cr.BinaryCrossEntropy(label_smoothing=0.1), "sigmoid"),
    (cr.CrossEntropy(factor=2.0, reduction="sum"), "softmax"),
]
"""Losses and activations of the last layer, fused and not."""
Fit = tuple[cr.Plan, cr.State, cr.Data, int, Monitor]


NOTHING = Monitor()


def fit_of(
    layers: list[cr.Dense],
    loss: object,
    data: Callable[[Objective], cr.Data],
    general: bool = False,
    penalties: tuple[cr.Penalty, ...] = (),
    start: int = 0,
    epochs: int = 3,
    monitor: Monitor = NOTHING,
    **plan: object,
) -> Fit:
    """A fit that starts from the parameters number `start`."""
    network = cr.Network([cr.Dropout(0.0), *layers] if general else layers)
    objective = Objective(network, loss, penalties)
    plan = cr.Plan(objective, **plan)
    vector = np.random.default_rng(start).normal(size=network.layout.size).astype(plan.dtype)
    state = cr.State.start(plan, cr.Parameters(network.layout, vector))
    return plan, state, data(objective), epochs, monitor


def same(ours: Report, theirs: Report) -> None:
    assert ours.ended == theirs.ended
    assert ours.rule == theirs.rule
    assert (ours.state.update, ours.state.epoch) == (theirs.state.update, theirs.state.epoch)
    np.testing.assert_array_equal(ours.state.parameters.vector, theirs.state.parameters.vector)
    np.testing.assert_array_equal(ours.state.optimizer_state, theirs.state.optimizer_state)
    np.testing.assert_array_equal(ours.losses, theirs.losses)
    np.testing.assert_array_equal(ours.gradient_norms, theirs.gradient_norms)
    np.testing.assert_array_equal(ours.learning_rates, theirs.learning_rates)
    np.testing.assert_equal(ours.validation_losses, theirs.validation_losses)
    assert ours.state.rules.keys() == theirs.state.rules.keys()
    for a, b in zip(ours.state.rules.values(), theirs.state.rules.values(), strict=True):
        assert (a.best, a.best_epoch, a.waited) == (b.best, b.best_epoch, b.waited)
        assert (a.parameters is None) == (b.parameters is None)
        if a.parameters is not None:
            np.testing.assert_array_equal(a.parameters.vector, b.parameters.vector)
    assert ours.seconds.shape == theirs.seconds.shape == ours.losses.shape


def many(engine: CompiledEngine, fits: list[Fit]) -> tuple[list[Report], bool]:
    return engine.advance_many(
        [(engine.session(plan, data, m), state, epochs) for plan, state, data, epochs, m in fits]
    )


def alone(engine: CompiledEngine, fit: Fit) -> Report:
    plan, state, data, epochs, monitor = fit
    return engine.session(plan, data, monitor).advance(state, epochs=epochs)


def compare(make: Callable[[int, bool], Fit], n: int) -> list[Report]:
    """Fits side by side, alone, and alone by the general path."""
    engine = CompiledEngine()
    together, interrupted = many(engine, [make(i, False) for i in range(n)])
    assert not interrupted
    for i, ours in enumerate(together):
        same(ours, alone(engine, make(i, False)))
        same(ours, alone(engine, make(i, True)))
    return together


def rows(n: int, dtype: type, seed: int, weighted: bool) -> Callable[[Objective], cr.Data]:
    def of(objective: Objective) -> cr.Data:
        rng = np.random.default_rng(seed)
        network = objective.network
        X = rng.normal(size=(n, network.n_in))
        # Classes are targets that every loss takes.
        y = np.eye(max(network.n_out, 2))[rng.integers(max(network.n_out, 2), size=n)]
        y = y[:, : network.n_out]
        if type(objective.loss).__name__ == "Hinge":
            y = 2 * y - 1
        weight = rng.integers(1, 4, size=n) * 0.5 if weighted else None
        return cr.Data.check(objective, X, y, weight, dtype=dtype)

    return of


@settings(deadline=None, max_examples=60)
@given(
    sizes=st.lists(st.integers(1, 20), min_size=2, max_size=4),
    pair=st.sampled_from(PAIRS),
    hidden=st.sampled_from(sorted(ACTIVATIONS)),
    optimizer=st.sampled_from(OPTIMIZER_NAMES),
    n=st.one_of(st.integers(1, 30), st.sampled_from([64, 65, 130, 200])),
    batch_size=st.sampled_from([1, 3, 32, 64, 70, "full"]),
    networks=st.integers(1, 20),
    dtype=st.sampled_from([np.float32, np.float64]),
    shuffle=st.booleans(),
    weighted=st.booleans(),
    shared=st.booleans(),
    bias=st.booleans(),
    clip=st.sampled_from([None, 0.1]),
    penalised=st.booleans(),
)
def test_any_small_network(
    sizes, pair, hidden, optimizer, n, batch_size, networks, dtype, shuffle,
    weighted, shared, bias, clip, penalised,
):  # fmt: skip
    loss, output = pair
    if len(getattr(loss, "quantile", ())) > 1:
        sizes = [*sizes[:-1], len(loss.quantile)]
    if output == "softmax":
        sizes = [*sizes[:-1], max(sizes[-1], 2)]
    if hidden == "softmax":
        sizes = [sizes[0], *(max(size, 2) for size in sizes[1:-1]), sizes[-1]]
    functions = [hidden] * (len(sizes) - 2) + [output]
    layers = [
        cr.Dense(i, o, f, bias=bias)
        for i, o, f in zip(sizes[:-1], sizes[1:], functions, strict=True)
    ]

    def make(i: int, general: bool) -> Fit:
        return fit_of(
            layers,
            loss,
            rows(n, dtype, 0 if shared else i, weighted),
            general,
            (cr.L2(1e-2), cr.L1(1e-3, divisor="batch")) if penalised else (),
            start=i,
            epochs=2,
            optimizer=OPTIMIZERS.classes[optimizer](learning_rate=1e-3 * (i + 1)),
            batch_size=batch_size,
            shuffle=shuffle,
            seed=i,
            clip_norm=clip,
            dtype=dtype,
        )

    compare(make, networks)


def test_those_that_end_early_leave():
    # A target that some reach, patience on validation rows, rates far too large, fewer epochs: the
    # others go on, the last few alone.
    data = rows(40, np.float32, 3, weighted=True)
    validation = rows(70, np.float32, 4, weighted=False)
    layers = [cr.Dense(3, 5, "tanh"), cr.Dense(5, 2)]

    def make(i: int, general: bool) -> Fit:
        objective = Objective(cr.Network(layers), "mean_squared_error")
        rule = (
            LossRule("target", bound=0.9),
            LossRule("early_stopping", True, bound=0.02, patience=2, keep=True),
            LossRule("tolerance", bound=1e-3, patience=3),
        )[i % 3]
        return fit_of(
            layers,
            "mean_squared_error",
            data,
            general,
            start=i,
            epochs=10 + i,
            monitor=Monitor(validation(objective), {"rule": rule}),
            optimizer=cr.SGD(1e6 if i % 7 == 3 else 0.01 * (i + 1), momentum=0.5),
            batch_size=16,
            seed=i,
            dtype=np.float32,
        )

    together = compare(make, 37)
    assert {report.ended for report in together} == {"done", "stopped", "diverged"}


def test_fits_of_many_kinds():
    # Other shapes, types, numbers of rows and batches among them: each finds its own kind.
    kinds = [
        ([cr.Dense(2, 4, "tanh"), cr.Dense(4, 1)], 20, 5, np.float32),
        ([cr.Dense(2, 4, "relu"), cr.Dense(4, 1)], 20, 5, np.float32),
        ([cr.Dense(2, 3, "tanh"), cr.Dense(3, 1)], 20, 5, np.float64),
        ([cr.Dense(2, 4, "tanh"), cr.Dense(4, 1)], 21, 5, np.float32),
        ([cr.Dense(2, 4, "tanh"), cr.Dense(4, 1)], 20, 6, np.float32),
        ([cr.Dense(2, 40, "tanh"), cr.Dense(40, 40), cr.Dense(40, 1)], 20, 5, np.float32),
    ]

    def make(i: int, general: bool) -> Fit:
        layers, n, batch_size, dtype = kinds[i % len(kinds)]
        data = rows(n, dtype, i, weighted=i % 4 == 0)
        how = {"optimizer": "adam", "batch_size": batch_size, "seed": i, "dtype": dtype}
        return fit_of(layers, "mean_squared_error", data, general, start=i, **how)

    compare(make, 120)


def test_an_interrupt_is_heard_in_every_lane():
    # One update an epoch: what was learned is that of a fit with as many epochs.
    def make(i: int, epochs: int) -> Fit:
        layers = [cr.Dense(2, 3, "tanh"), cr.Dense(3, 1)]
        data = rows(50, np.float64, 0, weighted=False)
        how = {"optimizer": cr.SGD(1e-4), "batch_size": "full", "seed": i}
        return fit_of(layers, "mean_squared_error", data, start=i, epochs=epochs, **how)

    engine = CompiledEngine(threads=1)
    timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    timer.start()
    reports, interrupted = many(engine, [make(i, 10**6) for i in range(8)])
    timer.join()
    assert interrupted
    assert len(reports[0].losses) > 0  # the others may have had to wait for lanes
    for i, report in enumerate(reports):
        assert report.ended == "interrupted"
        done = len(report.losses)
        assert done < 10**6
        single = alone(engine, make(i, done))
        np.testing.assert_array_equal(
            report.state.parameters.vector, single.state.parameters.vector
        )
        np.testing.assert_array_equal(report.losses, single.losses)


PROGRAM = """
import hashlib
import numpy as np
import chainrule as cr

digest = hashlib.sha256()
rng = np.random.default_rng(0)
X, y = rng.normal(size=(150, 3)), np.eye(3)[rng.integers(3, size=150)]
for dtype in (np.float32, np.float64):
    for f, loss, hidden in (
        ("softmax", "cross_entropy", "tanh"), ("identity", "mean_squared_error", "gelu"),
        ("sigmoid", "binary_cross_entropy", "softmax"),
    ):
        network = cr.Network([cr.Dense(3, 7, hidden), cr.Dense(7, 3, f)])
        settings = [{"seed": seed, "optimizer": cr.Adam(0.001 * (seed + 1))} for seed in range(21)]
        fits = cr.train_many(network, X.astype(dtype), y.astype(dtype), settings, loss=loss,
                             epochs=3, batch_size=70, threads=THREADS)
        for fit in fits:
            digest.update(fit.parameters.vector.tobytes())
            digest.update(np.asarray(fit.history.loss).tobytes())
print(digest.hexdigest())
"""


def digest(threads: int, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("THREADS", str(threads))],
        env={**os.environ, "CHAINRULE_THREADS_EXACT": "1", **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_the_same_bits_with_lanes_of_every_number_and_on_any_number_of_threads():
    best, *others = cr._core.instruction_sets()
    expected = digest(1, CHAINRULE_ISA=best)
    assert len(expected) == len(hashlib.sha256().hexdigest())
    assert digest(2, CHAINRULE_ISA=best) == digest(7, CHAINRULE_ISA=best) == expected
    for name in others:
        assert digest(2, CHAINRULE_ISA=name) == expected
