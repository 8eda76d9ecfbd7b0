"""The spread of scores over the rows that they happen to be measured on."""

from collections.abc import Sequence

import numpy as np

from ..random import Purpose, uniform
from ..training import Metric
from ..typing import Array


def resampled(
    metrics: Sequence[Metric],
    a: Array,
    y: Array,
    weights: Array | None,
    resamples: int,
    seed: int,
) -> Array:
    """Each metric of resampled rows, shape (resamples, n_metrics).

    The bootstrap (Efron 1979): a resample has as many rows, drawn with replacement; resample b of a
    seed is always the same one.
    """
    n = len(y)
    found = np.full((resamples, len(metrics)), np.nan)
    if np.isnan(a).any():
        return found
    weights = np.ones(n) if weights is None else weights
    with np.errstate(over="ignore", invalid="ignore"):
        for b in range(resamples):
            rows = (uniform(seed, Purpose.RESAMPLE, b, n) * n).astype(np.int64)
            w = weights[rows]
            if w.any():
                drawn = a[rows], y[rows], w
                # Not `metric(...)`, which would check the rows each time.
                found[b] = [float(metric.function(*drawn)) for metric in metrics]
    return found


def interval(values: Array, level: float) -> tuple[float, float] | tuple[None, None]:
    """The quantiles (1 - level) / 2 and (1 + level) / 2 of the values that are numbers."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None, None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
