"""A learned factor for each input."""

from typing import Any, ClassVar, final

import numpy as np

from ..random import Key
from ..rules import Rule, given, weight
from ..typing import Array
from .base import Views, column_sum
from .unit_factors import UnitFactors


@final
class Scale(UnitFactors):
    """a_j = s_j x_j: each input has a factor of its own, 1 at the start.

    As the first layer it lets a network turn useless columns down: with Adam, each s moves by about
    a learning rate in every step, whatever the size of its gradient, so that a rate of its own
    decides how fast.

    Parameters
    ----------
    n : int
        Inputs and outputs.
    learning_rate_factor : float, default 1
        What the learning rate of s is multiplied by.

    Notes
    -----
    Holzmüller, Grinsztajn & Steinwart 2024, Better by Default: a factor of 6, penalties and weight
    decay left out.
    """

    key = "s"
    latex = r"a = s \odot x"
    unit_letter = "s"
    symbols: ClassVar = {"s": ("s", "s")}
    vjp_rule: ClassVar[tuple[str, str]] = (
        "δ ⊙ s, unit by unit",
        r"\delta^{[{layer}]} \odot s^{[{layer}]}",
    )

    def forward(self, views: Views, X: Array, key: Key | None = None) -> tuple[Array, Array]:
        """s x."""
        return X * views["s"], X

    def backward(self, views: Views, cache: Any, grad_a: Array) -> tuple[Array, dict[str, Array]]:
        """dL/dX = dL/da s, dL/ds = sum of dL/da x over the samples."""
        return grad_a * views["s"], {"s": column_sum(grad_a * cache)}

    # --- what explanations ask --------------------------------------------------------------

    def jacobian(self, views: Views, x: Array) -> Array:
        """da_j/dx_j = s_j: the diagonal."""
        return views["s"]

    def parameter_jacobian(self, views: Views, X: Array, key: str, index: tuple[int, ...]) -> Array:
        """da_j/ds_j = x_j."""
        result = np.zeros_like(X)
        result[:, index[0]] = X[:, index[0]]
        return result

    def value_rule(self, views: Views, x: Array, j: int) -> Rule:
        """s_j x_j."""
        return Rule("s x", {"s": weight("s", j), "x": given(j)})

    def jacobian_rule(self, views: Views, x: Array, j: int, i: int) -> Rule:
        """s_j."""
        return Rule("s", {"s": weight("s", j)}, "factor of {unit}")

    def parameter_rule(
        self, views: Views, x: Array, key: str, index: tuple[int, ...], j: int
    ) -> Rule:
        """x_j."""
        return Rule("x", {"x": given(j)}, "what the factor multiplies")
