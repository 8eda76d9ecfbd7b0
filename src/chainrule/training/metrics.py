"""Metrics: how good predictions are, in numbers that people compare."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..registry import Registry
from ..typing import Array

Score = Callable[[Array, Array, Array], float]


@dataclass(frozen=True)
class Metric:
    """A number that says how well outputs a fit targets y, both of shape (n, n_out).

    Classes are one-hot rows of y, or a single column: 0 and 1, or -1 and 1. The predicted class is
    the largest output, or whether the single one is nearer to the upper label.

    Parameters
    ----------
    name : str
        What it is called in a history.
    function : callable
        ``function(a, y, weights)`` with weights of shape (n,), returns a float.
    greater_is_better : bool
        Which way is up.
    """

    name: str
    function: Score
    greater_is_better: bool

    def __call__(self, a: Array, y: Array, sample_weight: Array | None = None) -> float:
        """The metric of outputs a and targets y."""
        weights = np.ones(len(y)) if sample_weight is None else sample_weight
        return float(self.function(a, y, np.asarray(weights, dtype=np.float64)))


def classes_of(values: Array, y: Array) -> Any:
    """The class number of every row of outputs or targets."""
    if y.shape[1] > 1:
        return values.argmax(axis=1)
    threshold = 0.0 if y.min() < 0 else 0.5
    return (values[:, 0] >= threshold).astype(np.int64)


def confusion(a: Array, y: Array, weights: Array) -> Array:
    """The weight of samples by true class (rows) and predicted class (columns)."""
    n = max(y.shape[1], 2)
    table = np.zeros((n, n))
    np.add.at(table, (classes_of(y, y), classes_of(a, y)), weights)
    return table


def _accuracy(a: Array, y: Array, w: Array) -> float:
    return float(np.average(classes_of(a, y) == classes_of(y, y), weights=w))


def _balanced_accuracy(a: Array, y: Array, w: Array) -> float:
    table = confusion(a, y, w)
    there = table.sum(axis=1) > 0
    return float(np.mean(np.diag(table)[there] / table.sum(axis=1)[there]))


def _f1(a: Array, y: Array, w: Array) -> float:
    # F1 = 2 TP / (2 TP + FP + FN), averaged over the classes that occur.
    table = confusion(a, y, w)
    hits, total = np.diag(table), table.sum(axis=0) + table.sum(axis=1)
    there = total > 0
    return float(np.mean(2.0 * hits[there] / total[there]))


def _log_loss(a: Array, y: Array, w: Array) -> float:
    eps = float(np.finfo(a.dtype).eps)
    if y.shape[1] > 1:
        return float(np.average(-(y * np.log(np.maximum(a, eps))).sum(axis=1), weights=w))
    p = np.clip(a, eps, 1.0 - eps)
    losses = -y * np.log(p) - (1.0 - y) * np.log1p(-p)
    return float(np.average(losses[:, 0], weights=w))


def _mean_squared_error(a: Array, y: Array, w: Array) -> float:
    return float(np.average(((a - y) ** 2).mean(axis=1), weights=w))


def _root_mean_squared_error(a: Array, y: Array, w: Array) -> float:
    return float(np.sqrt(_mean_squared_error(a, y, w)))


def _mean_absolute_error(a: Array, y: Array, w: Array) -> float:
    return float(np.average(np.abs(a - y).mean(axis=1), weights=w))


def _r2(a: Array, y: Array, w: Array) -> float:
    # 1 - residual / total variance, each output by itself, then averaged.
    residual = np.average((a - y) ** 2, axis=0, weights=w)
    total = np.average((y - np.average(y, axis=0, weights=w)) ** 2, axis=0, weights=w)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = np.where(total > 0, 1.0 - residual / total, np.where(residual > 0, 0.0, 1.0))
    return float(scores.mean())


METRICS: Registry[Metric] = Registry(
    "metric",
    Metric,
    {
        m.name: m
        for m in (
            Metric("accuracy", _accuracy, greater_is_better=True),
            Metric("balanced_accuracy", _balanced_accuracy, greater_is_better=True),
            Metric("f1", _f1, greater_is_better=True),
            Metric("log_loss", _log_loss, greater_is_better=False),
            Metric("mean_squared_error", _mean_squared_error, greater_is_better=False),
            Metric("root_mean_squared_error", _root_mean_squared_error, greater_is_better=False),
            Metric("mean_absolute_error", _mean_absolute_error, greater_is_better=False),
            Metric("r2", _r2, greater_is_better=True),
        )
    },
    aliases={"mse": "mean_squared_error", "rmse": "root_mean_squared_error"}
    | {"mae": "mean_absolute_error", "f1_macro": "f1"},
)
