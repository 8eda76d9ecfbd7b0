"""Interrupts at random times: training stops after a whole update, on the way that it would go."""

import signal
import threading
import time

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines.compiled import CompiledEngine
from chainrule.objective import Objective

NETWORK = cr.Network([cr.Dense(6, 40, "tanh"), cr.Dropout(0.2), cr.Dense(40, 1)])
FOREVER = 200_000
DELAYS = np.random.default_rng(0).uniform(0.02, 0.15, size=5).round(3).tolist()
"""Seconds: enough to be training by then; the core asks every 50 ms."""


def work(batch_size):
    """A plan, its first state and 200 rows: enough for several threads in a full batch."""
    objective = Objective(NETWORK, "mean_squared_error", cr.L2(1e-3))
    plan = cr.Plan(objective, cr.Adam(1e-3), batch_size=batch_size, seed=1)
    X = np.random.default_rng(0).normal(size=(200, 6))
    data = cr.Data.check(objective, X, X[:, :1] * X[:, 1:2])
    return plan, cr.State.start(plan, NETWORK.initial_parameters(7)), data


@pytest.fixture(params=["compiled, 1 thread", "compiled, 3 threads", "reference"])
def engine(request, both, monkeypatch):
    monkeypatch.setenv("CHAINRULE_THREADS_EXACT", "1")
    if request.param == "reference":
        return both.reference
    return CompiledEngine(3 if "3" in request.param else 1)


def interrupted(engine, batch_size, delay):
    plan, state, data = work(batch_size)
    begins = threading.Event()

    def press_keys():
        begins.wait()
        time.sleep(delay)
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=press_keys)
    thread.start()
    begins.set()
    report = engine.session(plan, data).advance(state, epochs=FOREVER)
    thread.join()
    assert report.ended == "interrupted"
    return report


@pytest.mark.parametrize("delay", DELAYS)
def test_full_batches(engine, delay):
    # An update is an epoch, so every state that an interrupt may leave can be reached without one.
    report = interrupted(engine, "full", delay)
    plan, start, data = work("full")
    epochs, updates = report.state.epoch, report.state.update
    assert len(report.losses) == epochs
    assert updates - epochs in (0, 1)  # the epoch's loss may not be written down yet
    whole = engine.session(plan, data).advance(start, epochs=updates)
    assert report.state.parameters == whole.state.parameters
    np.testing.assert_array_equal(report.state.optimizer_state, whole.state.optimizer_state)
    np.testing.assert_array_equal(report.losses, whole.losses[:epochs])


@pytest.mark.parametrize("delay", DELAYS)
def test_within_an_epoch(engine, delay):
    report = interrupted(engine, 30, delay)
    plan, start, data = work(30)
    epochs, updates = report.state.epoch, report.state.update
    assert 7 * epochs <= updates <= 7 * (epochs + 1)
    whole = engine.session(plan, data).advance(start, epochs=epochs)
    np.testing.assert_array_equal(report.losses, whole.losses)
    ahead = engine.session(plan, data).advance(start, epochs=epochs + 1)
    at_an_end = updates in (7 * epochs, 7 * (epochs + 1))
    ends = [whole.state.parameters, ahead.state.parameters]
    assert any(report.state.parameters == end for end in ends) == at_an_end
    assert np.isfinite(report.state.parameters.vector).all()
