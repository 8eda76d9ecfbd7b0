"""The hinge loss."""

from typing import final

import numpy as np

from ..domain import Points
from ..typing import Array
from .base import ElementwiseLoss


@final
class Hinge(ElementwiseLoss):
    """max(0, 1 - y a) for labels y in {-1, 1}: satisfied once a is on y's side by a margin of 1."""

    latex = r"\max(0, 1 - y a)"
    latex_derivative = r"\begin{cases} -y & y a < 1 \\ 0 & y a \ge 1 \end{cases}"
    source = "Cortes & Vapnik 1995"
    targets = Points((-1.0, 1.0))

    def term(self, a: Array, y: Array) -> Array:
        """max(0, 1 - y a)."""
        return np.maximum(1.0 - y * a, 0.0)

    def derivative(self, a: Array, y: Array) -> Array:
        """-y inside the margin; 0 outside and, one of the subgradients, on it."""
        return np.where(y * a < 1.0, -y, 0.0).astype(a.dtype)

    def kinks(self, a: Array, y: Array) -> Array:
        """1 - y a."""
        return 1.0 - y * a
