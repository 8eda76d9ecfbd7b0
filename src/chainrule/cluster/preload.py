"""Loaded by each worker process of this machine that `connect` starts."""

import signal
from typing import Any


def dask_setup(worker: Any) -> None:
    """Leave Ctrl-C to the process that the person speaks to: it ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
