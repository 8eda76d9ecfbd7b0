"""How the states of several shards become one: the mathematics of a round."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..errors import require_integer, require_number
from ..parameters import Parameters
from ..plan import State
from ..typing import Array


@dataclass(frozen=True)
class Averaging:
    """How a fit is shared out: shards, the updates of a round, and the step between rounds.

    In a round every shard goes on from the common state for some updates. With x the common
    parameters, x_s those of shard s after the round and d = mean_s (x_s - x),

        v <- beta v + d,    x <- x + alpha (d + beta v),

    which is the mean of the shards for alpha = 1 and beta = 0. The optimizer's state becomes the
    mean of theirs. A round on one shard is that shard's training, to the bit.

    Parameters
    ----------
    shards : int
        Parts of the rows. They belong to the plan: the number of workers changes no bit.
    batch_size : int
        Rows of a shard's update.
    updates : int
        Updates of a shard between two averages.
    learning_rate_factor : float, default 1
        What the plan's learning rate is multiplied by on a shard.
    outer_momentum, outer_rate : float, default 0 and 1
        beta and alpha.
    first : int, default all
        The shards of the first round; each further round of the first epoch takes twice as many.

    Notes
    -----
    Stich 2019, Local SGD converges fast and communicates little; Lin et al. 2020, Don't use large
    mini-batches, use local SGD (post-local); Wang et al. 2020, SlowMo; Douillard et al. 2023,
    DiLoCo (the form with Nesterov's momentum).
    """

    shards: int
    batch_size: int
    updates: int
    learning_rate_factor: float = 1.0
    outer_momentum: float = 0.0
    outer_rate: float = 1.0
    first: int = 2**31

    def __post_init__(self) -> None:
        for name in ("shards", "batch_size", "updates", "first"):
            require_integer(name, getattr(self, name), at_least=1)
        require_number("learning_rate_factor", self.learning_rate_factor, above=0)
        require_number("outer_momentum", self.outer_momentum, at_least=0, below=1)
        require_number("outer_rate", self.outer_rate, above=0)

    def participants(self, epoch: int, done: int, waiting: Sequence[int]) -> list[int]:
        """The shards of a round, of those whose epoch is not over; `done` rounds of it are."""
        if epoch > 0:
            return list(waiting)
        most = self.first << min(done, 40)
        return [s for s in waiting if s < most] or list(waiting)


@dataclass(frozen=True)
class Place:
    """Where a shard stands in its epoch: sums over the batches that are done.

    Parameters
    ----------
    batch : int
        How many are done.
    loss, weight : float
        The sum of their losses, each times its weight, and that of the weights. Once the epoch is
        over the mean loss, and the weight of all rows.
    gradient_norm, rate, seconds : float
        The norm and the learning rate of the last update, and the time of all.
    over : bool
        Whether the epoch is.
    """

    batch: int = 0
    loss: float = 0.0
    weight: float = 0.0
    gradient_norm: float = float("nan")
    rate: float = float("nan")
    seconds: float = 0.0
    over: bool = False


@dataclass
class Contribution:
    """What one shard, or several, add to a round."""

    total: Array
    """The sum of x_s - x, and below it those of the optimizers' states; float64."""
    places: dict[int, Place]
    updates: int
    diverged: bool
    alone: tuple[Array, Array] | None = field(default=None, repr=False)
    """Parameters and optimizer state of the only shard."""


def added(parts: list[Contribution]) -> Contribution:
    """Several contributions as one: sums in their order."""
    if len(parts) == 1:
        return parts[0]
    total = parts[0].total.copy()
    places = dict(parts[0].places)
    with np.errstate(all="ignore"):  # of a shard that diverges
        for part in parts[1:]:
            total += part.total
            places |= part.places
    return Contribution(
        total, places, max(p.updates for p in parts), any(p.diverged for p in parts)
    )


def averaged(
    averaging: Averaging, state: State, sums: Contribution, velocity: Array
) -> tuple[State, Array]:
    """The common state after a round, and the velocity v of the step between rounds."""
    layout, dtype = state.parameters.layout, state.parameters.vector.dtype
    if sums.alone is not None:
        vector, memory = sums.alone
    else:
        with np.errstate(all="ignore"):
            mean = sums.total / len(sums.places)
            step = mean[0]
            beta, alpha = averaging.outer_momentum, averaging.outer_rate
            if beta or alpha != 1.0:
                velocity = beta * velocity + step
                step = np.where(layout.trainable, alpha * (step + beta * velocity), step)
            vector = (state.parameters.vector + step).astype(dtype)
            memory = mean[1:].astype(dtype)
    update = state.update + sums.updates
    new = State(
        Parameters(layout, vector), memory, update, state.epoch, None, state.rules, state.optimizer
    )
    return new, velocity


def epoch_curves(places: dict[int, Place], *, summed: bool) -> tuple[float, float, float]:
    """The loss, the norm of the last gradients and the learning rate of an epoch of all shards."""
    ordered = [places[s] for s in sorted(places)]
    if len(ordered) == 1:
        return ordered[0].loss, ordered[0].gradient_norm, ordered[0].rate
    losses = np.array([p.loss for p in ordered])
    weights = np.array([p.weight for p in ordered])
    norms = np.array([p.gradient_norm for p in ordered])
    total = weights.sum()
    loss = losses.sum() if summed else (losses * weights).sum() / (total if total else 1.0)
    return float(loss), float(np.sqrt((norms**2).mean())), ordered[0].rate


def no_velocity(state: State) -> Array:
    """v before the first round."""
    return np.zeros(state.parameters.vector.shape, np.float64)
