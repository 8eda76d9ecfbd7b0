"""The program of the core's own tests: how it is built, and run."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, **environment: str) -> str:
    """What a command prints; what it says on failure is the test's message."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=1800, env={**os.environ, **environment}
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def build(cmake: str, preset: str, compiler: str) -> Path:
    """The program, in a folder that is kept: only what has changed is compiled again."""
    preset = preset.replace(",", "-")
    folder = ROOT / "build" / "native" / f"{Path(compiler).name}-{preset}"
    options = ["--preset", preset, f"-DCMAKE_CXX_COMPILER={compiler}"]
    run(cmake, "-S", ROOT, "-B", folder, *options)
    run(cmake, "--build", folder, "--parallel", "2")
    return folder / "tests" / "native" / "native_tests"
