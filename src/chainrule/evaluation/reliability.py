"""Whether probabilities say how often they are right, and quantities how large they are."""

from dataclasses import dataclass

import numpy as np

from ..typing import Array


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


def reliability(predicted: Array, observed: Array, bins: int = 10) -> list[ReliabilityBin]:
    """Rows sorted by the prediction and cut into bins of about the same size.

    Equal predictions stay together. A model is calibrated where the two means of each bin agree;
    with bins of equal size each is known about as well (Nguyen & O'Connor 2015).

    Parameters
    ----------
    predicted, observed : ndarray, shape (n,)
        Probabilities and 0 or 1, or two quantities.
    bins : int, default 10
        At most; there are fewer where rows are few or predictions equal.
    """
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


def calibration_error(found: list[ReliabilityBin]) -> float:
    """sum_b n_b / n |predicted_b - observed_b|: the expected calibration error."""
    n = sum(one.n_rows for one in found)
    return sum(one.n_rows * abs(one.predicted - one.observed) for one in found) / n
