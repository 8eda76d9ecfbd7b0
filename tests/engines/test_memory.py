"""A large table is trained on as it is: no copy of X, and few numbers for each row beside it."""

import subprocess
import sys

import pytest

FULL_BATCH = """
import resource
import numpy as np
import chainrule as cr

rng = np.random.default_rng(0)
X = rng.normal(size=(100_000, 50))
y = X[:, :1]
network = cr.Network([cr.Dense(50, 40), cr.BatchNorm(40, "relu"), cr.Dense(40, 1)])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = cr.train(network, X, y, loss="mean_squared_error", epochs=2, batch_size="full", seed=1)
assert result.engine == "compiled"
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""

EARLY_STOPPING = """
import resource
import warnings
import numpy as np
from chainrule.estimators import MLPRegressor

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
X = rng.normal(size=(200_000, 100))
y = X[:, 0]
model = MLPRegressor(hidden_layer_sizes=4, max_iter=1, early_stopping=True, random_state=0)
model.fit(X[:100], y[:100])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
model.fit(X, y)
assert model.engine_ == "compiled"
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""

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


def megabytes(program: str) -> float:
    """What a program says of itself."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


@pytest.mark.slow
def test_an_epoch_takes_little_more_than_the_data():
    assert megabytes(PROGRAM) < 20  # MB; X alone has 188


@pytest.mark.slow
def test_a_full_batch_through_batch_normalisation():
    # The inputs of the normalisation are 31 MB; X has 38, and all outputs of all layers about 300.
    assert megabytes(FULL_BATCH) < 80


@pytest.mark.slow
def test_rows_held_out_leave_the_others_where_they_are():
    # X has 153 MB, of which a tenth is held out.
    assert megabytes(EARLY_STOPPING) < 75
