"""The cross entropy of independent yes-or-no outputs."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..domain import CLOSED_UNIT, UNIT
from ..errors import require_number
from ..typing import Array
from .base import ElementwiseLoss


@final
@dataclass(frozen=True)
class BinaryCrossEntropy(ElementwiseLoss):
    """-y log(a) - (1 - y) log(1 - a), derivative (a - y) / (a (1 - a)).

    The negative log-likelihood of labels y in {0, 1} (or probabilities) under probabilities a.
    After a sigmoid it is computed from z (`from_logits`), exact for every finite z; elsewhere a is
    kept the type's epsilon (2.2e-16 in float64) away from 0 and 1.

    Parameters
    ----------
    label_smoothing : float, default 0
        Moves every target this far towards 1/2: y (1 - s) + s / 2.
    """

    label_smoothing: float = 0.0

    latex = r"-y \ln a - (1 - y) \ln (1 - a)"
    latex_derivative = r"\frac{a - y}{a\,(1 - a)}"
    source = "Cox 1958; label smoothing: Szegedy et al. 2016"
    domain = UNIT
    targets = CLOSED_UNIT

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("label_smoothing", self.label_smoothing, at_least=0, below=1)

    @property
    def smooths(self) -> bool:
        """Whether there is any label smoothing."""
        return self.label_smoothing > 0

    def smooth(self, y: Array) -> Array:
        """y (1 - s) + s / 2."""
        return y * (1.0 - self.label_smoothing) + 0.5 * self.label_smoothing

    def _inside(self, a: Array) -> Array:
        eps = float(np.finfo(a.dtype).eps)
        return np.clip(a, eps, 1.0 - eps)

    def term(self, a: Array, y: Array) -> Array:
        """-y log(a) - (1 - y) log(1 - a)."""
        a, y = self._inside(a), self.smooth(y)
        return -y * np.log(a) - (1.0 - y) * np.log1p(-a)

    def derivative(self, a: Array, y: Array) -> Array:
        """(a - y) / (a (1 - a))."""
        a, y = self._inside(a), self.smooth(y)
        return (a - y) / (a * (1.0 - a))
