"""No command waits for a library that it does not need."""

import json
import subprocess
import sys

import pytest

from chainrule.cli.group import COMMANDS

SCRIPT = """
import json, sys
from click.testing import CliRunner
from chainrule.cli import main
result = CliRunner().invoke(main, sys.argv[1:])
assert result.exit_code == 0, result.output
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
HEAVY = {"numpy", "scipy", "sklearn", "pyarrow", "narwhals", "matplotlib", "rich", "safetensors"}


@pytest.fixture
def loaded(tmp_path, environment):
    """The libraries that a process has loaded after a command."""

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return set(json.loads(done.stdout))

    return run


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)]
)
def test_help_loads_nothing_heavy(loaded, arguments):
    assert not loaded(*arguments) & HEAVY


def test_info_loads_only_the_engines(loaded):
    assert loaded("info") & HEAVY <= {"numpy", "pyarrow", "narwhals"}


def test_fit_and_predict_do_not_load_scikit_learn(loaded, penguins, trained):
    fitted = loaded("fit", penguins, "--target", "species", "--epochs", 1, "-o", "m", "--no-plot")
    predicted = loaded("predict", trained.model, penguins, "-o", "o.csv")
    for libraries in (fitted, predicted):
        assert not libraries & {"sklearn", "scipy", "matplotlib", "pandas", "polars"}
        assert "numpy" in libraries


def test_a_picture_loads_matplotlib_and_no_window(loaded, penguins):
    libraries = loaded("fit", penguins, "--target", "species", "--epochs", 1, "-o", "m")
    assert "matplotlib" in libraries
    assert not libraries & {"sklearn", "tkinter", "scipy"}
