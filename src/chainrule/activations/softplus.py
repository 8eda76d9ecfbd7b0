"""The smooth rectifier."""

from typing import final

import numpy as np

from ..domain import POSITIVE
from ..typing import Array
from .base import ElementwiseActivation
from .sigmoid import sigmoid


def softplus(z: Array) -> Array:
    """log(1 + exp(z)), computed as max(z, 0) + log(1 + exp(-abs(z))), which cannot overflow."""
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


@final
class Softplus(ElementwiseActivation):
    """a = log(1 + exp(z)), a' = sigmoid(z): positive, and smooth where relu has its kink."""

    name = "softplus"
    latex = r"f(z) = \ln(1 + e^z)"
    latex_derivative = r"f'(z) = \sigma(z)"
    source = "Dugas, Bengio, Bélisle, Nadeau & Garcia 2001"
    range = POSITIVE
    initializer = "he_uniform"

    def value(self, z: Array) -> Array:
        """a = log(1 + exp(z))."""
        return softplus(z)

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = 1 / (1 + exp(-z))."""
        return sigmoid(z)
