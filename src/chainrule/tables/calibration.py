"""How sure: a temperature for probabilities, and how far off predictions of numbers are."""

import numpy as np

from ..layers import Dense
from ..network import Network
from ..parameters import Parameters
from ..typing import Array

MIN_ROWS = 50
"""Fewer rows say nothing about a temperature."""
_WIDEST = np.log(10.0)
_GOLDEN = (5**0.5 - 1) / 2


def temperature_of(p: Array, y: Array, weights: Array | None = None) -> float:
    """The T for which p^(1/T), divided by its sum, has the least log-loss; 1 for too few rows.

    Parameters
    ----------
    p, y : ndarray, shape (n, n_classes)
        Probabilities of a softmax, and indicators of the classes, of rows not learned from.
    weights : ndarray, shape (n,), optional

    Notes
    -----
    Guo, Pleiss, Sun & Weinberger 2017, On calibration of modern neural networks. ln p is z up to a
    number for each row, so that this divides z by T. The log-loss is convex in 1/T: it is searched
    for by golden sections between 1/10 and 10. As in Platt 1999, each label counts as uncertain as
    n rows leave it, 1 / (n + 2): else T would be 0 where all rows are predicted right.
    """
    if len(p) < MIN_ROWS:
        return 1.0
    w = np.ones(len(p)) if weights is None else weights.astype(np.float64)
    if not w.any():
        return 1.0
    z = np.log(np.maximum(p.astype(np.float64), np.finfo(np.float64).tiny))
    uncertain = 1.0 / (len(p) + 2.0)
    own = (z * (y * (1.0 - uncertain) + uncertain / y.shape[1])).sum(axis=1)

    def loss(log_t: float) -> float:
        t = np.exp(log_t)
        total = np.log(np.exp((z - z.max(axis=1, keepdims=True)) / t).sum(axis=1))
        return float(np.average(total - (own - z.max(axis=1)) / t, weights=w))

    a, b = -_WIDEST, _WIDEST
    c, d = b - _GOLDEN * (b - a), a + _GOLDEN * (b - a)
    at_c, at_d = loss(c), loss(d)
    while b - a > 1e-3:
        if at_c < at_d:
            b, d, at_d = d, c, at_c
            c = b - _GOLDEN * (b - a)
            at_c = loss(c)
        else:
            a, c, at_c = c, d, at_d
            d = a + _GOLDEN * (b - a)
            at_d = loss(d)
    return float(np.exp((a + b) / 2))


def divided_by(network: Network, parameters: Parameters, temperature: float) -> Parameters:
    """The parameters of the same network with z / T before its softmax: W / T and b / T.

    So explanations, exports and files need no word of it.
    """
    last = len(network.layers) - 1
    assert isinstance(network.layers[last], Dense)
    found = parameters.copy()
    for view in found.layout.views:
        if view.layer == last:
            view.of(found.vector)[...] /= temperature
    return found


def conformal_radius(residuals: Array, coverage: float) -> float:
    """The half width of intervals that hold a share of new values.

    The ceil((n + 1) coverage)-th smallest of n absolute residuals of rows that were not learned
    from (Lei et al. 2018, Distribution-free predictive inference for regression); infinite where
    there are too few of them.
    """
    k = int(np.ceil((len(residuals) + 1) * coverage - 1e-9))
    return float(np.sort(residuals)[k - 1]) if k <= len(residuals) else float("inf")
