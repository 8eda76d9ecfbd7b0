"""`python -m benchmarks.reading`: a clean CSV file read by chainrule and its peers, and predicted.

A file of 17 columns of numbers, 3 of categories and a target, of so many rows as asked for. Each
reader reads it a few times, in turns with the others; the fastest of its times counts. Seconds of
the processor, all threads together, are beside those of the clock: they hold on a busy machine.

Below stand what follows on reading, of the table in memory (deciding what the columns mean,
fitting an encoder, encoding), and `chainrule predict` of the file by a small model as a process of
its own, with its largest memory. Its modules are compiled, as installed ones are.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

# In a process between the two: a command's largest memory counts from that of its parent on.
_MEASURED = """
import resource, subprocess, sys, time
clock = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - clock, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""


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


def measure_steps(path: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """The fewest seconds that each step between reading and training takes."""
    from chainrule.tables import Encoder, decode_table, read_table

    table = read_table(path)
    decoded = decode_table(table, "y")
    encoder = Encoder.fit(decoded)
    steps: dict[str, Callable[[], Any]] = {
        "decoding": lambda: decode_table(table, "y"),
        "fitting": lambda: Encoder.fit(decoded),
        "encoding": lambda: encoder.encode(decoded),
        "encoding a new table": lambda: encoder.transform(table),
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            clock, processor = perf_counter(), process_time()
            step()
            times[name].append((perf_counter() - clock, process_time() - processor))
    return {
        name: (min(clock for clock, _ in found), min(cpu for _, cpu in found))
        for name, found in times.items()
    }


def measure_command(path: Path, rounds: int) -> tuple[float, float, float]:
    """Seconds of the clock and of the processor of `chainrule predict`, and its memory in MB."""
    from chainrule.models import save_model
    from chainrule.tables import Pipeline, read_table

    model = path.with_suffix(".model")
    save_model(Pipeline.fit(read_table(path)[:5000], "y", epochs=1, seed=0, preset="plain"), model)
    command = [sys.executable, "-m", "chainrule.cli", "predict", str(model), str(path)]
    command += ["-o", str(path.with_suffix(".out.csv"))]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment.setdefault("PYTHONPYCACHEPREFIX", str(path.with_suffix(".compiled")))
    times = []
    for _ in range(rounds + 1):
        measured = subprocess.run(
            [sys.executable, "-c", _MEASURED, *command],
            check=True, capture_output=True, text=True, env=environment,
        )  # fmt: skip
        times.append([float(number) for number in measured.stdout.split()])
    del times[0]  # in which the modules were compiled
    return min(t[0] for t in times), min(t[1] for t in times), max(t[2] for t in times) / 1024


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
                    f"  {name:10} {clock:8.4f} s ({clock / fastest:4.1f}x) {processor:8.4f} s CPU"
                )
            for name, (clock, processor) in measure_steps(path, chosen.rounds).items():
                print(f"  {name:21} {clock:8.3f} s {processor:8.3f} s CPU")
            clock, processor, memory = measure_command(path, chosen.rounds)
            print(
                f"  {'chainrule predict':21} {clock:8.3f} s {processor:8.3f} s CPU {memory:6.0f} MB"
            )


if __name__ == "__main__":
    main()
