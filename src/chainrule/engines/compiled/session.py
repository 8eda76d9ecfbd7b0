"""A session of the compiled engine."""

from typing import Any, final

import numpy as np

import chainrule._core as _core

from ...errors import EngineUnavailableError
from ...parameters import Parameters
from ...plan import Data, Monitor, PartialEpoch, Plan, RuleState, State
from ...schedules import ConstantRate
from ...typing import Array, IntArray
from ..base import NO_EPOCHS, Report, Session, Window
from . import lower
from .arrays import copied, ready, ready_rows, selection

_NUMBERS = 2**22
"""Learning rates, or row numbers of a plan's own order, that are made at once: 32 MB."""

_AT_FIRST = 2**12
"""Those that are made first, twice as many each time: a fit that ends soon needs few."""


@final
class CompiledSession(Session):
    """A session whose rows, workspaces and descriptions are the core's."""

    def __init__(
        self, plan: Plan, data: Data, monitor: Monitor, window: Window | None, threads: int
    ) -> None:
        super().__init__(plan, data, monitor, window)
        dtype, validation = plan.dtype, monitor.validation
        self.threads = threads
        self.constant = type(plan.schedule) is ConstantRate and plan.order is None
        data, selected = selection(data)
        self.core = _core.Session(
            lower.lower_plan(plan, self.rows),
            ready_rows(data, dtype),
            None if validation is None else ready_rows(validation, dtype),
            [*map(lower.lower_rule, monitor.rules.values())],
            self.first,
            self.rows,
            selected,
        )

    def advance_checked(self, state: State, epochs: int | None, updates: int | None) -> Report:
        """As `advance`, of what was checked."""
        if self.constant:
            return self._run(state, epochs, updates)
        # Learning rates and orders are made for some epochs at a time.
        n_batches = self.plan.n_batches(self.rows)
        reports: list[Report] = []
        while (epochs is None or epochs > 0) and (updates is None or updates > 0):
            begun = self.at_once(len(reports))
            if epochs is not None:
                begun = min(begun, epochs)
            if updates is not None:
                begun = min(begun, -(-(state.batch + updates) // n_batches))
            report = self._run(state, begun, updates)
            reports.append(report)
            if epochs is not None:
                epochs -= begun
            if updates is not None:
                updates -= report.state.update - state.update
            state = report.state
            if report.ended != "done" or state.batch > 0:
                break
        return joined(reports) if reports else Report(state, NO_EPOCHS)

    def at_once(self, part: int, fits: int = 1) -> int:
        """The epochs whose learning rates and orders are made for a part, beside other fits'."""
        plan, n = self.plan, self.rows
        numbers = min(_AT_FIRST << min(part, 40), _NUMBERS // fits)
        return max(1, numbers // (n if plan.order else plan.n_batches(n)))

    def _run(self, state: State, epochs: int | None, updates: int | None) -> Report:
        try:
            advance = self.to_do(state, epochs, updates)
        except KeyboardInterrupt:
            return Report(state, NO_EPOCHS, "interrupted", interrupted=True)
        try:
            self.core.advance(advance, self.threads)
        except RuntimeError as error:
            raise EngineUnavailableError(
                f"{error}; give each thread a session of its own"
            ) from None
        return self.report(state, advance)

    def to_do(self, state: State, epochs: int | None, updates: int | None) -> _core.Advance:
        """What the core is given; it writes to copies of the arrays."""
        plan, n, dtype = self.plan, self.rows, self.plan.dtype
        rates: Array | float = plan.base_rate
        orders = None
        if not self.constant:
            begun = epochs
            if begun is None:
                assert updates is not None
                begun = -(-(state.batch + updates) // plan.n_batches(n))
            if type(plan.schedule) is not ConstantRate:
                rates = plan.learning_rates(state.update - state.batch, state.epoch, n, begun)
            orders = None if plan.order is None else _orders(plan, state.epoch, n, begun)
        partial = state.partial
        return _core.Advance(
            copied(state.parameters.vector, dtype),
            copied(state.optimizer_state, dtype),
            state.update,
            state.epoch,
            None if partial is None else _lower_partial(partial, dtype),
            [*map(_lower_memory, map(state.rules.get, self.monitor.rules))],
            rates,
            epochs,
            updates,
            orders,
        )

    def report(self, before: State, now: _core.Advance) -> Report:
        """What the core has done, as a report."""
        layout, plan, partial = before.parameters.layout, self.plan, now.partial
        rules = before.rules
        if self.monitor.rules:
            rules = dict(rules)
            for (name, rule), memory in zip(self.monitor.rules.items(), now.rules, strict=True):
                if rule.kind == "target":
                    continue
                vector = memory.parameters
                kept = None if vector is None else Parameters(layout, vector)
                old = rules.get(name)
                if kept is None and old is not None and old.best_epoch == memory.best_epoch:
                    kept = old.parameters
                rules[name] = RuleState(memory.best, memory.best_epoch, memory.waited, kept)
        state = State(
            Parameters(layout, now.parameters),
            now.optimizer_state,
            now.update,
            now.epoch,
            None
            if partial is None
            else PartialEpoch(
                partial.batch,
                partial.loss,
                partial.weight,
                partial.gradient_norm,
                partial.seconds,
                partial.update,
                partial.parameters,
                partial.optimizer_state,
                self.rows,
                plan.rows(self.rows),
                plan.order_seed,
            ),
            rules,
            before.optimizer,
        )
        curves, ended = np.empty((4, now.n_epochs)), now.ended
        now.write_curves(curves)
        return Report(
            state,
            curves,
            ended,
            now.validation_losses,
            list(self.monitor.rules)[now.rule] if ended == "stopped" else "",
            now.batch_loss,
            now.interrupted or ended == "interrupted",
        )


_NO_MEMORY = RuleState()


def _lower_memory(memory: RuleState | None) -> _core.RuleState:
    memory = memory or _NO_MEMORY
    return _core.RuleState(memory.best, memory.best_epoch, memory.waited)


def _lower_partial(partial: PartialEpoch, dtype: Any) -> _core.PartialEpoch:
    return _core.PartialEpoch(
        partial.batch,
        partial.loss,
        partial.weight,
        partial.gradient_norm,
        partial.seconds,
        partial.update,
        ready(partial.parameters, dtype),
        ready(partial.optimizer_state, dtype),
    )


def joined(reports: list[Report]) -> Report:
    """One report of epochs that were asked for in several parts."""
    last = reports[-1]
    if len(reports) == 1:
        return last
    seen = [r.validation_losses for r in reports if r.validation_losses is not None]
    return last._replace(
        curves=np.concatenate([report.curves for report in reports], axis=1),
        validation_losses=np.concatenate(seen) if seen else None,
    )


def _orders(plan: Plan, epoch: int, n: int, epochs: int) -> IntArray:
    """The plan's own orders, shape (epochs, n)."""
    return np.stack([np.asarray(plan.epoch_order(epoch + k, n)) for k in range(epochs)])
