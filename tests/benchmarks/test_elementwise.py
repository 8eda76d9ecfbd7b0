"""The functions' largest errors are those that native/src/kernels/mathematics.inl states."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# In units in the last place, float32 and float64.
LARGEST = {
    "exp": (1.1, 1.1),
    "expm1": (1.7, 2.3),
    "tanh": (5.1, 2.6),
    "sigmoid": (2.3, 2.3),
    "softplus": (2.4, 2.4),
    "log": (0.9, 0.9),
    "log1p": (0.9, 0.9),
    "cdf": (8.4, 11.1),
}


@pytest.mark.slow
def test_largest_errors(tmp_path):
    program = tmp_path / "elementwise"
    subprocess.run(
        [
            *(os.environ.get("CXX") or "c++", "-std=gnu++20", "-O1", "-ffp-contract=off"),
            *("-I", ROOT / "native" / "include", "-DNAMESPACE=portable"),
            f'-DINSTRUCTION_SET="{ROOT}/native/src/kernels/portable.cpp"',
            *(ROOT / "benchmarks" / "elementwise.cpp", "-o", program),
        ],
        check=True,
    )
    printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    found = {(one["function"], one["type"]): one["ulp"] for one in json.loads(printed)}
    for name, largest in LARGEST.items():
        for kind, most in zip(("float32", "float64"), largest, strict=True):
            assert 0 < found[name, kind] <= most + 0.05, (name, kind)
