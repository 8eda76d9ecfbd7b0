"""How a training on a table is carried out, and what it leaves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from os import cpu_count
from typing import Any

from ..errors import InvalidValueError, require_boolean, require_function, require_number, shown
from ..parameters import Parameters
from ..plan import RowStream
from ..training import Callback, Metric, TrainingResult, TrainingResults, train_many
from ..typing import Array, IntArray
from .deadline import Deadline
from .training_set import TrainingSet


@dataclass(frozen=True)
class Run:
    """How a training is carried out: what does not change what is learned."""

    metric: Metric | None
    callbacks: Sequence[Callback]
    engine: str
    threads: int | None
    checkpoint: Any
    ensemble: bool
    deadline: Deadline | None
    train_many: Callable[..., TrainingResults]

    @property
    def n_threads(self) -> int:
        """How many there may be."""
        return self.threads or cpu_count() or 1

    @staticmethod
    def check(
        data: TrainingSet,
        metric: Metric | None,
        callbacks: Sequence[Callback],
        engine: str,
        threads: int | None,
        checkpoint: Any,
        ensemble: bool,
        time_limit: float | None,
        elsewhere: Callable[..., TrainingResults] | None = None,
    ) -> "Run":
        """The options, where they fit the training set."""
        require_boolean("ensemble", ensemble)
        if ensemble and not data.folds:
            raise InvalidValueError("ensemble (=True) needs folds, such as folds=8")
        if time_limit is not None:
            require_number("time_limit", time_limit, above=0)
            if isinstance(data.X, RowStream):
                raise InvalidValueError(
                    f"time_limit (={time_limit:g}) must be None for a table that is read piece by "
                    "piece: give epochs"
                )
        if checkpoint is not None and data.folds:
            raise InvalidValueError(
                f"checkpoint (={shown(checkpoint)}) must be None where rows are cut into folds "
                f"({data.folds} here): give folds=0"
            )
        deadline = None if time_limit is None else Deadline.starts_now(float(time_limit))
        if elsewhere is not None:
            require_function("train_many", elsewhere, "what `chainrule.train_many` takes")
            if deadline is not None:
                raise InvalidValueError(
                    f"time_limit (={time_limit:g}) must be None where others train (train_many, "
                    "a client or --cluster): what is planned is the time of this machine"
                )
        many = elsewhere or partial(train_many, threads=threads)
        return Run(metric, callbacks, engine, threads, checkpoint, ensemble, deadline, many)


@dataclass(frozen=True)
class HeldOutRows:
    """What networks that had not learned from some rows say of them.

    Attributes
    ----------
    rows : ndarray of int, shape (n,)
        Their numbers in the table, from 0.
    labels : ndarray of int, shape (n,)
        The class of each, by its place in `ClassTarget.labels`.
    a : ndarray, shape (n, n_classes)
        The probabilities, before they were calibrated.
    """

    rows: IntArray
    labels: IntArray
    a: Array


@dataclass(frozen=True)
class Learned:
    """What was learned.

    Attributes
    ----------
    members : tuple of Parameters
        Of one network, or of each of those whose predictions are averaged.
    result : TrainingResult
        The training of the first one; where it was fitted again, the one before, which says when
        to stop.
    temperature : float
        What its z were divided by.
    residuals : ndarray or None
        Absolute errors, in the target's unit, of rows not learned from, in ascending order.
    held_out : HeldOutRows or None
        Of classes the rows not learned from.
    refitted_for : int
        The epochs for which all rows were learned from after it was clear how many are best; 0 if
        there was no such fit.
    """

    members: tuple[Parameters, ...]
    result: TrainingResult
    temperature: float = 1.0
    residuals: Array | None = None
    held_out: HeldOutRows | None = None
    refitted_for: int = 0

    @property
    def facts(self) -> dict[str, Any]:
        """What the summary says of them."""
        return {
            "members": len(self.members),
            "temperature": self.temperature,
            "refitted_for": self.refitted_for,
        }
