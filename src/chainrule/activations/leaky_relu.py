"""A rectified linear unit that never falls quite silent."""

from typing import final

import numpy as np

from ..domain import REALS
from ..typing import Array
from .base import ElementwiseActivation, Kink

SLOPE = 0.01


@final
class LeakyReLU(ElementwiseActivation):
    """a = z where z > 0, else 0.01 z: some gradient always flows."""

    name = "leaky_relu"
    latex = r"f(z) = \begin{cases} z & z > 0 \\ 0.01\,z & z \le 0 \end{cases}"
    latex_derivative = r"f'(z) = \begin{cases} 1 & z > 0 \\ 0.01 & z \le 0 \end{cases}"
    source = "Maas, Hannun & Ng 2013"
    range = REALS
    kinks = (Kink(0.0, SLOPE, "the derivative from the left, as for relu"),)
    initializer = "he_uniform"

    def value(self, z: Array) -> Array:
        """a = z where z > 0, else 0.01 z."""
        return np.where(z > 0, z, SLOPE * z)

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = 1 where z > 0, else 0.01."""
        return np.where(z > 0, 1.0, SLOPE).astype(z.dtype)
