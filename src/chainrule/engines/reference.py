"""The reference engine: NumPy, the readable definition of what every engine computes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import perf_counter
from typing import final

import numpy as np

from ..backprop import forward, training_pass, value_and_gradient
from ..losses import weighted_total
from ..network import Network
from ..objective import Objective
from ..optimizers import ElementwiseOptimizer
from ..parameters import Parameters
from ..plan import Data, Plan, State
from ..random import Key
from ..typing import Array
from .base import Ended, Report

_ROWS = 4096
"""Rows that are predicted at once, so that memory does not grow with the table."""


@final
class ReferenceEngine:
    """Runs everything, one NumPy operation after the other."""

    name = "reference"
    watches = False

    def why_not(self, plan: Plan, data: Data) -> str:
        """Only optimizers that work element by element run here."""
        if isinstance(plan.optimizer, ElementwiseOptimizer):
            return ""
        return f"{type(plan.optimizer).__name__} is no elementwise optimizer"

    def value_and_gradient(
        self,
        objective: Objective,
        parameters: Parameters,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
        key: Key | None = None,
    ) -> tuple[float, Parameters]:
        """As `chainrule.value_and_gradient`."""
        return value_and_gradient(objective, parameters, X, y, sample_weight, key)

    def value(
        self,
        objective: Objective,
        parameters: Parameters,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
    ) -> float:
        """The loss at evaluation, without the penalties."""
        fused = objective.canonical
        losses = np.empty(len(X), dtype=X.dtype)
        for s in range(0, len(X), _ROWS):
            rows = slice(s, s + _ROWS)
            a, caches = forward(objective.network, parameters, X[rows])
            if fused is not None:
                losses[rows] = fused.value(caches[-1].z, y[rows])
            else:
                losses[rows] = objective.loss.value(a, y[rows])
        return weighted_total(losses, sample_weight, objective.loss.reduction)[0]

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """A function from X to the outputs."""
        parameters = parameters.copy()

        def predict(X: Array) -> Array:
            X = network.check_input(X, parameters.vector.dtype)
            a = np.empty((len(X), network.n_out), dtype=X.dtype)
            for s in range(0, len(X), _ROWS):
                a[s : s + _ROWS], _ = forward(network, parameters, X[s : s + _ROWS])
            return a

        return predict

    def advance(self, plan: Plan, state: State, data: Data, epochs: int) -> Report:
        """Train for whole epochs, batch by batch."""
        records: list[tuple[float, float, float, float]] = []
        ended: Ended = "done"
        rates = plan.learning_rates(state.update, state.epoch, data.n, epochs)
        first = state.epoch
        try:
            with np.errstate(all="ignore"):
                while len(records) < epochs and ended == "done":
                    k, start, before = len(records), perf_counter(), state
                    loss = norm = weight = 0.0
                    for b, batch in enumerate(batches(plan, first + k, data)):
                        state, value, norm = _update(plan, state, batch, float(rates[k, b]))
                        share = _share(plan.objective, batch)
                        loss, weight = loss + value * share, weight + share
                    if plan.objective.loss.reduction == "mean":
                        loss /= weight or 1.0
                    if not (np.isfinite(loss) and np.isfinite(state.parameters.vector).all()):
                        state, ended, loss = before, "diverged", np.nan
                    # An epoch counts from here on, whenever an interrupt comes.
                    records.append((loss, norm, float(rates[k, -1]), perf_counter() - start))
        except KeyboardInterrupt:
            ended = "interrupted"
        state.epoch = first + len(records) - (ended == "diverged")
        return Report(state, np.array(records, dtype=np.float64).reshape(-1, 4).T, ended)


def batches(plan: Plan, epoch: int, data: Data) -> Iterator[Data]:
    """The batches of an epoch, in their order."""
    order = plan.epoch_order(epoch, data.n)
    rows = plan.rows(data.n)
    w = data.sample_weight
    for start in range(0, data.n, rows):
        part = slice(start, start + rows)
        index = part if order is None else order[part]
        yield Data(data.X[index], data.y[index], None if w is None else w[index])


def _share(objective: Objective, batch: Data) -> float:
    """What a batch's loss counts in the epoch's: its weight for a mean, 1 for a sum."""
    if objective.loss.reduction == "sum":
        return 1.0
    return float(batch.n if batch.sample_weight is None else batch.sample_weight.sum())


def _update(plan: Plan, state: State, batch: Data, rate: float) -> tuple[State, float, float]:
    """One update: the new state, the batch's loss before it, the norm of its gradient."""
    parameters = state.parameters
    key = Key(plan.seed, state.update, 0)
    value, gradient, statistics = training_pass(
        plan.objective, parameters, batch.X, batch.y, batch.sample_weight, key
    )

    p, slots, norm = apply_gradient(plan, state, gradient.vector, rate)
    new = Parameters(parameters.layout, p)
    for name, array in statistics.items():
        new[name] = array
    return replace(state, parameters=new, slots=slots, update=state.update + 1), value, norm


def apply_gradient(
    plan: Plan, state: State, gradient: Array, rate: float
) -> tuple[Array, Array, float]:
    """What one update makes of the parameters and the slots, and the gradient's norm before it.

    Clipping, weight decay, the optimizer's own rule, and nothing for what is not trainable.
    """
    optimizer = plan.optimizer
    assert isinstance(optimizer, ElementwiseOptimizer)
    layout = state.parameters.layout
    g = gradient
    all_trainable = bool(layout.trainable.all())
    norm = float(np.linalg.norm(g if all_trainable else g[layout.trainable]))
    if plan.clip_norm is not None and norm > plan.clip_norm:
        g = g * (plan.clip_norm / norm)

    p = state.parameters.vector
    factor = layout.learning_rate_factor
    rates = rate if (factor == 1.0).all() else (rate * factor).astype(p.dtype)
    if optimizer.weight_decay:
        p = np.where(layout.penalised, p * (1.0 - rates * optimizer.weight_decay), p)
    p, slots = optimizer.update(g, state.slots, p, state.update + 1, rates)
    if not all_trainable:
        p = np.where(layout.trainable, p, state.parameters.vector)
        slots = np.where(layout.trainable, slots, state.slots)
    return p, slots, norm
