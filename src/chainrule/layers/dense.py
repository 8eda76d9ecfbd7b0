"""The layer of a neural network: every input meets every unit."""

from collections.abc import Sequence
from typing import Any, ClassVar, final

import numpy as np

from ..activations import ACTIVATIONS, Activation
from ..errors import require_boolean, require_integer, require_number
from ..initializers import INITIALIZERS, Draw, Initializer
from ..parameters import ParameterSpec
from ..random import Key
from ..rules import Rule, given, own, weight
from ..typing import Array
from .base import Activated, ActivatedLayer, Views, column_sum


@final
class Dense(ActivatedLayer):
    """a = f(z), z = X W + b: multiply, sum, activate.

    Parameters
    ----------
    n_in, n_out : int
        Inputs and units: X has shape (n, n_in), W (n_in, n_out), b (n_out,).
    activation : str or Activation, default "identity"
        The function f.
    bias : bool, default True
        Whether there is a b; it starts at 0.
    initializer : str or Initializer, optional
        How W starts. The default follows the activation: He for relu and its relatives, LeCun
        for selu, Glorot for the rest.
    learning_rate_factor : float, default 1
        What the layer's learning rate is multiplied by.

    Raises
    ------
    InvalidValueError
        If a size is below 1, a name unknown or the factor not positive.

    Notes
    -----
    With delta = dL/dz, backpropagation is dL/dW = X^T delta, dL/db = sum of delta over the samples
    and dL/dX = delta W^T (Rumelhart, Hinton & Williams 1986).
    """

    latex = r"a = f(z),\quad z_j = \sum_i x_i W_{ij} + b_j"
    unit_letter = "h"
    permutable = True
    vjp_rule: ClassVar[tuple[str, str]] = (
        "δ Wᵀ, both of layers[{layer}]",
        r"\delta^{[{layer}]} \left(W^{[{layer}]}\right)^{\mathsf T}",
    )

    def __init__(
        self,
        n_in: int,
        n_out: int,
        activation: str | Activation = "identity",
        *,
        bias: bool = True,
        initializer: str | Initializer | None = None,
        learning_rate_factor: float = 1.0,
    ) -> None:
        require_integer("n_in", n_in, at_least=1)
        require_integer("n_out", n_out, at_least=1)
        require_boolean("bias", bias)
        require_number("learning_rate_factor", learning_rate_factor, above=0)
        self.n_in: int = int(n_in)
        self.n_out: int = int(n_out)
        self.activation = ACTIVATIONS.get_object(activation)
        self.bias = bool(bias)
        self.initializer = INITIALIZERS.get_object(
            self.activation.initializer if initializer is None else initializer
        )
        self.learning_rate_factor = float(learning_rate_factor)

    def config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "n_in": self.n_in,
            "n_out": self.n_out,
            "activation": self.activation,
            "bias": self.bias,
            "initializer": self.initializer,
            "learning_rate_factor": self.learning_rate_factor,
        }

    def specs(self) -> dict[str, ParameterSpec]:
        """W and, where there is a bias, b, which no penalty touches."""
        factor = self.learning_rate_factor
        specs = {"W": ParameterSpec((self.n_in, self.n_out), factor)}
        if self.bias:
            specs["b"] = ParameterSpec((self.n_out,), factor, penalised=False)
        return specs

    def initial(self, seed: int, position: int) -> dict[str, Array]:
        """W by the initializer, b = 0."""
        W = self.initializer.sample((self.n_in, self.n_out), Draw(seed, position))
        return {"W": W, "b": np.zeros(self.n_out)} if self.bias else {"W": W}

    def pre_activation(self, views: Views, X: Array, key: Key | None) -> tuple[Array, None]:
        """z = X W + b."""
        z = X @ views["W"]
        return (z + views["b"] if self.bias else z), None

    def backward_z(
        self, views: Views, cache: Activated, grad_z: Array
    ) -> tuple[Array, dict[str, Array]]:
        """dL/dX = delta W^T, dL/dW = X^T delta, dL/db = sum delta."""
        gradients = {"W": cache.X.T @ grad_z}
        if self.bias:
            gradients["b"] = column_sum(grad_z)
        return grad_z @ views["W"].T, gradients

    # --- what explanations ask --------------------------------------------------------------

    def jacobian(self, views: Views, x: Array) -> Array:
        """dz_j/dx_i = W_ij."""
        return views["W"].T

    def parameter_jacobian(self, views: Views, X: Array, key: str, index: tuple[int, ...]) -> Array:
        """dz_j/dW_ij = x_i, dz_j/db_j = 1."""
        result = np.zeros((len(X), self.n_out))
        result[:, index[-1]] = X[:, index[0]] if key == "W" else 1.0
        return result

    def units_of(self, key: str, index: tuple[int, ...]) -> Sequence[int]:
        """The unit of a column of W, and of its b."""
        return (index[-1],)

    def contributions(self, views: Views, x: Array) -> tuple[Array, Array | None]:
        """x_i W_ij, and b."""
        return x[:, None] * views["W"], views.get("b")

    def value_rule(self, views: Views, x: Array, j: int) -> Rule:
        """The sum, written out for a few inputs."""
        n, places = self.n_in, range(self.n_in)
        letters = {"b": weight("b", j)} if self.bias else {}
        bias, and_bias = (" + b", " and the bias") if self.bias else ("", "")
        if n <= 4:
            latex = " + ".join(f"w_{{{i}}} x_{{{i}}}" for i in places) + bias
            letters |= {f"w_{i}": weight("W", i, j) for i in places}
            letters |= {f"x_{i}": given(i) for i in places}
            return Rule(latex, letters)
        text, latex = "Σ_i {unit}.w_i {input}_i", r"\sum_i w_{{unit},i}\,{input}_i"
        letters["s"] = own(text, latex, float(x @ views["W"][:, j]), j)
        return Rule(f"s{bias}", letters, remark=f", the sum of {n} products{and_bias}")

    def jacobian_rule(self, views: Views, x: Array, j: int, i: int) -> Rule:
        """The weight."""
        letters = {"w": weight("W", i, j)}
        return Rule("w", letters, "weight of {unit}", ("w of that input", "W_{ij}"))

    def parameter_rule(
        self, views: Views, x: Array, key: str, index: tuple[int, ...], j: int
    ) -> Rule:
        """The input for a weight, 1 for a bias."""
        if key == "b":
            return Rule("1", words="what is added counts as it is")
        letters, words = {"x": given(index[0])}, "what the weight multiplies"
        return Rule("x", letters, words, ("the input x", "x_i"))
