"""The exponential linear unit."""

from typing import final

import numpy as np

from ..domain import Interval
from ..typing import Array
from .base import ElementwiseActivation


@final
class ELU(ElementwiseActivation):
    """a = z where z > 0, else exp(z) - 1 (alpha = 1, for which the derivative has no jump)."""

    name = "elu"
    latex = r"f(z) = \begin{cases} z & z > 0 \\ e^z - 1 & z \le 0 \end{cases}"
    latex_derivative = r"f'(z) = \begin{cases} 1 & z > 0 \\ e^z & z \le 0 \end{cases}"
    source = "Clevert, Unterthiner & Hochreiter 2016"
    range = Interval(low=-1)
    initializer = "he_uniform"

    def value(self, z: Array) -> Array:
        """a = z where z > 0, else exp(z) - 1."""
        return np.where(z > 0, z, np.expm1(np.minimum(z, 0.0)))

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = 1 where z > 0, else exp(z)."""
        return np.exp(np.minimum(z, 0.0))
