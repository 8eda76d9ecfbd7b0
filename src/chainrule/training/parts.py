"""Training on a sparse matrix with an engine for dense rows, one dense part after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import final

import numpy as np

from ..engines import Engine, Report
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters
from ..plan import Data, Plan, State
from ..plan.data import check_rows, dense_rows, is_sparse
from ..random import Key
from ..schedules import Schedule, Unit
from ..typing import Array
from .sparse import SparseEngine, multiplies_sparse, sparse_predictor, trains_sparse

_NUMBERS = 2**20
"""About how many numbers of X become dense at once."""


def engine_for_sparse(engine: Engine, asked: str, network: Network, data: Data) -> Engine:
    """What learns from sparse rows: dense parts by the engine, or the rows as they are.

    Rows are taken as they are where that is faster, but never if the compiled engine was asked for.
    """
    if asked != "compiled" and trains_sparse(network, data.X):
        return SparseEngine(engine)
    return PartsEngine(engine)


@final
class PartsEngine:
    """Another engine, given as many dense rows at a time as fit into a few megabytes.

    Orders, masks and updates are those of dense data: only the sums over all rows, which are made
    part by part, may round differently.
    """

    watches = False

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = engine.name

    def why_not(self, plan: Plan, data: Data) -> str:
        """The other engine's reason."""
        return self.engine.why_not(plan, data.dense(slice(0, 1)))

    def value_and_gradient(
        self,
        objective: Objective,
        parameters: Parameters,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
        key: Key | None = None,
    ) -> tuple[float, Parameters]:
        """As `chainrule.value_and_gradient`: the parts' results, each by its share."""
        total, vector = 0.0, np.zeros_like(parameters.vector)
        weight = _divisor(objective, y, sample_weight)
        for part in _parts(Data(X, y, sample_weight)):
            share = _divisor(objective, part.y, part.sample_weight) / weight
            w = part.sample_weight
            value, gradient = self.engine.value_and_gradient(
                replace(objective, penalties=()), parameters, part.X, part.y, w, key
            )
            total += share * value
            vector += (share * gradient.vector).astype(vector.dtype)
        mask, p = parameters.layout.penalised, parameters.vector
        weight = float(len(y) if sample_weight is None else sample_weight.sum()) or 1.0
        for penalty in objective.penalties:
            total += penalty.scale(weight) * penalty.value(p[mask])
            vector[mask] += penalty.scale(weight) * penalty.gradient(p[mask])
        return total, Parameters(parameters.layout, vector)

    def value(
        self,
        objective: Objective,
        parameters: Parameters,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
    ) -> float:
        """The loss at evaluation, without the penalties."""
        weight = _divisor(objective, y, sample_weight)
        return sum(
            self.engine.value(objective, parameters, part.X, part.y, part.sample_weight)
            * (_divisor(objective, part.y, part.sample_weight) / weight)
            for part in _parts(Data(X, y, sample_weight))
        )

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """A function from X, dense or sparse, to the outputs."""
        parameters = parameters.copy()
        dense = cache(lambda: self.engine.predictor(network, parameters))
        sparse = cache(lambda: sparse_predictor(self.engine, network, parameters))

        def in_parts(X: Array) -> Array:
            X = check_rows(network, X, parameters.vector.dtype)
            if not is_sparse(X):
                return dense()(X)
            if multiplies_sparse(network, X):
                return sparse()(X)
            rows = _rows(X)
            parts = (dense_rows(X, slice(s, s + rows)) for s in range(0, X.shape[0], rows))
            return np.concatenate([dense()(part) for part in parts])

        return in_parts

    def advance(self, plan: Plan, state: State, data: Data, epochs: int) -> Report:
        """Train for whole epochs, each a sequence of parts that end with a batch."""
        reports: list[Report] = []
        for _ in range(epochs):
            reports.append(self._epoch(plan, state, data))
            state = reports[-1].state
            if reports[-1].ended != "done":
                break
        curves = np.concatenate([report.curves for report in reports], axis=1)
        return Report(state, curves, reports[-1].ended)

    def _epoch(self, plan: Plan, state: State, data: Data) -> Report:
        before, batch = state, plan.rows(data.n)
        order = plan.epoch_order(state.epoch, data.n)
        schedule = plan.schedule
        if schedule.unit != "update":
            n = data.n if schedule.unit == "sample" else 1
            schedule = _Held(schedule.factor(state.epoch * n))
        own = replace(plan, schedule=schedule, batch_size=batch, shuffle=False, order=None)
        rows = max(_rows(data.X) // batch, 1) * batch
        weight = _divisor(plan.objective, data.y, data.sample_weight)
        loss = seconds = 0.0
        for start in range(0, data.n, rows):
            index = slice(start, start + rows)
            part = data.dense(index if order is None else order[index])
            report = self.engine.advance(own, state, part, 1)
            state = replace(report.state, epoch=before.epoch)
            seconds += float(report.seconds.sum())
            if report.ended == "interrupted":
                return Report(state, np.empty((4, 0)), "interrupted")
            share = _divisor(plan.objective, part.y, part.sample_weight) / weight
            loss += float(report.losses[-1]) * share
            if report.ended == "diverged":
                state = before
                break
        else:
            state = replace(state, epoch=before.epoch + 1)
        _, norm, rate, _ = report.curves[:, -1]
        return Report(state, np.array([[loss], [norm], [rate], [seconds]]), report.ended)


@final
@dataclass(frozen=True)
class _Held(Schedule):
    """One factor for all updates of an epoch."""

    value: float

    latex = r"f_k = f"
    source = "a schedule that changes once an epoch"

    @property
    def unit(self) -> Unit:
        """Updates, which make no difference."""
        return "update"

    def factor(self, step: int) -> float:
        """The factor of the epoch."""
        return self.value


def _rows(X: Array) -> int:
    return max(_NUMBERS // max(X.shape[1], 1), 1)


def _parts(data: Data) -> Iterator[Data]:
    rows = _rows(data.X)
    for start in range(0, data.n, rows):
        yield data.dense(slice(start, start + rows))


def _divisor(objective: Objective, y: Array, sample_weight: Array | None) -> float:
    """What rows' loss counts: their weight for a mean, 1 for a sum."""
    if objective.loss.reduction == "sum":
        return 1.0
    return float(len(y) if sample_weight is None else sample_weight.sum())
