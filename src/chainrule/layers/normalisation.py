"""Normalisation over some axis: the formulas that batch and layer normalisation share."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..activations import ACTIVATIONS, Activation
from ..errors import require_integer, require_number
from ..parameters import ParameterSpec
from ..rules import Letter, Rule, own, weight
from ..typing import Array
from .base import Activated, ActivatedLayer, Views, column_sum


class Normalisation(ActivatedLayer):
    """z = gamma x^ + beta, x^ = (x - mean) / sqrt(variance + eps); gamma starts at 1, beta at 0.

    Parameters
    ----------
    n : int
        Inputs and outputs.
    activation : str or Activation, default "identity"
        What follows.
    eps : float, default 1e-5
        Keeps the division finite; > 0.
    """

    unit_letter = "n"
    symbols = {"gamma": ("γ", r"\gamma"), "beta": ("β", r"\beta")}
    permutable = True

    def __init__(
        self, n: int, activation: str | Activation = "identity", *, eps: float = 1e-5
    ) -> None:
        require_integer("n", n, at_least=1)
        require_number("eps", eps, above=0)
        self.n_in = self.n_out = self.n = int(n)
        self.activation = ACTIVATIONS.get_object(activation)
        self.eps = float(eps)

    def config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"n": self.n, "activation": self.activation, "eps": self.eps}

    def specs(self) -> dict[str, ParameterSpec]:
        """gamma and beta, which no penalty touches."""
        return {key: ParameterSpec((self.n,), penalised=False) for key in ("gamma", "beta")}

    def initial(self, seed: int, position: int) -> dict[str, Array]:
        """gamma = 1, beta = 0."""
        return {"gamma": np.ones(self.n), "beta": np.zeros(self.n)}

    def scale(self, views: Views, x_hat: Array) -> Array:
        """gamma x^ + beta."""
        return views["gamma"] * x_hat + views["beta"]

    def scale_gradients(self, x_hat: Array, grad_z: Array) -> dict[str, Array]:
        """dL/dgamma = sum delta x^, dL/dbeta = sum delta."""
        return {"gamma": column_sum(grad_z * x_hat), "beta": column_sum(grad_z)}

    # --- what explanations ask --------------------------------------------------------------

    def normalised(self, views: Views, X: Array) -> Array:
        """x^ at evaluation."""
        return self.transform(views, X)[1].memo[0]

    def letter(self, views: Views, x: Array, j: int) -> Letter:
        """x^ of a unit, as a letter of a formula."""
        return own("x̂", r"\hat x", self.normalised(views, x[None])[0, j], j)

    def parameter_jacobian(self, views: Views, X: Array, key: str, index: tuple[int, ...]) -> Array:
        """dz_j/dgamma_j = x^_j, dz_j/dbeta_j = 1."""
        result = np.zeros_like(X)
        result[:, index[0]] = self.normalised(views, X)[:, index[0]] if key == "gamma" else 1.0
        return result

    def units_of(self, key: str, index: tuple[int, ...]) -> Sequence[int]:
        """Each number has a unit of its own."""
        return index

    def value_rule(self, views: Views, x: Array, j: int) -> Rule:
        """gamma x^ + beta."""
        letters = {
            "gamma": weight("gamma", j),
            "h": self.letter(views, x, j),
            "beta": weight("beta", j),
        }
        return Rule(r"\gamma h + \beta", letters)

    def parameter_rule(
        self, views: Views, x: Array, key: str, index: tuple[int, ...], j: int
    ) -> Rule:
        """x^ for gamma, 1 for beta."""
        if key == "beta":
            return Rule("1", words="what is added counts as it is")
        letters, general = {"h": self.letter(views, x, j)}, ("x̂", r"\hat x")
        return Rule("h", letters, "the normalised input", general)


def standardize(X: Array, axis: int, eps: float) -> tuple[Array, Array, Array, Array]:
    """x^, 1 / sqrt(variance + eps), mean and variance along an axis."""
    mean: Array = X.mean(axis=axis, keepdims=True)
    centred = X - mean
    variance: Array = (centred * centred).mean(axis=axis, keepdims=True)
    inverse_std: Array = 1.0 / np.sqrt(variance + eps)
    return centred * inverse_std, inverse_std, mean, variance


def standardize_vjp(x_hat: Array, inverse_std: Array, grad: Array, axis: int) -> Array:
    """dL/dX = (g - mean(g) - x^ mean(g x^)) / std: mean and variance depend on every x, too."""
    mean_g: Array = grad.mean(axis=axis, keepdims=True)
    mean_gx: Array = (grad * x_hat).mean(axis=axis, keepdims=True)
    return inverse_std * (grad - mean_g - x_hat * mean_gx)


__all__ = ["Activated", "Normalisation", "standardize", "standardize_vjp"]
