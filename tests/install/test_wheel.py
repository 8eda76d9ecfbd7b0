"""One wheel for all Pythons from 3.12 on: it keeps to the stable ABI, and works on another one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRY = """
import numpy as np
import chainrule as cr

X = np.linspace(-1.0, 1.0, 20)[:, None]
result = cr.train(
    cr.Network([cr.Dense(1, 1)]), X, 2 * X + 1, loss="mean_squared_error",
    optimizer=cr.SGD(0.3), epochs=200, engine="compiled",
)
print(cr.__file__, *np.round(result.parameters.vector, 6))
"""


def pythons() -> dict[str, str]:
    """The interpreters from 3.12 on that are installed: on the PATH, or pyenv's."""
    pyenv = shutil.which("pyenv")
    root = pyenv and subprocess.run([pyenv, "root"], capture_output=True, text=True).stdout.strip()
    found = {}
    for version in ("3.12", "3.13", "3.14"):
        places = [shutil.which(f"python{version}")] if shutil.which(f"python{version}") else []
        places += sorted(Path(root or "/-").glob(f"versions/{version}.*/bin/python"))
        for path in map(str, places):  # the first may be pyenv's, for a version that is not chosen
            if not subprocess.run([path, "-c", "import pip, venv"], capture_output=True).returncode:
                found[version] = path
    return found


PYTHONS = pythons()


if len(PYTHONS) > 1:

    @pytest.mark.slow
    def test_a_wheel_of_one_python_works_on_another(tmp_path: Path) -> None:
        builder, *_, other = PYTHONS.values()
        environment = {**os.environ, "VIRTUAL_ENV": "", "PYTHONPATH": ""}

        def run(*command: str | Path) -> str:
            done = subprocess.run(command, capture_output=True, text=True, env=environment)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        run(builder, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", tmp_path, ROOT)
        (wheel,) = tmp_path.glob("*.whl")
        assert "-cp312-abi3-" in wheel.name
        run(Path(sys.executable).parent / "abi3audit", "--strict", wheel)
        run(other, "-m", "venv", tmp_path / "new")
        python = tmp_path / "new" / "bin" / "python"
        run(python, "-m", "pip", "install", "numpy")
        run(python, "-m", "pip", "install", "--no-deps", wheel)
        path, *numbers = run(python, "-c", TRY).split()
        assert Path(path).is_relative_to(tmp_path)
        assert [float(number) for number in numbers] == [2.0, 1.0]
