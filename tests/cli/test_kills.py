"""Kills without a word: what was written until then is there, and a search goes on."""

import json
import subprocess
import time
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def killed(command, environment, tmp_path):
    """Start a command and kill it once a file has so many lines; how many it then has."""
    running: list[subprocess.Popen[bytes]] = []

    def run(path, lines, *arguments):
        started = subprocess.Popen(
            [*command, *map(str, arguments)], cwd=tmp_path, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        running.append(started)
        for _ in wait():
            there = path.read_bytes().count(b"\n") if path.exists() else 0
            if there >= lines:
                break
            assert started.poll() is None
        started.kill()
        started.wait()
        return path.read_bytes().count(b"\n")

    yield run
    for process in running:
        process.kill()
        process.wait()


def wait() -> Iterator[None]:
    for _ in range(6000):
        yield
        time.sleep(0.01)
    raise AssertionError("nothing happened for a minute")


def test_a_search_goes_on_after_a_kill(killed, chainrule, tmp_path):
    options = ("iris", "--trials", 8, "--folds", 2, "--epochs", 30, "--seed", 3, "-j", 2)
    path = tmp_path / "t.trials"
    assert killed(path, 3, "tune", *options, "--results", path) < 9
    on = chainrule("tune", *options, "--results", path, "--json")
    whole = chainrule("tune", *options, "--json")
    assert on.exit_code == whole.exit_code == 0, on.output
    first, second = (json.loads(result.stdout)["trials"] for result in (on, whole))
    assert [(t["number"], t["score"]) for t in first] == [(t["number"], t["score"]) for t in second]


def test_a_fit_that_is_killed_leaves_its_history(killed, chainrule, tmp_path):
    path = tmp_path / "runs" / "m-1" / "history.jsonl"
    n = killed(
        path, 5, "fit", "digits", "--epochs", 100_000, "--patience", 100_000, "-o", "m.model",
        "--no-plot",
    )  # fmt: skip
    for line in path.read_text().splitlines()[:n]:
        assert json.loads(line)["loss"] > 0
    listed = chainrule("runs").stdout
    assert "not ended" in listed
