"""A cluster of Dask as training uses it: checked first, patient with workers, clear at its end."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from functools import partial
from importlib import import_module
from time import monotonic
from typing import Any

from .. import __version__
from ..engines.choose import compiled_engine
from ..errors import (
    ClusterError,
    InvalidTypeError,
    InvalidValueError,
    MissingLibraryError,
    shown,
    warn,
)
from .task_context import with_warnings

PATIENCE = 20.0
"""Seconds that the scheduler may be silent, and that a first worker may take to come."""

_EMPTY = 120.0
"""Seconds that a cluster may be without any worker."""

_AHEAD = 4
"""Tasks sent for each thread: more of them would be work for the scheduler alone."""

TRIES = 10
"""How often lost tasks are begun again without one that ends in between."""


def dask_module(name: str = "distributed") -> Any:
    """A module of Dask.

    Raises
    ------
    MissingLibraryError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise MissingLibraryError(
            f"a cluster needs {name.partition('.')[0]}: pip install 'chainrule[cluster]'"
        ) from None


class Workers:
    """The workers of a client: tasks are sent to them, and sent again when one is lost.

    Parameters
    ----------
    client : distributed.Client

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If it is no client, is asynchronous or closed.
    ClusterError
        If there is no worker, or a worker's Python, NumPy, chainrule or engine is another one.
    MissingLibraryError
        Without Dask.
    """

    def __init__(self, client: Any) -> None:
        distributed = dask_module()
        if not isinstance(client, distributed.Client):
            raise InvalidTypeError(
                f"client (={shown(client)}) must be a distributed.Client: Client() for this "
                "machine, Client(address) for a cluster"
            )
        if client.asynchronous:
            raise InvalidTypeError(
                "client (asynchronous=True) must be a synchronous one: this function waits for "
                "results by itself"
            )
        self.client = client
        self._check_open()
        self._runs = 0
        self._wait_for_a_worker()
        self._check_versions()

    @property
    def address(self) -> str:
        """Where the scheduler is, or was."""
        scheduler = self.client.scheduler
        return str(scheduler.address if scheduler is not None else "an unknown address")

    def threads(self) -> dict[str, int]:
        """The threads of each worker, by its address, as the scheduler has said last."""
        known = self._said(lambda: self.client.scheduler_info(n_workers=-1))["workers"]
        return {address: int(worker["nthreads"]) for address, worker in sorted(known.items())}

    # --- before the first task ----------------------------------------------------------------

    def _check_open(self) -> None:
        if self.client.status != "running":
            raise InvalidValueError(
                f"client (={shown(self.client)}) must be connected, but its status is "
                f"{self.client.status!r}; make another one"
            )

    def _wait_for_a_worker(self) -> None:
        try:
            self.client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise ClusterError(
                f"the cluster at {self.address} has no worker, and none came in {PATIENCE:g} s; "
                "start workers, as by dask worker ADDRESS"
            ) from None

    def _check_versions(self) -> None:
        """Raise unless every worker computes what this process would."""
        here = installed()
        found = self._said(lambda: self.client.run(installed, on_error="return"))
        for address, there in sorted(found.items()):
            if isinstance(there, OSError):  # it is leaving
                continue
            if isinstance(there, Exception):
                raise ClusterError(
                    f"worker {address} cannot run chainrule ({there}); install chainrule "
                    f"{__version__} there"
                )
            for name, version in here.items():
                if there.get(name) != version:
                    raise ClusterError(
                        f"worker {address} has {name} {there.get(name)}, but this process has "
                        f"{version}: results could differ; install the same version on both"
                    )

    # --- tasks --------------------------------------------------------------------------------

    def key(self, name: str) -> str:
        """A new name for a task: a result that was lost is never mistaken for another."""
        self._runs += 1
        return f"chainrule-{name}-{id(self):x}-{self._runs}"

    def submit(self, name: str, function: Callable[..., Any], *arguments: Any, **how: Any) -> Any:
        """A task; `how` are options of `Client.submit`."""
        with _large_graphs():
            return self.client.submit(function, *arguments, key=self.key(name), pure=False, **how)

    def map(
        self, name: str, function: Callable[..., Any], *columns: Sequence[Any], **same: Any
    ) -> list[Any]:
        """A task for each row of the columns."""
        keys = [self.key(name) for _ in columns[0]]
        with _large_graphs():
            futures: list[Any] = self.client.map(
                function, *map(list, columns), key=keys, pure=False, **same
            )
        return futures

    def compute(self, groups: Sequence[list[Any]]) -> list[list[Any]]:
        """Futures of groups of delayed objects, as rows of one of each; sent in one graph."""
        with _large_graphs():
            futures: list[Any] = self.client.compute([one for group in groups for one in group])
        n = len(groups[0])
        return [futures[k::n] for k in range(n)]

    def tree(self, name: str, function: Callable[[list[Any]], Any], futures: Sequence[Any]) -> Any:
        """`function` of lists of results, eight at a time in their order, down to one."""
        level = list(futures)
        while True:
            groups = [level[k : k + _FAN] for k in range(0, len(level), _FAN)]
            level = self.map(name, function, groups)
            if len(level) == 1:
                return level[0]

    def scatter(self, value: Any) -> Any:
        """A future of a value that all workers hold; lost with the last of them."""
        (future,) = self._said(lambda: self.client.scatter([value], broadcast=True, hash=False))
        return future

    def result(self, make: Callable[[], Any]) -> Any:
        """The result of one task or of a list of them, which `make` submits.

        They are submitted again if workers die too often, or results that they need are lost.

        Raises
        ------
        ClusterError
            If the scheduler is gone, or workers die again and again.
        """
        for left in reversed(range(TRIES)):
            try:
                return self.wait(make())
            except self.lost as error:
                if not left:
                    raise self.dying(error) from None
        raise AssertionError

    def each(
        self, function: Callable[..., Any], items: Sequence[Any], shared: Any
    ) -> Iterator[tuple[int, Any]]:
        """`function(item, shared)` of each item: its place and result, as they end.

        Those that are lost with a worker are sent again. What a function warns of is said here.
        """
        held = self.scatter(shared)
        sent: dict[Any, int] = {}
        warned_of = partial(with_warnings, function)

        waiting, tries = deque(range(len(items))), 0
        while waiting or sent:
            most = _AHEAD * max(sum(self.threads().values()), 1)
            if n := max(min(most - len(sent), len(waiting)), 0):
                places = [waiting.popleft() for _ in range(n)]
                own = [items[k] for k in places]
                futures = self.map("each", warned_of, own, [held] * n)
                sent.update(zip(futures, places, strict=True))
            for future in self.some_done([*sent]):
                k = sent.pop(future)
                try:
                    result, warned = self.wait(future)
                except self.lost as error:
                    tries += 1
                    if tries > TRIES:
                        raise self.dying(error) from None
                    if not self.alive([held]):
                        held = self.scatter(shared)
                    waiting.appendleft(k)
                else:
                    tries = 0
                    for message, category in warned:
                        warn(message, category)
                    yield k, result

    @staticmethod
    def alive(futures: list[Any]) -> bool:
        """Whether none of them has failed or was given up."""
        return all(future.status in ("pending", "finished") for future in futures)

    def wait(self, futures: Any) -> Any:
        """The results of a future or a list of them.

        Raises
        ------
        ClusterError
            If the scheduler is gone.
        LostError, KilledWorker
            If they have to be submitted again: `lost`.
        """
        several = futures if isinstance(futures, list) else [futures]
        self._wait(several, "ALL_COMPLETED")
        return self._said(lambda: self.client.gather(futures))

    def some_done(self, futures: list[Any]) -> list[Any]:
        """Those that are done, one at least."""
        self._wait(futures, "FIRST_COMPLETED")
        return [future for future in futures if future.status != "pending"]

    def _wait(self, futures: list[Any], when: str) -> None:
        distributed = dask_module()
        heard = seen = monotonic()
        while True:
            try:
                with self.client.as_current():  # not a client that the process opened since
                    self._said(lambda: distributed.wait(futures, timeout=1.0, return_when=when))
                return
            except TimeoutError:
                now = monotonic()
                if self.client.status == "running":
                    heard = now
                    seen = now if self.threads() else seen
                if now - heard > PATIENCE:
                    raise self._gone() from None
                if now - seen > _EMPTY:
                    raise ClusterError(
                        f"the cluster at {self.address} has had no worker for {_EMPTY:g} s; start "
                        "some. What a checkpoint holds goes on from there"
                    ) from None

    def _said(self, call: Callable[[], Any]) -> Any:
        """What a call of the client returns; in words of ours what may go wrong with a cluster."""
        try:
            return call()
        except TimeoutError:
            raise
        except OSError:
            raise self._gone() from None
        except CancelledError as error:
            if self.client.status != "running" or "scheduler" in str(error):
                raise self._gone() from None
            raise LostError(str(error).splitlines()[0]) from None

    @property
    def lost(self) -> tuple[type[Exception], ...]:
        """What is raised where tasks have to be submitted again."""
        return dask_module("distributed.scheduler").KilledWorker, LostError

    def dying(self, error: Exception) -> ClusterError:
        """The error for workers that die again and again."""
        return ClusterError(
            f"workers of {self.address} die again and again ({error}): most often their memory is "
            "too small; see their logs, take more or larger workers"
        )

    def _gone(self) -> ClusterError:
        return ClusterError(
            f"the connection to the scheduler at {self.address} is lost; start the cluster again. "
            "What a checkpoint holds goes on from there"
        )


_FAN = 8


def _large_graphs() -> Any:
    """Without a warning that a task holds megabytes: a state does, to be lost with no worker."""
    threshold = "distributed.admin.large-graph-warning-threshold"
    return dask_module("dask").config.set({threshold: "1 TB"})


class LostError(Exception):
    """Results that cannot be computed again where they were."""


def installed() -> dict[str, str]:
    """What decides the numbers of a process: versions, and whether it has the compiled engine."""
    import platform

    import numpy as np

    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "NumPy": np.__version__,
        "chainrule": __version__,
        "engine": "reference" if compiled_engine()[0] is None else "compiled",
    }
