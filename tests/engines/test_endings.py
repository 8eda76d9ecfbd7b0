"""Divergence and interruption: what is kept, and what is told."""

import os
import signal
import threading
import time

import numpy as np
import pytest

import chainrule as cr
from chainrule.objective import Objective

NETWORK = cr.Network([cr.Dense(2, 8, "tanh"), cr.BatchNorm(8), cr.Dense(8, 1)])
OBJECTIVE = Objective(NETWORK, "mean_squared_error", cr.L2(1e-3))
FOREVER = 300_000
"""Epochs of `long_fit` that take many seconds."""


def diverging(dtype=np.float64):
    # A linear unit with a rate far above 2 / curvature: each update multiplies the weights by a
    # factor of hundreds, until the squared error overflows.
    objective = Objective(cr.Network([cr.Dense(2, 1)]), "mean_squared_error")
    plan = cr.Plan(objective, cr.SGD(100.0, momentum=0.5), batch_size=4, seed=1, dtype=dtype)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(12, 2))
    return plan, cr.Data.check(objective, X, X[:, :1], dtype=dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_divergence(both, dtype):
    plan, data = diverging(dtype)
    start = cr.State.start(plan, plan.objective.network.initial_parameters(7))
    ours = both.compiled.session(plan, data).advance(start, epochs=1000)
    theirs = both.reference.session(plan, data).advance(start, epochs=1000)
    assert ours.ended == theirs.ended == "diverged"
    epochs = len(ours.losses)
    assert epochs == len(ours.seconds) == len(ours.gradient_norms)
    # The reference adds the losses of a batch up in the type of the data, the compiled engine in
    # float64: where every term still fits in float32 and their sum does not, it is an epoch late.
    assert epochs - len(theirs.losses) in ((0,) if dtype is np.float64 else (0, 1))
    assert np.isnan(ours.losses[-1])
    assert np.isfinite(ours.losses[:-1]).all()
    # The state is the one before the epoch that failed: train for one epoch less, and see.
    before = both.compiled.session(plan, data).advance(start, epochs=epochs - 1)
    assert before.ended == "done"
    assert ours.state.parameters == before.state.parameters
    np.testing.assert_array_equal(ours.state.optimizer_state, before.state.optimizer_state)
    assert (ours.state.update, ours.state.epoch) == (3 * (epochs - 1), epochs - 1)
    np.testing.assert_array_equal(ours.losses[:-1], before.losses)


@pytest.mark.parametrize(("rate", "momentum"), [(0.01, 0.97), (0.003, 0.99), (0.003, 0.999)])
def test_divergence_of_many_parameters_on_few_rows(both, rate, momentum):
    # The last good state is found by going through some epochs again, which must change nothing.
    objective = Objective(cr.mlp(150, [120], 1, "identity"), "mean_squared_error")
    plan = cr.Plan(objective, cr.SGD(rate, momentum=momentum), batch_size=20, shuffle=True, seed=1)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 150))
    data = cr.Data.check(objective, X, X[:, :1])
    start = cr.State.start(plan, objective.network.initial_parameters(7))
    report = both.compiled.session(plan, data).advance(start, epochs=1000)
    assert report.ended == "diverged"
    epochs = len(report.losses)
    assert epochs > 30
    before = both.compiled.session(plan, data).advance(start, epochs=epochs - 1)
    assert before.ended == "done"
    assert before.state.parameters == report.state.parameters
    np.testing.assert_array_equal(before.state.optimizer_state, report.state.optimizer_state)
    assert (before.state.update, before.state.epoch) == (report.state.update, epochs - 1)
    assert before.state.update == 3 * (epochs - 1)
    np.testing.assert_array_equal(before.losses, report.losses[:-1])


def test_divergence_in_the_first_epoch(both):
    plan, data = diverging()
    start = cr.State.start(plan, plan.objective.network.initial_parameters(7))
    start.parameters.vector[:] = 1e200
    report = both.compiled.session(plan, data).advance(start, epochs=5)
    assert report.ended == "diverged"
    assert len(report.losses) == 1
    assert np.isnan(report.losses[0])
    assert report.state.parameters == start.parameters


def test_nan_behind_a_relu_is_seen(both):
    # max(nan, 0) is nan: a broken number must not end as a healthy 0.
    objective = Objective(cr.Network([cr.Dense(1, 1, "relu")]), "mean_squared_error")
    plan = cr.Plan(objective, cr.SGD(0.1), seed=1)
    start = cr.State.start(plan, objective.network.initial_parameters(7))
    start.parameters.vector[:] = np.nan
    report = both.compiled.session(plan, cr.Data(np.ones((2, 1)), np.ones((2, 1)))).advance(
        start, epochs=1
    )
    assert report.ended == "diverged"


def long_fit():
    plan = cr.Plan(OBJECTIVE, cr.Adam(1e-3), batch_size=8, seed=1)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(64, 2))
    state = cr.State.start(plan, NETWORK.initial_parameters(7))
    return plan, state, cr.Data.check(OBJECTIVE, X, X[:, :1] * X[:, 1:])


def raise_after(seconds, number=signal.SIGINT):
    def run():
        time.sleep(seconds)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_interruption(both):
    plan, state, data = long_fit()
    thread = raise_after(0.2)
    start = time.perf_counter()
    report = both.compiled.session(plan, data).advance(state, epochs=FOREVER)
    took = time.perf_counter() - start
    thread.join()
    assert report.ended == "interrupted"
    # 200 ms until the signal, and at most 100 ms for it to be seen; the rest is for a busy machine.
    assert took < 1.5
    # The state after the last complete update is one that training goes through anyway.
    epochs = report.state.epoch
    assert len(report.losses) == epochs > 0
    whole = both.compiled.session(plan, data).advance(state, epochs=epochs)
    np.testing.assert_array_equal(report.losses, whole.losses)
    assert 0 <= report.state.update - whole.state.update <= 8
    resumed = both.compiled.session(plan, data).advance(whole.state, epochs=1)
    assert np.isfinite(resumed.losses).all()


def test_an_interruption_of_a_fit_that_diverges(both):
    # A whole epoch goes wrong, which takes longer than the signal: what is left is the start.
    objective = Objective(cr.Network([cr.Dense(2, 1)]), "mean_squared_error")
    plan = cr.Plan(objective, cr.SGD(100.0, momentum=0.5), batch_size=4, seed=1)
    X = np.random.default_rng(0).normal(size=(800_000, 2))
    data = cr.Data.check(objective, X, X[:, :1])
    start = cr.State.start(plan, objective.network.initial_parameters(7))
    for _ in range(10):
        thread = None
        try:
            thread = raise_after(0.005)
            report = both.compiled.session(plan, data).advance(start, epochs=1)
            thread.join()
        except KeyboardInterrupt:  # before or after the core was at work
            if thread is not None:
                thread.join()
            continue
        if report.ended == "interrupted":
            break
    assert report.ended == "interrupted"
    assert len(report.losses) == report.state.epoch == 0


def test_another_signal_raises_what_its_handler_raises(both):
    class AlarmError(Exception):
        pass

    def handler(number, frame):
        raise AlarmError

    plan, state, data = long_fit()
    before = signal.signal(signal.SIGUSR1, handler)
    try:
        thread = raise_after(0.1, signal.SIGUSR1)
        with pytest.raises(AlarmError):
            both.compiled.session(plan, data).advance(state, epochs=FOREVER)
        thread.join()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_an_interrupt_while_python_makes_an_order(both):
    def order(epoch, n):
        if epoch == 2:
            raise KeyboardInterrupt
        return np.arange(n)

    plan, state, data = long_fit()
    plan = cr.Plan(OBJECTIVE, cr.Adam(1e-3), batch_size=8, seed=1, order=order)
    assert both.compiled.session(plan, data).advance(state, epochs=10).ended == "interrupted"


def test_other_python_threads_run_meanwhile(both):
    plan, state, data = long_fit()
    counted = []
    stop = threading.Event()

    def count():
        while not stop.is_set():
            counted.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    start = time.perf_counter()
    both.compiled.session(plan, data).advance(state, epochs=3000)
    end = time.perf_counter()
    stop.set()
    thread.join()
    # With the GIL held, nobody would count between the start and the end.
    assert sum(start + 0.2 * (end - start) < t < end for t in counted) > 3


def test_fits_in_several_threads_are_equal(both):
    plan, state, data = long_fit()
    reports = [None] * 4

    def run(k):
        reports[k] = both.compiled.session(plan, data).advance(state, epochs=200)

    threads = [threading.Thread(target=run, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(report.state.parameters == reports[0].state.parameters for report in reports)
