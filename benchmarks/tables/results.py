"""Fits one after another, each in its own process; what is finished is kept in a file."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..process import ROOT, environment
from .one_fit import Job

Fit = dict[str, Any]
"""A job's fields and what was measured, or why it failed."""


class Results:
    """The fits in `results.json` of a folder, written anew after each.

    Raises
    ------
    ValueError
        If the folder has results of other settings.
    """

    def __init__(self, folder: Path, about: dict[str, Any], settings: dict[str, Any]) -> None:
        self.path = folder / "results.json"
        self.about, self.settings = about, settings
        self.fits: list[Fit] = []
        if self.path.exists():
            found = json.loads(self.path.read_text("utf-8"))
            if found["settings"] != settings:
                raise ValueError(
                    f"{self.path} was measured with {found['settings']}, not {settings}: "
                    "choose another folder with --out"
                )
            self.fits, self.about = found["fits"], found["about"]

    def run(
        self, jobs: Iterable[Job], alone: Callable[[Job], Fit], again: Collection[str] = ()
    ) -> None:
        """All jobs that are not finished, and those of the methods that are to be fitted again.

        A failure is finished, too.
        """
        done = {_key(fit): i for i, fit in enumerate(self.fits)}
        for job in jobs:
            asked = asdict(job)
            i = done.get(_key(asked), len(self.fits))
            known = self.fits[i : i + 1]
            for fit in known:
                if (fit["target"], fit["task"]) != (job.target, job.task):
                    raise ValueError(
                        f"{self.path} has another target or task of {job.table}: choose another "
                        "folder with --out"
                    )
            if not known or job.method in again:
                self.fits[i : i + 1] = [{**asked, **alone(job)}]
                self.write()

    def write(self) -> None:
        """The file, whole at every moment."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole = {"about": self.about, "settings": self.settings, "fits": self.fits}
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
        fresh.replace(self.path)


def _key(fit: Fit) -> tuple[str, int, str]:
    return fit["table"], fit["seed"], fit["method"]


def alone(job: Job, limit: float) -> Fit:
    """What a process of its own finds within so many seconds, imports and reading included."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.tables.one_fit", str(job)],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            cwd=ROOT,
            env=environment(job.threads),
            start_new_session=True,
        )
        try:
            answer, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            return {"failed": f"not finished after {limit:g} s"}
        finally:
            _end(process)
        if answer:
            return json.loads(answer)
        said.seek(0)
        last = (said.read().strip().splitlines() or [""])[-1]
        return {
            "failed": f"its process ended with status {process.returncode}: {last}".rstrip(": ")
        }


def _end(process: "subprocess.Popen[str]") -> None:
    """The process and all that it has started."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.communicate()
