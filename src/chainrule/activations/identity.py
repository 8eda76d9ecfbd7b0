"""a = z: the activation of a linear layer."""

from typing import final

import numpy as np

from ..domain import REALS
from ..typing import Array
from .base import ElementwiseActivation


@final
class Identity(ElementwiseActivation):
    """a = z, a' = 1: leaves the weighted sum as it is, for outputs that may be any number."""

    name = "identity"
    latex = r"f(z) = z"
    latex_derivative = r"f'(z) = 1"
    source = "linear regression"
    range = REALS

    def value(self, z: Array) -> Array:
        """a = z."""
        return z

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = 1."""
        return np.ones_like(z)
