"""A session that works batch by batch in Python: the loop around one update."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from math import inf, nan
from time import perf_counter
from typing import NamedTuple, Protocol

import numpy as np

from ..objective import Objective
from ..parameters import Parameters
from ..plan import Data, Monitor, PartialEpoch, Plan, RuleState, State
from ..typing import Array
from .base import Ended, Report, Session, Window


class Evaluates(Protocol):
    """What the loop needs of an engine."""

    def value(self, objective: Objective, parameters: Parameters, data: Data) -> float:
        """The loss at evaluation, without the penalties."""
        ...


class Update(NamedTuple):
    """What one update makes of a state: parameters, the optimizer's state, and what it saw."""

    parameters: Parameters
    optimizer_state: Array
    loss: float
    gradient_norm: float


class EpochEnd(NamedTuple):
    """An epoch that is over: the state after it, its curves, and whether training ends with it."""

    state: State
    curves: tuple[float, float, float, float]
    validation_loss: float | None
    ended: Ended
    rule: str


class BatchSession(Session):
    """Advances batch by batch; what one update is, `update` says.

    After each statement the state is one that training can go on from, whenever Ctrl-C comes.
    """

    def __init__(
        self,
        engine: Evaluates,
        plan: Plan,
        data: Data,
        monitor: Monitor,
        window: Window | None = None,
    ) -> None:
        super().__init__(plan, data, monitor, window)
        self.engine = engine

    @abstractmethod
    def update(self, state: State, batch: Data, learning_rate: float) -> Update:
        """One update of the parameters by the gradient of a batch."""

    def batch(self, index: slice, order: Array | None) -> Data:
        """The rows of one batch: `index` counts in the epoch's order."""
        rows = slice(index.start - self.first, index.stop - self.first)
        at = rows if order is None else order[rows]
        w = self.data.sample_weight
        return Data(self.data.X[at], self.data.y[at], None if w is None else w[at])

    def advance_checked(self, state: State, epochs: int | None, updates: int | None) -> Report:
        """As `advance`, of what was checked."""
        left = inf if updates is None else updates
        ends: list[EpochEnd] = []
        ended: Ended = "done"
        loss = nan
        try:
            with np.errstate(all="ignore"):
                while left > 0 and ended == "done" and (epochs is None or len(ends) < epochs):
                    for step in self._epoch(state, left):
                        state, loss = step
                        left -= 1
                    if state.batch < self.plan.n_batches(self.rows):
                        break
                    ends.append(self._end(state))
                    state, ended = ends[-1].state, ends[-1].ended
        except KeyboardInterrupt:
            ended = "interrupted"
            if ends and ends[-1].state.epoch > state.epoch:
                state = ends[-1].state
        curves = np.array([end.curves for end in ends], dtype=np.float64).reshape(-1, 4).T
        seen = [end.validation_loss for end in ends if end.validation_loss is not None]
        return Report(
            state,
            curves,
            ended,
            None if self.monitor.validation is None else np.array(seen),
            ends[-1].rule if ended == "stopped" else "",
            loss,
            ended == "interrupted",
        )

    def _epoch(self, state: State, updates: float) -> Iterator[tuple[State, float]]:
        """The states after each of the next updates of an epoch, and their batches' losses."""
        plan, n = self.plan, self.rows
        size, n_batches = plan.rows(n), plan.n_batches(n)
        if state.batch == n_batches:  # interrupted before the epoch was evaluated
            return
        order = plan.epoch_order(state.epoch, n)
        rates = plan.learning_rates(state.update - state.batch, state.epoch, n, 1)[0]
        partial = state.partial or PartialEpoch(
            0, 0.0, 0.0, nan, 0.0, state.update, state.parameters.vector, state.optimizer_state,
            n, size, plan.order_seed,
        )  # fmt: skip
        stop = self.first + self.data.n  # of the window
        while partial.batch < n_batches and updates > 0 and partial.batch * size < stop:
            clock = perf_counter()
            start = partial.batch * size
            batch = self.batch(slice(start, min(start + size, n)), order)
            done = self.update(state, batch, float(rates[partial.batch]))
            share = batch.share(plan.objective)
            partial = replace(
                partial,
                batch=partial.batch + 1,
                loss=partial.loss + done.loss * share,
                weight=partial.weight + share,
                gradient_norm=done.gradient_norm,
                seconds=partial.seconds + perf_counter() - clock,
            )
            state = replace(
                state,
                parameters=done.parameters,
                optimizer_state=done.optimizer_state,
                update=state.update + 1,
                partial=partial,
            )
            updates -= 1
            yield state, done.loss

    def _end(self, state: State) -> EpochEnd:
        """What follows from an epoch of which all batches are done."""
        plan, partial = self.plan, state.partial
        assert partial is not None
        clock = perf_counter()
        loss = partial.loss
        if plan.objective.loss.reduction == "mean":
            loss /= partial.weight or 1.0
        rates = plan.learning_rates(partial.update, state.epoch, self.rows, 1)[0]

        def curves(loss: float) -> tuple[float, float, float, float]:
            seconds = partial.seconds + perf_counter() - clock
            return loss, partial.gradient_norm, float(rates[-1]), seconds

        numbers = state.parameters.vector, state.optimizer_state
        if not (np.isfinite(loss) and all(np.isfinite(array).all() for array in numbers)):
            return EpochEnd(state.at_epoch_start(), curves(nan), None, "diverged", "")
        state = replace(state, epoch=state.epoch + 1, partial=None)
        state, validation, rule = evaluate(self.engine, plan.objective, self.monitor, state, loss)
        return EpochEnd(state, curves(loss), validation, "stopped" if rule else "done", rule)


def evaluate(
    engine: Evaluates, objective: Objective, monitor: Monitor, state: State, loss: float
) -> tuple[State, float | None, str]:
    """What a monitor makes of a state after an epoch and of the epoch's loss.

    Returns
    -------
    state : State
        With what the rules remember now.
    validation : float or None
        The loss on the validation rows.
    rule : str
        The first rule that says stop, or an empty string.
    """
    validation = None
    if monitor.validation is not None:
        validation = engine.value(objective, state.parameters, monitor.validation)
    rules, says_stop = dict(state.rules), ""
    for name, rule in monitor.rules.items():
        value = validation if rule.on_validation else loss
        assert value is not None
        memory = rules.get(name) or RuleState()
        memory, stop = rule.check(value, state.epoch, memory, state.parameters)
        if rule.kind != "target":
            rules[name] = memory
        says_stop = says_stop or (name if stop else "")
    return replace(state, rules=rules), validation, says_stop
