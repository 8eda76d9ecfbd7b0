"""The Huber loss."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..errors import require_number
from ..typing import Array
from .base import ElementwiseLoss


@final
@dataclass(frozen=True)
class Huber(ElementwiseLoss):
    """d^2 / 2 where abs(d) <= delta, else delta (abs(d) - delta / 2), with d = a - y.

    Squares small errors, takes large ones as they are, so that an outlier cannot pull harder than
    delta.

    Parameters
    ----------
    delta : float, default 1
        Where the parabola becomes a straight line, in the units of y.
    """

    delta: float = 1.0

    latex = (
        r"\begin{cases} \tfrac12 (a - y)^2 & |a - y| \le \delta \\"
        r" \delta\,(|a - y| - \tfrac12 \delta) & |a - y| > \delta \end{cases}"
    )
    latex_derivative = r"\max(-\delta, \min(\delta, a - y))"
    source = "Huber 1964"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("delta", self.delta, above=0)

    def term(self, a: Array, y: Array) -> Array:
        """d^2 / 2 near y, delta (abs(d) - delta / 2) far from it."""
        d = np.abs(a - y)
        return np.where(d <= self.delta, 0.5 * d * d, self.delta * (d - 0.5 * self.delta))

    def derivative(self, a: Array, y: Array) -> Array:
        """d, clipped to -delta..delta."""
        return np.clip(a - y, -self.delta, self.delta)
