"""A large table is trained on as it is: no copy of X."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource
import numpy as np
import chainrule as cr
from chainrule.engines.compiled import CompiledEngine
from chainrule.objective import Objective

n = 60_000
rng = np.random.default_rng(0)
X = rng.random((n, 784), dtype=np.float32)
y = np.zeros((n, 10), dtype=np.float32)
y[np.arange(n), rng.integers(10, size=n)] = 1
network = cr.Network([cr.Dense(784, 128, "relu"), cr.Dense(128, 10, "softmax")])
plan = cr.Plan(Objective(network, "cross_entropy"), batch_size=128, seed=1, dtype=np.float32)
data = cr.Data.check(plan.objective, X, y)
assert data.X is X
state = cr.State.start(plan, network.initial_parameters(1))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report = CompiledEngine().session(plan, data).advance(state, epochs=1)
CompiledEngine().predictor(network, report.state.parameters)(X)
CompiledEngine().value(plan.objective, report.state.parameters, data)
assert report.ended == "done" and np.isfinite(report.losses).all()
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.slow
def test_an_epoch_takes_little_more_than_the_data():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 20  # MB; X alone has 188
