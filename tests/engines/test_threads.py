"""Threads: the same bits on any number of them, and good manners in a process with others."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import compiled_engine
from chainrule.engines.compiled import CompiledEngine
from chainrule.engines.threads import resolve_threads
from chainrule.errors import InvalidTypeError, InvalidValueError
from chainrule.objective import Objective

# Enough work for several threads: 2 to 18 tiles of 64 rows in 2 to 16 pieces, the last batch with
# more pieces than the others (9 tiles make 5, 8 tiles make 8), optimizer steps that are shared; and
# more parameters than activations in 100 rows, so that the parameters are what threads share.
PROGRAM = """
import hashlib
import numpy as np
import chainrule as cr
from chainrule.plan import Monitor
from chainrule.engines.compiled import CompiledEngine
from chainrule.objective import Objective

digest = hashlib.sha256()
NETWORKS = {
    "narrow": [cr.Dense(20, 33, "tanh"), cr.Dense(33, 2)],
    "wide": [cr.Dense(20, 150, "relu"), cr.Dropout(0.2), cr.Dense(150, 129, "silu"),
             cr.LayerNorm(129), cr.Dense(129, 2)],
    "coupled": [cr.Dense(20, 64, "relu"), cr.BatchNorm(64), cr.Dense(64, 2)],
    "heavy": [cr.Dense(20, 300, "relu"), cr.Dropout(0.2), cr.Frozen(cr.Dense(300, 300, "tanh")),
              cr.Dense(300, 301, "relu"), cr.Dense(301, 2)],
    "units": [cr.Scale(20), cr.Dense(20, 300), cr.ParametricActivation(300, "mish"),
              cr.Dense(300, 300, "selu"), cr.Dense(300, 2)],
}
rng = np.random.default_rng(0)
X, y = rng.normal(size=(1100, 20)), rng.normal(size=(1100, 2))
weight = rng.uniform(0.5, 2, size=1100)
for layers in NETWORKS.values():
    for dtype in (np.float32, np.float64):
        for batch_size, clip in ((100, None), (540, 0.5), ("full", None)):
            objective = Objective(cr.Network(layers), "mean_squared_error", cr.L2(1e-4))
            plan = cr.Plan(objective, cr.Adam(1e-2), batch_size=batch_size, seed=4, dtype=dtype,
                           clip_norm=clip)
            data = cr.Data.check(objective, X, y, weight, dtype=dtype)
            state = cr.State.start(plan, objective.network.initial_parameters(7))
            engine = CompiledEngine()
            report = engine.session(plan, data, Monitor(data)).advance(state, epochs=2)
            p = report.state.parameters
            value, gradient = engine.value_and_gradient(objective, p, cr.Data(data.X, data.y))
            outputs = engine.predictor(objective.network, p)(data.X)
            for array in (p.vector, report.state.optimizer_state, report.losses,
                          report.gradient_norms, report.validation_losses, gradient.vector,
                          outputs):
                digest.update(array.tobytes())
            loss = engine.value(objective, p, cr.Data(data.X, data.y))
            digest.update(repr((value, loss)).encode())
print(engine.threads_used, digest.hexdigest())
"""


def run(program: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "cases",
    [
        [(1, ""), (3, "")],
        pytest.param([(1, ""), (2, ""), (7, ""), (1, "avx2"), (3, "avx2")], marks=pytest.mark.slow),
    ],
)
def test_the_same_bits_on_any_number_of_threads(cases):
    found = [
        run(PROGRAM, CHAINRULE_THREADS=str(n), CHAINRULE_THREADS_EXACT="1", CHAINRULE_ISA=isa)
        for n, isa in cases
    ]
    numbers, digests = zip(*(line.split() for line in found), strict=True)
    assert numbers == tuple(str(n) for n, _ in cases)
    assert len(set(digests)) == 1, found


FIT = """
import os, sys
import numpy as np
import chainrule as cr

rng = np.random.default_rng(0)
X, y = rng.normal(size=(2000, 30)), rng.normal(size=(2000, 1))
network = cr.mlp(30, [100], 1)

def fit():
    result = cr.train(network, X, y, loss="mean_squared_error", epochs=3, batch_size=512, seed=1,
                      threads=3)
    return result.parameters.vector.tobytes()

def threads():
    return len(os.listdir("/proc/self/task"))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_fit_fork_fit():
    # Python 3.12 warns, and -W error fails, when a process with threads forks.
    program = (
        FIT
        + """
before = fit()
child = os.fork()
if child == 0:
    os._exit(0 if fit() == before and fit() == before else 1)
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status), fit() == before)
"""
    )
    assert run(program, CHAINRULE_THREADS_EXACT="1") == "0 True\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_while_another_thread_fits():
    program = (
        FIT
        + """
import threading, time, warnings
warnings.simplefilter("ignore")
before = fit()
stop = False
def fits():
    while not stop:
        fit()
other = threading.Thread(target=fits)
other.start()
codes = []
for _ in range(5):
    time.sleep(0.02)
    child = os.fork()
    if child == 0:
        os._exit(0 if fit() == before else 1)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
stop = True
other.join()
print(codes, fit() == before)
"""
    )
    assert run(program, CHAINRULE_THREADS_EXACT="1") == "[0, 0, 0, 0, 0] True\n"


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted in /proc")
def test_threads_are_made_when_they_are_needed_and_kept():
    program = (
        FIT
        + """
alone = threads()
cr.train(cr.mlp(2, [2], 1), X[:4, :2], y[:4], loss="mean_squared_error", epochs=1, threads=3)
small = threads()
fit()
one = threads()
for _ in range(5):
    fit()
print(small - alone, one - alone, threads() - alone)
"""
    )
    assert run(program, CHAINRULE_THREADS_EXACT="1", OPENBLAS_NUM_THREADS="1") == "0 2 2\n"


def test_many_fits_at_once_share_the_processors():
    program = (
        FIT
        + """
from concurrent.futures import ThreadPoolExecutor
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
before, most = fit(), 0
alone = threads()
with ThreadPoolExecutor(6) as pool:
    fits = [pool.submit(fit) for _ in range(24)]
    while not all(f.done() for f in fits):
        most = max(most, threads())
    print(all(f.result() == before for f in fits), most - alone <= 6 + 1)
"""
    )
    assert run(program) == "True True\n"


def test_how_many_threads(monkeypatch):
    for name in ("CHAINRULE_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    assert resolve_threads(None, lambda: 5) == 5
    monkeypatch.setenv("OMP_NUM_THREADS", "4,2")
    assert resolve_threads(None, lambda: 5) == 4
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert resolve_threads(None, lambda: 5) == 5
    monkeypatch.setenv("CHAINRULE_THREADS", "3")
    assert resolve_threads(None, lambda: 5) == 3
    assert resolve_threads(9, lambda: 5) == 9
    monkeypatch.setenv("CHAINRULE_THREADS", "0")
    with pytest.raises(InvalidValueError, match=r"CHAINRULE_THREADS \(='0'\) must be an integer"):
        resolve_threads(None, lambda: 5)
    with pytest.raises(InvalidValueError, match=r"threads \(=0\) must be >= 1"):
        CompiledEngine(0)
    with pytest.raises(InvalidTypeError, match="threads"):
        CompiledEngine(1.5)


@pytest.mark.parametrize("what", ["value", "predict"])
def test_an_interrupt_of_a_long_evaluation(what):
    engine = CompiledEngine(2)
    network = cr.mlp(50, [400, 400], 1)
    parameters = network.initial_parameters(0)
    X = np.zeros((200_000, 50))
    y = np.zeros((200_000, 1))
    objective = Objective(network, "mean_squared_error")
    predict = engine.predictor(network, parameters)

    def many_times():
        for _ in range(20):
            if what == "value":
                engine.value(objective, parameters, cr.Data(X, y))
            else:
                predict(X)

    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    start = time.perf_counter()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        many_times()
    timer.join()
    assert time.perf_counter() - start < 3.0


def test_the_engine_that_is_chosen():
    engine, why = compiled_engine(2)
    assert (engine.name, why) == ("compiled", "")
    assert engine.threads_used <= 2
