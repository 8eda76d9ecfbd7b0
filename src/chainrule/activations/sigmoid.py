"""The logistic function."""

from typing import final

import numpy as np

from ..domain import UNIT
from ..typing import Array
from .base import ElementwiseActivation


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), computed from exp(-abs(z)), which cannot overflow."""
    e = np.exp(-np.abs(z))
    result: Array = np.where(z >= 0, 1.0, e) / (1.0 + e)
    return result


@final
class Sigmoid(ElementwiseActivation):
    """a = 1 / (1 + exp(-z)), a' = a (1 - a): a probability from a weighted sum."""

    name = "sigmoid"
    latex = r"\sigma(z) = \frac{1}{1 + e^{-z}}"
    latex_derivative = r"\sigma'(z) = a\,(1 - a)"
    source = "Verhulst 1838; Rumelhart, Hinton & Williams 1986"
    range = UNIT

    def value(self, z: Array) -> Array:
        """a = 1 / (1 + exp(-z))."""
        return sigmoid(z)

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = a (1 - a)."""
        return a * (1.0 - a)
