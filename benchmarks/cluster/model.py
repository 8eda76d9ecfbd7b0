"""A model of a round, fitted to this machine, and continued on paper to 10,000 workers.

On two workers of one machine a round of S shards, with one update each, takes a + b S seconds: a
of waiting, b = 8/7 s + c/2 for each shard, s of the scheduler for a task (those of the sums, a tree
of eight branches, included) and c of a worker for its own. On a worker for each shard it takes
a + 8/7 s S + c beside the training and the way of the parameters: down to each worker, and up the
tree, in double precision.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from .cost import (
    BATCH,
    NETWORK,
    Found,
    seconds_of_round,
    seconds_of_task,
    seconds_of_update,
    workers_of,
)

STATE_BYTES = 4 * 3 * NETWORK.layout.size
"""Parameters and both moments of Adam, in float32."""

LATENCY, BANDWIDTH = 2e-4, 1.25e9
"""Of a network of 10 Gbit/s, in seconds and bytes a second: assumed, not measured."""

SHARDS = (1, 4, 16, 64)
WORKERS = (16, 64, 256, 1000, 4000, 10_000)
TABLES = (5_000_000, 100_000_000, 10_000_000_000)
ROUNDS = 16
"""In an epoch, by the rule for many shards."""


def scaling(shards: tuple[int, ...] = SHARDS) -> Found:
    """What is measured here, and the model's parameters."""
    c, update = seconds_of_task(), seconds_of_update()
    with workers_of(2) as client:
        rounds = [seconds_of_round(client, s, 1, epochs=6) for s in shards]
    a, b = fitted(shards, rounds)
    return {
        "shards": list(shards), "rounds": rounds, "a": a, "b": b, "c": c,
        "s": max(b - c / 2, 0.0) * 7 / 8, "update": update,
    }  # fmt: skip


def fitted(shards: Any, seconds: Any) -> tuple[float, float]:
    """a and b of a + b S, both at least 0: least squares of relative errors."""
    S, t = np.array(shards, float), np.array(seconds, float)
    A = np.column_stack([np.ones_like(S), S]) / t[:, None]
    (a, b), *_ = np.linalg.lstsq(A, np.ones_like(t))
    if a < 0:
        a, b = 0.0, 1 / np.mean(S / t)
    return float(a), float(max(b, 0.0))


def beside_training(found: Found, workers: float) -> float:
    """Seconds of a round that are not training, on a worker for each shard."""
    levels = np.ceil(np.log(max(workers, 2)) / np.log(8))
    way = (np.log2(max(workers, 2)) + 8 * levels) * (LATENCY + 2 * STATE_BYTES / BANDWIDTH)
    return float(found["a"] + found["c"] + found["s"] * workers * 8 / 7 + way)


def bytes_of_round(workers: int) -> int:
    """Sent in a round: the state down once, and up once with eight bytes a number."""
    return (STATE_BYTES + 2 * STATE_BYTES) * workers


def seconds_of_epoch(found: Found, rows: int, workers: int) -> float:
    """An epoch of a table on a worker for each shard, in `ROUNDS` rounds."""
    training = rows / BATCH * found["update"]
    return training / workers + ROUNDS * beside_training(found, workers)


def best_workers(found: Found, rows: int) -> int:
    """How many workers make an epoch shortest; more than that only wait."""
    counts = sorted({round(1.1**k) for k in range(140)})
    times = [seconds_of_epoch(found, rows, n) for n in counts]
    for n, (now, after) in zip(counts, pairwise(times), strict=False):
        if after >= now:
            return n
    return counts[-1]
