"""The same bits: again, in another process, and with every instruction set."""

import os
import subprocess
import sys

import numpy as np
import pytest

import chainrule as cr
from chainrule import _core
from chainrule.engines.compiled import CompiledEngine
from chainrule.objective import Objective

# Sizes around the widths of vectors (4, 8, 16) and tiles (64 rows), a first layer with few inputs,
# an output layer with few units, batches that leave a rest.
PROGRAM = """
import hashlib
import numpy as np
import chainrule as cr
from chainrule import _core
from chainrule.engines.compiled import CompiledEngine
from chainrule.objective import Objective

NETWORKS = {
    "narrow": ([cr.Dense(2, 3, "tanh"), cr.Dense(3, 1)], "mean_squared_error"),
    "odd": ([cr.Dense(5, 67, "relu"), cr.Dense(67, 33, "gelu"), cr.Dense(33, 10, "softmax")],
            "cross_entropy"),
    "layers": ([cr.Dropout(0.1), cr.Dense(9, 31), cr.BatchNorm(31, "silu"), cr.Dense(31, 17),
                cr.LayerNorm(17, "elu"), cr.Dense(17, 2, "sigmoid")], "binary_cross_entropy"),
    "units": ([cr.Scale(9), cr.Dense(9, 67), cr.ParametricActivation(67, "selu"),
               cr.Dense(67, 2, bias_learning_rate_factor=0.1)], "huber"),
    "columns": ([cr.ByColumn([((0, 1), cr.PeriodicEmbedding(2)), ((2,), cr.Scale(1))]),
                 cr.Dense(9, 5, "tanh"), cr.Dense(5, 2)], "huber"),
    "far apart": ([cr.Dense(40, 1024, "relu"), cr.Dense(1024, 2)], "huber"),
    "wide": ([cr.Dense(130, 257, "mish"), cr.Dense(257, 4)], "log_cosh"),
}
digest = hashlib.sha256()
for layers, loss in NETWORKS.values():
    for dtype in (np.float32, np.float64):
        for batch_size in (1, 3, 100, "full"):
            objective = Objective(cr.Network(layers), loss, cr.L2(1e-4))
            plan = cr.Plan(objective, cr.Adam(1e-2), batch_size=batch_size, seed=4, dtype=dtype)
            rng = np.random.default_rng(0)
            X = rng.normal(size=(131, objective.network.n_in))
            y = np.eye(objective.network.n_out)[rng.integers(objective.network.n_out, size=131)]
            data = cr.Data.check(objective, X, y, rng.uniform(0.5, 2, size=131), dtype=dtype)
            state = cr.State.start(plan, objective.network.initial_parameters(7))
            engine = CompiledEngine()
            report = engine.session(plan, data).advance(state, epochs=2)
            outputs = engine.predictor(objective.network, report.state.parameters)(data.X)
            for array in (report.state.parameters.vector, report.state.optimizer_state,
                          report.losses, report.gradient_norms, outputs):
                digest.update(array.tobytes())
print(_core.instruction_set(), digest.hexdigest())
"""


def run(**environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.fixture(scope="module")
def results() -> dict[str, list[str]]:
    """What the program prints under each instruction set that is there, and under none named."""
    named = {name: run(CHAINRULE_ISA=name) for name in _core.instruction_sets()}
    return {**named, "": run(CHAINRULE_ISA="")}


def test_the_set_that_is_named_is_used(results):
    for name, (used, _) in results.items():
        assert used == name or (not name and used == _core.instruction_sets()[0])


def test_the_same_bits_with_every_instruction_set(results):
    digests = {name: digest for name, (_, digest) in results.items()}
    assert len(set(digests.values())) == 1, digests


def test_a_set_that_is_not_there():
    program = "from chainrule import _core; print(_core.instruction_set_note())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "CHAINRULE_ISA": "neon9"},
        capture_output=True,
        text=True,
        check=True,
    )
    best = _core.instruction_sets()[0]
    assert done.stdout.strip() == f"CHAINRULE_ISA (=neon9) is not there; {best} is used"


def test_the_engine_says_what_it_uses():
    engine = CompiledEngine(threads=3)
    assert engine.instruction_set == _core.instruction_set() in _core.instruction_sets()
    assert engine.threads == 3
    assert 1 <= engine.threads_used <= 3


def test_rows_predicted_alone_and_together():
    # Each row's sums are its own: it does not matter who stands beside it.
    network = cr.Network([cr.Dense(7, 33, "tanh"), cr.Dense(33, 3, "softmax")])
    predict = CompiledEngine().predictor(network, network.initial_parameters(1))
    X = np.random.default_rng(0).normal(size=(150, 7))
    together = predict(X)
    for r in (0, 1, 63, 64, 149):
        np.testing.assert_array_equal(predict(X[r : r + 1])[0], together[r])


def test_two_runs():
    objective = Objective(cr.mlp(5, [20], 2), "mean_squared_error")
    plan = cr.Plan(objective, cr.Adam(), batch_size=16, seed=4)
    rng = np.random.default_rng(0)
    data = cr.Data.check(objective, rng.normal(size=(99, 5)), rng.normal(size=(99, 2)))
    state = cr.State.start(plan, objective.network.initial_parameters(7))
    first, second = (
        CompiledEngine().session(plan, data).advance(state, epochs=5) for _ in range(2)
    )
    assert first.state.parameters == second.state.parameters
    np.testing.assert_array_equal(first.losses, second.losses)
