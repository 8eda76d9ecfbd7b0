"""A limit of time: what is left of it, fits that end with it, and how many of them it holds."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from threading import Event
from time import perf_counter
from typing import ClassVar, final

from ..errors import require_number
from ..plan import RuleState, State
from ..training import Callback, History, StopRule, TrainingResult

WHOLE = 0.9
"""The share of its epochs from which a fit that the limit ends counts as whole: in the last tenth
of a schedule the rate has come down."""


def now() -> float:
    """Seconds by the clock."""
    return perf_counter()


@dataclass(frozen=True)
class Deadline:
    """The moment when a fit has to be done: `limit` seconds after `begun`."""

    limit: float
    begun: float

    @staticmethod
    def starts_now(limit: float) -> "Deadline":
        """That of a limit which begins now."""
        return Deadline(limit, now())

    @property
    def left(self) -> float:
        """Seconds until then; 0 once it has passed."""
        return max(self.begun + self.limit - now(), 0.0)


def left_of(time_limit: float | None, begun: float) -> float | None:
    """What is left of a limit after reading and encoding, that began then; a little at least."""
    if time_limit is None:
        return None
    require_number("time_limit", time_limit, above=0)
    return max(time_limit - (now() - begun), min(time_limit, 1e-3))


@final
@dataclass(frozen=True)
class TimeIsUp(StopRule):
    """Stop before an epoch that would end too late if it took as long as those before.

    Parameters
    ----------
    deadline : Deadline
    begun : float
        When the fit began, by the clock.
    interrupted : callable
        Whether all fits have to stop at once.
    """

    deadline: Deadline
    begun: float
    interrupted: Callable[[], bool] = bool

    every_epoch: ClassVar[bool] = True

    def check(self, history: History, state: State, memory: RuleState) -> str:
        """Compare the time of an epoch with what is left."""
        epoch = (now() - self.begun) / max(len(history), 1)
        if self.interrupted():
            return "interrupted"
        return self.reason(memory) if epoch > self.deadline.left else ""

    def reason(self, memory: RuleState) -> str:
        """Why it stops, in words."""
        return f"{self.deadline.limit:.3g} seconds have passed"

    def cut_off(self, result: TrainingResult, epochs: int) -> bool:
        """Whether the fit was ended long before its last epoch."""
        ended = result.stopped in (self.reason(RuleState()), "interrupted")
        return ended and len(result.history) < WHOLE * epochs


def seconds_of_an_epoch(fit: Callable[[Callback], object], threads: int) -> float:
    """The shortest time between the ends of two epochs, on the slowest of some threads.

    Parameters
    ----------
    fit : callable
        ``fit(callback)`` trains for some epochs, on one thread.
    threads : int
        How many do so at once.
    """

    def seconds(_: int) -> float:
        ends: list[float] = []
        fit(lambda _: ends.append(now()))
        return min((b - a for a, b in pairwise(ends)), default=inf)

    with ThreadPoolExecutor(threads) as pool:
        return max(pool.map(seconds, range(threads)))


def fit_in_time(
    fit: Callable[[int, TimeIsUp], TrainingResult],
    deadline: Deadline,
    *,
    epochs: int,
    threads: int,
    most: int,
) -> list[tuple[int, TrainingResult]]:
    """Fits number 0, 1, ..., one on each thread at a time, as long as another would end in time.

    Parameters
    ----------
    fit : callable
        ``fit(k, rule)`` trains number k until the rule stops it.
    deadline : Deadline
    epochs : int
        Of a whole fit.
    threads : int
        As many are begun whatever the time.
    most : int
        How many fits there may be.

    Returns
    -------
    list of (int, TrainingResult)
        Numbers and results, without those that the deadline has cut off, unless there are no
        others.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, with the results so far as its argument.
    """
    stop = Event()
    found: dict[int, tuple[TrainingResult, bool]] = {}
    seconds: list[float] = []

    def run(k: int) -> None:
        begun = now()
        rule = TimeIsUp(deadline, begun, stop.is_set)
        result = fit(k, rule)
        found[k] = result, rule.cut_off(result, epochs)
        seconds.append(now() - begun)

    with ThreadPoolExecutor(threads) as pool:
        running: set[Future[None]] = set()
        try:
            for k in range(most):
                if len(running) == threads:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for one in done:
                        one.result()
                if seconds and max(seconds) > deadline.left:
                    break
                running.add(pool.submit(run, k))
            for one in running:
                one.result()
        except KeyboardInterrupt:
            stop.set()
            wait(running)
            raise KeyboardInterrupt(_whole(found)) from None
    return _whole(found)


def _whole(found: dict[int, tuple[TrainingResult, bool]]) -> list[tuple[int, TrainingResult]]:
    whole = [(k, result) for k, (result, cut) in sorted(found.items()) if not cut]
    return whole or [(k, result) for k, (result, _) in sorted(found.items())]
