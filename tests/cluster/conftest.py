"""Rows, a network and how it is trained; clusters in this process, and of processes."""

import socket
from contextlib import contextmanager

import numpy as np
import pytest

import chainrule as cr


@pytest.fixture(scope="session")
def rows():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 4)).astype(np.float32)
    return X, (np.sin(X[:, 0]) + X[:, 1]).astype(np.float32)


@pytest.fixture(scope="session")
def network():
    return cr.mlp(4, (8,), 1, "tanh")


@pytest.fixture(scope="session")
def client():
    """A cluster of threads in this process, for tests of what is computed."""
    distributed = pytest.importorskip("distributed", reason="there is no Dask")
    with distributed.Client(
        processes=False, n_workers=1, threads_per_worker=2, dashboard_address=":0"
    ) as found:
        yield found


@contextmanager
def processes(n):
    """A cluster of processes, for tests of what happens to them; it takes seconds to come up."""
    distributed = pytest.importorskip("distributed", reason="there is no Dask")
    with (
        distributed.LocalCluster(
            n_workers=n, threads_per_worker=1, dashboard_address=":0", memory_limit=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
