"""`python -m benchmarks.reading`: a clean CSV file read by chainrule and its peers.

A file of 17 columns of numbers, 3 of categories and a target, of so many rows as asked for. Each
reader reads it a few times, in turns with the others; the fastest of its times counts. Seconds of
the processor, all threads together, are beside those of the clock: they hold on a busy machine.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv


def read_chainrule(path: Path) -> Any:
    from chainrule.tables import read_table

    return read_table(path)


def read_pyarrow(path: Path) -> Any:
    return csv.read_csv(path)


def read_duckdb(path: Path) -> Any:
    import duckdb

    return duckdb.read_csv(str(path)).to_arrow_table()


def read_polars(path: Path) -> Any:
    import polars as pl

    return pl.read_csv(path)


def read_pandas(path: Path) -> Any:
    import pandas as pd

    return pd.read_csv(path)


READERS: dict[str, Callable[[Path], Any]] = {
    "chainrule": read_chainrule,
    "pyarrow": read_pyarrow,
    "duckdb": read_duckdb,
    "polars": read_polars,
    "pandas": read_pandas,
}


def write(path: Path, n: int) -> None:
    """The file of n rows."""
    generator = np.random.default_rng(0)
    columns: dict[str, Any] = {f"x{i}": generator.normal(size=n) * 10 ** (i % 4) for i in range(14)}
    columns |= {f"n{i}": generator.integers(0, 10 ** (i + 3), n) for i in range(3)}
    kinds = np.array([f"kind{k}" for k in range(9)])
    columns |= {f"c{i}": kinds[generator.integers(0, 9, n)] for i in range(3)}
    columns["y"] = generator.normal(size=n)
    csv.write_csv(pa.table(columns), path, csv.WriteOptions(quoting_style="none"))


def measure(path: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """The fewest seconds of the clock and of the processor that each reader took."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in READERS}
    for _ in range(rounds + 1):
        for name, read in READERS.items():
            clock, processor = perf_counter(), process_time()
            read(path)
            times[name].append((perf_counter() - clock, process_time() - processor))
    # The first round loads the libraries.
    return {
        name: (min(t[0] for t in found[1:]), min(t[1] for t in found[1:]))
        for name, found in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for n in chosen.rows:
            path = Path(folder) / f"{n}.csv"
            write(path, n)
            found = measure(path, chosen.rounds)
            print(f"{n:,} rows, {path.stat().st_size / 1e6:.1f} MB")
            fastest = min(clock for clock, _ in found.values())
            for name, (clock, processor) in found.items():
                print(
                    f"  {name:10} {clock:8.3f} s ({clock / fastest:4.1f}x) {processor:8.3f} s CPU"
                )


if __name__ == "__main__":
    main()
