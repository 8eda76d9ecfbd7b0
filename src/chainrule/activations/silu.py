"""The sigmoid linear unit, also called swish."""

from typing import final

from ..domain import Interval
from ..typing import Array
from .base import ElementwiseActivation
from .sigmoid import sigmoid


@final
class SiLU(ElementwiseActivation):
    """a = z s with s = sigmoid(z), a' = s (1 + z (1 - s)); its minimum is -0.2785 at -1.2785."""

    name = "silu"
    latex = r"f(z) = z\,\sigma(z)"
    latex_derivative = r"f'(z) = \sigma(z)\,\bigl(1 + z\,(1 - \sigma(z))\bigr)"
    source = "Elfwing, Uchibe & Doya 2018; Ramachandran, Zoph & Le 2017 (swish)"
    range = Interval(low=-0.27846455)
    initializer = "he_uniform"

    def value(self, z: Array) -> Array:
        """a = z sigmoid(z)."""
        return z * sigmoid(z)

    def derivative(self, z: Array, a: Array) -> Array:
        """a' = s (1 + z (1 - s))."""
        s = sigmoid(z)
        return s * (1.0 + z * (1.0 - s))
