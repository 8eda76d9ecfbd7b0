"""The learning-rate range test."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ..engines import choose_engine
from ..errors import InvalidTypeError, require, require_integer, require_number, shown
from ..losses import Loss
from ..network import Network
from ..objective import Objective
from ..optimizers import OPTIMIZERS, ElementwiseOptimizer, Optimizer
from ..parameters import as_parameters
from ..plan import Data, Plan, State
from ..random import check_seed
from ..typing import Array, ArrayLike

_SMOOTHING = 0.9
_TOO_HIGH = 4.0
"""The test ends when the smoothed loss is this many times its lowest value."""


@dataclass(frozen=True)
class LearningRateRange:
    """The loss while the learning rate grows with every update.

    Attributes
    ----------
    learning_rates : ndarray, shape (k,)
        The learning rate of each update.
    losses : ndarray, shape (k,)
        The loss of its batch, taken before it.
    smoothed : ndarray, shape (k,)
        Their exponential moving average (0.9), corrected for its start; for full batches the
        losses themselves.
    """

    learning_rates: Array
    losses: Array
    smoothed: Array

    def __repr__(self) -> str:
        rates = self.learning_rates
        return (
            f"LearningRateRange(suggestion={self.suggestion:.3g}, lowest={self.lowest:.3g}, "
            f"{len(rates)} updates with learning rates from {rates[0]:.3g} to {rates[-1]:.3g})"
        )

    @property
    def lowest(self) -> float:
        """The learning rate at the lowest smoothed loss: beyond it, training gets worse."""
        return float(self.learning_rates[int(np.argmin(self.smoothed))])

    @property
    def suggestion(self) -> float:
        """A tenth of `lowest`: a rule of thumb that keeps well below the limit."""
        return self.lowest / 10.0


def learning_rate_finder(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss,
    optimizer: str | Optimizer = "sgd",
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 200,
    batch_size: int | Literal["full"] = 32,
    initial: Any = None,
    seed: int | None = None,
) -> LearningRateRange:
    """Train for a moment with a learning rate that grows from low to high.

    While it is too small the loss stays; then it falls; then it climbs and the test ends. A good
    learning rate lies where it falls, well below the one at the lowest point.

    Parameters
    ----------
    network : Network
    X : array_like, shape (n, n_in)
        The inputs.
    y : array_like, shape (n, n_out), or (n,) for one output
        The targets.
    loss : str or Loss
        What is minimised.
    optimizer : str or Optimizer, default "sgd"
        The rule for each step; its own learning rate is not used.
    low, high : float, default 1e-6 and 10
        The first and the last learning rate; in between they grow by a constant factor.
    steps : int, default 200
        How many updates.
    batch_size : int or "full", default 32
        Rows of one update.
    initial : Parameters, mapping or vector, optional
        Where to start; each layer's initializer by default.
    seed : int, optional
        Decides initial parameters, batches and masks.

    Returns
    -------
    LearningRateRange

    Raises
    ------
    ChainruleError
        If something given is wrong.

    Notes
    -----
    Smith 2017, "Cyclical learning rates for training neural networks"; a tenth: Howard & Gugger
    2020.
    """
    require_number("low", low, above=0)
    require_number("high", high, above=0)
    require(low < high, "low", low, f"be < high (={shown(high)})")
    require_integer("steps", steps, at_least=2)
    optimizer = OPTIMIZERS.get_object(optimizer)
    if not isinstance(optimizer, ElementwiseOptimizer):
        raise InvalidTypeError(
            f"optimizer (={shown(optimizer)}) must have a learning rate; "
            f"{type(optimizer).__name__} has none"
        )
    objective = Objective(network, loss)
    data = Data.check(objective, X, y)
    plan = Plan(
        objective, optimizer, batch_size=batch_size, seed=check_seed(seed), dtype=data.X.dtype
    )
    engine, _ = choose_engine("auto", plan, data)
    start = network.initial_parameters(plan.seed) if initial is None else initial
    state = State.start(plan, as_parameters(network.layout, start, plan.dtype))

    rates = np.geomspace(float(low), float(high), steps)
    losses: list[float] = []
    smoothed: list[float] = []
    average = 0.0
    keep = 0.0 if plan.rows(data.n) == data.n else _SMOOTHING
    for k, rate in enumerate(rates):
        batch = _batch(plan, data, k)
        one = replace(
            plan, optimizer=replace(optimizer, learning_rate=float(rate)), batch_size="full",
            shuffle=False,
        )  # fmt: skip
        report = engine.session(one, batch).advance(state, epochs=1)
        if report.ended != "done":
            break
        state = report.state
        losses.append(float(report.losses[0]))
        average = keep * average + (1.0 - keep) * losses[-1]
        smoothed.append(average / (1.0 - keep ** (k + 1)))
        if k > 0 and smoothed[-1] > _TOO_HIGH * min(smoothed):
            break
    require(bool(losses), "low", low, "leave the loss finite; it diverged in the first update")
    return LearningRateRange(rates[: len(losses)], np.array(losses), np.array(smoothed))


def _batch(plan: Plan, data: Data, update: int) -> Data:
    """The batch of an update, in the plan's own random order."""
    epoch, number = divmod(update, plan.n_batches(data.n))
    order = plan.epoch_order(epoch, data.n)
    rows = plan.rows(data.n)
    index = slice(number * rows, (number + 1) * rows)
    chosen = index if order is None else order[index]
    return Data(data.X[chosen], data.y[chosen])
