"""What rounds cost, what workers gain, what memory they take, and where that would end."""

import os
from time import perf_counter
from typing import Any

import numpy as np

import chainrule as cr
from chainrule import cluster
from chainrule.cluster.averaging import Averaging, Place
from chainrule.cluster.rounds import common_of
from chainrule.cluster.shard_tasks import Setup, advance_shard, hold
from chainrule.cluster.workers import Workers
from chainrule.objective import Objective
from chainrule.plan import Plan, State

NETWORK = cr.mlp(20, (64, 64), 1)
HOW: dict[str, Any] = {"loss": "mse", "seed": 0, "dtype": np.float32}
STATE_BYTES = 4 * 3 * NETWORK.layout.size
"""Parameters and both moments of Adam, in float32."""

_LATENCY, _BANDWIDTH = 2e-4, 1.25e9
"""Of a network of 10 Gbit/s, in seconds and bytes a second: assumed, not measured."""


def workers_of(n: int) -> Any:
    """A cluster of n processes with a thread each."""
    from distributed import Client

    return Client(n_workers=n, threads_per_worker=1, dashboard_address=":0", memory_limit=None)


def seconds_of_round(client: Any, shards: int, updates: int, batch: int = 32) -> float:
    """The time of a round, from the median epoch of three."""
    rounds = 4
    n = shards * batch * updates * rounds
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(n, 20)).astype(np.float32), rng.normal(size=n).astype(np.float32)
    fit = cluster.train(
        NETWORK, X, y, client=client, epochs=4, averaging=Averaging(shards, batch, updates), **HOW
    )
    return float(np.median(fit.history.seconds[1:])) / rounds


def overhead() -> None:
    """Print the time of a round against its shards and updates; rounds of one update by shards."""
    print("| shards | updates | ms a round | of it training |\n|---|---|---|---|")
    with workers_of(2) as client:
        for shards in (1, 4, 16, 64):
            for updates in (1, 100, 1000) if shards < 64 else (1, 100):
                whole = seconds_of_round(client, shards, updates)
                if updates == 1:
                    short = whole
                training = max(whole - short, 0.0)
                print(
                    f"| {shards} | {updates} | {1e3 * whole:.0f} | {training / whole:.0%} |",
                    flush=True,
                )


def speed(rows: int) -> None:
    """Print times of one and two workers: one fit over partitions, and 2,000 small fits."""
    import dask.array as da
    import psutil

    client_memory = psutil.Process()
    found: dict[str, list[float]] = {"one fit, s an epoch": [], "2,000 fits, s": []}
    memory: list[int] = []
    for n in (1, 2):
        with workers_of(n) as client:
            X = (
                da.random.default_rng(0)
                .normal(size=(rows, 20), chunks=(max(rows // 16, 1), 20))
                .astype(np.float32)
            )
            y = da.sin(X[:, 0]) + X[:, 1]
            fit = cluster.train(NETWORK, X, y, client=client, shards=16, epochs=3, **HOW)
            found["one fit, s an epoch"].append(min(fit.history.seconds))
            memory = [*client.run(_memory).values()]
            found["2,000 fits, s"].append(_many(client))
    print("| | one worker | two workers | times as fast |\n|---|---|---|---|")
    for name, (one, two) in found.items():
        print(f"| {name} | {one:.2f} | {two:.2f} | {one / two:.2f} |")
    print(
        f"memory: the rows {rows * 21 * 4 / 1e6:.0f} MB, two workers "
        f"{' and '.join(f'{m / 1e6:.0f}' for m in memory)} MB, the client "
        f"{client_memory.memory_info().rss / 1e6:.0f} MB"
    )


def _memory() -> int:
    import psutil

    return int(psutil.Process(os.getpid()).memory_info().rss)


def _many(client: Any) -> float:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(500, 5)), rng.normal(size=500)
    settings = [{"seed": k} for k in range(2000)]
    network = cr.mlp(5, (16,), 1)
    cluster.train_many(network, X, y, settings[:64], client=client, loss="mse", epochs=1)
    begun = perf_counter()
    cluster.train_many(network, X, y, settings, client=client, loss="mse", epochs=30)
    return perf_counter() - begun


def scaling() -> None:
    """Fit the model of a round to this machine, and print it for 16 to 10,000 workers.

    A round of S shards on as many workers takes a + s S + c seconds beside its training: a of
    waiting, s of the scheduler's work for a task, c of a worker's for its own, in parallel. Each
    worker receives the common state and sends its part of the sum (in double precision) up a tree
    of eight branches.
    """
    c = seconds_of_task()
    with workers_of(2) as client:
        s = seconds_of_scheduler(client, 1000)
        one = seconds_of_round(client, 1, 1)
        update = (seconds_of_round(client, 1, 1000) - one) / 1000
    a = max(one - c, 0.0)
    print(
        f"a = {1e3 * a:.1f} ms, s = {1e3 * s:.2f} ms a task, c = {1e3 * c:.2f} ms, an update "
        f"{1e6 * update:.0f} us"
    )
    training = 1000 * update
    print("\n| workers | MB a round | s for 1,000 updates | of it training |\n|---|---|---|---|")
    for workers in (16, 64, 256, 1000, 4000, 10_000):
        levels = int(np.ceil(np.log(workers) / np.log(8)))
        sent = STATE_BYTES + 2 * STATE_BYTES  # down once, up once with eight bytes a number
        way = (np.log2(workers) + 8 * levels) * (_LATENCY + 2 * STATE_BYTES / _BANDWIDTH)
        tasks = workers * 8 / 7  # with those of the tree
        whole = training + a + c + s * tasks + way
        print(
            f"| {workers:,} | {sent * workers / 1e6:,.0f} | {whole:.2f} | {training / whole:.0%} |"
        )
    most = (training - a - c) / s * 7 / 8
    if most >= 1:
        print(f"\nhalf of such a round is training up to {most:,.0f} workers")
    else:
        print("\nless than half of such a round is training on any number of workers")


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


def seconds_of_scheduler(client: Any, tasks: int) -> float:
    """The time for each of many tasks that do nothing, and for its part of a tree of sums."""
    workers = Workers(client)
    times = []
    for _ in range(3):
        begun = perf_counter()
        done = workers.map("nothing", hold, list(range(tasks)))
        workers.wait(workers.tree("sum", sum, done))
        times.append((perf_counter() - begun) / (tasks * 8 / 7))
    return min(times)
