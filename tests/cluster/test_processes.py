"""What happens to workers changes no bit: a real cluster of processes that come, go and are killed.

Every wait has an end; what a machine takes for it is not judged.
"""

import random
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import chainrule as cr
from chainrule import cluster
from chainrule.cluster.rounds import Rounds
from chainrule.errors import ClusterError

from .conftest import free_port, processes

pytestmark = pytest.mark.slow

HOW = {"loss": "mse", "epochs": 2, "batch_size": 32, "seed": 3, "shards": 4}
KILLS = 20


@pytest.fixture(scope="module")
def alone():
    """The fit on a cluster of one worker, and the children that this process had before."""
    import psutil

    before = set(psutil.Process().children(recursive=True))
    yield before
    left = set(psutil.Process().children(recursive=True)) - before
    _, alive = psutil.wait_procs(left, timeout=30)
    own = [p for p in alive if "resource_tracker" not in " ".join(p.cmdline())]
    assert own == [], "processes are left running"


@pytest.fixture(scope="module")
def client(alone):
    with processes(1) as found:
        yield found


def collections(rows):
    array = pytest.importorskip("dask.array", reason="there is no Dask")
    X, y = rows
    return array.from_array(X, chunks=(70, 4)), array.from_array(y, chunks=70)


@pytest.fixture(scope="module")
def expected(client, rows, network):
    return cluster.train(network, *collections(rows), client=client, **HOW)


def same(fit, other):
    return fit.state == other.state and (
        fit.history.without_times() == other.history.without_times()
    )


class Pool:
    """Workers that this test starts, kills and replaces, of a scheduler in this process."""

    def __init__(self, client):
        self.client, self.running = client, []

    def settle(self, n):
        """Start what is missing of n workers, and wait for them."""
        self.running = [process for process in self.running if process.poll() is None]
        while len(self.running) < n:
            self.running.append(start_worker(self.client.cluster.scheduler_address))
        self.client.wait_for_workers(n, timeout=120)

    def kill(self, which=0):
        """SIGKILL to one of them."""
        self.running[which].send_signal(signal.SIGKILL)


def start_worker(address):
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1",
         "--no-nanny", "--no-dashboard", "--death-timeout", "60"],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pool(alone):
    with processes(0) as client:
        found = Pool(client)
        yield found
        for process in found.running:
            process.kill()
            process.wait(30)


@pytest.mark.parametrize("n", [2, 4])
def test_workers_that_join_are_used_and_change_no_bit(client, rows, network, expected, n):
    from distributed import get_task_stream

    before = {*client.scheduler_info(n_workers=-1)["workers"]}
    joined = []

    def scale(progress):
        if progress.epoch == 1:
            client.cluster.scale(n)
            client.wait_for_workers(n, timeout=120)
            joined.append({*client.scheduler_info(n_workers=-1)["workers"]} - before)

    how = HOW | {"epochs": 4}
    with get_task_stream(client) as stream:
        fit = cluster.train(network, *collections(rows), client=client, callbacks=[scale], **how)
    used = {entry["worker"] for entry in stream.data if "round" in str(entry["key"])}
    assert joined[0]
    assert used & joined[0]
    again = cluster.train(network, *collections(rows), client=client, **HOW)
    assert same(again, expected)
    assert fit.history.loss[:2] == expected.history.loss


def test_workers_that_are_killed_cost_their_tasks_and_nothing_else(
    pool, rows, network, expected, monkeypatch
):
    rng = random.Random(0)
    whole, moments = Rounds.submit, []

    def submit(self, chosen):
        future = whole(self, chosen)
        moments.append(0)
        if len(moments) == self.kill_at:
            time.sleep(rng.uniform(0, 0.05))  # among the tasks of the round
            pool.kill(rng.randrange(2))
        return future

    monkeypatch.setattr(Rounds, "submit", submit)
    for _ in range(KILLS):
        moments.clear()
        pool.settle(2)
        monkeypatch.setattr(Rounds, "kill_at", rng.randint(1, 18), raising=False)
        fit = cluster.train(network, *collections(rows), client=pool.client, **HOW)
        assert same(fit, expected)


def test_a_worker_that_is_killed_while_rows_are_loaded(pool, rows, network, expected):
    for delay in (0.0, 0.05, 0.2):
        pool.settle(2)
        killer = threading.Timer(delay, pool.kill)
        killer.start()
        fit = cluster.train(network, *collections(rows), client=pool.client, **HOW)
        assert same(fit, expected)
        killer.join(120)


def test_many_fits_survive_a_worker(pool, rows, network):
    settings = [{"seed": k} for k in range(60)]
    common = {"loss": "mse", "epochs": 20}
    here = cr.train_many(network, *rows, settings, **common)
    pool.settle(2)
    killed = []

    def kill_first(done, fits):
        if not killed:
            killed.append(done)
            pool.kill()

    there = cluster.train_many(
        network, *rows, settings, client=pool.client, progress=kill_first, **common
    )
    assert killed
    assert all(a.parameters == b.parameters for a, b in zip(here, there, strict=True))


def test_a_search_survives_a_worker(pool):
    search = {"space": {"hidden": [(4,), (8,)]}, "trials": 8, "folds": 2, "epochs": 5, "seed": 0}
    here = cr.tune("penguins", "species", jobs=1, preset="plain", **search)
    pool.settle(2)
    killed = []

    def kill_first(done, trials):
        if not killed:
            killed.append(done)
            pool.kill()

    there = cr.tune(
        "penguins", "species", client=pool.client, preset="plain", progress=kill_first, **search
    )
    assert killed
    assert [(t.number, t.score, t.std) for t in there.trials] == [
        (t.number, t.score, t.std) for t in here.trials
    ]


def test_another_cluster_goes_on_from_a_checkpoint(client, rows, network, expected, tmp_path):
    class CutError(Exception):
        pass

    def cut(progress):
        raise CutError

    place = tmp_path / "fit.checkpoint"
    X, y = collections(rows)
    with pytest.raises(CutError):
        cluster.train(network, X, y, client=client, callbacks=[cut], checkpoint=place, **HOW)
    distributed = pytest.importorskip("distributed", reason="there is no Dask")
    with distributed.Client(processes=False, dashboard_address=":0") as other:
        resumed = cr.Checkpoint(place, resume=True)
        fit = cluster.train(network, X, y, client=other, checkpoint=resumed, **HOW)
    assert same(fit, expected)


def test_a_scheduler_that_is_gone_is_said(alone, rows, network):
    distributed = pytest.importorskip("distributed", reason="there is no Dask")
    address = f"tcp://127.0.0.1:{free_port()}"
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", address,
         "--dashboard-address", ":0"],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    worker = start_worker(address)
    lost = []

    def lose(progress):
        scheduler.kill()
        lost.append(time.monotonic())

    try:
        with distributed.Client(address, timeout=120) as client:
            client.wait_for_workers(1, timeout=120)
            with pytest.raises(ClusterError, match=f"scheduler at {address} is lost"):
                cluster.train(
                    network, *collections(rows), client=client, callbacks=[lose],
                    **HOW | {"epochs": 10},
                )  # fmt: skip
            assert time.monotonic() - lost[0] < 30
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait(30)


def test_no_scheduler_at_an_address_is_said(monkeypatch):
    from chainrule.cluster import connection

    monkeypatch.setattr(connection, "PATIENCE", 1.0)
    with pytest.raises(ClusterError, match="no scheduler answers at tcp://127"):
        cluster.connect(f"tcp://127.0.0.1:{free_port()}")


def test_connect_starts_workers_of_this_machine_and_ends_them(alone, rows, network):
    import psutil

    before = set(psutil.Process().children(recursive=True))
    client = cluster.connect("local", workers=1)
    assert list(client.nthreads().values()) == [1]
    settings = [{"seed": 0}, {"seed": 1}]
    found = cluster.train_many(network, *rows, settings, client=client, loss="mse", epochs=1)
    assert np.isfinite(found.parameters).all()
    client.close()
    left = set(psutil.Process().children(recursive=True)) - before
    _, alive = psutil.wait_procs(left, timeout=30)
    assert [p for p in alive if "resource_tracker" not in " ".join(p.cmdline())] == []
