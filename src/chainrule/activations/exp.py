"""The exponential: the output of a network that predicts a rate."""

from typing import final

import numpy as np

from ..domain import POSITIVE
from ..typing import Array
from .base import ElementwiseActivation


@final
class Exp(ElementwiseActivation):
    """a = exp(z), a' = a: a positive rate, the canonical partner of the Poisson loss."""

    name = "exp"
    latex = r"f(z) = e^z"
    latex_derivative = r"f'(z) = a"
    source = "Nelder & Wedderburn 1972 (the log link)"
    range = POSITIVE

    def value(self, z: Array) -> Array:
        """a = exp(z), inf where that is larger than the type can hold."""
        with np.errstate(over="ignore"):
            return np.exp(z)

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = a."""
        return a
