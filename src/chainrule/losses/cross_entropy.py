"""The cross entropy of classes that exclude each other."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..domain import Simplex
from ..errors import require_number
from ..typing import Array
from .base import ElementwiseLoss


@final
@dataclass(frozen=True)
class CrossEntropy(ElementwiseLoss):
    """-sum_j y_j log(a_j), derivative -y_j / a_j; y is one-hot or a row of probabilities.

    After a softmax it is computed from z (`from_logits`), finite for every z; elsewhere
    outputs below the type's epsilon (2.2e-16 in float64) are taken as it.

    Parameters
    ----------
    label_smoothing : float, default 0
        Moves every row of targets this far towards equal shares: y (1 - s) + s / n_classes.
    """

    label_smoothing: float = 0.0

    latex = r"-\sum_j y_j \ln a_j"
    latex_derivative = r"-\frac{y_j}{a_j}"
    source = "Bridle 1990; label smoothing: Szegedy et al. 2016"
    domain = Simplex()
    targets = Simplex(closed=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("label_smoothing", self.label_smoothing, at_least=0, below=1)

    @property
    def smooths(self) -> bool:
        """Whether there is any label smoothing."""
        return self.label_smoothing > 0

    def smooth(self, y: Array) -> Array:
        """y (1 - s) + s / n_classes."""
        return y * (1.0 - self.label_smoothing) + self.label_smoothing / y.shape[-1]

    def term(self, a: Array, y: Array) -> Array:
        """-y_j log(a_j)."""
        return -self.smooth(y) * np.log(np.maximum(a, np.finfo(a.dtype).eps))

    def derivative(self, a: Array, y: Array) -> Array:
        """-y_j / a_j."""
        return -self.smooth(y) / np.maximum(a, np.finfo(a.dtype).eps)
