"""The Poisson loss."""

from typing import final

import numpy as np

from ..domain import NON_NEGATIVE, POSITIVE
from ..typing import Array
from .base import ElementwiseLoss


def y_log_y(y: Array) -> Array:
    """y log y, 0 at y = 0."""
    return y * np.log(np.where(y > 0, y, 1.0))


@final
class Poisson(ElementwiseLoss):
    """a - y + y log(y / a), derivative 1 - y / a: half the deviance of a Poisson count y of rate a.

    Zero at a = y. Outputs below the type's epsilon (2.2e-16 in float64) are taken as it, so that
    the logarithm stays finite.
    """

    latex = r"a - y + y \ln \frac{y}{a}"
    latex_derivative = r"1 - \frac{y}{a}"
    source = "Nelder & Wedderburn 1972"
    domain = POSITIVE
    targets = NON_NEGATIVE

    def term(self, a: Array, y: Array) -> Array:
        """a - y + y log(y / a)."""
        a = np.maximum(a, np.finfo(a.dtype).eps)
        return a - y + y_log_y(y) - y * np.log(a)

    def derivative(self, a: Array, y: Array) -> Array:
        """1 - y / a."""
        return 1.0 - y / np.maximum(a, np.finfo(a.dtype).eps)

    def latex_at(self, y: float) -> str:
        """a alone for a count of 0, where y log(y) is taken as 0."""
        return self.latex if y else "a"
