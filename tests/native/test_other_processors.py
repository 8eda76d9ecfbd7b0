"""The same bits on processors of other kinds: x86-64 and 64-bit ARM.

`fits.sha256` has a line for each of 58 fits of random plans: of the bits of its parameters, its
optimizer state and its curves. Each instruction set has to give these. The core for ARM is made by
Debian's cross compiler and run by qemu, instruction by instruction.

To write the table again, after a change that is meant to change bits:
``python -m tests.native.test_other_processors build/native/.../native_tests``.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest
from tests.native.program import build, run

TABLE = Path(__file__).with_name("fits.sha256")
FITS = 58
CROSS, EMULATOR = "aarch64-linux-gnu-g++", "qemu-aarch64"


def digests(*command: str | Path, **environment: str) -> list[str]:
    """For each fit its problem, its type and the SHA-256 of its bits."""
    printed = run(*command, "fits", "1000", str(FITS // 2), **environment).splitlines()
    assert len(printed) == FITS
    lines = (line.split(" ", 2) for line in printed)
    return [
        f"{seed} {kind} {hashlib.sha256(bits.encode()).hexdigest()}" for seed, kind, bits in lines
    ]


def check(*command: str | Path) -> list[str]:
    """Every set's fits have the bits of the table; the names of the sets."""
    expected = TABLE.read_text().splitlines()
    sets = run(*command, "sets").split()
    for name in sets:
        assert digests(*command, CHAINRULE_ISA=name) == expected, name
    return sets


@pytest.mark.slow
def test_here(cmake):
    """Without optimisation to speak of, with sanitizers: that changes no bit either."""
    compiler = os.environ.get("CXX") or "c++"
    assert "portable" in check(build(cmake, "address-undefined", compiler))


@pytest.mark.slow
def test_on_arm(cmake):
    missing = [name for name in (CROSS, EMULATOR) if not shutil.which(name)]
    if missing:
        pytest.skip(f"there is no {' and no '.join(missing)}")
    program = build(cmake, "aarch64", CROSS)
    assert check(EMULATOR, program) == ["neon", "portable"]
    for what in (["shapes", "0", "24"], ["together"], ["predictions"], ["failures"]):
        said = run(EMULATOR, program, *what, CHAINRULE_THREADS_EXACT="1")
        assert said.startswith("neon: ")


if __name__ == "__main__":
    TABLE.write_text("\n".join(digests(*sys.argv[1:])) + "\n")
