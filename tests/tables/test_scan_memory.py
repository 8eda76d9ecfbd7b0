"""Memory that does not grow with the rows, and Ctrl-C while rows are read."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

COLUMNS = 20
PROGRAM = """
import resource, sys
from chainrule.tables import Pipeline, scan_table

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

scan = scan_table(sys.argv[1], sample=5_000, buffer=20_000)
pipeline = Pipeline.fit(scan, "y", epochs=2, hidden=(8,), seed=1, threads=1)
assert pipeline.summary["rows"] > 0.98 * len(scan)
fitted = peak()
pipeline.evaluate(scan)
print(fitted, peak())
"""


def write(path, rows):
    """Numbers, rows times 160 bytes of them, in row groups of 10,000."""
    random = np.random.default_rng(0)
    columns = {f"x{i}": random.normal(size=10_000) for i in range(COLUMNS - 1)}
    table = pa.table(columns | {"y": columns["x0"] + 0.1 * random.normal(size=10_000)})
    if path.suffix == ".csv":
        with csv.CSVWriter(path, table.schema) as writer:
            for _ in range(rows // 10_000):
                writer.write_table(table)
        return
    with parquet.ParquetWriter(path, table.schema) as writer:
        for _ in range(rows // 10_000):
            writer.write_table(table)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_memory_is_bounded_by_the_parameters_and_not_by_the_rows(tmp_path, ending):
    peaks = {}
    for rows in (100_000, 600_000):
        path = tmp_path / f"{rows}.{ending}"
        write(path, rows)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True
        )
        peaks[rows] = list(map(float, done.stdout.split()))
        path.unlink()
    # In memory the other 500,000 rows would take 80 MB as they are, and 40 MB as inputs.
    for few, many in zip(peaks[100_000], peaks[600_000], strict=True):
        assert many - few < 30, peaks


@pytest.mark.slow
def test_ctrl_c_while_rows_are_read_saves_what_was_learned(tmp_path):
    write(tmp_path / "t.csv", 200_000)
    (tmp_path / "tmp").mkdir()
    command = [
        *(sys.executable, "-m", "chainrule.cli", "fit", "t.csv", "--target", "y", "--stream"),
        *("--sample", "5000", "--buffer", "20000", "--epochs", "100000", "--hidden", "8"),
        *("--patience", "100000", "--checkpoint-every", "1", "--seed", "1", "--no-plot", "-q"),
        *("-o", "m.model"),
    ]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    checkpoint = tmp_path / "m.model.checkpoint"
    while not (checkpoint.exists() and process.poll() is None):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    first = checkpoint.stat().st_mtime_ns
    while checkpoint.stat().st_mtime_ns == first:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert b"what was learned until then is saved; --resume goes on from there" in said
    assert b"Traceback" not in said
    assert (tmp_path / "m.model").exists()
    assert list((tmp_path / "tmp").iterdir()) == []
