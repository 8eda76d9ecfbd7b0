"""What is to be done: everything that decides a fit but the numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..errors import (
    InvalidTypeError,
    InvalidValueError,
    require_boolean,
    require_instance,
    require_integer,
    require_number,
    shown,
)
from ..objective import Objective
from ..optimizers import OPTIMIZERS, Optimizer
from ..random import check_seed, permutation
from ..registry import brief
from ..schedules import SCHEDULES, ConstantRate, Schedule
from ..typing import Array, IntArray, float_type

Order = Callable[[int, int], Any]
"""A function of the epoch and the number of rows that returns the order of the rows."""


@dataclass(frozen=True, init=False)
class Plan:
    """How an objective is to be minimised.

    Parameters
    ----------
    objective : Objective
        Network, loss and penalties.
    optimizer : Optimizer or str, default "adam"
    schedule : Schedule or str, default "constant"
        What the optimizer's learning rate is multiplied by as training goes on.
    batch_size : int or "full", default 32
        Rows of one update; the last batch of an epoch has what is left.
    shuffle : bool, default True
        Whether each epoch takes the rows in a new random order.
    seed : int, optional
        Decides initial parameters, orders and masks; a new one by default.
    clip_norm : float, optional
        A gradient with a larger Euclidean norm is scaled down to it (Pascanu, Mikolov & Bengio
        2013).
    dtype : dtype, default float64
        float32 or float64: the type of all numbers.
    order : callable, optional
        ``order(epoch, n)`` gives the order of an epoch's rows, in place of `shuffle`: n row
        numbers, which may repeat.

    Raises
    ------
    InvalidValueError, InvalidTypeError
        If something is out of its range.
    """

    objective: Objective
    optimizer: Optimizer
    schedule: Schedule
    batch_size: int | Literal["full"]
    shuffle: bool
    seed: int
    clip_norm: float | None
    dtype: Any
    order: Order | None

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer | str = "adam",
        schedule: Schedule | str = "constant",
        batch_size: int | Literal["full"] = 32,
        shuffle: bool = True,
        seed: int | None = None,
        clip_norm: float | None = None,
        dtype: Any = np.float64,
        order: Order | None = None,
    ) -> None:
        if type(shuffle) is not bool:
            require_boolean("shuffle", shuffle)
            shuffle = bool(shuffle)
        self.__dict__.update(
            objective=objective,
            optimizer=OPTIMIZERS.get_object(optimizer),
            schedule=SCHEDULES.get_object(schedule),
            batch_size=batch_size,
            shuffle=shuffle,
            seed=check_seed(seed),
            clip_norm=clip_norm,
            dtype=float_type(dtype),
            order=order,
        )
        if type(objective) is not Objective:
            require_instance("objective", objective, Objective, "an Objective")
        if not (isinstance(batch_size, str) and batch_size == "full"):
            if isinstance(batch_size, str):
                raise InvalidValueError(f"batch_size (={shown(batch_size)}) must be >= 1 or 'full'")
            require_integer("batch_size", batch_size, at_least=1)
        if clip_norm is not None:
            require_number("clip_norm", clip_norm, above=0)
        if order is not None and not callable(order):
            raise InvalidTypeError(f"order (={shown(order)}) must be a function of (epoch, n)")

    def __repr__(self) -> str:
        """What differs from the defaults, in a few lines."""
        objective = self.objective
        others = [f"batch_size={self.batch_size!r}", f"seed={self.seed}", np.dtype(self.dtype).name]
        others += ["shuffle=False"] if not self.shuffle else []
        others += [f"clip_norm={self.clip_norm!r}"] if self.clip_norm is not None else []
        others += [f"order={self.order!r}"] if self.order is not None else []
        schedule = [] if isinstance(self.schedule, ConstantRate) else [repr(self.schedule)]
        return (
            f"Plan({objective.network.sizes}: "
            f"{', '.join(map(brief, [objective.loss, *objective.penalties]))};\n     "
            f"{', '.join([brief(self.optimizer), *schedule, *others])})"
        )

    def until(self, epochs: int, n: int) -> "Plan":
        """The plan of a training that ends after that many epochs over n rows."""
        if type(self.schedule) is ConstantRate:
            return self
        steps = {"epoch": 1, "update": self.n_batches(n), "sample": n}[self.schedule.unit]
        schedule = self.schedule.until(epochs * steps)
        return self if schedule is self.schedule else Plan(**{**vars(self), "schedule": schedule})

    def rows(self, n: int) -> int:
        """The rows of a full batch of n."""
        return n if self.batch_size == "full" else min(int(self.batch_size), n)

    def n_batches(self, n: int) -> int:
        """The number of updates in an epoch over n rows."""
        return -(-n // self.rows(n))

    def epoch_order(self, epoch: int, n: int) -> IntArray | None:
        """The order of an epoch's rows, or None for their own."""
        if self.order is not None:
            order = np.ascontiguousarray(self.order(epoch, n), dtype=np.int64)
            if order.ndim != 1 or len(order) == 0 or order.min() < 0 or order.max() >= n:
                raise InvalidValueError(
                    f"order({epoch}, {n}) must return row numbers from 0 to {n - 1}"
                )
            if len(order) != n:
                raise InvalidValueError(
                    f"order({epoch}, {n}) must return {n} rows, not {len(order)}"
                )
            return order
        return permutation(self.seed, epoch, n) if self.shuffle else None

    @property
    def order_seed(self) -> int | None:
        """What decides the order of an epoch's rows; None if they are not shuffled."""
        return self.seed if self.shuffle and self.order is None else None

    @property
    def base_rate(self) -> float:
        """The optimizer's learning rate, before the schedule; 1 where it has none."""
        return float(getattr(self.optimizer, "learning_rate", 1.0))

    def learning_rates(self, update: int, epoch: int, n: int, epochs: int) -> Array:
        """The learning rate of each update of the next epochs, shape (epochs, n_batches)."""
        base = self.base_rate
        shape = (epochs, self.n_batches(n))
        schedule = self.schedule
        if isinstance(schedule, ConstantRate):
            return np.full(shape, base)
        if schedule.unit == "update":
            factors = [schedule.factor(update + k) for k in range(shape[0] * shape[1])]
            return base * np.array(factors, np.float64).reshape(shape)
        per_epoch = n if schedule.unit == "sample" else 1
        factors = [schedule.factor((epoch + k) * per_epoch) for k in range(epochs)]
        return base * np.repeat(np.array(factors, np.float64)[:, None], shape[1], axis=1)
