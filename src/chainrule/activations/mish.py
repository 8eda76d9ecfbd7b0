"""Mish, a smooth relative of silu."""

from typing import final

import numpy as np

from ..domain import Interval
from ..typing import Array
from .base import ElementwiseActivation
from .sigmoid import sigmoid
from .softplus import softplus


@final
class Mish(ElementwiseActivation):
    """a = z t with t = tanh(softplus(z)), a' = t + z (1 - t^2) sigmoid(z)."""

    name = "mish"
    latex = r"f(z) = z\,\tanh(\ln(1 + e^z))"
    latex_derivative = r"f'(z) = t + z\,(1 - t^2)\,\sigma(z),\; t = \tanh(\ln(1 + e^z))"
    source = "Misra 2020"
    range = Interval(low=-0.30884342)
    initializer = "he_uniform"

    def value(self, z: Array) -> Array:
        """a = z tanh(softplus(z))."""
        return z * np.tanh(softplus(z))

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = t + z (1 - t^2) sigmoid(z)."""
        t = np.tanh(softplus(z))
        return t + z * (1.0 - t * t) * sigmoid(z)
