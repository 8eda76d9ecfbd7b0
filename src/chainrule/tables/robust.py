"""Where numbers lie and how far they spread, whatever a few of them are."""

import numpy as np

from ..typing import Array


def robust_scale(x: Array) -> tuple[float, float]:
    """The median and the spread of numbers, none of them nan, that one huge value does not move."""
    if len(x) == 0:
        return 0.0, 0.0
    low, middle, high = quartiles(x)
    spread = (high - low) / 1.349
    if spread == 0:
        # Half of them are equal: of the others, the nearest tenth may be huge.
        distances = np.abs(x - middle)
        others = distances[distances > 0]
        spread = float(np.median(others)) if len(others) else 0.0
    return middle, spread if np.isfinite(spread) else float(np.finfo(np.float64).max)


def quartiles(x: Array) -> tuple[float, float, float]:
    """What np.quantile gives for 1/4, 1/2 and 3/4: sorting is faster than selecting.

    Between x_k and x_(k+1) of the sorted numbers it is x_k + t (x_(k+1) - x_k).
    """
    ordered = np.sort(x)

    def at(q: float) -> float:
        k, t = divmod(q * (len(x) - 1), 1.0)
        a = float(ordered[int(k)])
        b = float(ordered[min(int(k) + 1, len(x) - 1)])
        return a + (b - a) * t if t < 0.5 else b - (b - a) * (1.0 - t)

    return at(0.25), at(0.5), at(0.75)
