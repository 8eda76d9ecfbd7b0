"""`python -m benchmarks.widths`: the time of an update against width and batch, and its limits.

A network n-n-1 (n inputs, n hidden ReLU units, one output) is trained by Adam in float32, on one
and on two threads. Beside that the machine's own limits are measured: multiply-adds per second, and
how fast it reads and writes as many bytes as Adam must. What more threads would do is predicted
from these times and from how many of them the engine would use. Writes docs/figures/widths.json
and draws docs/figures/widths.svg from it; `--draw` only draws.
"""

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.engines.compiled import CompiledEngine
from chainrule.objective import Objective

from . import machine
from .cores import cores, stay_on
from .process import ROOT
from .widths_picture import draw, table

FIGURES = ROOT / "docs" / "figures"

WIDTHS = [2**k for k in range(3, 12)]
BATCHES = [2**k for k in range(14)]
THREADS = [1, 2]
PREDICTED = [8, 32]
ROUNDS = 3
LEAST_SECONDS = 0.05
CALLS = 10
"""How long a fit is to take: 50 ms, and 10 times as long as a fit of a single row. What a call
costs besides its updates is then less than a tenth of what is measured, and for most much less."""
MOST_OPERATIONS = 2**35
"""Of an epoch, unless a single update has more: some tenths of a second."""


def parameters(width: int) -> int:
    """Of a network n-n-1: W and b of both layers."""
    return width * width + width + width + 1


def operations(width: int, batch: int) -> int:
    """Of an update, in its matrix products: the outputs and the gradients of the weights of both
    layers, and the gradient of the second layer's inputs."""
    return 2 * batch * (2 * (width * width + width) + width)


def state(width: int) -> int:
    """The bytes of what Adam reads and writes: parameters and two averages, 4 bytes each."""
    return 3 * 4 * parameters(width)


class Fits:
    """Fits of networks of one width, so many updates long that they can be timed."""

    def __init__(self, width: int) -> None:
        self.width = width
        rng = np.random.default_rng(0)
        self.X = rng.standard_normal((2 * BATCHES[-1], width), dtype=np.float32)
        self.y = np.sin(self.X[:, :1])
        self.network = cr.mlp(width, [width], 1)
        self.start = self.network.initial_parameters(0, np.float32)
        call = min(self.seconds(1, 1, 1, 1) for _ in range(3))
        self.least = max(LEAST_SECONDS, CALLS * call)

    def seconds(self, rows: int, batch: int, epochs: int, threads: int) -> float:
        """Of one call of train, with all that belongs to it."""
        start = perf_counter()
        cr.train(
            self.network,
            self.X[:rows],
            self.y[:rows],
            loss="half_mean_squared_error",
            optimizer=cr.Adam(1e-4),
            epochs=epochs,
            batch_size=batch,
            shuffle=False,
            seed=0,
            initial=self.start,
            threads=threads,
            engine="compiled",
        )
        return perf_counter() - start

    def update(self, batch: int, counts: list[int], rounds: int) -> dict[str, float]:
        """The seconds of an update for each number of threads, which take turns: the best of some
        rounds, as for the limits, because whatever disturbs them only makes them slower."""
        updates = min(256, MOST_OPERATIONS // operations(self.width, batch), len(self.X) // batch)
        updates, epochs = max(updates, 1), 1
        rows = updates * batch
        while (took := self.seconds(rows, batch, epochs, 1)) < self.least:
            epochs = max(2 * epochs, int(1.2 * epochs * self.least / took))
        times: dict[int, list[float]] = {threads: [] for threads in counts}
        for _ in range(rounds):
            for threads in counts:
                call = self.seconds(rows, batch, epochs, threads)
                times[threads].append(call / (epochs * updates))
        return {str(threads): min(found) for threads, found in times.items()}

    def useful(self, batch: int) -> dict[str, int]:
        """How many threads an update is shared by, of so many."""
        objective = Objective(self.network, "half_mean_squared_error")
        return {
            str(threads): CompiledEngine(threads).useful_threads(objective, batch)
            for threads in THREADS + PREDICTED
        }


def measure() -> dict[str, Any]:
    """All figures of the picture."""
    counts = [n for n in THREADS if n <= len(cores(10**6))]
    about = {**machine.description(), "chainrule": cr.__version__, "load": machine.busy()}
    stay_on(max(counts))
    peak, bandwidth = machine.Peak(), machine.Program("bandwidth")
    if peak.why_not or bandwidth.why_not:
        raise SystemExit(peak.why_not or bandwidth.why_not)
    updates: dict[tuple[int, int], dict[str, Any]] = {}
    # A round goes through all widths: where a shared machine places its processors, and with it how
    # fast these reach each other, may change after a minute.
    for k in range(ROUNDS):
        for width in WIDTHS:
            print(f"round {k + 1}, width {width}", file=sys.stderr, flush=True)
            for n in counts:
                peak.measure("float32", n)
            fits = Fits(width)
            for batch in BATCHES:
                found = fits.update(batch, counts, 1)
                if k > 0:
                    before = updates[width, batch]["seconds"]
                    found = {n: min(before[n], found[n]) for n in found}
                updates[width, batch] = {
                    "width": width,
                    "batch": batch,
                    "seconds": found,
                    "useful": fits.useful(batch),
                    "operations": operations(width, batch),
                    "state": state(width),
                }
    limits = {
        "peak": {n: rate * 1e9 for n, rate in peak.medians()["float32"].items()},
        # An update of the smallest network of this kind: no arithmetic to speak of.
        "fixed": Fits(1).update(1, counts, 3 * ROUNDS),
        "bandwidth": [
            {
                "bytes": state(width),
                "rate": {str(n): 1e9 * bandwidth.ask(state(width), *cores(n)) for n in counts},
            }
            for width in WIDTHS
        ],
    }
    peak.close()
    bandwidth.close()
    return {"machine": about, "limits": limits, "updates": list(updates.values())}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.widths", description=__doc__)
    parser.add_argument("--draw", action="store_true", help="draw what was measured before")
    parser.add_argument("--out", type=Path, default=FIGURES, help="folder (default: docs/figures)")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    figures = chosen.out / "widths.json"
    if not chosen.draw:
        figures.write_text(json.dumps(measure(), indent=1) + "\n")
    found = json.loads(figures.read_text())
    draw(found, chosen.out / "widths.svg")
    (chosen.out / "widths.md").write_text(table(found), encoding="utf-8")
    print(table(found))


if __name__ == "__main__":
    main()
