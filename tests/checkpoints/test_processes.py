"""Kills and signals: a checkpoint is always there, and what goes on from it has the same bits."""

import random
import signal
import subprocess
import sys
import time

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


def begin(code, *arguments):
    """A process that has begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "begun\n", process.stderr.read()
    return process


def run(code, *arguments):
    done = begin(code, *arguments)
    _, error = done.communicate(timeout=300)
    assert done.returncode == 0, error


def same(a, b):
    return a.state == b.state and a.parameters == b.parameters and a.history.loss == b.history.loss


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_leave_a_checkpoint(tmp_path, number):
    code = FIT.replace("EPOCHS", "4000")
    place, model = tmp_path / "c", tmp_path / "m"
    process = begin(code, "compiled", "1 hour", place, model)
    while not place.exists():
        time.sleep(0.01)
    first = place.read_bytes()
    time.sleep(0.3)
    process.send_signal(number)
    _, error = process.communicate(timeout=60)
    assert "TrainingInterrupted: interrupted in epoch" in error
    assert place.read_bytes() != first
    (stored,) = read_snapshots(str(place))
    assert stored.snapshot["state"]["update"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_kills_at_random_moments_of_a_fit(tmp_path, engine):
    epochs = {"compiled": "3000", "reference": "120"}[engine]
    code = FIT.replace("EPOCHS", epochs)
    run(code, engine, "1 hour", tmp_path / "whole", tmp_path / "whole.model")
    whole = load_model(tmp_path / "whole.model")
    rng = random.Random(3)
    place, model = tmp_path / "c", tmp_path / "m"
    kills = 0
    while not model.exists():
        every = rng.choice(["7 updates", "3 epochs", "0.02 seconds"])
        process = begin(code, engine, every, place, model)
        if kills < 10:
            time.sleep(rng.uniform(0, 0.4))
            process.kill()
            kills += process.wait() == -signal.SIGKILL
        else:
            _, error = process.communicate(timeout=300)
            assert process.returncode == 0, error
    assert kills == 10
    assert same(load_model(model), whole)
    assert {path.name for path in tmp_path.iterdir()} == {"whole", "whole.model", "c", "m"}


@pytest.mark.slow
def test_kills_at_random_moments_of_a_save(tmp_path):
    network = cr.mlp(300, (300,), 100)
    known = [network.initial_parameters(seed) for seed in (0, 1)]
    rng = random.Random(5)
    for _ in range(10):
        process = begin(SAVE, tmp_path / "m")
        time.sleep(rng.uniform(0.01, 0.3))
        process.kill()
        process.wait()
        if (tmp_path / "m").exists():
            assert load_model(tmp_path / "m").parameters in known
    assert (tmp_path / "m").exists()
    cr.save_model(load_model(tmp_path / "m"), tmp_path / "m")
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


# --- the command ----------------------------------------------------------------------------------

COMMAND = [sys.executable, "-m", "chainrule.cli", "fit", "diabetes", "--no-plot", "-q"]
OPTIONS = ["--epochs", "1500", "--patience", "9999", "--hidden", "32"]


def command(folder, *more):
    return subprocess.Popen(
        [*COMMAND, *OPTIONS, *more], cwd=folder, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)]
)
def test_a_command_goes_on_where_it_was(tmp_path, number, code):
    whole = command(tmp_path, "--seed", "7", "-o", "whole.model")
    assert whole.wait(300) == 0, whole.stderr.read()
    model, beside = tmp_path / "m.model", tmp_path / "m.model.checkpoint"
    process = command(tmp_path, "--seed", "7", "-o", "m.model", "--checkpoint-every", "40 updates")
    while not beside.exists():
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(number)
    assert process.wait(60) == code, process.stderr.read()
    assert beside.exists()
    if number != signal.SIGKILL:
        assert "--resume goes on from there" in process.stderr.read()
    refused = command(tmp_path, "-o", "m.model", "--checkpoint-every", "40 updates")
    assert refused.wait(60) == 2
    assert "m.model.checkpoint is there already: --resume goes on from it" in refused.stderr.read()
    # Without the seed, which is that of the checkpoint.
    again = command(tmp_path, "-o", "m.model", "--resume")
    assert again.wait(300) == 0, again.stderr.read()
    assert not beside.exists()
    found, expected = load_model(model), load_model(tmp_path / "whole.model")
    assert found.parameters == expected.parameters
    assert found.summary["epochs"] == expected.summary["epochs"] == 1500
    np.testing.assert_array_equal(found.predict("diabetes"), expected.predict("diabetes"))
