"""The sum of absolute weights."""

from typing import final

import numpy as np

from ..typing import Array
from .base import Penalty


@final
class L1(Penalty):
    """sum abs(w), derivative sign(w), 0 at w = 0: drives weights that do little to 0."""

    latex = r"\lambda \sum_i |w_i|"
    latex_derivative = r"\lambda \operatorname{sign}(w_i)"
    source = "Tibshirani 1996"
    kinks = (0.0,)

    def value(self, w: Array) -> float:
        """sum abs(w)."""
        return float(np.abs(w).sum())

    def gradient(self, w: Array) -> Array:
        """sign(w)."""
        return np.sign(w)
