"""`python -m benchmarks.batch_norm`: full batches through batch normalisation.

An update needs the mean and the variance of all rows at once, for each layer. Networks of dense
layers, each but the last one with batch normalisation and a rectifier, learn 100,000 rows in
float64, all of them in each update; each fit has a process of its own. The table has the data, what
the fit takes beside them at most, the seconds of an update (the median of all but the first) and
the processor's seconds of one, which hold on a busy machine.
"""

import json
import resource
import subprocess
import sys
from itertools import pairwise
from statistics import median
from time import process_time
from typing import Any

import numpy as np

import chainrule as cr

from .process import ROOT, environment
from .report import mebibytes, seconds, table

_ROWS, _UPDATES = 100_000, 5
_WIDTHS = ((250, 100, 50), (20, 64, 64, 64), (20, 128, 128))


def child(widths: tuple[int, ...], threads: int) -> dict[str, Any]:
    """A fit: seconds and processor seconds of its updates, and bytes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(_ROWS, widths[0]))
    y = X[:, :1] * X[:, 1:2]
    layers: list[cr.Layer] = []
    for n_in, n_out in pairwise(widths):
        layers += [cr.Dense(n_in, n_out), cr.BatchNorm(n_out, "relu")]
    network = cr.Network([*layers, cr.Dense(widths[-1], 1)])
    how: dict[str, Any] = {"loss": "mean_squared_error", "batch_size": "full", "threads": threads}
    cr.train(network, X[:100], y[:100], epochs=1, seed=1, **how)  # what is made at a first fit
    before, clock = _peak(), process_time()
    result = cr.train(network, X, y, epochs=_UPDATES, seed=1, **how)
    return {
        "data": X.nbytes + y.nbytes,
        "memory": _peak() - before,
        "seconds": median(result.history.seconds[1:]),
        "processor": (process_time() - clock) / _UPDATES,
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    """Every network on one thread and on two."""
    rows = []
    for widths in _WIDTHS:
        for threads in (1, 2):
            command = [sys.executable, "-m", "benchmarks.batch_norm", json.dumps([widths, threads])]
            done = subprocess.run(
                command,
                env=environment(threads) | {"CHAINRULE_THREADS_EXACT": "1"},
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            found = json.loads(done.stdout)
            bytes_ = mebibytes(found["data"]), mebibytes(found["memory"])
            times = seconds(found["seconds"]), seconds(found["processor"])
            rows.append(["-".join(map(str, [*widths, 1])), str(threads), *bytes_, *times])
    print(table(["network", "threads", "data", "memory", "an update", "processor"], rows))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        given, threads = json.loads(sys.argv[1])
        print(json.dumps(child(tuple(given), threads)))
    else:
        main()
