"""Divergence: every optimizer, with rates and rows from tiny to the end of the type's range."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import chainrule as cr
from chainrule.objective import Objective
from chainrule.optimizers import OPTIMIZERS, ElementwiseOptimizer

RULES = [
    *(c() for c in OPTIMIZERS.classes.values() if issubclass(c, ElementwiseOptimizer)),
    cr.SGD(momentum=0.9, nesterov=True),
    cr.AdamW(weight_decay=0.1),
]
RATES = (1e-12, 1e-3, 1.0, 1e4, 1e30)
SCALES = {
    np.float64: (1e-300, 1e-10, 1.0, 1e10, 1e150, 1e300),
    np.float32: (1e-34, 1e-5, 1.0, 1e5, 1e18, 1e37),
}
"""Of the rows. Losses and products of gradients leave the type's range at either end; gradients
themselves do not come near its smallest normal number, below which the compiled engine counts 0 and
the reference does not: Adam makes a step of either."""
EPOCHS = 12


def fit(engine, rule, rate, scale, dtype, epochs=EPOCHS):
    """2-3-1 relu on six rows of a scale, two batches an epoch."""
    objective = Objective(cr.mlp(2, [3], 1, "relu"), "mean_squared_error")
    plan = cr.Plan(objective, replace(rule, learning_rate=rate), batch_size=3, seed=1, dtype=dtype)
    rng = np.random.default_rng(0)
    X, y = rng.uniform(-1, 1, size=(6, 2)) * scale, rng.uniform(-1, 1, size=(6, 1)) * scale
    data = cr.Data.check(objective, X, y, dtype=dtype)
    start = cr.State.start(plan, objective.network.initial_parameters(7))
    return engine.session(plan, data).advance(start, epochs=epochs)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_both_engines_end_in_the_same_epoch_with_the_last_finite_state(both, rule, dtype):
    ends = set()
    for rate, scale in product(RATES, SCALES[dtype]):
        where = f"rate {rate}, scale {scale}"
        reports = [fit(e, rule, rate, scale, dtype) for e in (both.compiled, both.reference)]
        assert len({(r.ended, len(r.losses), r.state.update) for r in reports}) == 1, where
        for engine, report in zip((both.compiled, both.reference), reports, strict=True):
            ends.add(report.ended)
            whole = len(report.losses) - (report.ended == "diverged")
            assert np.isfinite(report.losses[:whole]).all(), where
            assert np.isnan(report.losses[whole:]).all(), where
            assert np.isfinite(report.state.parameters.vector).all(), where
            assert (report.state.epoch, report.state.update) == (whole, 2 * whole), where
            # Nothing is left of the epoch that failed: who stops before it has the same.
            before = fit(engine, rule, rate, scale, dtype, whole)
            assert before.ended == "done", where
            assert before.state.parameters == report.state.parameters, where
            np.testing.assert_array_equal(
                before.state.optimizer_state, report.state.optimizer_state, where
            )
    assert ends == {"done", "diverged"}


@pytest.mark.parametrize("name", ["adam", "rmsprop", "adagrad", "adadelta", "nadam"])
@pytest.mark.parametrize("batch_size", [100, "full"])
def test_memory_that_overflows_is_a_divergence(both, name, batch_size):
    """Milliseconds since 1970 in float32: squares of gradients are infinite, every step is 0."""
    rng = np.random.default_rng(0)
    X = np.column_stack([1.6e12 + rng.random(500) * 1e9, rng.normal(size=500)]).astype(np.float32)
    for engine in ("compiled", "reference"):
        with pytest.warns(cr.DivergenceWarning, match="optimizer's memory"):
            result = cr.train(
                cr.mlp(2, (16,), 1), X, X[:, 1] * 1e-3, loss="mse", optimizer=name, epochs=3,
                seed=0, engine=engine, batch_size=batch_size,
            )  # fmt: skip
        assert result.diverged
        assert np.isfinite(result.state.optimizer_state).all()


def test_a_state_that_is_not_finite_is_refused():
    network = cr.mlp(1, (), 1)
    state = cr.train(network, [[1.0]], [1.0], loss="mse", epochs=1, seed=0).state
    state = replace(state, optimizer_state=np.full_like(state.optimizer_state, np.inf))
    with pytest.raises(cr.errors.DataError, match="optimizer_state must be finite"):
        cr.train(network, [[1.0]], [1.0], loss="mse", initial=state)


@pytest.mark.parametrize("scale", [1.0, 1e18])
def test_huge_gradients_are_clipped_alike(both, scale):
    """Squares of float32 numbers overflow from 1.8e19 on, their sum in float64 does not."""
    X = np.full((4, 2), 1.0, np.float32)
    y = np.full(4, scale, np.float32)
    ends = [
        cr.train(cr.mlp(2, (), 1), X, y, loss="mse", optimizer=cr.SGD(0.1), epochs=3, clip_norm=1.0,
                 batch_size="full", seed=0, engine=engine, divergence="ignore").parameters.vector
        for engine in ("compiled", "reference")
    ]  # fmt: skip
    np.testing.assert_allclose(*ends, rtol=1e-5)
    start = cr.mlp(2, (), 1).initial_parameters(0, np.float32).vector
    assert (ends[0] != start).all()


def test_weights_beyond_the_range_of_their_inverse_are_refused():
    weights = np.full(3, 1e38, np.float32)
    with pytest.raises(cr.errors.InvalidValueError, match="sample_weight adds up to 3e"):
        cr.train(cr.mlp(1, (), 1), np.ones((3, 1), np.float32), [1.0] * 3, loss="mse",
                 sample_weight=weights)  # fmt: skip


def test_outputs_that_are_not_finite_are_said():
    """The loss of the last epoch is that before its update."""
    X = np.full((2, 1), 1e5)
    with pytest.warns(cr.DivergenceWarning, match="outputs for rows of X are not finite"):
        cr.train(cr.mlp(1, (), 1, output="exp"), X * 0 + 1e-3, [1e9, 1e9], loss="poisson",
                 optimizer=cr.SGD(1e7), epochs=1, batch_size="full", seed=0)  # fmt: skip
