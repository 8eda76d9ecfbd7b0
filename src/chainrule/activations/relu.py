"""The rectified linear unit."""

from typing import final

import numpy as np

from ..domain import NON_NEGATIVE
from ..typing import Array
from .base import ElementwiseActivation, Kink


@final
class ReLU(ElementwiseActivation):
    """a = max(z, 0), a' = [z > 0]: on or off."""

    name = "relu"
    latex = r"f(z) = \max(z, 0)"
    latex_derivative = r"f'(z) = \begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}"
    source = "Nair & Hinton 2010; Glorot, Bordes & Bengio 2011"
    range = NON_NEGATIVE
    kinks = (
        Kink(
            0.0,
            0.0,
            "a unit that is off stays at rest (Bertoin et al. 2021)",
        ),
    )
    initializer = "he_uniform"

    def value(self, z: Array) -> Array:
        """a = max(z, 0)."""
        return np.maximum(z, 0.0)

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = 1 where z > 0, else 0."""
        return (z > 0).astype(z.dtype)
