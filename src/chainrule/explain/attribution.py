"""What each input adds to an output: integrated gradients and Shapley values.

Both compare a row with a baseline b and share out f(x) - f(b) among the inputs, so that the shares
and f(b) add up to f(x).
"""

from collections.abc import Callable

import numpy as np

from ..random import permutation
from ..typing import Array, IntArray

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_EXACT = 1e-8
"""A piece of the path is halved until it is complete to this part of the outputs' size."""
_HALVINGS, _PIECES = 30, 4096
_CELLS = 1 << 22
"""Rows are evaluated together as long as they have no more numbers than this."""

Function = Callable[[Array], Array]


def integrated_gradients(f: Function, gradient: Function, x: Array, baseline: Array) -> Array:
    """(x_i - b_i) times the integral of df/dx_i along the straight line from b to x.

    The line is cut in pieces, each with eight Gauss-Legendre nodes. A piece is halved until it is
    complete by itself: until its shares add up to the change of f along it (Sundararajan, Taly &
    Yan 2017, proposition 1). So pieces get short only around kinks.

    Parameters
    ----------
    f : callable
        The output for rows, from (n, n_in) to (n,).
    gradient : callable
        Its derivative by the inputs, from (n, n_in) to (n, n_in).
    x, baseline : ndarray, shape (n_in,)
    """
    change = x - baseline
    shares, tolerance = np.zeros_like(x), 0.0
    starts, width, values = np.zeros(1), 1.0, f(np.stack([baseline, x]))
    for halving in range(_HALVINGS + 1):
        at = starts[:, None] + width * (_NODES + 1) / 2
        means = np.zeros((len(starts), len(x)))
        for some in _blocks(len(starts), len(_NODES) * len(x)):
            rows = baseline + at[some].reshape(-1, 1) * change
            found = gradient(rows).reshape(-1, len(_NODES), len(x))
            means[some] = (_WEIGHTS / 2) @ found
        parts = means * (width * change)
        if not halving:
            tolerance = _EXACT * max(float(np.abs(values).max()), float(np.abs(parts).sum()))
        wrong = np.abs(parts.sum(axis=1) - np.diff(values.reshape(-1, 2))[:, 0]) > tolerance
        if halving == _HALVINGS or 2 * wrong.sum() > _PIECES:
            wrong[:] = False
        shares += parts[~wrong].sum(axis=0)
        if not wrong.any():
            break
        width /= 2
        starts = np.stack([starts[wrong], starts[wrong] + width], axis=1).ravel()
        middle = _values(f, baseline + (starts[1::2, None]) * change)
        low, high = values.reshape(-1, 2)[wrong].T
        values = np.stack([low, middle, middle, high], axis=1).ravel()
    return shares


def shapley_values(
    f: Function, x: Array, baseline: Array, group: IntArray, n_permutations: int, seed: int
) -> tuple[Array, Array]:
    """What a group adds to f when it joins the others in random order, on average.

    Groups that have not joined keep the baseline. Permutations come in pairs, each with its
    reverse, which lowers the variance (Castro, Gomez & Tejada 2009; Mitchell et al. 2022); the
    standard error is that of the pairs' means. The shares of every permutation add up to
    f(x) - f(b), and so does their mean. Returns the shares and their standard errors.

    Parameters
    ----------
    f : callable
        The output for rows, from (n, n_in) to (n,).
    x, baseline : ndarray, shape (n_in,)
    group : ndarray of int, shape (n_in,)
        The group of each input, from 0.
    n_permutations : int
        At least 4; an odd number counts as the next even one.
    seed : int
    """
    n = int(group.max()) + 1
    pairs = (n_permutations + 1) // 2
    shares = np.zeros((pairs, n))
    for pair in range(pairs):
        order = permutation(seed, pair, n)
        for joining in (order, order[::-1]):
            rank = np.empty(n, dtype=np.int64)
            rank[joining] = np.arange(n)
            values = [
                f(np.where(rank[group] < np.arange(n + 1)[some, None], x, baseline))
                for some in _blocks(n + 1, len(x))
            ]
            shares[pair, joining] += np.diff(np.concatenate(values)) / 2
    return shares.mean(axis=0), shares.std(axis=0, ddof=1) / np.sqrt(pairs)


def _values(f: Function, rows: Array) -> Array:
    return np.concatenate([f(rows[some]) for some in _blocks(len(rows), rows.shape[1])])


def _blocks(n: int, width: int) -> list[slice]:
    size = max(_CELLS // max(width, 1), 1)
    return [slice(start, start + size) for start in range(0, n, size)]
