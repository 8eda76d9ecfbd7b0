"""The logarithm of the hyperbolic cosine."""

from math import log
from typing import final

import numpy as np

from ..typing import Array
from .base import ElementwiseLoss


@final
class LogCosh(ElementwiseLoss):
    """log(cosh(a - y)), derivative tanh(a - y): like Huber's loss, with no corner in any order."""

    latex = r"\ln\cosh(a - y)"
    latex_derivative = r"\tanh(a - y)"
    source = "Green 1990"

    def term(self, a: Array, y: Array) -> Array:
        """abs(d) + log(1 + exp(-2 abs(d))) - log 2 with d = a - y, which cannot overflow."""
        d = np.abs(a - y)
        return d + np.log1p(np.exp(-2.0 * d)) - log(2.0)

    def derivative(self, a: Array, y: Array) -> Array:
        """tanh(a - y)."""
        return np.tanh(a - y)
