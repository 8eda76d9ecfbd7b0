"""Kills and signals: a checkpoint is always there, and what goes on from it has the same bits."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.checkpoints import read_snapshots
from chainrule.models import load_model

FIT = """
import sys
import numpy as np
import chainrule as cr
from chainrule.errors import TrainingInterrupted

engine, every, place, model = sys.argv[1:]
rng = np.random.default_rng(0)
X = rng.normal(size=(400, 8))
network = cr.Network([cr.Dense(8, 16, "tanh"), cr.Dropout(0.2), cr.Dense(16, 1)])
print("begun", flush=True)
result = cr.train(
    network, X, X[:, :1] * X[:, 1:2], loss="mse", seed=5, batch_size=16,
    epochs=EPOCHS, engine=engine, metrics=["r2"], validation=(X[:50], X[:50, :1]),
    stop=cr.EarlyStopping(patience=9999), schedule="cosine",
    checkpoint=cr.Checkpoint(place, every, resume=True),
)
cr.save_model(result, model)
"""
SAVE = """
import sys
import numpy as np
import chainrule as cr
from chainrule.models import TrainedNetwork

network = cr.mlp(300, (300,), 100)
models = [TrainedNetwork(network, network.initial_parameters(seed)) for seed in (0, 1)]
print("begun", flush=True)
k = 0
while True:
    cr.save_model(models[k % 2], sys.argv[1])
    k += 1
"""


@contextmanager
def begun(command, **options):
    """A process that has begun; it ends with the block."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **options) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def running(code, *arguments):
    """A process that has loaded all and begins to work."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with begun(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == "begun\n", process.stderr.read()
        yield process


def train_for(process, seconds):
    """Wait until a process has worked so long: on a busy machine that takes longer."""

    def worked():
        try:
            text = Path(f"/proc/{process.pid}/stat").read_text()
        except OSError:  # another system, or it has ended
            return float("inf")
        return sum(map(int, text.rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    begun = worked()
    time.sleep(seconds)
    while process.poll() is None and worked() < begun + seconds:
        time.sleep(0.01)


def run(code, *arguments):
    with running(code, *arguments) as process:
        _, error = process.communicate(timeout=300)
        assert process.returncode == 0, error


def same(a, b):
    return a.state == b.state and a.parameters == b.parameters and a.history.loss == b.history.loss


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_leave_a_checkpoint(tmp_path, number):
    code = FIT.replace("EPOCHS", "4000")
    place, model = tmp_path / "c", tmp_path / "m"
    with running(code, "compiled", "1 hour", place, model) as process:
        while not place.exists():
            time.sleep(0.01)
        first = place.read_bytes()
        train_for(process, 0.3)
        process.send_signal(number)
        _, error = process.communicate(timeout=60)
    assert "TrainingInterrupted: interrupted in epoch" in error
    assert place.read_bytes() != first
    (stored,) = read_snapshots(str(place))
    assert stored.snapshot["state"]["update"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_kills_at_random_moments_of_a_fit(tmp_path, engine):
    epochs = {"compiled": "1500", "reference": "60"}[engine]
    code = FIT.replace("EPOCHS", epochs)
    begin = time.monotonic()
    run(code, engine, "1 hour", tmp_path / "whole", tmp_path / "whole.model")
    # Ten kills come before the end on a machine of any speed.
    longest = (time.monotonic() - begin) / 15
    whole = load_model(tmp_path / "whole.model")
    rng = random.Random(3)
    place, model = tmp_path / "c", tmp_path / "m"
    kills = 0
    while not model.exists():
        every = rng.choice(["7 updates", "3 epochs", "0.02 seconds"])
        if kills == 10:
            run(code, engine, every, place, model)
            break
        with running(code, engine, every, place, model) as process:
            time.sleep(rng.uniform(0, longest))
            process.kill()
            kills += process.wait() == -signal.SIGKILL
    assert kills > 4, "the fit was over before it was killed"
    assert same(load_model(model), whole)
    assert {path.name for path in tmp_path.iterdir()} == {"whole", "whole.model", "c", "m"}


@pytest.mark.slow
def test_kills_at_random_moments_of_a_save(tmp_path):
    network = cr.mlp(300, (300,), 100)
    known = [network.initial_parameters(seed) for seed in (0, 1)]
    rng = random.Random(5)
    for _ in range(10):
        with running(SAVE, tmp_path / "m") as process:
            time.sleep(rng.uniform(0.01, 0.3))
            process.kill()
        if (tmp_path / "m").exists():
            assert load_model(tmp_path / "m").parameters in known
    assert (tmp_path / "m").exists()
    cr.save_model(load_model(tmp_path / "m"), tmp_path / "m")
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


# --- the command ----------------------------------------------------------------------------------

COMMAND = [sys.executable, "-m", "chainrule.cli", "fit", "diabetes", "--no-plot", "-q"]
COMMAND += ["--preset", "plain"]
OPTIONS = ["--epochs", "1500", "--patience", "9999", "--hidden", "32"]


def command(folder, *more, code=0):
    """Run the command to its end; what it says."""
    with begun([*COMMAND, *OPTIONS, *more], cwd=folder) as process:
        _, error = process.communicate(timeout=300)
        assert process.returncode == code, error
        return error


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)]
)
def test_a_command_goes_on_where_it_was(tmp_path, number, code):
    command(tmp_path, "--seed", "7", "-o", "whole.model")
    model, beside = tmp_path / "m.model", tmp_path / "m.model.checkpoint"
    often = ("-o", "m.model", "--checkpoint-every", "40 updates")
    with begun([*COMMAND, *OPTIONS, "--seed", "7", *often], cwd=tmp_path) as process:
        while not beside.exists():
            time.sleep(0.01)
        time.sleep(0.2)
        process.send_signal(number)
        _, error = process.communicate(timeout=60)
        assert process.returncode == code, error
    assert beside.exists()
    assert number == signal.SIGKILL or "--resume goes on from there" in error
    refused = command(tmp_path, *often, code=2)
    assert "m.model.checkpoint is there already: --resume goes on from it" in refused
    # Without the seed, which is that of the checkpoint.
    command(tmp_path, "-o", "m.model", "--resume")
    assert not beside.exists()
    found, expected = load_model(model), load_model(tmp_path / "whole.model")
    assert found.parameters == expected.parameters
    assert found.summary["epochs"] == expected.summary["epochs"] == 1500
    np.testing.assert_array_equal(found.predict("diabetes"), expected.predict("diabetes"))
