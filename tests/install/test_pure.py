"""An installation without a compiler: it works, and says what it lacks."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

USE = """
import json
import numpy as np
import chainrule as cr

X = np.linspace(-1.0, 1.0, 20)[:, None]
result = cr.train(cr.Network([cr.Dense(1, 1)]), X, 2 * X + 1, loss="mean_squared_error", epochs=2)
print(json.dumps([cr.__file__, result.engine, result.engine_reason]))
"""


@pytest.mark.slow
def test_a_pure_wheel_trains_on_the_reference_engine(tmp_path):
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*wheel, "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)],
        env={**os.environ, "CHAINRULE_PURE": "1", "CC": "/bin/false", "CXX": "/bin/false"},
        check=True,
    )
    (built,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
        archive.extractall(site)
    assert not [name for name in names if name.endswith((".so", ".cpp", ".hpp"))]
    assert "chainrule/py.typed" in names
    assert "chainrule/tables/data/penguins.csv" in names

    # -S keeps the editable installation's hooks away; NumPy is found on the path.
    numpy_site = Path(__import__("numpy").__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-S", "-c", USE],
        env={**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{numpy_site}"},
        capture_output=True,
        text=True,
        check=True,
    )
    file, engine, reason = __import__("json").loads(done.stdout)
    assert file.startswith(str(site))
    assert engine == "reference"
    assert "without its compiled engine" in reason
