import re
import shlex
import subprocess
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "examples" / "demo.sh"


@pytest.mark.slow
def test_demo_ends_with_the_accuracy_and_a_picture(command, environment, tmp_path):
    script = tmp_path / "chainrule"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    script.chmod(0o755)
    done = subprocess.run(
        ["sh", str(DEMO), str(script)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    *_, accuracy, picture = done.stdout.splitlines()
    assert float(re.match(r"test accuracy (\S+) on 69 rows", accuracy)[1]) > 0.95
    assert picture == "The learning curve is drawn in out/penguins.png."
    assert (tmp_path / "out/penguins.png").stat().st_size > 10_000
    assert "prediction,probability of Adelie" in done.stdout


def test_demo_stops_when_a_command_fails(tmp_path):
    done = subprocess.run(["sh", str(DEMO), "false"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "accuracy" not in done.stdout
