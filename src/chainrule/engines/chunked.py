"""Training on a sparse matrix with an engine for dense rows, one dense chunk after the other."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from math import nan
from typing import Any, final

import numpy as np

from ..backprop import add_penalties
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters
from ..plan import Data, Monitor, Plan, State
from ..plan.data import check_rows, dense_rows, is_sparse
from ..random import Key
from ..typing import Array, IntArray
from .base import NO_EPOCHS, Ended, Engine, OneAtATime, Report, Session, Updater, Window
from .batches import evaluate
from .sparse import SparseEngine, multiplies_sparse, sparse_predictor, trains_sparse

_NUMBERS = 2**20
"""About how many numbers of X become dense at once."""


def engine_for_sparse(engine: Engine, asked: str, network: Network, data: Data) -> Engine:
    """What learns from sparse rows: dense chunks by the engine, or the rows as they are.

    Rows are taken as they are where that is faster, but never if the compiled engine was asked for.
    """
    if asked != "compiled" and trains_sparse(network, data.X):
        return SparseEngine(engine)
    return ChunkedEngine(engine)


class AroundEngine(OneAtATime):
    """What engines have in common that give another one a part of the rows at a time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = engine.name

    def why_not(self, plan: Plan, data: Data) -> str:
        """The other engine's reason."""
        return self.engine.why_not(plan, data.dense(slice(0, 1)))

    def updater(self, plan: Plan) -> Updater:
        """The other engine's."""
        return self.engine.updater(plan)


@final
class ChunkedEngine(AroundEngine):
    """Another engine, given as many dense rows at a time as fit into a few megabytes.

    Orders, masks and updates are those of dense data: only the sums over all rows at evaluation,
    which are made chunk by chunk, may round differently.
    """

    def value_and_gradient(
        self, objective: Objective, parameters: Parameters, data: Data, key: Key | None = None
    ) -> tuple[float, Parameters]:
        """As `chainrule.value_and_gradient`: the chunks' results, each by its share."""
        total, vector = 0.0, np.zeros_like(parameters.vector)
        without = replace(objective, penalties=())
        for chunk in _chunks(data):
            share = chunk.share(objective) / (data.share(objective) or 1.0)
            value, gradient = self.engine.value_and_gradient(without, parameters, chunk, key)
            total += share * value
            vector += (share * gradient.vector).astype(vector.dtype)
        total += add_penalties(objective, parameters, vector, data.weight)
        return total, Parameters(parameters.layout, vector)

    def value(self, objective: Objective, parameters: Parameters, data: Data) -> float:
        """The loss at evaluation, without the penalties."""
        weight = data.share(objective) or 1.0
        return sum(
            self.engine.value(objective, parameters, chunk) * (chunk.share(objective) / weight)
            for chunk in _chunks(data)
        )

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """A function from X, dense or sparse, to the outputs."""
        parameters = parameters.copy()
        dense = cache(lambda: self.engine.predictor(network, parameters))
        sparse = cache(lambda: sparse_predictor(self.engine, network, parameters))

        def in_chunks(X: Array) -> Array:
            X = check_rows(network, X, parameters.vector.dtype)
            if not is_sparse(X):
                return dense()(X)
            if multiplies_sparse(network, X):
                return sparse()(X)
            rows = _rows(X)
            parts = (dense_rows(X, slice(s, s + rows)) for s in range(0, X.shape[0], rows))
            return np.concatenate([dense()(part) for part in parts])

        return in_chunks


class ChunkedSession(Session):
    """Advances by windows of an epoch, each a session of the other engine."""

    def __init__(
        self,
        engine: Any,
        plan: Plan,
        data: Data,
        monitor: Monitor,
        window: Window | None,
    ) -> None:
        super().__init__(plan, data, monitor, window)
        self.engine = engine
        self.size = plan.rows(self.rows)
        self.at_once = max(_rows(data.X) // self.size, 1) * self.size
        # The rows of a window lie in the epoch's order already.
        self.of_window = replace(plan, batch_size=self.size, shuffle=False, order=None)

    def advance_checked(self, state: State, epochs: int | None, updates: int | None) -> Report:
        """As `advance`, of what was checked."""
        done: list[Report] = []
        ended: Ended = "done"
        loss, rule, interrupted = nan, "", False
        try:
            while (epochs is None or sum(r.curves.shape[1] for r in done) < epochs) and (
                updates is None or updates > 0
            ):
                report = self._window(state, updates)
                if report is None:
                    break
                if updates is not None:
                    updates -= report.state.update - state.update
                if not np.isnan(report.batch_loss):
                    loss = report.batch_loss
                state = report.state
                done.append(report)
                ended, rule, interrupted = report.ended, report.rule, report.interrupted
                if ended != "done":
                    break
        except KeyboardInterrupt:
            ended, interrupted = "interrupted", True
            state = done[-1].state if done else state
        curves = [report.curves for report in done]
        seen = [r.validation_losses for r in done if r.validation_losses is not None]
        return Report(
            state,
            np.concatenate(curves, axis=1) if curves else NO_EPOCHS,
            ended,
            None if self.monitor.validation is None else np.concatenate([np.empty(0), *seen]),
            rule,
            loss,
            interrupted,
        )

    def _window(self, state: State, updates: int | None) -> Report | None:
        """Advance by one window of the epoch; None where no rows are left."""
        start = state.batch * self.size
        if state.batch == self.plan.n_batches(self.rows):  # only its end is missing
            return self._advanced(state, self.rows - self.size, self.rows, None)
        stop = min((start // self.at_once + 1) * self.at_once, self.first + self.data.n)
        if updates is not None:
            stop = min(stop, start + updates * self.size)
        return None if start >= stop else self._advanced(state, start, stop, stop - start)

    def _advanced(self, state: State, start: int, stop: int, rows: int | None) -> Report:
        """Advance over rows of the epoch, or to its end, where `rows` is None."""
        start = max(start // self.size * self.size, self.first)
        chunk = (self._last_rows if rows is None else self._chunk)(state.epoch, start, stop)
        window = Window(start, self.rows)
        session = self.engine.engine.session(self.of_window, chunk, Monitor(), window)
        inner = self._with_seed(state, None)
        if rows is None:
            report = session.advance(inner, epochs=1)
        else:
            report = session.advance(inner, updates=-(-rows // self.size))
        report = report._replace(state=self._with_seed(report.state, self.plan.order_seed))
        if report.curves.shape[1] and report.ended != "diverged":
            return self._evaluated(report)
        return report

    def _chunk(self, epoch: int, start: int, stop: int) -> Data:
        """The rows of a window, in the epoch's order."""
        index = slice(start - self.first, stop - self.first)
        order = self._order(epoch)
        return self.data.dense(index if order is None else order[index])

    _last_rows = _chunk
    """Those of the last batch, where only the end of the epoch is missing."""

    def _evaluated(self, report: Report) -> Report:
        """What follows from an epoch that has ended; until then it is not over."""
        loss = float(report.losses[-1])
        with np.errstate(all="ignore"):
            state, validation, rule = evaluate(
                self.engine, self.plan.objective, self.monitor, report.state, loss
            )
        return report._replace(
            state=state,
            ended="stopped" if rule else report.ended,
            validation_losses=None if validation is None else np.array([validation]),
            rule=rule,
        )

    def _order(self, epoch: int) -> IntArray | None:
        known = self._known_order
        if known is None or known[0] != epoch:
            known = epoch, self.plan.epoch_order(epoch, self.rows)
            self._known_order = known
        return known[1]

    _known_order: tuple[int, IntArray | None] | None = None

    @staticmethod
    def _with_seed(state: State, seed: int | None) -> State:
        partial = state.partial
        return state if partial is None else replace(state, partial=replace(partial, seed=seed))


def _rows(X: Array) -> int:
    return max(_NUMBERS // max(X.shape[1], 1), 1)


def _chunks(data: Data) -> Iterator[Data]:
    rows = _rows(data.X)
    for start in range(0, data.n, rows):
        yield data.dense(slice(start, start + rows))


ChunkedEngine.session_type = ChunkedSession
