"""The Gaussian error linear unit, in its exact form."""

from math import erfc, pi, sqrt
from typing import final

import numpy as np

from ..domain import Interval
from ..typing import Array
from .base import ElementwiseActivation

_erfc = np.frompyfunc(erfc, 1, 1)


def normal_cdf(z: Array) -> Array:
    """The standard normal distribution function, erfc(-z / sqrt 2) / 2, exact in both tails."""
    return 0.5 * np.asarray(_erfc(z * -sqrt(0.5)), dtype=z.dtype)


@final
class GELU(ElementwiseActivation):
    """a = z P(z), a' = P(z) + z p(z); P and p are the standard normal distribution and density."""

    name = "gelu"
    latex = r"f(z) = z\,\Phi(z)"
    latex_derivative = r"f'(z) = \Phi(z) + z\,\varphi(z)"
    source = "Hendrycks & Gimpel 2016 (the exact form, not the tanh approximation)"
    range = Interval(low=-0.16997121)
    initializer = "he_uniform"

    def value(self, z: Array) -> Array:
        """a = z P(z)."""
        return z * normal_cdf(z)

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = P(z) + z exp(-z^2 / 2) / sqrt(2 pi); exp is rightly 0 where z^2 overflows."""
        with np.errstate(over="ignore"):
            return normal_cdf(z) + z * np.exp(-0.5 * z * z) * (1.0 / sqrt(2.0 * pi))
