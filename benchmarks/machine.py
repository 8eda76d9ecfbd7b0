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
from typing import Any

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


class Program:
    """A C++ file of this folder, compiled for this machine; `why_not` says why it could not be."""

    def __init__(self, name: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._program = Path(self._folder.name, name)
        self.why_not = self._compile(f"{name}.cpp")

    def _compile(self, name: str) -> str:
        compiler = os.environ.get("CXX") or shutil.which("g++") or shutil.which("clang++")
        if not compiler:
            return f"no C++ compiler for {name}"
        source = Path(__file__).with_name(name)
        command = [compiler, *_FLAGS, str(source), "-o", str(self._program)]
        done = subprocess.run(command, capture_output=True, text=True)
        return f"{name} did not compile: {done.stderr[:300]}" if done.returncode else ""

    def ask(self, *arguments: int) -> Any:
        """What it prints, which is JSON."""
        command = [self._program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def close(self) -> None:
        """Remove the program."""
        self._folder.cleanup()


class Peak(Program):
    """Multiply-adds per second, measured by `peak.cpp` beside each workload: clocks change."""

    def __init__(self) -> None:
        super().__init__("peak")
        self.measured: dict[tuple[str, int], list[float]] = {}

    def measure(self, dtype: str, threads: int) -> float | None:
        """GFLOP/s of a type just now, or None where it cannot be measured."""
        if self.why_not:
            return None
        for name, rate in self.ask(*cores(threads)).items():
            self.measured.setdefault((name, threads), []).append(rate)
        return self.measured[dtype, threads][-1]

    def medians(self) -> dict[str, dict[str, float]]:
        """What was measured, by type and number of threads: {"float32": {"1": ...}}."""
        found: dict[str, dict[str, float]] = {}
        for (name, threads), rates in self.measured.items():
            found.setdefault(name, {})[str(threads)] = median(rates)
        return found
