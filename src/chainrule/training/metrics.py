"""Metrics: how good predictions are, in numbers that people compare."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import (
    DataError,
    InvalidValueError,
    ShapeError,
    as_float,
    require_boolean,
    require_function,
    require_text,
    shown,
)
from ..plan.data import check_weights
from ..registry import Registry
from ..typing import Array, float_array
from . import scores

Score = Callable[[Array, Array, Array], float]


@dataclass(frozen=True)
class Metric:
    """A number that says how well outputs a fit targets y, both of shape (n, n_out).

    Classes are one-hot rows of y, or a single column: 0 and 1, or -1 and 1. The predicted class is
    the largest output, or whether the single one is above the middle of the two labels; a tie goes
    to the first class. Rows of y with several ones or none are labels that do not exclude each
    other: each output is then a decision of its own.

    Parameters
    ----------
    name : str
        What it is called in a history.
    function : callable
        ``function(a, y, weights)`` with weights of shape (n,), returns a float. Its docstring,
        with the formula, becomes that of the metric.
    greater_is_better : bool
        Which way is up.

    Examples
    --------
    >>> from chainrule.training import METRICS
    >>> METRICS["f1"]([0.9, 0.2, 0.6], [1, 0, 0])
    0.6666666666666666
    """

    name: str
    function: Score
    greater_is_better: bool

    def __post_init__(self) -> None:
        require_text("name", self.name)
        require_function("function", self.function, "outputs, targets and weights")
        require_boolean("greater_is_better", self.greater_is_better)
        object.__setattr__(self, "__doc__", self.function.__doc__)

    def __call__(self, a: Any, y: Any, sample_weight: Any = None) -> float:
        """The metric of outputs a and targets y, of shape (n, n_out) or (n,).

        nan if an output is nan.

        Raises
        ------
        ShapeError, DataError, InvalidValueError
            If the shapes do not fit, there are no rows, all weights are 0, or the metric has no
            meaning for such targets; the message says why.
        """
        a, y = (_columns(name, array) for name, array in (("a", a), ("y", y)))
        if a.shape != y.shape:
            raise ShapeError(f"a has the shape {a.shape}, but y has {y.shape}")
        if not a.size:
            raise DataError(f"y has the shape {y.shape}: {self.name} needs rows")
        weights = check_weights(sample_weight, len(y), np.float64)
        if weights is None:
            weights = np.ones(len(y))
        if np.isnan(a).any():
            return float("nan")
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                score = self.function(a, y.astype(np.float64, copy=False), weights)
        except InvalidValueError as error:
            raise type(error)(f"metric {self.name!r}: {error}") from None
        if isinstance(score, bool | np.bool_):
            return float(score)
        return as_float(f"what the function of metric {shown(self.name)} returns", score)


def _columns(name: str, values: Any) -> Array:
    array = float_array(name, values)
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2:
        raise ShapeError(f"{name} has the shape {array.shape}, but must have rows and columns")
    return array


_RISING: dict[str, Score] = {
    "accuracy": scores.accuracy,
    "balanced_accuracy": scores.balanced_accuracy,
    **{
        (rate.__name__ if average == "positive" else f"{rate.__name__}_{average}"): scores.Averaged(
            rate, average
        )
        for rate in (scores.precision, scores.recall, scores.f1)
        for average in ("positive", "macro", "micro", "weighted")
    },
    "roc_auc": scores.roc_auc,
    "roc_auc_ovr": scores.roc_auc_ovr,
    "average_precision": scores.average_precision,
    "r2": scores.r2,
}
_FALLING: dict[str, Score] = {
    f.__name__: f
    for f in (
        scores.log_loss,
        scores.mean_squared_error,
        scores.root_mean_squared_error,
        scores.mean_absolute_error,
        scores.mean_absolute_percentage_error,
    )
}

METRICS: Registry[Metric] = Registry(
    "metric",
    Metric,
    {name: Metric(name, score, greater_is_better=True) for name, score in _RISING.items()}
    | {name: Metric(name, score, greater_is_better=False) for name, score in _FALLING.items()},
    aliases={
        "mse": "mean_squared_error",
        "rmse": "root_mean_squared_error",
        "mae": "mean_absolute_error",
        "mape": "mean_absolute_percentage_error",
    },
)
"""The metrics by name. A name that scikit-learn has, too, means the same number there."""
