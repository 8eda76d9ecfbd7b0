"""Fits beside each other, in threads: the compiled engine computes without Python's lock."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event
from typing import Any, TypeVar

from ..errors import require_integer

T = TypeVar("T")


def number_of_jobs(jobs: int | None, tasks: int) -> int:
    """How many fits go on at the same time: as asked for, or one for each processor."""
    if jobs is None:
        known = hasattr(os, "sched_getaffinity")
        jobs = len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1
    else:
        require_integer("jobs", jobs, at_least=1, at_most=4096)
    return max(1, min(jobs, tasks))


def run_beside(
    tasks: Sequence[Callable[[Callable[[Any], bool]], T]],
    jobs: int,
    done: Callable[[int, T], Any],
) -> None:
    """Run tasks, `jobs` at a time; `done(i, result)` is called in this thread as each one ends.

    A task is given a callback for its fits, which ends them when all is to end: at Ctrl-C, or after
    an error of any task, which is raised.
    """
    ended = Event()

    def is_over(progress: Any) -> bool:
        return ended.is_set()

    if jobs == 1:
        for i, task in enumerate(tasks):
            done(i, task(is_over))
        return
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(task, is_over): i for i, task in enumerate(tasks)}
        try:
            for future in as_completed(futures):
                done(futures[future], future.result())
        except BaseException:
            ended.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
