"""The core without Python, watched by sanitizers while it trains.

`main.cpp` is the program: random problems on 1, 2, 3 and 7 threads, many fits at once, interrupts,
exceptions, copies of the process, with every instruction set that this processor has. Its arrays
end at pages that nobody may touch. The sanitizers are those of CMakePresets.json.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.native.program import build, run

CLANG = next(filter(shutil.which, ["clang++", *(f"clang++-{n}" for n in range(25, 13, -1))]), None)
COMPILER = os.environ.get("CXX") or "c++"

CHECKS = ("together", "predictions", "interrupts", "failures", "forks")
PROBLEMS = {"address,undefined": 80, "thread": 40, "trap": 80}
"""How many random problems: the thread sanitizer is the slowest."""

ENVIRONMENT = {
    "CHAINRULE_THREADS_EXACT": "1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1",
}


def has(compiler: str, sanitizer: str, folder: Path) -> bool:
    """Whether the compiler is there, and the sanitizer's library for it."""
    if not shutil.which(compiler):
        return False
    (folder / "empty.cpp").write_text("int main() {}\n")
    command = [compiler, f"-fsanitize={sanitizer}", "empty.cpp", "-o", "empty"]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def check_everything(command: list[str | Path], sanitizer: str) -> None:
    """Every check with every instruction set; a process for each, as sets are chosen at the start.

    The thread sanitizer cannot follow a process with threads into its copy.
    """
    checks = [check for check in CHECKS if (sanitizer, check) != ("thread", "forks")]
    for k, instruction_set in enumerate(run(*command, "sets").split()):
        environment = {**ENVIRONMENT, "CHAINRULE_ISA": instruction_set}
        first = k * PROBLEMS[sanitizer]  # other problems for each set
        shapes = ["shapes", str(first), str(PROBLEMS[sanitizer])]
        for check in (shapes, *([check] for check in checks)):
            said = run(*command, *check, **environment)
            assert said.startswith(f"{instruction_set}: ")


@pytest.mark.slow
def test_addresses_and_undefined_behaviour(cmake, tmp_path):
    sanitizer = "address,undefined"
    if not has(COMPILER, sanitizer, tmp_path):
        pytest.skip(f"there is no {COMPILER} with the address sanitizer")
    check_everything([build(cmake, sanitizer, COMPILER)], sanitizer)


if CLANG is not None:

    @pytest.mark.slow
    def test_undefined_behaviour_with_clang(cmake):
        """Without addresses: with them clang takes ten minutes for the AVX-512 kernels."""
        check_everything([build(cmake, "trap", CLANG)], "trap")


@pytest.mark.slow
def test_threads(cmake, tmp_path):
    if not has(COMPILER, "thread", tmp_path):
        pytest.skip(f"there is no {COMPILER} with the thread sanitizer")
    program = build(cmake, "thread", COMPILER)
    # Older ones are at a loss where the system scatters a program's memory widely.
    started = subprocess.run([program, "sets"], capture_output=True, text=True)
    scattered = "unexpected memory mapping" in started.stderr
    command = ["setarch", "--addr-no-randomize", program] if scattered else [program]
    check_everything(command, "thread")
