"""The formulas of the metrics, of outputs a, targets y and the weights w of the rows.

w_i is the weight of row i and W their sum; k is a class, a label or an output. [x] is 1 where x
holds, else 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InvalidValueError
from ..typing import Array

_ROUNDING = 1e-6
"""How far probabilities of float32 may be from [0, 1], or their sum from 1."""


# --- from outputs to decisions ------------------------------------------------------------------


def exclude_each_other(y: Array) -> bool:
    """Whether the columns of y are classes, of which every row has one, and not labels."""
    if y.shape[1] == 1:
        return True
    if y.min() < 0:
        return bool(((y > 0).sum(axis=1) == 1).all())
    return bool((np.abs(y.sum(axis=1) - 1.0) < _ROUNDING).all())


def classes_of(values: Array, y: Array) -> Any:
    """The class number of every row of outputs or targets, where classes exclude each other."""
    if y.shape[1] > 1:
        return values.argmax(axis=1)
    return _above(values, y)[:, 0].astype(np.int64)


def decisions(values: Array, y: Array) -> Any:
    """Whether each row has each class or label, shape (n, n_classes); a column has two classes."""
    if exclude_each_other(y):
        return classes_of(values, y)[:, None] == np.arange(max(y.shape[1], 2))
    return _above(values, y)


def _above(values: Array, y: Array) -> Any:
    return values > (0.0 if y.min() < 0 else 0.5)


def confusion(a: Array, y: Array, weights: Array) -> Array:
    """The weight of samples by true class (rows) and predicted class (columns)."""
    n = max(y.shape[1], 2)
    table = np.zeros((n, n))
    np.add.at(table, (classes_of(y, y), classes_of(a, y)), weights)
    return table


# --- of decisions -------------------------------------------------------------------------------


def accuracy(a: Array, y: Array, w: Array) -> float:
    """1 / W sum_i w_i [row i is right]: its class, or every one of its labels."""
    right = (decisions(a, y) == decisions(y, y)).all(axis=1)
    return float(np.average(right, weights=w))


def balanced_accuracy(a: Array, y: Array, w: Array) -> float:
    """The mean of the recalls of the classes that occur in y."""
    if not exclude_each_other(y):
        raise InvalidValueError(
            "it is of classes, but rows of y have several labels or none; take recall_macro"
        )
    table = confusion(a, y, w)
    there = table.sum(axis=1) > 0
    return float(np.mean(np.diag(table)[there] / table.sum(axis=1)[there]))


def precision(tp: Array, fp: Array, fn: Array) -> Array:
    """TP / (TP + FP): the share of the predicted ones that are right."""
    return _ratio(tp, tp + fp)


def recall(tp: Array, fp: Array, fn: Array) -> Array:
    """TP / (TP + FN): the share of the true ones that are found."""
    return _ratio(tp, tp + fn)


def f1(tp: Array, fp: Array, fn: Array) -> Array:
    """2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall."""
    return _ratio(2.0 * tp, 2.0 * tp + fp + fn)


def _ratio(part: Array, whole: Array) -> Array:
    # 0 / 0 is 0, as in scikit-learn.
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


_AVERAGES = {
    "positive": "of the positive class, the second of two",
    "macro": "the mean over the classes that occur in y or are predicted, or over all labels",
    "micro": "from the sums of TP, FP and FN over all classes or labels",
    "weighted": "the mean over classes or labels, by their weight TP + FN in y",
}


@dataclass(frozen=True)
class Averaged:
    """A rate of right and wrong decisions of each class, averaged over the classes.

    Parameters
    ----------
    rate : callable
        Of the weights of true positives, false positives and false negatives.
    average : str
        "positive", "macro", "micro" or "weighted".
    """

    rate: Callable[[Array, Array, Array], Array]
    average: str

    def __post_init__(self) -> None:
        formula = f"{self.rate.__doc__} {_AVERAGES[self.average].capitalize()}."
        object.__setattr__(self, "__doc__", formula)

    def __call__(self, a: Array, y: Array, w: Array) -> float:
        """The rate of outputs a and targets y."""
        exclusive = exclude_each_other(y)
        if self.average == "positive" and not (exclusive and y.shape[1] <= 2):
            name, what = self.rate.__name__, "classes" if exclusive else "labels"
            raise InvalidValueError(
                f"it is of one positive class, but y has {y.shape[1]} {what}; take "
                f"{name}_macro, {name}_micro or {name}_weighted"
            )
        predicted, true = decisions(a, y), decisions(y, y)
        tp = w @ (predicted & true)
        fp, fn = w @ (predicted & ~true), w @ (~predicted & true)
        if self.average == "micro":
            tp, fp, fn = (np.atleast_1d(each.sum()) for each in (tp, fp, fn))
        rates = self.rate(tp, fp, fn)
        if self.average == "positive":
            return float(rates[1])
        if self.average == "weighted":
            return float(_ratio(rates @ (tp + fn), np.atleast_1d((tp + fn).sum()))[0])
        if self.average == "macro" and exclusive:
            rates = rates[(predicted | true).any(axis=0)]
        return float(rates.mean())


# --- of the order of outputs --------------------------------------------------------------------


def roc_auc(a: Array, y: Array, w: Array) -> float:
    """The area under the ROC curve: P(a of a positive row > a of a negative one), ties count 1/2.

    Of the positive class; of several labels, the mean. nan where a label has only one value.
    """
    if exclude_each_other(y) and y.shape[1] > 2:
        raise InvalidValueError(
            f"it is of one positive class, but y has {y.shape[1]} classes; take roc_auc_ovr"
        )
    return float(np.mean([_area(*column, w) for column in _positives(a, y)]))


def roc_auc_ovr(a: Array, y: Array, w: Array) -> float:
    """The area under the ROC curve of each class against the rest: the mean over the classes.

    Classes that no row has, or all rows, are left out.
    """
    areas = np.array([_area(*column, w) for column in _positives(a, y)])
    known = areas[~np.isnan(areas)]
    return float(known.mean()) if len(known) else float("nan")


def average_precision(a: Array, y: Array, w: Array) -> float:
    """sum_j (R_j - R_(j-1)) P_j, precision and recall of the rows with the j largest outputs.

    Rows with equal outputs come together. Of the positive class; of several classes or labels, the
    mean. 0 where there is no positive row.
    """
    return float(np.mean([_step_area(*column, w) for column in _positives(a, y)]))


def _positives(a: Array, y: Array) -> list[tuple[Array, Any]]:
    """The outputs and the truth of each class against the rest; of two classes, the second's."""
    true = decisions(y, y)
    if true.shape[1] == 2 and exclude_each_other(y):
        return [(a[:, -1], true[:, 1])]
    return list(zip(a.T, true.T, strict=True))


def _cumulated(a: Array, true: Any, w: Array) -> tuple[Array, Array]:
    """The weights of true and false positives at each threshold, from the highest output on."""
    order = np.argsort(-a, kind="stable")
    last = np.append(np.flatnonzero(np.diff(a[order])), len(a) - 1)
    hits, all_ = np.cumsum((w * true)[order])[last], np.cumsum(w[order])[last]
    return hits, all_ - hits


def _area(a: Array, true: Any, w: Array) -> float:
    tp, fp = _cumulated(a, true, w)
    positive, negative = w[true].sum(), w[~true].sum()
    if not (positive > 0 and negative > 0):
        return float("nan")
    heights = (tp + np.append(0.0, tp[:-1])) / 2  # trapezoids: a tie counts 1/2
    return float(heights @ np.diff(fp, prepend=0.0) / (positive * negative))


def _step_area(a: Array, true: Any, w: Array) -> float:
    tp, fp = _cumulated(a, true, w)
    if not tp[-1] > 0:
        return 0.0
    return float(_ratio(tp, tp + fp) @ np.diff(tp, prepend=0.0) / tp[-1])


# --- of probabilities ---------------------------------------------------------------------------


def log_loss(a: Array, y: Array, w: Array) -> float:
    """-1 / W sum_i w_i log p_i, p_i the probability that a gives to what row i is.

    For classes, log p_i = sum_k y_ik log a_ik; for a column and for labels that do not exclude
    each other, log p_i = sum_k y_ik log a_ik + (1 - y_ik) log(1 - a_ik). No a is taken to be nearer
    to 0 or 1 than the precision of its type.
    """
    for name, values in (("outputs", a), ("targets", y)):
        if values.min() < -_ROUNDING or values.max() > 1.0 + _ROUNDING:
            raise InvalidValueError(
                f"it is of probabilities, but {name} are from {values.min():g} to "
                f"{values.max():g}; end the network in a softmax or sigmoid"
            )
    eps = float(np.finfo(a.dtype).eps)
    p = np.clip(a, eps, 1.0 - eps)
    losses = -y * np.log(p)
    if y.shape[1] == 1 or not exclude_each_other(y):
        losses -= (1.0 - y) * np.log1p(-p)
    return float(np.average(losses.sum(axis=1), weights=w))


# --- of numbers ---------------------------------------------------------------------------------


def mean_squared_error(a: Array, y: Array, w: Array) -> float:
    """1 / W sum_i w_i (a_ik - y_ik)^2, averaged over the outputs k."""
    return float(np.average((a - y) ** 2, axis=0, weights=w).mean())


def root_mean_squared_error(a: Array, y: Array, w: Array) -> float:
    """sqrt(1 / W sum_i w_i (a_ik - y_ik)^2), averaged over the outputs k."""
    return float(np.sqrt(np.average((a - y) ** 2, axis=0, weights=w)).mean())


def mean_absolute_error(a: Array, y: Array, w: Array) -> float:
    """1 / W sum_i w_i |a_ik - y_ik|, averaged over the outputs k."""
    return float(np.average(np.abs(a - y).mean(axis=1), weights=w))


def mean_absolute_percentage_error(a: Array, y: Array, w: Array) -> float:
    """1 / W sum_i w_i |a_ik - y_ik| / |y_ik|, averaged over the outputs k: 0.1 is 10 %.

    |y_ik| is taken to be at least 2.2e-16, so that targets of 0 make it huge.
    """
    floor = np.finfo(np.float64).eps
    return float(np.average((np.abs(a - y) / np.maximum(np.abs(y), floor)).mean(axis=1), weights=w))


def r2(a: Array, y: Array, w: Array) -> float:
    """1 - sum_i w_i (a_ik - y_ik)^2 / sum_i w_i (y_ik - mean_k)^2, averaged over the outputs k.

    Where the targets of an output are all equal, 1 if every prediction is right, else 0. nan for
    fewer than two rows, which have no variance.
    """
    if len(y) < 2:
        return float("nan")
    residual = np.average((a - y) ** 2, axis=0, weights=w)
    total = np.average((y - np.average(y, axis=0, weights=w)) ** 2, axis=0, weights=w)
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(total > 0, 1.0 - residual / total, np.where(residual > 0, 0.0, 1.0))
    return float(each.mean())
