"""Programs that are interrupted, killed, forked or left, and what is wrong with how they end."""
# ruff: noqa: E501 - tables of calls and programs

import os
import random
import subprocess
import sys
import time
from pathlib import Path

HEAD = """
import os, signal, sys, threading, time, warnings
signal.signal(signal.SIGINT, signal.default_int_handler)
warnings.simplefilter("ignore")
import numpy as np
import chainrule as cr
rng = np.random.default_rng(0)
X = rng.normal(size=(200, 4)).astype(np.float32)
y = X[:, :1].copy()
small = cr.mlp(4, (16,), 1)
"""

LARGE = """
X = rng.normal(size=(40_000, 60)).astype(np.float32)
y = X[:, :1].copy()
wide = cr.mlp(60, (512, 512), 1)
normalised = cr.Network([cr.Dense(60, 512), cr.BatchNorm(512, "relu"), cr.Dense(512, 512, "relu"), cr.Dense(512, 1)])
objective = cr.Objective(wide, "mse")
data = cr.Data(X, y)
from chainrule.engines import installed_engine
engine = installed_engine("compiled")
parameters = wide.initial_parameters(0, np.float32)
for network in (wide, normalised):  # all that is loaded late, before the interrupt can come
    cr.train(network, X[:50], y[:50], loss="mse", epochs=1)
cr.train(wide, X[:50], y[:50], loss="mse", optimizer="lbfgs", epochs=1)
sent = []
def press():
    sent.append(time.process_time())
    os.kill(os.getpid(), signal.SIGINT)
threading.Timer({delay}, press).start()
try:
    while True:
        {what}
except KeyboardInterrupt as error:
    print(time.process_time() - sent[0], isinstance(error, cr.TrainingInterrupted), flush=True)
"""

INTERRUPTED = {
    "a full batch": "cr.train(wide, X, y, loss='mse', epochs=1000, batch_size='full')",
    "batch normalisation": "cr.train(normalised, X, y, loss='mse', epochs=1000, batch_size='full')",
    "the gradient": "engine.value_and_gradient(objective, parameters, data)",
    "L-BFGS": "cr.train(wide, X, y, loss='mse', optimizer='lbfgs', epochs=1000)",
    "batches": "cr.train(wide, X, y, loss='mse', epochs=1000, batch_size=512)",
    "many fits": "cr.train_many(wide, X, y, [{'seed': i} for i in range(4)], loss='mse', epochs=99)",
}
"""What is interrupted."""

AT_MOST = 0.2
"""Seconds of the processor until Ctrl-C is heard: of the clock, on a busy machine, more."""


def _start(program: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def interrupt(what: str, seed: int) -> str:
    """Press Ctrl-C while something large is computed."""
    # A workspace of a gigabyte has to be there first.
    delay = 5 + 2 * random.Random(seed).random()
    body = LARGE.replace("{what}", INTERRUPTED[what]).replace("{delay}", str(delay))
    process = _start(HEAD + body, CHAINRULE_THREADS="1")
    out, err = process.communicate(timeout=300)
    if process.returncode != 0 or not out.strip():
        return f"exit code {process.returncode}: {err.strip()[-200:]}"
    late, kept = out.split()
    if what != "the gradient" and kept != "True":
        return "the result so far is lost"
    return f"heard after {float(late):.2f} s" if float(late) > AT_MOST else ""


SAVES = (
    HEAD
    + """
from chainrule.models import TrainedNetwork
network = cr.mlp(200, (300,), 1)
path = sys.argv[1] if len(sys.argv) > 1 else {path}
print("begun", flush=True)
for seed in range(10**6):
    cr.save_model(TrainedNetwork(network, network.initial_parameters(seed)), path)
"""
)


def kill(folder: Path, seed: int) -> str:
    """Kill a process that saves models: the file is whole, and nothing is left after the next."""
    import chainrule as cr

    path = folder / "killed.model"
    process = _start(SAVES.replace("{path}", repr(str(path))))
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.05 + random.Random(seed).random() / 5)
    process.kill()
    process.communicate()
    if path.exists():
        model = cr.load_model(path)
        cr.save_model(model, path)
    else:
        network = cr.mlp(1, (), 1)
        cr.save_model(cr.models.TrainedNetwork(network, network.initial_parameters(0)), path)
    left = [entry.name for entry in folder.iterdir() if entry != path]
    return f"left: {left}" if left else ""


FITS = (
    HEAD
    + """
network = cr.Network([cr.Dense(4, 16, "tanh"), cr.Dropout(0.2), cr.Dense(16, 1)])
print("ready", flush=True)
result = cr.train(
    network, X, y * X[:, 1:2], loss="mse", seed={seed}, batch_size=16, epochs=2500, metrics=["r2"],
    schedule="cosine", stop=cr.EarlyStopping(monitor="loss", patience=9999),
    checkpoint=None if {path} is None else cr.Checkpoint({path}, {every}, resume=True),
)
print(result.parameters.vector.tobytes().hex(), result.history.loss[-1].hex(), flush=True)
"""
)


def kill_fit(folder: Path, seed: int) -> str:
    """Kill a fit that leaves checkpoints, twice, and go on from what is there: the same bits."""
    chance = random.Random(seed)
    place = str(folder / f"{seed}.checkpoint")
    begun = time.monotonic()
    whole = _start(FITS.format(seed=seed, path=None, every=None)).communicate()[0]
    longest = (time.monotonic() - begun) / 3
    for last in (False, False, True):
        every = chance.choice(["7 updates", "3 epochs", "0.02 seconds"])
        process = _start(FITS.format(seed=seed, path=repr(place), every=repr(every)))
        if not last:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.random() * longest)
            process.kill()
        found, error = process.communicate()
    left = [entry.name for entry in folder.iterdir() if entry.name != f"{seed}.checkpoint"]
    (folder / f"{seed}.checkpoint").unlink(missing_ok=True)
    if found != whole:
        return f"other bits, or an error: {error[-300:]}"
    return f"left: {left}" if left else ""


CHILD = """
def work():
    cr.train(small, X, y, loss='mse', epochs=2, seed=0)

def forked(do):
    child = os.fork()
    if child == 0:
        try:
            do()
        except BaseException as error:
            print(type(error).__name__, error, file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            if os.waitstatus_to_exitcode(status):
                sys.exit("the child failed")
            return
        time.sleep(0.005)
    os.kill(child, 9)
    sys.exit("the child hangs")
"""

FORKS = {
    "in a callback": "cr.train(cr.mlp(4, (64, 64), 1), X, y, loss='mse', epochs=2, callbacks=[lambda p: forked(work)])",
    "in a progress function": """
first = []
def progress(done, fits):
    if not first:
        first.append(done)
        forked(work)
cr.train_many(small, X, y, [{'seed': i} for i in range(40)], loss='mse', epochs=200, progress=progress)
""",
    "while another thread is in its first call": """
thread = threading.Thread(target=work)
thread.start()
time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else {delay})
forked(work)
thread.join()
""",
    "while another thread trains": """
thread = threading.Thread(target=lambda: cr.train(cr.mlp(4, (256, 256), 1), X, y, loss='mse', epochs=60))
thread.start()
time.sleep({delay})
forked(work)
thread.join()
""",
}  # fmt: skip


def fork(where: str, seed: int) -> str:
    """Fork a process somewhere; the child has to be able to train."""
    body = FORKS[where].replace("{delay}", str(random.Random(seed).random() / 2))
    process = _start(HEAD + CHILD + body, CHAINRULE_THREADS_EXACT="1", CHAINRULE_THREADS="2")
    _, err = process.communicate(timeout=180)
    return err.strip()[-200:] if process.returncode else ""


EXITS = {
    "predicts": "result.predict(large)",
    "trains": "cr.train(net, X, y, loss='mse', epochs=10**6, batch_size=64)",
    "trains with a callback": "cr.train(net, X, y, loss='mse', epochs=10**6, callbacks=[lambda p: None])",
    "trains many": "cr.train_many(net, X, y, [{'seed': i} for i in range(20)], loss='mse', epochs=10**4)",
}  # fmt: skip


def leave(what: str, seed: int) -> str:
    """End a program while daemon threads work."""
    program = (
        HEAD
        + f"""
net = cr.mlp(4, (64, 64), 1, "tanh")
result = cr.train(net, X, y, loss="mse", epochs=1)
large = np.concatenate([X] * 500)
def work():
    while True:
        {EXITS[what]}
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
time.sleep({random.Random(seed).random() / 2})
"""
    )
    process = _start(program)
    _, err = process.communicate(timeout=120)
    return f"exit code {process.returncode}: {err.strip()[-200:]}" if process.returncode else ""


def truncate(folder: Path, seed: int) -> str:
    """Cut a file while it is read: an error of ours, or what was read before."""
    path = folder / "cut.model"
    program = (
        HEAD
        + f"""
from chainrule.models import TrainedNetwork
network = cr.mlp(1000, (1000,), 1)
path = {str(path)!r}
cr.save_model(TrainedNetwork(network, network.initial_parameters(0)), path)
whole = os.path.getsize(path)
def cut():
    while True:
        os.truncate(path, 5000)
        os.truncate(path, whole)
threading.Thread(target=cut, daemon=True).start()
for _ in range(20):
    try:
        cr.load_model(path)
    except cr.ChainruleError:
        pass
os._exit(0)
"""
    )
    process = _start(program)
    _, err = process.communicate(timeout=120)
    return f"exit code {process.returncode}: {err.strip()[-200:]}" if process.returncode else ""
