"""`python -m benchmarks`: time all contestants on all workloads, print and write the tables."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from . import machine
from .contestants import CONTESTANTS, JUDGE
from .cores import cores
from .costs import costs
from .process import ROOT, Process
from .report import cost_table, count, markdown, overview
from .rounds import compare
from .workloads import WORKLOADS, Workload


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)

    def names(known: Iterable[str]) -> Any:
        def split(text: str) -> list[str]:
            chosen = text.split(",")
            if unknown := [name for name in chosen if name not in known]:
                raise argparse.ArgumentTypeError(
                    f"{unknown[0]!r} is unknown; known are {', '.join(known)}"
                )
            return chosen

        return split

    everything = {"workloads": list(WORKLOADS), "contestants": list(CONTESTANTS)}
    for what, known in everything.items():
        parser.add_argument(
            f"--{what}", type=names(known), default=known, metavar="NAMES", help=", ".join(known)
        )
    parser.add_argument("--rounds", type=int, default=5, help="turns of everybody (default: 5)")
    parser.add_argument(
        "--threads", type=int, nargs="+", default=[1, 2], help="numbers of threads (default: 1 2)"
    )
    parser.add_argument(
        "--budget",
        type=float,
        default=8.0,
        metavar="SECONDS",
        help="how long a contestant may take for a workload before it sits out the rounds after "
        "its second (default: 8)",
    )
    parser.add_argument("--no-costs", action="store_true", help="leave out what comes besides")
    parser.add_argument(
        "--out",
        type=Path,
        help="folder for results.md and results.json (default: benchmarks; out/benchmarks if only "
        "some workloads or contestants were chosen)",
    )
    chosen = parser.parse_args()
    if chosen.rounds < 1:
        parser.error(f"--rounds (={chosen.rounds}) must be >= 1")
    if any(n < 1 for n in chosen.threads):
        parser.error(f"--threads (={chosen.threads}) must be >= 1")
    if chosen.out is None:
        complete = all(getattr(chosen, what) == known for what, known in everything.items())
        chosen.out = ROOT / ("benchmarks" if complete else "out/benchmarks")
    return chosen


def log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """All results, as they are written to results.json."""
    load, peak = machine.busy(), machine.Peak()
    available = len(cores(10**6))
    found: dict[str, Any] = {}
    versions: dict[str, None] = {}
    missing: dict[str, str] = {}
    for threads in chosen.threads:
        if threads > available:
            log(f"left out: {threads} threads on {count(available, 'core')}")
            continue
        for task, entries, rate in _on_threads(threads, chosen, peak):
            versions |= {e["version"]: None for e in entries if "version" in e}
            missing |= {e["contestant"]: e["missing"] for e in entries if "missing" in e}
            present = [e for e in entries if "missing" not in e]
            workload = found.setdefault(task.name, {"title": task.title, "threads": {}})
            workload["threads"][str(threads)] = {"peak": rate, "entries": present}
    besides = {}
    if not chosen.no_costs:
        log("besides the epochs")
        besides = costs(chosen.contestants, min(3, chosen.rounds), log)
    peak.close()
    return {
        "machine": machine.description(),
        "versions": list(versions),
        "missing": missing,
        "load": load,
        "peak": peak.medians(),
        "no_peak": peak.why_not,
        "rounds": chosen.rounds,
        "workloads": found,
        "costs": besides,
    }


def _on_threads(
    threads: int, chosen: argparse.Namespace, peak: machine.Peak
) -> Iterator[tuple[Workload, list[dict[str, Any]], float | None]]:
    """Each workload's entries and the peak beside them; the processes live as long as this."""
    with ExitStack() as stack:
        processes: Sequence[Process] = [
            stack.enter_context(Process(contestant, threads)) for contestant in chosen.contestants
        ]
        judges = [process for process in processes if process.contestant == JUDGE]
        judge = judges[0] if judges else stack.enter_context(Process(JUDGE, threads))
        for name in chosen.workloads:
            task = WORKLOADS[name]()
            if threads not in task.threads:
                continue
            log(f"{name}, {count(threads, 'thread')}: {task.title}")
            present = [process for process in processes if not process.missing]
            entries = compare(task, present, judge, chosen.rounds, chosen.budget, log)
            rate = peak.measure(task.dtype.name, threads) if task.arithmetic_bound else None
            for entry in entries:
                if rate and "median" in entry:
                    entry["share"] = task.flops / entry["median"] / (rate * 1e9)
            yield task, entries, rate


def main() -> None:
    chosen = arguments()
    results = measure(chosen)
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    page = chosen.out / "results.md"
    page.write_text(markdown(results), encoding="utf-8")
    print(overview(results))
    if results["costs"]:
        print("\n" + cost_table(results["costs"]))
    log(f"\nevery contestant's times: {page}")


if __name__ == "__main__":
    main()
