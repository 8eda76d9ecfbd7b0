"""What the times were taken on: processor, versions, and the machine's own peak."""

import json
import os
import platform
import shutil
import subprocess
import tempfile
from datetime import date
from pathlib import Path
from statistics import median

from .cores import cores

_FLAGS = ("-O3", "-march=native", "-ffp-contract=fast", "-std=c++17", "-pthread")


def description() -> dict[str, str | int]:
    """Processor, cores, system, Python, date."""
    return {
        "processor": _processor(),
        "cores": len(cores(10**6)),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "date": date.today().isoformat(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo")
    if lines.exists():
        for line in lines.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def busy() -> float:
    """Processes that wanted to run in the last minute; nan where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


class Peak:
    """Multiply-adds per second, measured by `peak.cpp` beside each workload: clocks change.

    Without a compiler, `why_not` says so and nothing is measured.
    """

    def __init__(self) -> None:
        self.measured: dict[tuple[str, int], list[float]] = {}
        self._folder = tempfile.TemporaryDirectory()
        self._program = Path(self._folder.name, "peak")
        self.why_not = self._compile()

    def _compile(self) -> str:
        compiler = os.environ.get("CXX") or shutil.which("g++") or shutil.which("clang++")
        if not compiler:
            return "no C++ compiler to measure the machine's peak with"
        source = Path(__file__).with_name("peak.cpp")
        command = [compiler, *_FLAGS, str(source), "-o", str(self._program)]
        done = subprocess.run(command, capture_output=True, text=True)
        return f"peak.cpp did not compile: {done.stderr[:300]}" if done.returncode else ""

    def measure(self, dtype: str, threads: int) -> float | None:
        """GFLOP/s of a type just now, or None where it cannot be measured."""
        if self.why_not:
            return None
        cpus = [str(cpu) for cpu in cores(threads)]
        done = subprocess.run([self._program, *cpus], capture_output=True, text=True, check=True)
        for name, rate in json.loads(done.stdout).items():
            self.measured.setdefault((name, threads), []).append(rate)
        return self.measured[dtype, threads][-1]

    def medians(self) -> dict[str, dict[str, float]]:
        """What was measured, by type and number of threads: {"float32": {"1": ...}}."""
        found: dict[str, dict[str, float]] = {}
        for (name, threads), rates in self.measured.items():
            found.setdefault(name, {})[str(threads)] = median(rates)
        return found

    def close(self) -> None:
        """Remove the program."""
        self._folder.cleanup()
