"""Taking turns: A B C A B C ..., so that whatever else the machine does falls on everybody."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from .answers import verdict
from .contestants import JUDGE
from .process import Process
from .workloads import Workload

Log = Callable[[str], None]


def compare(
    task: Workload,
    processes: Sequence[Process],
    judge: Process,
    rounds: int,
    budget: float,
    log: Log,
) -> list[dict[str, Any]]:
    """One workload at one number of threads: for each contestant times, loss, or why it has none.

    First everybody runs once and the final losses are compared with the judge's; who computes
    something else is not timed. Then they take turns. A contestant that has used up its budget of
    seconds sits out the rounds after its second.
    """
    expected = judge.ask("prepare", workload=task.name)
    if "loss" not in expected:
        raise RuntimeError(f"{JUDGE} cannot judge {task.name}: {expected}")
    entries = []
    for process in processes:
        known = process is judge
        entry = expected if known else process.ask("prepare", workload=task.name)
        if "loss" in entry and (wrong := verdict(task, entry["loss"], expected["loss"])):
            entry["wrong"] = wrong
        entries.append({"contestant": process.contestant, "threads": process.threads, **entry})
        if reason := why_left_out(entries[-1]):
            log(f"  {process.contestant}: {reason}")
    runs: dict[int, list[dict[str, float]]] = {
        i: [] for i, entry in enumerate(entries) if not why_left_out(entry)
    }
    for _ in range(rounds):
        for i, done in runs.items():
            used = entries[i]["first"] + sum(run["wall"] for run in done)
            if used < budget or len(done) < min(2, rounds):
                answer = processes[i].ask("run")
                if "failed" in answer:
                    entries[i]["failed"] = answer["failed"]
                else:
                    done.append(answer)
    for i, done in runs.items():
        if done:
            entries[i] |= summary([run["seconds"] for run in done])
            entries[i]["cpu"] = min(run["cpu"] for run in done)
            log(f"  {entries[i]['name']}: {entries[i]['median']:.3g} s")
    return entries


def why_left_out(entry: dict[str, Any]) -> str:
    """Why an entry has no times, in words; empty if it has, or will have."""
    if "missing" in entry:
        return f"not installed: {entry['missing']}"
    if "failed" in entry:
        return f"failed: {entry['failed']}"
    return entry.get("wrong", "") or entry.get("why_not", "")


def summary(seconds: Sequence[float]) -> dict[str, Any]:
    """Median, minimum, and how far apart the times are, as a part of the median."""
    middle = median(seconds)
    return {
        "seconds": list(seconds),
        "median": middle,
        "min": min(seconds),
        "spread": (max(seconds) - min(seconds)) / middle,
    }
