"""The threshold of the perceptron."""

from typing import final

import numpy as np

from ..domain import Points
from ..typing import Array
from .base import ElementwiseActivation, Kink


@final
class Step(ElementwiseActivation):
    """a = 1 where z >= 0, else 0: fires or does not.

    The derivative is 0 wherever it exists, so gradient descent cannot train through it; the
    perceptron rule can.
    """

    name = "step"
    latex = r"f(z) = \begin{cases} 1 & z \ge 0 \\ 0 & z < 0 \end{cases}"
    latex_derivative = r"f'(z) = 0"
    source = "McCulloch & Pitts 1943; Rosenblatt 1958"
    range = Points((0.0, 1.0))
    kinks = (
        Kink(
            0.0,
            0.0,
            "the value jumps; no finite number is its derivative, and 0 is zero on both sides",
        ),
    )

    def value(self, z: Array) -> Array:
        """a = [z >= 0]."""
        return (z >= 0).astype(z.dtype)

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = 0."""
        return np.zeros_like(z)
