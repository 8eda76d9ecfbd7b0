"""An activation whose strength each unit learns."""

from typing import Any, ClassVar, final

import numpy as np

from ..activations import ACTIVATIONS, Activation, ElementwiseActivation
from ..errors import InvalidValueError, shown
from ..random import Key
from ..rules import Letter, Rule, called, given, own, weight
from ..typing import Array
from .base import Views, column_sum
from .unit_factors import UnitFactors


@final
class ParametricActivation(UnitFactors):
    """a_j = x_j + alpha_j (f(x_j) - x_j): between the identity, alpha = 0, and f, alpha = 1.

    Each unit has an alpha of its own, 1 at the start. It stands behind a layer with the activation
    "identity", in the place of f.

    Parameters
    ----------
    n : int
        Inputs and outputs.
    activation : str or Activation, default "selu"
        f: of each unit by itself, so not softmax.
    learning_rate_factor : float, default 1
        What the learning rate of alpha is multiplied by.

    Raises
    ------
    InvalidValueError
        If a size is below 1, the factor not positive, or f takes units together.

    Notes
    -----
    Holzmüller, Grinsztajn & Steinwart 2024, Better by Default (the parametric activation of
    RealMLP, with a factor of 0.1). dL/dalpha is the sum of dL/da (f(x) - x) over the samples, and
    da/dx = 1 + alpha (f'(x) - 1).
    """

    key = "alpha"
    latex = r"a = x + \alpha \odot (f(x) - x)"
    unit_letter = "p"
    symbols: ClassVar = {"alpha": ("α", r"\alpha")}

    def __init__(
        self,
        n: int,
        activation: str | Activation = "selu",
        *,
        learning_rate_factor: float = 1.0,
    ) -> None:
        super().__init__(n, learning_rate_factor=learning_rate_factor)
        self.activation = ACTIVATIONS.get_object(activation)
        if not isinstance(self.activation, ElementwiseActivation):
            raise InvalidValueError(
                f"activation (={shown(activation)}) must act on each unit by itself, such as 'selu'"
            )

    def config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().config(), "activation": self.activation}

    def forward(self, views: Views, X: Array, key: Key | None = None) -> tuple[Array, Any]:
        """x + alpha (f(x) - x)."""
        f = self.activation.value(X)
        return X + views["alpha"] * (f - X), (X, f)

    def backward(self, views: Views, cache: Any, grad_a: Array) -> tuple[Array, dict[str, Array]]:
        """dL/dX = dL/da (1 - alpha) + (dL/da alpha) f'(x), dL/dalpha = sum dL/da (f(x) - x)."""
        X, f = cache
        through = grad_a * views["alpha"]
        grad_X = (grad_a - through) + self.activation.vjp(X, f, through)
        return grad_X, {"alpha": column_sum(grad_a * (f - X))}

    # --- what explanations ask --------------------------------------------------------------

    def _slope(self, x: Array) -> Array:
        """f'(x)."""
        return self.activation.jacobian(x, self.activation.value(x[None])[0])

    def jacobian(self, views: Views, x: Array) -> Array:
        """da_j/dx_j = 1 + alpha_j (f'(x_j) - 1): the diagonal."""
        jacobian: Array = 1.0 + views["alpha"] * (self._slope(x) - 1.0)
        return jacobian

    def magnitude(self, views: Views, x: Array) -> Array:
        """1 + abs(alpha_j) (abs(f'(x_j)) + 1)."""
        magnitude: Array = 1.0 + np.abs(views["alpha"]) * (np.abs(self._slope(x)) + 1.0)
        return magnitude

    def parameter_jacobian(self, views: Views, X: Array, key: str, index: tuple[int, ...]) -> Array:
        """da_j/dalpha_j = f(x_j) - x_j."""
        result = np.zeros_like(X)
        result[:, index[0]] = (self.activation.value(X) - X)[:, index[0]]
        return result

    def _of_f(self, mark: str, value: Array, j: int) -> Letter:
        """A number of f at a unit, as a letter of a formula."""
        name = called(self.activation)
        return own(f"{name}{mark}", rf"\text{{{name}}}{mark}", value[j], j)

    def value_rule(self, views: Views, x: Array, j: int) -> Rule:
        """x + alpha (f - x)."""
        f = self._of_f("", self.activation.value(x[None])[0], j)
        return Rule(r"x + \alpha (f - x)", {"x": given(j), "alpha": weight("alpha", j), "f": f})

    def jacobian_rule(self, views: Views, x: Array, j: int, i: int) -> Rule:
        """1 + alpha (f' - 1)."""
        letters = {"alpha": weight("alpha", j), "g": self._of_f("'", self._slope(x), j)}
        return Rule(r"1 + \alpha (g - 1)", letters, "parametric activation of {unit}")

    def parameter_rule(
        self, views: Views, x: Array, key: str, index: tuple[int, ...], j: int
    ) -> Rule:
        """f - x."""
        f = self._of_f("", self.activation.value(x[None])[0], j)
        return Rule("f - x", {"x": given(j), "f": f}, "what the strength multiplies")

    def kinks(self, cache: Any) -> list[tuple[str, Array]]:
        """Those of f."""
        name = called(self.activation)
        return [(name, np.sign(cache[0] - kink.at)) for kink in self.activation.kinks]
