"""Whether probabilities say how often they are right, and quantities how large they are."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..errors import InvalidValueError, ShapeError, items_of, require_instance, require_integer
from ..typing import ArrayLike, float_array


@dataclass(frozen=True)
class ReliabilityBin:
    """Rows with similar predictions.

    Attributes
    ----------
    n_rows : int
    predicted : float
        The mean of what was predicted for them.
    observed : float
        The mean of what was true.
    """

    n_rows: int
    predicted: float
    observed: float


def reliability(predicted: ArrayLike, observed: ArrayLike, bins: int = 10) -> list[ReliabilityBin]:
    """Rows sorted by the prediction and cut into bins of about the same size.

    Equal predictions stay together. A model is calibrated where the two means of each bin agree;
    with bins of equal size each is known about as well (Nguyen & O'Connor 2015).

    Parameters
    ----------
    predicted, observed : ndarray, shape (n,)
        Probabilities and 0 or 1, or two quantities.
    bins : int, default 10
        At most; there are fewer where rows are few or predictions equal.

    Examples
    --------
    >>> from chainrule.evaluation import calibration_error, reliability
    >>> found = reliability([0.2, 0.2, 0.9, 0.9], [0, 0, 1, 1], bins=2)
    >>> [(one.predicted, one.observed) for one in found], round(calibration_error(found), 3)
    ([(0.2, 0.0), (0.9, 1.0)], 0.15)
    """
    require_integer("bins", bins, at_least=1, at_most=10**6)
    predicted, observed = float_array("predicted", predicted), float_array("observed", observed)
    if predicted.ndim != 1 or observed.shape != predicted.shape:
        raise ShapeError(
            f"predicted and observed have the shapes {predicted.shape} and {observed.shape}, but "
            "must have one number a row"
        )
    if not len(predicted):
        return []
    order = np.argsort(predicted, kind="stable")
    p, y = predicted[order], observed[order]
    cuts = [len(p) * k // bins for k in range(1, bins)]
    starts = sorted({0, *np.searchsorted(p, p[cuts]).tolist()})
    found = []
    for start, end in zip(starts, [*starts[1:], len(p)], strict=True):
        part = slice(start, end)
        found.append(ReliabilityBin(end - start, float(p[part].mean()), float(y[part].mean())))
    return found


def calibration_error(found: Iterable[ReliabilityBin]) -> float:
    """sum_b n_b / n |predicted_b - observed_b|: the expected calibration error.

    Parameters
    ----------
    found : iterable of ReliabilityBin
        What `reliability` returned; not empty.
    """
    found = items_of("found", found, "what reliability returned")
    for one in found:
        require_instance("found", one, ReliabilityBin, "what reliability returned")
    if not found:
        raise InvalidValueError("found (=()) must hold at least one bin")
    n = sum(one.n_rows for one in found)
    return sum(one.n_rows * abs(one.predicted - one.observed) for one in found) / n
