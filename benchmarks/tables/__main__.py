"""`python -m benchmarks.tables --data DIR`: accuracy and time of tabular methods, table by table.

Every Parquet file in DIR is a table. A file tables.toml in it may name the target of each (by
default the column "target", or else the last) and its task. Results are written after each fit; a
run that was ended goes on where it was.
"""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any

from .. import machine
from ..process import ROOT
from .data import Source, find
from .methods import ABLATIONS, EVERY, METHODS
from .one_fit import Job
from .page import PICTURE, markdown, overview
from .picture import draw, points
from .results import Results, alone
from .summary import Summary


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What the command line says, checked."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.tables",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = f"of {', '.join(METHODS)} (default), {', '.join(ABLATIONS)}"
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the tables")
    parser.add_argument("--tables", nargs="+", metavar="NAME", help="some of them (default: all)")
    parser.add_argument(
        "--methods", nargs="+", choices=EVERY, default=list(METHODS), metavar="NAME", help=names
    )
    parser.add_argument(
        "--against",
        choices=EVERY,
        default="hist-gradient-boosting",
        metavar="NAME",
        help="what ratios are taken to (default: hist-gradient-boosting)",
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1], help="default: 0 1")
    parser.add_argument("--threads", type=int, default=1, help="of each fit (default: 1)")
    parser.add_argument("--rows", type=int, help="at most so many of each table (default: all)")
    parser.add_argument(
        "--limit", type=float, default=3600.0, metavar="SECONDS", help="of a fit (default: 3600)"
    )
    parser.add_argument(
        "--again", nargs="+", choices=EVERY, default=[], metavar="NAME", help="fit these anew"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "out" / "tables",
        help="folder for results.json, results.md and the picture (default: out/tables)",
    )
    chosen = parser.parse_args(given)
    for name, least in (("threads", 1), ("rows", 8), ("limit", 0)):
        value = getattr(chosen, name)
        if value is not None and value < least:
            parser.error(f"--{name} (={value}) must be >= {least}")
    return chosen


def chosen_tables(folder: Path, names: list[str] | None) -> dict[str, Source]:
    """The tables of a folder, or those that were asked for."""
    found = find(folder)
    for name in names or ():
        if name not in found:
            raise ValueError(f"{folder} has no {name}.parquet; it has {', '.join(found)}")
    return {name: source for name, source in found.items() if names is None or name in names}


def jobs(chosen: argparse.Namespace, installed: list[str]) -> list[Job]:
    """All fits: the methods take turns, so that whatever else the machine does falls on all."""
    return [
        Job(
            table=name,
            seed=seed,
            method=method,
            path=str(source.path.resolve()),
            target=source.target,
            task=source.task,
            threads=chosen.threads,
            rows=chosen.rows,
        )
        for name, source in chosen_tables(chosen.data, chosen.tables).items()
        for seed in chosen.seeds
        for method in installed
    ]


def log(line: str) -> None:
    """Progress, apart from results."""
    print(line, file=sys.stderr, flush=True)


def loud(job: Job, limit: float) -> dict[str, Any]:
    """A fit in its own process, with a line of progress."""
    found = alone(job, limit)
    said = found.get("failed") or f"error {found['error']:.4f}, {found['fit']:.2f} s"
    log(f"{job.table}, seed {job.seed}, {job.method}: {said}")
    return found


def write(results: Results, missing: dict[str, str], against: str) -> None:
    """The page and the picture of what is there."""
    folder, summary = results.path.parent, Summary(results.fits, against)
    whole = {"about": results.about, "settings": results.settings, "fits": results.fits}
    page = folder / "results.md"
    page.write_text(markdown(whole, missing, against), encoding="utf-8")
    if points(summary):
        draw(summary, folder / PICTURE)
    print(overview(summary))
    log(f"\ntable by table: {page}")


def main(given: list[str] | None = None) -> None:
    """Fit what is not fitted yet, then write all that is known."""
    chosen = arguments(given)
    missing = {n: EVERY[n].library for n in chosen.methods if not EVERY[n].installed}
    for method, library in missing.items():
        log(f"left out: {method}, {library} is not installed")
    installed = [name for name in chosen.methods if name not in missing]
    about = {**machine.description(), "load": machine.busy()}
    try:
        wanted = jobs(chosen, installed)
        settings = {
            "processor": about["processor"],
            "threads": chosen.threads,
            "rows": chosen.rows,
        }
        results = Results(chosen.out, about, settings)
        try:
            results.run(wanted, partial(loud, limit=chosen.limit), chosen.again)
        finally:
            if results.fits:
                write(results, missing, chosen.against)
    except ValueError as error:
        raise SystemExit(f"python -m benchmarks.tables: {error}") from None


if __name__ == "__main__":
    main()
