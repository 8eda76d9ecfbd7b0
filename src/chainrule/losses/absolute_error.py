"""The absolute error."""

from typing import final

import numpy as np

from ..typing import Array
from .base import ElementwiseLoss


@final
class AbsoluteError(ElementwiseLoss):
    """abs(a - y) for each output, derivative sign(a - y), 0 at a = y: predicts the median."""

    latex = r"|a - y|"
    latex_derivative = r"\operatorname{sign}(a - y)"
    source = "Boscovich 1757; Laplace 1774"

    def term(self, a: Array, y: Array) -> Array:
        """abs(a - y)."""
        return np.abs(a - y)

    def derivative(self, a: Array, y: Array) -> Array:
        """sign(a - y); 0, the middle of the subgradients -1..1, at a = y."""
        return np.sign(a - y)

    def kinks(self, a: Array, y: Array) -> Array:
        """a - y."""
        return a - y
