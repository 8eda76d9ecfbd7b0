"""A linear equation to be solved: the smallest thing that can be learned."""

from typing import final

import numpy as np

from ..errors import DataError, InvalidValueError, ShapeError, require_number, shown
from ..typing import Array, ArrayLike, float_array


@final
class LinearEquation:
    """c . p = target, with the error e(p) = c . p - target, the left side less the right.

    A neuron with the inputs c, the weights p and no bias has the same error for the same target.

    Parameters
    ----------
    coefficients : array_like, shape (n,)
        The c, each finite and not 0.
    target : float
        The right side.

    Raises
    ------
    DataError
        If a number is not finite.
    InvalidValueError
        If a coefficient is 0: its unknown would be free.

    Examples
    --------
    >>> from chainrule.gradient_free import LinearEquation
    >>> equation = LinearEquation([256, 212], 1492)
    >>> equation.error([5, 1])
    0.0
    >>> print(equation.nearest_solution([0, 0]))
    [3.45720492 2.86299783]
    """

    def __init__(self, coefficients: ArrayLike, target: float) -> None:
        self.coefficients: Array = np.atleast_1d(
            float_array("coefficients", coefficients, np.float64)
        )
        require_number("target", target)
        self.target = float(target)
        if self.coefficients.ndim != 1:
            raise ShapeError(
                f"coefficients has the shape {self.coefficients.shape}, but must be a vector"
            )
        if not np.isfinite(self.coefficients).all():
            raise DataError(f"coefficients (={shown(coefficients)}) must be finite")
        if not self.coefficients.all():
            raise InvalidValueError(f"coefficients (={shown(coefficients)}) must not contain 0")

    @property
    def n(self) -> int:
        """The number of unknowns."""
        return len(self.coefficients)

    def check_point(self, name: str, point: ArrayLike) -> Array:
        """A finite point of shape (n,), as float64; raise if it is none."""
        p = float_array(name, point, np.float64).copy()
        if p.shape != (self.n,):
            raise ShapeError(
                f"{name} has the shape {p.shape}, but the equation has {self.n} unknowns"
            )
        if not np.isfinite(p).all():
            raise DataError(f"{name} (={shown(point)}) must be finite")
        return p

    def errors(self, points: Array) -> Array:
        """e(p) for points of shape (..., n)."""
        return points @ self.coefficients - self.target

    def error(self, point: ArrayLike) -> float:
        """e(p) = c . p - target."""
        return float(self.errors(self.check_point("point", point)))

    def loss(self, point: ArrayLike) -> float:
        """J(p) = e(p)^2 / 2."""
        return 0.5 * self.error(point) ** 2

    def gradient(self, point: ArrayLike) -> Array:
        """dJ/dp = e(p) c."""
        return self.error(point) * self.coefficients

    @property
    def stability_limit(self) -> float:
        """2 / c . c: gradient descent on J diverges from this learning rate on.

        The Hessian c c^T has the one eigenvalue c . c that is not 0, so a step multiplies the
        error by 1 - eta c . c; half the limit solves the equation in one step.
        """
        return 2.0 / float(self.coefficients @ self.coefficients)

    def nearest_solution(self, point: ArrayLike) -> Array:
        """The solution nearest to a point, where gradient descent from there ends."""
        p = self.check_point("point", point)
        nearest: Array = p - self.coefficients * self.error(p) * self.stability_limit / 2.0
        return nearest

    def __repr__(self) -> str:
        return f"LinearEquation({self.coefficients.tolist()}, {self.target!r})"
