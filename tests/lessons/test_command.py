"""`chainrule lesson`."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from chainrule.cli import main
from chainrule.lessons import LESSONS


@pytest.fixture
def chainrule(tmp_path, monkeypatch):
    """Run the command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, ["lesson", *map(str, arguments)])


def test_the_list(chainrule):
    result = chainrule()
    assert result.exit_code == 0
    lines = result.stdout.strip().split("\n")
    assert [line.split()[0] for line in lines] == list(LESSONS)
    assert all(len(line) <= 120 for line in lines)


def test_a_lesson_in_the_terminal(chainrule):
    result = chainrule("people")
    assert result.exit_code == 0, result.output
    for words in (
        "Four people, nine weights",
        "∂L/∂w1 = ∂L/∂o1 × ∂o1/∂h1 × ∂h1/∂w1",
        "0.9990889488055994  0.9990889488055994 =",
        "0.021470   0.0214   ≠",
        "Emily  0.951089",
    ):
        assert words in result.stdout
    assert "import" not in result.stdout
    assert "7 pictures: chainrule lesson people --plots DIR" in result.stderr


def test_code_and_pictures(chainrule, tmp_path):
    result = chainrule("equation", "--code", "--plots", "new/pictures")
    assert result.exit_code == 0, result.output
    assert "    equation = LinearEquation([256, 212], 1492)" in result.stdout
    written = sorted(path.name for path in (tmp_path / "new" / "pictures").iterdir())
    assert written == [f"equation-{w}.png" for w in ("errors", "guesses", "neuron", "paths")]
    assert "equation-paths.png: The ways through the plane" in result.stdout


def test_where_no_symbols_can_be_shown(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "chainrule.cli", "lesson", "equation"],
        env=environment, capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.stdout.isascii()
    assert "256 x 212" in done.stdout


def test_steps_do_not_wait_where_nobody_sits(chainrule):
    assert chainrule("equation", "--step").exit_code == 0


def test_a_notebook(chainrule, tmp_path):
    result = chainrule("iris", "--notebook", "iris.ipynb")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Written: iris.ipynb" in result.stderr
    assert json.loads((tmp_path / "iris.ipynb").read_text())["nbformat"] == 4


def test_own_data(chainrule, tmp_path):
    (tmp_path / "points.csv").write_text("x,y\n0,1\n1,3\n2,5\n")
    result = chainrule("line", "--data", "points.csv")
    assert result.exit_code == 0, result.output
    assert "A sign in the article" not in result.stdout
    assert "article" not in [
        word for line in result.stdout.split("\n") for word in line.split()[:2]
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["peple"], 2, "unknown lesson 'peple'; did you mean 'people'?"),
        (["--plots", "x"], 2, "NAME is missing"),
        (["people", "--data", "none.csv"], 2, "does not exist"),
        (["people", "--notebook", "x.ipynb", "--step"], 2, "--notebook goes with --data alone"),
        (["people", "--notebook", "x.txt"], 2, "must end in .ipynb"),
        (["people", "--notebook", "no/x.ipynb"], 2, "there is no folder"),
        (["random", "--data", "t.csv"], 2, "takes no data of your own"),
        (["line", "--data", "t.csv"], 3, "there is no column 'x'"),
    ],
)
def test_bad_input(arguments, code, message, chainrule, tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    result = chainrule(*arguments)
    assert result.exit_code == code, result.output
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
