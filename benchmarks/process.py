"""The other end of `worker.py`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

_THREADS = (
    "CHAINRULE_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)
"""Environment variables that libraries read when they are imported."""


def environment(threads: int) -> dict[str, str]:
    """The environment of a contestant with so many threads.

    Bytecode is kept whatever this process does, as it is where a package was installed: a first
    fit would else compile our sources, and not those of the others.
    """
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
    return {**inherited, **quiet, **dict.fromkeys(_THREADS, str(threads))}


class Process:
    """A contestant with a number of threads; missing is why it cannot take part at all."""

    def __init__(self, contestant: str, threads: int) -> None:
        self.contestant, self.threads, self.missing = contestant, threads, ""
        self._process: subprocess.Popen[str] | None = None

    def ask(self, do: str, **what: Any) -> dict[str, Any]:
        """The worker's answer; {"failed": ...} if it died."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.worker", self.contestant, str(self.threads)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env=environment(self.threads),
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = ""
        try:
            self._process.stdin.write(json.dumps({"do": do, **what}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            pass
        if not line:
            status = self._process.wait()
            self._process = None
            return {"failed": f"its process ended with status {status}"}
        answer: dict[str, Any] = json.loads(line)
        self.missing = answer.get("missing", "")
        return answer

    def close(self) -> None:
        """End the process, and give its memory back."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
