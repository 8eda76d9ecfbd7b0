"""What is said of predictions: lower is better, but for the coverage of intervals."""

from typing import Any

import numpy as np

BINS = 15
"""Of the calibration error, as Guo et al. 2017 take them."""


def of_classes(y: Any, predicted: Any, probabilities: Any) -> dict[str, float]:
    """Share of wrong labels, mean -log of the true label's probability, calibration error.

    Probabilities are kept above the float64 epsilon, as scikit-learn's log-loss does; a label that
    training did not have has probability 0.
    """
    P = np.asarray(probabilities, np.float64)
    P = P / _finite(P).sum(axis=1, keepdims=True)
    seen = y < P.shape[1]
    p = np.where(seen, P[np.arange(len(y)), np.where(seen, y, 0)], 0.0)
    smallest = np.finfo(np.float64).eps
    return {
        "error": float(np.mean(np.ravel(predicted) != y)),
        "log_loss": float(-np.log(p.clip(smallest, 1.0)).mean()),
        "calibration_error": calibration_error(y, P),
    }


def calibration_error(y: Any, P: Any) -> float:
    """How far confidence is from accuracy: sum over bins of |right - confidence| / n.

    The confidence is the largest probability of a row; the bins are 15 of equal width, and right
    and confidence are their sums over a bin's rows (Guo et al. 2017).
    """
    confidence, right = P.max(axis=1), P.argmax(axis=1) == y
    bins = np.ceil(confidence * BINS).astype(int).clip(1, BINS)
    return float(np.abs(np.bincount(bins, right - confidence)).sum() / len(y))


def of_numbers(y: Any, predicted: Any) -> dict[str, float]:
    """The root mean squared error in standard deviations of the target: 1 is that of the mean."""
    residuals = _finite(np.ravel(predicted)) - y
    return {"error": float(np.sqrt(np.mean(residuals**2)) / _spread(y))}


def of_intervals(y: Any, low: Any, high: Any) -> dict[str, float]:
    """The share of targets inside, and the mean width in standard deviations of the target."""
    low, high = _finite(np.ravel(low)), _finite(np.ravel(high))
    return {
        "coverage": float(np.mean((low <= y) & (y <= high))),
        "interval_width": float(np.mean(high - low) / _spread(y)),
    }


def _spread(y: Any) -> float:
    if not (spread := float(np.std(y))):
        raise ValueError("the target is the same in all test rows")
    return spread


def _finite(values: Any) -> Any:
    if not np.isfinite(values).all():
        raise ValueError("it predicts numbers that are not finite")
    return values
