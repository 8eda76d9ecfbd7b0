"""One page's session: a run, what the page has asked for, and the thread that trains."""

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from math import nan
from time import monotonic
from types import MappingProxyType
from typing import Any

from ..errors import ChainruleError
from .picture import Moment, ViewSettings
from .problem import Problem, data_of, problem_of
from .refusal import RefusedError, refusal
from .run import Run
from .settings import Settings

CHUNK = 0.02
"""Seconds of training between two looks at what the page has asked: less than a frame."""
PATIENCE = 0.5
"""Seconds that a reply waits for steps; what is left is done afterwards."""
_QUEUED = 64


class PageSession:
    """Everything behind one page. All changes happen in its thread, one after the other.

    Parameters
    ----------
    name : str
        How the page finds it again.
    settings : Settings
    tables : mapping of str to (str, table), default {}
        Tables that it has from its beginning.

    Attributes
    ----------
    notify : callable
        Called from the session's thread whenever there is something new.
    moment : Moment
        Where it stands; a new one after every change.
    tables : dict of str to (str, table)
        The uploaded tables by their ids, with the names of their files.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        tables: Mapping[str, tuple[str, Any]] = MappingProxyType({}),
    ) -> None:
        self.name = name
        self.notify: Callable[[], None] = lambda: None
        self.tables = dict(tables)
        self.view = ViewSettings()
        self.playing = False
        self.speed: float | None = None
        self.until: int | None = None
        self.other: tuple[dict[str, Any], Run] | None = None
        self.versions = {"network": 0, "data": 0}
        self.rate, self._number = nan, 0
        self._published: Problem | None = None
        self.notices: deque[str] = deque(maxlen=8)
        self._allowance, self._clock = 0.0, monotonic()
        self._paced: Problem | None = None
        self._per_update, self._most, self._follows = 0.0, 1, 1
        self._jobs: queue.Queue[tuple[Callable[[], Any], Future[Any]] | None]
        self._jobs = queue.Queue(_QUEUED)
        self._closed = False
        self.begin(settings)
        self._thread = threading.Thread(target=self._work, name=f"session {name}", daemon=True)
        self._thread.start()

    # --- from other threads -------------------------------------------------------------------

    def ask(self, job: Callable[[], Any]) -> "Future[Any]":
        """Have something done in the session's thread.

        Raises
        ------
        RefusedError
            If too much is waiting already.
        """
        future: Future[Any] = Future()
        try:
            self._jobs.put_nowait((job, future))
        except queue.Full:
            raise RefusedError("", "the session is busy; wait a moment") from None
        return future

    def close(self) -> None:
        """End the thread; does not wait for it."""
        self._closed = True
        with contextlib.suppress(queue.Full):  # it looks at _closed between two jobs
            self._jobs.put_nowait(None)

    # --- in the session's thread --------------------------------------------------------------

    def _work(self) -> None:
        while not self._closed:
            try:
                job = self._jobs.get(timeout=self._wait())
            except queue.Empty:
                if self.playing or self._behind:
                    self._train()
                continue
            if job is None:
                return
            self._do(*job)

    def _wait(self) -> float:
        """How long the next job may be waited for."""
        if self._behind:
            return 0.0
        if not self.playing:
            return 60.0
        if self.speed is None or self.until is not None:
            return 0.0
        now = monotonic()
        self._allowance = min(
            self._allowance + (now - self._clock) * self.speed, max(1.0, 0.1 * self.speed)
        )
        self._clock = now
        return 0.0 if self._allowance >= 1.0 else min(0.1, (1.0 - self._allowance) / self.speed)

    def _do(self, job: Callable[[], Any], future: "Future[Any]") -> None:
        if not future.set_running_or_notify_cancel():  # its page has gone meanwhile
            return
        try:
            result = job()
        except (RefusedError, ChainruleError, MemoryError) as error:
            future.set_exception(refusal(error))
        except Exception as error:  # a mistake of ours: the session goes on
            future.set_exception(error)
        else:
            self.publish()
            future.set_result(result)

    def _train(self) -> None:
        """One chunk of training; the compared run catches up first."""
        if self._behind:
            self._follow()
            self.publish()
            return
        updates = self._piece()
        if self.until is None and self.speed is not None:
            if self._allowance < 1.0:
                return
            updates = min(updates, int(self._allowance))
        self.step(updates)
        self.publish()

    def _piece(self) -> int:
        """Updates that take about as long as a chunk; of what is new, one at first."""
        if self._paced is not self.run.problem:
            self._paced = self.run.problem
            self._per_update, self._most = 0.0, 1
        if self._per_update == 0.0:
            return 1
        return max(1, min(int(CHUNK / self._per_update), self._most, 10_000_000))

    def step(self, updates: int) -> None:
        """Train on by at most so many updates, not beyond what is aimed at."""
        run = self.run
        if self.until is not None:
            updates = min(updates, self.until - run.state.update)
        began = monotonic()
        try:
            done = run.advance(updates) if updates > 0 else 0
        except Exception as error:  # whatever it is: the session goes on
            done, run.ended, run.message = 0, "stopped", f"{type(error).__name__}: {error}"
        seconds = max(monotonic() - began, 1e-9)
        if done > 0:
            fresh, share = seconds / done, 0.3 if self._per_update > 0.0 else 1.0
            self._per_update += share * (fresh - self._per_update)
            self._most = max(self._most, 8 * done)
            self.rate = 1.0 / self._per_update
            self._allowance -= done
        run.trim()
        self._follow()
        if run.ended or done <= 0 or (self.until is not None and run.state.update >= self.until):
            self.pause()
            if run.message:
                self.say(run.message)

    @property
    def _behind(self) -> bool:
        """Whether the compared run has updates to catch up."""
        if self.other is None:
            return False
        run = self.other[1]
        return run.state.update < self.run.state.update and not run.ended

    def _follow(self) -> None:
        """Bring the compared run to the same update; if that takes long, as near as time allows."""
        if self.other is None:
            return
        run, update = self.other[1], self.run.state.update
        if update < run.state.update:
            run.ended = ""
            run.go_near(max(update, run.branch.pieces[0].segment.start.update))
        end = monotonic() + PATIENCE
        while self._behind and (began := monotonic()) < end:
            if run.advance(min(self._follows, update - run.state.update)) <= 0:
                run.ended = run.ended or "done"
            quick = monotonic() - began < CHUNK
            self._follows = 2 * self._follows if quick else max(1, self._follows // 2)
            self._follows = min(self._follows, 10_000_000)

    def pause(self) -> None:
        """Stop training."""
        self.playing, self.until, self.rate = False, None, nan

    def play(self) -> None:
        """Train until something ends it."""
        self.playing, self.until = True, None
        self._allowance, self._clock = 1.0, monotonic()

    def aim(self, update: int) -> None:
        """Train up to an update; if that takes long, the rest is done after this returns."""
        self.until, self.playing = update, True
        end = monotonic() + PATIENCE
        while self.playing and monotonic() < end:
            self.step(self._piece())

    def say(self, message: str) -> None:
        """A sentence for the page; only the newest few are kept."""
        self.notices.append(message)

    # --- another problem ----------------------------------------------------------------------

    def begin(self, settings: Settings, problem: Problem | None = None) -> None:
        """A new run at update 0."""
        if problem is None:
            tables = {key: table for key, (_, table) in self.tables.items()}
            problem = problem_of(settings, data_of(settings.data, tables))
        self.run = Run(problem)
        self.pause()
        if self.other is not None:
            self.compare(self.other[0])
        self.publish()

    def compare(self, difference: dict[str, Any] | None) -> None:
        """A second run that differs in one setting, brought to the same update; None ends it."""
        self.other = None
        if difference is None:
            return
        settings = self.run.problem.settings
        changes = dict(difference)
        if "learning_rate" in changes:
            rate = changes.pop("learning_rate")
            changes["optimizer"] = {**settings.optimizer, "learning_rate": rate}
        if {"data", "learner"} & set(changes):
            raise RefusedError("difference", "both runs learn in the same way from the same data")
        problem = problem_of(settings.changed(changes), self.run.problem.data)
        self.other, self._follows = (difference, Run(problem)), 1
        self._follow()

    def publish(self) -> None:
        """Say that there is something new."""
        run, self._number = self.run, self._number + 1
        before, problem = self._published, run.problem
        if problem is not before:  # also where training goes on into a later change
            self.versions["network"] += 1
            self.versions["data"] += before is None or problem.data is not before.data
            self.view = self.view.fitting(problem)
            self._published = problem
        other = None
        if self.other is not None:
            second = self.other[1]
            other = (second.problem, second.state, second.branch)
        self.moment = Moment(
            self._number, self.versions["network"], self.versions["data"], problem, run.state,
            run.branch, run.batch_loss, self.rate, self.playing, run.ended, self.view, other,
        )  # fmt: skip
        self.notify()
