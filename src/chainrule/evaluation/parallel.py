"""Fits beside each other: in threads, since the compiled engine computes without Python's lock, or
on the workers of a cluster.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from threading import Event
from typing import Any, TypeVar

from ..errors import InvalidValueError, require_integer

Item = TypeVar("Item")
Shared = TypeVar("Shared")
T = TypeVar("T")

IsOver = Callable[[Any], bool]
"""A callback of fits, which ends them when all is to end."""


class Beside:
    """Where tasks go on beside each other.

    Parameters
    ----------
    jobs : int, optional
        How many go on at the same time in this process; by default one for each processor.
    client : distributed.Client, optional
        In the place of this process: a task for each thread of its workers.

    Raises
    ------
    InvalidValueError
        If both are given.
    ClusterError
        If the cluster cannot be used.
    """

    def __init__(self, jobs: int | None, client: Any = None) -> None:
        self.workers: Any = None
        self.jobs = 1
        if client is None:
            self.jobs = number_of_jobs(jobs)
            return
        if jobs is not None:
            raise InvalidValueError(
                f"jobs (={jobs}) must be None with client=: each thread of its workers makes one "
                "fit at a time"
            )
        from ..cluster.workers import Workers

        self.workers = Workers(client)

    def threads(self, tasks: int) -> int | None:
        """The threads of each of some tasks; None where a single one may have all."""
        return 1 if self.workers is not None or min(self.jobs, tasks) > 1 else None

    def run(
        self,
        function: Callable[[Item, Shared, IsOver], T],
        items: Sequence[Item],
        shared: Shared,
        done: Callable[[int, T], Any],
    ) -> None:
        """Call `function(item, shared, is_over)` of each item.

        `done(i, result)` is called in this thread as each call ends. At Ctrl-C, or after an error
        of any call, which is raised, `is_over` says so to the others.
        """
        if self.workers is None:
            run_beside(function, items, shared, min(self.jobs, len(items)), done)
            return
        for i, result in self.workers.each(partial(_on_a_worker, function), items, shared):
            done(i, result)


def _on_a_worker(function: Callable[[Item, Shared, IsOver], T], item: Item, shared: Shared) -> T:
    from ..cluster.task_context import given_up

    return function(item, shared, given_up)


def number_of_jobs(jobs: int | None) -> int:
    """How many fits go on at the same time: as asked for, or one for each processor."""
    if jobs is not None:
        require_integer("jobs", jobs, at_least=1, at_most=4096)
        return jobs
    known = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1


def run_beside(
    function: Callable[[Item, Shared, IsOver], T],
    items: Sequence[Item],
    shared: Shared,
    jobs: int,
    done: Callable[[int, T], Any],
) -> None:
    """As `Beside.run`, in `jobs` threads of this process."""
    ended = Event()

    def is_over(progress: Any) -> bool:
        return ended.is_set()

    if jobs <= 1:
        for i, item in enumerate(items):
            done(i, function(item, shared, is_over))
        return
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(function, item, shared, is_over): i for i, item in enumerate(items)}
        try:
            for future in as_completed(futures):
                done(futures[future], future.result())
        except BaseException:
            ended.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
