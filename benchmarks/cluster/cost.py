"""What rounds cost, what workers gain, and what memory they take."""

import sys
from time import perf_counter
from typing import Any

import numpy as np

import chainrule as cr
from chainrule import cluster
from chainrule.cluster.averaging import Averaging, Place
from chainrule.cluster.rounds import common_of
from chainrule.cluster.shard_tasks import Setup, advance_shard
from chainrule.objective import Objective
from chainrule.plan import Plan, State

NETWORK = cr.mlp(20, (64, 64), 1)
HOW: dict[str, Any] = {"loss": "mse", "seed": 0, "dtype": np.float32}
BATCH = 32
"""Rows of a shard's update."""

Found = dict[str, Any]


def workers_of(n: int) -> Any:
    """A cluster of n processes with a thread each."""
    from distributed import Client

    return Client(n_workers=n, threads_per_worker=1, dashboard_address=":0", memory_limit=None)


def seconds_of_round(client: Any, shards: int, updates: int, epochs: int = 4) -> float:
    """The time of a round, from the median epoch without the first."""
    rounds = 4
    n = shards * BATCH * updates * rounds
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(n, 20)).astype(np.float32), rng.normal(size=n).astype(np.float32)
    averaging = Averaging(shards, BATCH, updates)
    fit = cluster.train(NETWORK, X, y, client=client, epochs=epochs, averaging=averaging, **HOW)
    return float(np.median(fit.history.seconds[1:])) / rounds


def overhead(shards: tuple[int, ...] = (1, 4, 16, 64)) -> Found:
    """Rounds of two workers, against their shards and updates."""
    rounds = []
    with workers_of(2) as client:
        for s in shards:
            for updates in (1, 100, 1000) if s < 64 else (1, 100):
                seconds = seconds_of_round(client, s, updates)
                rounds.append({"shards": s, "updates": updates, "seconds": seconds})
    return {"rounds": rounds}


def speed(rows: int, fits: int) -> Found:
    """One and two workers: a fit over partitions and many small fits; the memory of all."""
    import dask.array as da
    import psutil

    before = psutil.Process().memory_info().rss
    epoch: list[float] = []
    many: list[float] = []
    memory: list[int] = []
    for n in (1, 2):
        with workers_of(n) as client:
            chunks = (max(rows // 16, 1), 20)
            X = da.random.default_rng(0).normal(size=(rows, 20), chunks=chunks).astype(np.float32)
            y = da.sin(X[:, 0]) + X[:, 1]
            fit = cluster.train(NETWORK, X, y, client=client, shards=16, epochs=3, **HOW)
            epoch.append(min(fit.history.seconds))
            memory = [*client.run(most_memory).values()]
            many.append(_many(client, fits))
    grown = max(most_memory() - before, 0)
    return {
        "rows": rows, "fits": fits, "epoch": epoch, "many": many, "workers": memory,
        "client": grown, "bytes": rows * 21 * 4,
    }  # fmt: skip


def most_memory() -> int:
    """The most bytes that this process has held."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def _many(client: Any, fits: int) -> float:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(500, 5)), rng.normal(size=500)
    settings = [{"seed": k} for k in range(fits)]
    network = cr.mlp(5, (16,), 1)
    cluster.train_many(network, X, y, settings[:64], client=client, loss="mse", epochs=1)
    begun = perf_counter()
    cluster.train_many(network, X, y, settings, client=client, loss="mse", epochs=30)
    return perf_counter() - begun


def seconds_of_task() -> float:
    """What a worker does for a round of one shard, with a single update."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(3200, 20)).astype(np.float32), np.zeros((3200, 1), np.float32), None
    plan = Plan(Objective(NETWORK, "mse"), seed=0, dtype=np.float32)
    state = State.start(plan, NETWORK.initial_parameters(0))
    setup = Setup(plan, "compiled", 1, 2)
    times = []
    for _ in range(50):
        begun = perf_counter()
        advance_shard(rows, 0, Place(), setup, common_of(state))
        times.append(perf_counter() - begun)
    return float(np.median(times))


def seconds_of_update() -> float:
    """An update of a shard, of the fastest of some epochs."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1000 * BATCH, 20)).astype(np.float32)
    fit = cr.train(NETWORK, X, X[:, :1], batch_size=BATCH, epochs=5, threads=1, **HOW)
    return min(fit.history.seconds) / 1000
