"""The squared error."""

from typing import final

from ..typing import Array
from .base import ElementwiseLoss


@final
class SquaredError(ElementwiseLoss):
    """(a - y)^2 for each output, derivative 2 (a - y): predicts the mean.

    Its common forms have names: ``mean_squared_error`` (factor 1, mean),
    ``half_mean_squared_error`` (1/2, mean), ``sum_squared_error`` (1, sum),
    ``half_sum_squared_error`` (1/2, sum). With several outputs the loss of a sample is their sum,
    not their mean.
    """

    latex = r"(a - y)^2"
    latex_derivative = r"2\,(a - y)"
    source = "Legendre 1805; Gauss 1809"

    def term(self, a: Array, y: Array) -> Array:
        """(a - y)^2."""
        return (a - y) ** 2

    def derivative(self, a: Array, y: Array) -> Array:
        """2 (a - y)."""
        return 2.0 * (a - y)
