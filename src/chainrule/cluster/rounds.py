"""The loop of a fit on a cluster: rounds of shards, and a look after each epoch."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import nan
from time import perf_counter
from typing import Any

import numpy as np

from ..engines import Report
from ..plan import Plan, State
from ..training.fit import Fit
from ..typing import Array
from . import shard_tasks
from .averaging import Averaging, Contribution, Place, added, averaged, epoch_curves, no_velocity
from .shard_tasks import Common, Setup
from .sharding import Homes
from .workers import Workers

Looked = Callable[["Rounds"], None]
"""Called after each round, when its state is complete."""


class ClusterFit(Fit):
    """A fit whose rows are elsewhere: what a worker measured is recorded here."""

    scores: Sequence[float] = ()

    def measure(self) -> None:
        """The metrics of the newest parameters, as a worker computed them."""
        last = len(self.history) - 1
        for metric, score in zip(self.watch.metrics, self.scores, strict=True):
            self.history.metrics.setdefault(metric.name, [])[last:] = [score]


class Rounds:
    """A fit's rounds.

    Parameters
    ----------
    workers : Workers
    fit : ClusterFit
        What is recorded and looked at; its state is where the fit begins.
    averaging : Averaging
    plan : Plan
        The shards' plan: their batch size, and a schedule that knows the fit's end.
    make_shards, make_validation : callable
        Futures of the shards' rows, and one of those to validate on, or None; they are asked for
        anew if they are lost.
    after_round : callable, optional
    """

    def __init__(
        self,
        workers: Workers,
        fit: ClusterFit,
        averaging: Averaging,
        plan: Plan,
        make_shards: Callable[[], list[Any]],
        make_validation: Callable[[], Any] | None,
        after_round: Looked | None = None,
    ) -> None:
        self.workers, self.fit, self.averaging = workers, fit, averaging
        self.setup = Setup(plan, fit.engine.name, averaging.updates, averaging.shards)
        self.make_shards, self.make_validation = make_shards, make_validation
        self.after_round = after_round
        self.shards: list[Any] = []
        self.validation: Any = None
        self.setup_task: Any = None
        self.state: State = fit.state
        self.start: State = fit.state
        self.velocity = no_velocity(fit.state)
        self.places = self.at_the_beginning()
        self.homes = Homes(workers)
        self.done = 0
        self.seconds = 0.0
        """The rounds of the epoch that are done, and how long they took."""

    def at_the_beginning(self) -> dict[int, Place]:
        """The places of all shards before an epoch."""
        return {shard: Place() for shard in range(self.averaging.shards)}

    def run(self) -> None:
        """Epoch after epoch, until all are done or something says stop."""
        fit = self.fit
        while not fit.stop_asked and len(fit.history) < fit.epochs:
            while any(not place.over for place in self.places.values()):
                diverged = self.round()
                if diverged:
                    break
            report = self.report()
            # From here until it has been looked at, a checkpoint is the one before.
            fit.settled = False
            self.places, self.done, self.seconds = self.at_the_beginning(), 0, 0.0
            fit.after(report)
            self.state = self.start = fit.state
            if self.after_round is not None:
                self.after_round(self)

    def round(self) -> bool:
        """One round; whether a shard diverged in it."""
        clock = perf_counter()
        waiting = [shard for shard, place in self.places.items() if not place.over]
        chosen = self.averaging.participants(self.state.epoch, self.done, waiting)
        sums: Contribution = self.result(lambda: self.submit(chosen))
        self.places |= sums.places
        self.state, self.velocity = averaged(self.averaging, self.state, sums, self.velocity)
        self.done += 1
        self.seconds += perf_counter() - clock
        if not sums.diverged and self.after_round is not None and not self.over:
            self.after_round(self)
        return sums.diverged

    @property
    def over(self) -> bool:
        """Whether all shards have come to the end of the epoch."""
        return all(place.over for place in self.places.values())

    def submit(self, chosen: Sequence[int]) -> Any:
        """The tasks of a round; the future of their sum."""
        workers = self.workers
        common = workers.submit("state", shard_tasks.hold, common_of(self.state))
        parts = workers.map(
            "round",
            shard_tasks.advance_shard,
            [self.shards[shard] for shard in chosen],
            chosen,
            [self.places[shard] for shard in chosen],
            setup=self.setup_task,
            common=common,
        )
        return workers.tree("average", added, parts)

    def result(self, submit: Callable[[], Any]) -> Any:
        """The result of a round's tasks; rows that are lost are made again."""

        def make() -> Any:
            if not self.shards:
                self.shards = self.make_shards()
                if self.make_validation is not None:
                    self.validation = self.make_validation()
                self.setup_task = self.workers.submit("plan", shard_tasks.hold, self.setup)
            self.homes.share_with_newcomers(self.shards)
            if not self.workers.alive([*self.shards, self.setup_task]):
                self.shards = []
                return make()
            return submit()

        return self.workers.result(make)

    # --- after an epoch -----------------------------------------------------------------------

    def report(self) -> Report:
        """The epoch that is over, as an engine would report it."""
        loss, norm, rate = epoch_curves(
            self.places, summed=self.setup.plan.objective.loss.reduction == "sum"
        )
        state = self.state
        numbers = state.parameters.vector, state.optimizer_state
        fine = self.over and all(np.isfinite(a).all() for a in (*numbers, np.array(loss)))
        if not fine:
            return Report(self.start, curves(nan, norm, rate, self.seconds), "diverged")
        state = replace(state, epoch=state.epoch + 1)
        self.state, value = state, None
        watch = self.fit.watch
        if self.make_validation is not None:
            clock = perf_counter()
            value, self.fit.scores = self.result(lambda: self.evaluation(watch.metrics))
            self.seconds += perf_counter() - clock
        return Report(
            state,
            curves(loss, norm, rate, self.seconds),
            validation_losses=None if value is None else np.array([value]),
        )

    def evaluation(self, metrics: Sequence[Any]) -> Any:
        """The task that looks at the validation rows."""
        return self.workers.submit(
            "validation",
            shard_tasks.evaluate,
            self.validation,
            self.setup_task,
            common_of(self.state),
            list(metrics),
        )


def curves(*values: float) -> Array:
    """One epoch's curves, as of `Report`."""
    return np.array(values, np.float64)[:, None]


def common_of(state: State) -> Common:
    """What the workers are sent of a state."""
    return Common(state.parameters.vector, state.optimizer_state, state.update, state.epoch)
