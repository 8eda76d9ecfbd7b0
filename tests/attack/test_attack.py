"""The attack in small: strange arguments, damaged files, interrupts, kills, forks, exits.

``python -m tests.attack`` does the same at full size, with every value and the functions that take
long (tables, estimators, models), and prints what it found.
"""

import inspect
import random
from importlib import import_module
from itertools import chain
from pathlib import Path

import pytest
from tests.attack import processes
from tests.attack.callables import calls
from tests.attack.fuzz import fault, models, mutant
from tests.attack.sweep import sweep, sweep_returned

from chainrule import plots

QUICK = {
    "None", "True", "-1", "2**64", "10**400", "nan", "1j", "text", "NUL", "escapes", "list of None",
    "dict", "failing", "endless", "complex array", "object array", "3-d array", "no rows",
}  # fmt: skip
"""The values that found most."""


def test_strange_arguments_are_refused_by_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    found = [
        f"{call.name}({p}={v}): {wrong}"
        for call in calls(slow=False)
        if not call.slow
        for p, v, wrong in chain(sweep(call, QUICK), sweep_returned(call))
    ]
    assert found == []


@pytest.mark.slow
def test_damaged_model_files_are_refused_or_work(tmp_path):
    files = models(tmp_path)
    rng = random.Random(1)
    found = []
    for i in range(500):
        content, use = list(files.values())[i % len(files)]
        wrong = fault(mutant(content, rng), use, tmp_path / "mutant")
        found += [f"{i}: {wrong}"] if wrong else []
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("what", processes.INTERRUPTED)
def test_an_interrupt_is_heard_at_any_size(what):
    assert processes.interrupt(what, 0) == ""


@pytest.mark.slow
def test_a_killed_process_leaves_a_whole_file(tmp_path: Path):
    assert [processes.kill(tmp_path, seed) for seed in range(4)] == [""] * 4


@pytest.mark.slow
def test_a_killed_fit_goes_on(tmp_path: Path):
    assert processes.kill_fit(tmp_path, 0) == ""


@pytest.mark.slow
@pytest.mark.parametrize("where", processes.FORKS)
def test_a_forked_child_can_train(where):
    assert processes.fork(where, 0) == ""


@pytest.mark.slow
@pytest.mark.parametrize("what", processes.EXITS)
def test_a_program_ends_while_daemon_threads_work(what):
    assert processes.leave(what, 0) == ""


@pytest.mark.slow
def test_a_file_that_is_cut_while_it_is_read(tmp_path: Path):
    assert processes.truncate(tmp_path, 0) == ""


INNER = {
    "sum_of_weights", "weighted_total",  # arrays that `Data` has checked
    "check_finite_start", "check_state",  # states, for engines
    "decide_task", "with_target",  # columns that `decode_table` has read
    "compiled_engine", "versions", "xor_network",  # no arguments
}  # fmt: skip
"""Public functions that take what the library has made and checked."""

PACKAGES = (
    "diagnose", "engines", "evaluation", "explain", "gradient_free", "lessons", "losses", "models",
    "optimizers", "plan", "report", "runs", "tables", "training",
)  # fmt: skip


@pytest.mark.slow
def test_every_public_function_and_picture_is_attacked():
    attacked = {call.name.partition("(")[0] for call in calls()}
    functions = {
        name
        for package in PACKAGES
        for module in [import_module(f"chainrule.{package}")]
        for name in module.__all__
        if inspect.isfunction(getattr(module, name))
    }
    pictures = {
        f"{name}.{method}"
        for name in plots.__all__
        for method, _ in inspect.getmembers(getattr(plots, name), inspect.ismethod)
        if method in ("from_estimator", "from_network")
    }
    pictures -= {"NetworkDiagram.from_network"}  # "NetworkDiagram" itself
    assert sorted(functions - attacked - INNER) == []
    assert sorted(pictures - attacked) == []
