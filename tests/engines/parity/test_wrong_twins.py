"""Parity that cannot fail shows nothing: a core with wrong twins is built, and each one is found.

Every mistake is one that a hand might make, in the formula of one object. The core's source is
copied and changed, never the source itself; parity then runs on the core that is built from it. The
formulas are the same for all instruction sets: the portable one is enough, and quickly built.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HERE = ROOT / "build" / "wrong-twins"
"""Kept between runs: only what has changed is compiled again."""

MISTAKES = {
    "huber": ("losses/huber.hpp", "V(0.5) * d * d", "d * d"),
    "log_cosh": ("losses/log_cosh.hpp", "return tanh(a - y)", "return a - y"),
    "poisson": ("losses/from_logits.hpp", "return exp(z) - y;", "return exp(z) + y;"),
    "cross_entropy": ("losses/cross_entropy.hpp", "-smooth(y) / pos", "-y * y / pos"),
    "adadelta": ("optimizers/adadelta.hpp", "* (step * step)", "* (g * g)"),
    "adamax": ("optimizers/adamax.hpp", "decayed, decayed, size", "decayed, size, decayed"),
    "nadam": ("optimizers/nadam.hpp", "(1 - product * after)", "(1 - product)"),
    "batch_norm": ("layers/batch_norm.hpp", "(rows - 1, 1)", "(rows, 1)"),
    "dropout": ("layers/dropout.hpp", "T(1 / (1 - rate_))", "T(1 - rate_)"),
    "layer_norm": ("layers/layer_norm.hpp", "- mean_g - x_hat[j] * mean_gx", "- mean_g"),
    "scale": ("layers/scale.hpp", "grad[i] * this->X_[i]", "grad[i]"),
    "parametric_activation": ("layers/parametric_activation.hpp", "grad[i] -= through[i]", ""),
    "embedding": ("layers/embedding.hpp", "start += size + 1", "start += size"),
    "periodic_embedding": (
        "layers/periodic_embedding.hpp",
        "-sin_u[f] * mixed",
        "sin_u[f] * mixed",
    ),
    "by_column": (
        "layers/by_column.hpp",
        "grad_X_[r * n_in + group.columns[i]] +=",
        "grad_X_[r * n_in + group.columns[i]] =",
    ),
    "l1": ("penalties/l1.hpp", "V(-1)", "V(1)"),
    "elu": ("activations/elu.hpp", "V(1), exp(z)", "V(1), V(1)"),
    "mish": ("activations/mish.hpp", "(1 - t * t)", "(1 - t)"),
}
"""By the name in its registry: a file of the core, what it says, and the mistake."""

RUN = """
import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location

import pytest

name, path = "chainrule._core", sys.argv[1]
spec = spec_from_file_location(name, path, loader=ExtensionFileLoader(name, path))
sys.modules[name] = module_from_spec(spec)
spec.loader.exec_module(sys.modules[name])
sys.exit(pytest.main(sys.argv[2:]))
"""
"""Runs pytest with another core than the one that is installed."""


def write_source(folder):
    """The core's source with all mistakes; a file that says what it said before stays as it is."""
    changes = {f"native/include/chainrule/{file}": change for file, *change in MISTAKES.values()}
    changes["CMakeLists.txt"] = ['"^(x86_64|AMD64)$"', '"^$"']
    files = [ROOT / "CMakeLists.txt", *(f for f in (ROOT / "native").rglob("*") if f.is_file())]
    for file in files:
        name = file.relative_to(ROOT).as_posix()
        text = file.read_text(encoding="utf-8")
        if name in changes:
            right, wrong = changes.pop(name)
            assert text.count(right) == 1, f"{name} does not say {right} once"
            text = text.replace(right, wrong)
        target = folder / name
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    assert not changes


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def build():
    """The core with all mistakes."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    cmake = shutil.which("cmake", path=path)
    if not cmake:
        pytest.skip("there is no cmake")
    write_source(HERE / "source")
    target = HERE / f"{sys.implementation.cache_tag}"
    run(cmake, "-S", HERE / "source", "-B", target, f"-DPython_EXECUTABLE={sys.executable}")
    run(cmake, "--build", target, "--parallel", "2")
    (core,) = target.glob("_core.*")
    return core


@pytest.mark.slow
def test_each_wrong_twin_is_found_and_no_other():
    core = build()
    done = subprocess.run(
        [sys.executable, "-c", RUN, core, "-q", "-rf", "--tb=no", "-p", "no:cacheprovider",
         Path(__file__).with_name("test_parity.py")],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    failed = re.findall(r"^FAILED \S*::(\w+)\[(\S+)\]", done.stdout, flags=re.M)
    assert done.returncode == 1, done.stdout + done.stderr
    found = {name for _, case in failed for name in case.split("-") if name in MISTAKES}
    assert found == set(MISTAKES)
    for dtype in ("float64", "float32"):
        assert {n for _, case in failed if dtype in case for n in case.split("-")} >= found
    innocent = [case for _, case in failed if not set(case.split("-")) & set(MISTAKES)]
    assert innocent == []
