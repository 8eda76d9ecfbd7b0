"""Gradient descent on any function, with its path."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import (
    DataError,
    InvalidTypeError,
    ShapeError,
    as_float,
    require_function,
    require_integer,
    shown,
)
from ..typing import Array, ArrayLike, float_array
from .base import ElementwiseOptimizer


@dataclass(frozen=True)
class Path:
    """The points that an optimizer visited, shape (steps + 1, n), and the values there."""

    points: Array
    values: Array

    @property
    def end(self) -> Array:
        """The last point."""
        last: Array = self.points[-1]
        return last


def minimize(
    function: Callable[[Array], float],
    gradient: Callable[[Array], ArrayLike],
    start: ArrayLike,
    optimizer: ElementwiseOptimizer,
    steps: int = 100,
) -> Path:
    """Walk downhill from a start and record the path.

    Parameters
    ----------
    function, gradient : callable
        C(p) and dC/dp of a vector p of shape (n,).
    start : array_like, shape (n,)
        Where to begin.
    optimizer : ElementwiseOptimizer
        The rule for each step.
    steps : int, default 100
        How many updates.

    Returns
    -------
    Path
        Every point visited, and the values there.

    Raises
    ------
    InvalidTypeError
        If the optimizer is of another kind, such as L-BFGS.
    DataError
        If the start is not finite.
    ShapeError
        If the gradient's shape is not the start's.

    Examples
    --------
    >>> from chainrule import SGD, minimize
    >>> path = minimize(lambda p: p @ p, lambda p: 2 * p, [5.0, 5.0], SGD(0.1), steps=50)
    >>> bool(path.values[-1] < 1e-6)
    True
    """
    require_integer("steps", steps, at_least=0)
    if not isinstance(optimizer, ElementwiseOptimizer):
        raise InvalidTypeError(
            f"optimizer (={shown(optimizer)}) must be an ElementwiseOptimizer such as SGD(0.1)"
        )
    require_function("function", function, "a vector")
    require_function("gradient", gradient, "a vector")
    p = float_array("start", start, np.float64).copy()
    if p.ndim != 1 or not np.isfinite(p).all():
        raise DataError(f"start (={shown(start)}) must be a vector of finite numbers")
    optimizer_state = optimizer.start(p)

    def value(p: Array) -> float:
        return as_float("what function returns", function(p))

    points, values = [p], [value(p)]
    for t in range(1, steps + 1):
        g = float_array("what gradient returns", gradient(p), np.float64)
        if g.shape != p.shape:
            raise ShapeError(f"gradient returned the shape {g.shape}, but start has {p.shape}")
        if optimizer.weight_decay:
            p = p * (1.0 - optimizer.learning_rate * optimizer.weight_decay)
        p, optimizer_state = optimizer.update(g, optimizer_state, p, t, optimizer.learning_rate)
        points.append(p)
        values.append(value(p))
    return Path(np.array(points), np.array(values))
