"""The paths from a weight to the loss with the largest contributions, found exactly.

The derivative of the loss by a weight is a sum over all paths of units between them; a path's
contribution is the product of the local derivatives along it. Since the size of a product is the
product of the sizes, the k largest paths to a unit extend k largest paths to the units before it:
dynamic programming from layer to layer finds them without looking at all of them (Bellman &
Kalaba 1960, On kth best policies).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from ...typing import Array, IntArray


@dataclass(frozen=True)
class Route:
    """One path: the unit it passes after each map, the local derivatives, and their product."""

    units: tuple[int, ...]
    factors: tuple[float, ...]

    @property
    def contribution(self) -> float:
        """The product of the factors."""
        return prod(self.factors)


def largest_paths(start: Array, jacobians: Sequence[Array], end: Array, k: int) -> list[Route]:
    """The k paths with the largest contributions by size, the largest first; none that is 0.

    Parameters
    ----------
    start : ndarray, shape (n_0,)
        The derivative of each unit of the first map by the weight.
    jacobians : sequence of ndarray
        Of each later map, shape (n_out, n_in), or its diagonal.
    end : ndarray, shape (n_last,)
        The derivative of the loss by each unit of the last map.
    k : int
        At most this many.
    """
    best = np.asarray(start, dtype=np.float64)[None, :]  # best[r, j]: the r-th best path to unit j
    origins: list[tuple[IntArray, IntArray] | None] = []
    with np.errstate(all="ignore"):
        for jacobian in jacobians:
            if jacobian.ndim == 1:
                best = best * jacobian
                origins.append(None)
            else:
                best, unit, rank = _extend(best, jacobian, k)
                origins.append((unit, rank))
        best, unit, rank = _extend(best, np.asarray(end)[None, :], k)
    routes = []
    for r in range(best.shape[0]):
        if best[r, 0] != 0 and np.isfinite(best[r, 0]):
            units = _trace(int(unit[r, 0]), int(rank[r, 0]), origins)
            routes.append(Route(tuple(units), _factors(units, start, jacobians, end)))
    return routes


def main_path(
    start: Array, jacobians: Sequence[Array], end: Array, reached: Sequence[int]
) -> Route:
    """The largest path; if all of them carry 0, the one with the fewest factors that are 0.

    `reached` are the units that the weight belongs to, whatever its derivative there.
    """
    routes = largest_paths(start, jacobians, end, 1)
    if routes:
        return routes[0]

    def lifted(array: Array) -> Array:
        return np.where((array == 0) | ~np.isfinite(array), 1e-30, array)

    begin = np.zeros_like(start)
    begin[list(reached)] = lifted(start)[list(reached)]
    route = largest_paths(begin, [lifted(j) for j in jacobians], lifted(end), 1)[0]
    return Route(route.units, _factors(list(route.units), start, jacobians, end))


def count_paths(reached: int, jacobians: Sequence[Array]) -> int:
    """How many paths lead to the loss from a weight that reaches some units of its layer."""
    return reached * prod(len(jacobian) for jacobian in jacobians if jacobian.ndim == 2)


def _extend(best: Array, jacobian: Array, k: int) -> tuple[Array, IntArray, IntArray]:
    """The k best paths to each unit of the next map, the unit they come from, and their rank."""
    n_ranks, n_in = best.shape
    # The k best paths come from the k units whose own best path leads best: no other can.
    leads = np.abs(np.nan_to_num(jacobian * best[0]))
    width = min(k, n_in)
    units = _top(leads, width)  # (n_out, width)
    local = np.take_along_axis(jacobian, units, axis=1)
    candidates = local[:, :, None] * best.T[units]  # (n_out, width, n_ranks)
    candidates = candidates.reshape(len(jacobian), width * n_ranks)
    chosen = _top(np.abs(np.nan_to_num(candidates)), min(k, candidates.shape[1]))
    values = np.take_along_axis(candidates, chosen, axis=1)
    origin = np.take_along_axis(units, chosen // n_ranks, axis=1)
    return values.T, origin.T, (chosen % n_ranks).T


def _top(sizes: Array, k: int) -> IntArray:
    """The places of the k largest numbers of each row, the largest first, the first of equals."""
    if sizes.shape[1] > 8 * k:
        places = np.sort(np.argpartition(-sizes, k - 1, axis=1)[:, :k], axis=1)
    else:
        places = np.broadcast_to(np.arange(sizes.shape[1]), sizes.shape)
    found = np.take_along_axis(sizes, places, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")[:, :k]
    result: IntArray = np.take_along_axis(places, order, axis=1)
    return result


def _trace(unit: int, rank: int, origins: list[tuple[IntArray, IntArray] | None]) -> list[int]:
    units = [unit]
    for origin in reversed(origins):
        if origin is not None:
            unit, rank = int(origin[0][rank, unit]), int(origin[1][rank, unit])
        units.append(unit)
    return units[::-1]


def _factors(
    units: list[int], start: Array, jacobians: Sequence[Array], end: Array
) -> tuple[float, ...]:
    factors = [float(start[units[0]])]
    for jacobian, before, after in zip(jacobians, units[:-1], units[1:], strict=True):
        factors.append(float(jacobian[after] if jacobian.ndim == 1 else jacobian[after, before]))
    return (*factors, float(end[units[-1]]))
