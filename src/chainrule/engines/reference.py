"""The reference engine: NumPy, the readable definition of what every engine computes."""

from collections.abc import Callable
from typing import final

import numpy as np

from ..backprop import add_penalties, complete_pass, forward, training_pass
from ..losses import weighted_total
from ..network import Network
from ..objective import Objective
from ..optimizers import ElementwiseOptimizer
from ..parameters import Parameters
from ..plan import Data, Plan, SelectedRows, State
from ..random import Key
from ..typing import Array
from .base import OneAtATime, Updater
from .batches import BatchSession, Update

_ROWS = 4096
"""Rows that are predicted at once, so that memory does not grow with the table."""


@final
class ReferenceEngine(OneAtATime):
    """Runs everything, one NumPy operation after the other."""

    name = "reference"

    def why_not(self, plan: Plan, data: Data) -> str:
        """Only optimizers that work element by element run here."""
        return why_not_elementwise(plan)

    def updater(self, plan: Plan) -> Updater:
        """The plan's update of parameters whose gradient comes from elsewhere."""

        def update(
            state: State, gradient: Array, learning_rate: float, weight: float
        ) -> tuple[Array, Array, float, float]:
            penalty = add_penalties(plan.objective, state.parameters, gradient, weight)
            p, optimizer_state, norm = apply_gradient(plan, state, gradient, learning_rate)
            return p, optimizer_state, penalty, norm

        return update

    def value_and_gradient(
        self, objective: Objective, parameters: Parameters, data: Data, key: Key | None = None
    ) -> tuple[float, Parameters]:
        """As `chainrule.value_and_gradient`."""
        X, y, weights = data.X, data.y, data.sample_weight  # checked; X may be sparse rows
        X = X[:] if isinstance(X, SelectedRows) else X
        value, gradient, _ = complete_pass(objective, parameters, X, y, weights, key)
        return value, gradient

    def value(self, objective: Objective, parameters: Parameters, data: Data) -> float:
        """The loss at evaluation, without the penalties."""
        X, y = data.X, data.y
        from_logits = objective.from_logits
        losses = np.empty(len(X), dtype=X.dtype)
        for s in range(0, len(X), _ROWS):
            rows = slice(s, s + _ROWS)
            a, caches = forward(objective.network, parameters, X[rows])
            if from_logits is not None:
                losses[rows] = from_logits.value(caches[-1].z, y[rows])
            else:
                losses[rows] = objective.loss.value(a, y[rows])
        return weighted_total(losses, data.sample_weight, objective.loss.reduction)[0]

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


@final
class ReferenceSession(BatchSession):
    """Updates as `backprop` and the optimizer define them."""

    def update(self, state: State, batch: Data, learning_rate: float) -> Update:
        """One update of the parameters by the gradient of a batch."""
        plan, parameters = self.plan, state.parameters
        value, gradient, statistics = training_pass(
            plan.objective,
            parameters,
            batch.X,
            batch.y,
            batch.sample_weight,
            Key(plan.seed, state.update, 0),
        )
        p, optimizer_state, norm = apply_gradient(plan, state, gradient.vector, learning_rate)
        new = Parameters(parameters.layout, p)
        for name, array in statistics.items():
            new[name] = array
        return Update(new, optimizer_state, value, norm)


def why_not_elementwise(plan: Plan) -> str:
    """Why a plan's optimizer cannot work element by element, in words, or an empty string."""
    if isinstance(plan.optimizer, ElementwiseOptimizer):
        return ""
    return f"{type(plan.optimizer).__name__} is no elementwise optimizer"


def apply_gradient(
    plan: Plan, state: State, gradient: Array, rate: float
) -> tuple[Array, Array, float]:
    """What one update makes of the parameters and the optimizer's state, and the gradient's norm.

    Clipping, weight decay, the optimizer's own rule, and nothing for what is not trainable. The
    norm is the one before clipping.
    """
    optimizer = plan.optimizer
    assert isinstance(optimizer, ElementwiseOptimizer)
    layout = state.parameters.layout
    g = gradient
    all_trainable = bool(layout.trainable.all())
    # In double precision: squares of float32 numbers overflow from 1.8e19 on.
    norm = float(np.linalg.norm((g if all_trainable else g[layout.trainable]).astype(np.float64)))
    if plan.clip_norm is not None and norm > plan.clip_norm:
        g = g * (plan.clip_norm / norm)

    p = state.parameters.vector
    factor = layout.learning_rate_factor
    rates = rate if (factor == 1.0).all() else (rate * factor).astype(p.dtype)
    if optimizer.weight_decay:
        p = np.where(layout.penalised, p * (1.0 - rates * optimizer.weight_decay), p)
    p, optimizer_state = optimizer.update(g, state.optimizer_state, p, state.update + 1, rates)
    if not all_trainable:
        p = np.where(layout.trainable, p, state.parameters.vector)
        optimizer_state = np.where(layout.trainable, optimizer_state, state.optimizer_state)
    return p, optimizer_state, norm


ReferenceEngine.session_type = ReferenceSession
