"""The hyperbolic tangent."""

from typing import final

import numpy as np

from ..domain import Interval
from ..typing import Array
from .base import ElementwiseActivation


@final
class Tanh(ElementwiseActivation):
    """a = tanh(z), a' = 1 - a^2: a sigmoid around 0."""

    name = "tanh"
    latex = r"f(z) = \tanh z"
    latex_derivative = r"f'(z) = 1 - a^2"
    source = "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp"
    range = Interval(-1, 1)

    def value(self, z: Array) -> Array:
        """a = tanh(z)."""
        return np.tanh(z)

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = 1 - a^2."""
        return 1.0 - a * a
