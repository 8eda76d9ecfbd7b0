"""`python -m benchmarks.scan`: a table larger than memory, trained on piece by piece.

A folder of Parquet files of so many rows as asked for: eight numbers, a category, and a number to
predict. One epoch of the default network is trained on it piece by piece, and on some of its rows
in memory, each in a process of its own, in turns. The rate is that of the epoch: rows by seconds,
reading and encoding included where it is piece by piece. Seconds of the processor, all threads
together, hold on a busy machine. Beside them stand the seconds of everything (finding out what the
columns hold, encoding, the epoch) and the largest memory of the process.

The folder is removed in the end.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

PART = 1_000_000
GROUP = 1 << 17


def write(folder: Path, rows: int) -> None:
    """The folder of so many rows."""
    kinds = pa.array([f"kind{k}" for k in range(9)])
    for k, start in enumerate(range(0, rows, PART)):
        n = min(PART, rows - start)
        random = np.random.default_rng(k)
        x = random.normal(size=(8, n))
        kind = random.integers(0, 9, n)
        y = x[0] * x[1] + np.sin(x[2]) + 0.3 * kind + 0.1 * random.normal(size=n)
        columns = {f"x{i}": column for i, column in enumerate(x)}
        table = pa.table(columns | {"kind": kinds.take(pa.array(kind)), "y": y})
        parquet.write_table(table, folder / f"part-{k:04d}.parquet", row_group_size=GROUP)


def child(folder: str, rows: int, how: str) -> dict[str, Any]:
    """One epoch: seconds of all, seconds and rows of the epoch, memory before it and at most."""
    from chainrule.tables import Pipeline, TrainingSet, scan_table
    from chainrule.tables.scanned import ScannedTable

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    loaded, begun = peak(), perf_counter()
    options: dict[str, Any] = {"seed": 1}
    if how == "streamed":
        training_set = ScannedTable.decode(scan_table(folder), "y", **options).training_set(
            **options
        )
    else:
        parts = sorted(Path(folder).iterdir())[: max(rows // PART, 1)]
        table = pa.concat_tables([parquet.read_table(part) for part in parts]).slice(0, rows)
        training_set = TrainingSet.prepare(table, "y", **options)
    clock, processor = perf_counter(), process_time()
    pipeline = Pipeline.train(training_set, epochs=1)
    ended, processor = perf_counter(), process_time() - processor
    return {
        "rows": len(training_set.X),
        "epoch": ended - clock,
        "processor": processor,
        "all": ended - begun,
        "loaded": loaded,
        "peak": peak(),
        "loss": pipeline.summary["validation_loss"],
    }


def main() -> None:
    """Write, measure in turns, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--in-memory", type=int, default=2_000_000, help="rows of the other fit")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--child", nargs=3, metavar=("FOLDER", "ROWS", "HOW"), help="one process")
    arguments = parser.parse_args()
    if arguments.child:
        folder, rows, how = arguments.child
        print(json.dumps(child(folder, int(rows), how)))
        return
    with tempfile.TemporaryDirectory(prefix="chainrule-benchmark-") as folder:
        clock = perf_counter()
        write(Path(folder), arguments.rows)
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e9
        print(f"{arguments.rows:,} rows x 10 columns, {size:.2f} GB of Parquet, ", end="")
        print(f"written in {perf_counter() - clock:.0f} s")
        found: dict[str, list[dict[str, Any]]] = {"streamed": [], "in memory": []}
        for _ in range(arguments.rounds):
            for how, rows in ("streamed", arguments.rows), ("in memory", arguments.in_memory):
                command = [
                    sys.executable,
                    "-m",
                    "benchmarks.scan",
                    "--child",
                    folder,
                    str(rows),
                    how,
                ]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                found[how].append(json.loads(done.stdout))
                print(f"{how}: {describe(found[how][-1])}")
    for what, seconds in ("the clock", "epoch"), ("the processor", "processor"):
        streamed, memory = (
            max(one["rows"] / one[seconds] for one in found[how])
            for how in ("streamed", "in memory")
        )
        print(f"by {what}: {streamed / memory:.0%} of the rate in memory")


def describe(one: dict[str, Any]) -> str:
    """One process in a line."""
    return (
        f"{one['rows']:,} rows in {one['epoch']:.1f} s, {one['rows'] / one['epoch']:,.0f} rows/s "
        f"({one['processor']:.1f} s of the processor); "
        f"all in {one['all']:.1f} s; at most {one['peak']:,.0f} MB ({one['loaded']:,.0f} MB "
        f"before); validation loss {one['loss']:.4f}"
    )


if __name__ == "__main__":
    main()
