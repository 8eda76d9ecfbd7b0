"""One contestant in a process of its own: a line of JSON asks, a line of JSON answers.

``{"do": "prepare", "workload": "W5"}`` imports the library, makes the data and runs once;
``{"do": "run"}`` runs again, as often as takes a fifth of a second, and gives seconds per run.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from itertools import repeat
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from .cores import stay_on

_AT_LEAST = 0.2
"""Seconds that one timing takes at least."""


class _Worker:
    def __init__(self, contestant: str, threads: int) -> None:
        self.contestant, self.threads = contestant, threads
        self.run_once: Callable[[], Any]
        self.inner = 1

    def prepare(self, workload: str) -> dict[str, Any]:
        """The first run: what it took from the import of the library on, and its final loss."""
        from .answers import final_loss
        from .workloads import WORKLOADS

        self.run_once = lambda: None  # lets go of the last workload's data
        task = WORKLOADS[workload]()
        memory, start = _peak_memory(), perf_counter()
        try:
            module = import_module(f".contestants.{self.contestant}", __package__)
        except ImportError as error:
            return {"missing": str(error)}
        about = {"name": module.NAME, "version": module.VERSION}
        if why := module.why_not(task, self.threads):
            return {**about, "why_not": why}
        self.run_once = module.prepare(task, self.threads)
        answer = self.run_once()
        about |= {"first": perf_counter() - start, "memory": _peak_memory() - memory}
        self.inner = 1
        note = module.note(task) if hasattr(module, "note") else ""
        return {**about, "loss": final_loss(task, answer), "note": note}

    def run(self) -> dict[str, Any]:
        """Seconds per run, and the processor's seconds per second."""
        while True:
            cpu, start = process_time(), perf_counter()
            for _ in repeat(None, self.inner):
                self.run_once()
            wall, cpu = perf_counter() - start, process_time() - cpu
            if wall >= _AT_LEAST:
                return {"seconds": wall / self.inner, "wall": wall, "cpu": cpu / wall}
            self.inner = max(2 * self.inner, int(1.2 * self.inner * _AT_LEAST / wall))


def _peak_memory() -> int:
    """The most bytes that this process has had in memory.

    Linux hands `ru_maxrss` down from the process that started this one: its own count is VmHWM.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    worker = _Worker(sys.argv[1], int(sys.argv[2]))
    stay_on(worker.threads)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints must not get between the answers
    with suppress(KeyboardInterrupt):
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                do = asked.pop("do")
                answer = getattr(worker, do)(**asked)
            except Exception as error:  # one contestant's failure is a line of the report
                answer = {"failed": f"{type(error).__name__}: {error}"}
            answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
