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
