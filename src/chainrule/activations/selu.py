"""The scaled exponential linear unit of self-normalising networks."""

from typing import final

import numpy as np

from ..domain import Interval
from ..typing import Array
from .base import ElementwiseActivation, Kink

# The fixed point of mean 0 and variance 1 (Klambauer et al. 2017, equation 14).
ALPHA = 1.6732632423543772
SCALE = 1.0507009873554805


@final
class SELU(ElementwiseActivation):
    """a = s z where z > 0, else s alpha (exp(z) - 1); s and alpha keep mean 0 and variance 1."""

    name = "selu"
    latex = (
        r"f(z) = \begin{cases} \lambda z & z > 0 \\ \lambda\alpha\,(e^z - 1) & z \le 0 \end{cases}"
        r",\; \lambda = 1.0507,\; \alpha = 1.6733"
    )
    latex_derivative = (
        r"f'(z) = \begin{cases} \lambda & z > 0 \\ \lambda\alpha\,e^z & z \le 0 \end{cases}"
    )
    source = "Klambauer, Unterthiner, Mayr & Hochreiter 2017"
    range = Interval(low=-SCALE * ALPHA)
    kinks = (Kink(0.0, SCALE * ALPHA, "the derivative from the left, as for relu"),)
    initializer = "lecun_normal"

    def value(self, z: Array) -> Array:
        """a = s z where z > 0, else s alpha (exp(z) - 1)."""
        return SCALE * np.where(z > 0, z, ALPHA * np.expm1(np.minimum(z, 0.0)))

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = s where z > 0, else s alpha exp(z)."""
        return SCALE * np.where(z > 0, 1.0, ALPHA * np.exp(np.minimum(z, 0.0)))
