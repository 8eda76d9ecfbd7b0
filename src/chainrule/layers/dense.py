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
        Whether there is a b.
    initializer : str or Initializer, optional
        How W starts. The default follows the activation: He for relu and its relatives, LeCun
        for selu, Glorot for the rest.
    learning_rate_factor : float, default 1
        What the learning rate of W is multiplied by.
    bias_learning_rate_factor : float, optional
        What that of b is multiplied by; by default as for W.
    bias_initializer : str or Initializer, default "zeros"
        How b starts: as a row of weights of shape (1, n_out).

    Raises
    ------
    InvalidValueError
        If a size is below 1, a name unknown or a factor not positive.

    Notes
    -----
    With delta = dL/dz, backpropagation is dL/dW = X^T delta, dL/db = sum of delta over the samples
    and dL/dX = delta W^T (Rumelhart, Hinton & Williams 1986).

    The NTK parametrization (Jacot, Gabriel & Hongler 2018) is z = X V / sqrt(n_in) + b with V
    drawn from N(0, 1). W = V / sqrt(n_in) is such a layer with ``initializer="lecun_normal"``. A
    step of V by -r g_V is a step of W by -r g_V / sqrt(n_in), and g_V = g_W / sqrt(n_in). Adam's
    step has the same length whatever the size of the gradient, so with it
    ``learning_rate_factor=1 / sqrt(n_in)`` trains the same function, but for eps, which counts
    sqrt(n_in) times as much for V, and for weight decay, of which V would lose sqrt(n_in) times as
    much. With plain gradient descent the factor is 1 / n_in.
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
        bias_learning_rate_factor: float | None = None,
        bias_initializer: str | Initializer = "zeros",
    ) -> None:
        require_integer("n_in", n_in, at_least=1)
        require_integer("n_out", n_out, at_least=1)
        require_boolean("bias", bias)
        require_number("learning_rate_factor", learning_rate_factor, above=0)
        if bias_learning_rate_factor is None:
            bias_learning_rate_factor = learning_rate_factor
        require_number("bias_learning_rate_factor", bias_learning_rate_factor, above=0)
        self.n_in: int = int(n_in)
        self.n_out: int = int(n_out)
        self.activation = ACTIVATIONS.get_object(activation)
        self.bias = bool(bias)
        self.initializer = INITIALIZERS.get_object(
            self.activation.initializer if initializer is None else initializer
        )
        self.learning_rate_factor = float(learning_rate_factor)
        self.bias_learning_rate_factor = float(bias_learning_rate_factor)
        self.bias_initializer = INITIALIZERS.get_object(bias_initializer, "bias_initializer")

    def config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        own = self.bias_learning_rate_factor
        return {
            "n_in": self.n_in,
            "n_out": self.n_out,
            "activation": self.activation,
            "bias": self.bias,
            "initializer": self.initializer,
            "learning_rate_factor": self.learning_rate_factor,
            "bias_learning_rate_factor": None if own == self.learning_rate_factor else own,
            "bias_initializer": self.bias_initializer,
        }

    def specs(self) -> dict[str, ParameterSpec]:
        """W and, where there is a bias, b, which no penalty touches."""
        specs = {"W": ParameterSpec((self.n_in, self.n_out), self.learning_rate_factor)}
        if self.bias:
            factor = self.bias_learning_rate_factor
            specs["b"] = ParameterSpec((self.n_out,), factor, penalised=False)
        return specs

    def initial(self, seed: int, position: int) -> dict[str, Array]:
        """W and b by their initializers."""
        arrays = {"W": self.initializer.sample((self.n_in, self.n_out), Draw(seed, position))}
        if self.bias:
            draw = Draw(seed, position, array=1)
            arrays["b"] = self.bias_initializer.sample((1, self.n_out), draw)[0]
        return arrays

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
