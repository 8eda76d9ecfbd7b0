"""Dropout."""

from typing import Any, ClassVar, final

import numpy as np

from ..errors import require_number
from ..random import Key, keep_mask
from ..rules import Rule, given
from ..typing import Array
from .base import Layer, Views


@final
class Dropout(Layer):
    """a = X m / (1 - rate): in training, each number is kept with the probability 1 - rate.

    Dividing by 1 - rate keeps the expected sum, so that nothing needs to change at evaluation,
    when a = X. The mask m is a function of the seed, the update, the layer, the row in the batch
    and the unit.

    Parameters
    ----------
    rate : float, default 0.5
        The probability of being dropped; in [0, 1).

    Notes
    -----
    Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014.
    """

    latex = r"a = \frac{x \odot m}{1 - r},\quad m \sim \text{Bernoulli}(1 - r)"

    unit_letter = "d"
    vjp_rule: ClassVar[tuple[str, str]] = ("as it is: dropout drops nothing", r"\text{as it is}")

    def __init__(self, rate: float = 0.5) -> None:
        require_number("rate", rate, at_least=0, below=1)
        self.rate = float(rate)

        self.permutable = self.rate == 0.0
        if self.rate > 0.0:
            self.at_evaluation = "dropout is at evaluation: it drops nothing"

    def config(self) -> dict[str, Any]:
        """The constructor's argument."""
        return {"rate": self.rate}

    def forward(self, views: Views, X: Array, key: Key | None = None) -> tuple[Array, Any]:
        """X m / (1 - rate) in training, X at evaluation."""
        if key is None or self.rate == 0.0:
            return X, None
        kept = keep_mask(key, X.shape[0], X.shape[1], self.rate)
        mask = np.where(kept, 1.0 / (1.0 - self.rate), 0.0).astype(X.dtype)
        return X * mask, mask

    def backward(self, views: Views, cache: Any, grad_a: Array) -> tuple[Array, dict[str, Array]]:
        """dL/dX = dL/da m / (1 - rate)."""
        return (grad_a if cache is None else grad_a * cache), {}

    # --- what explanations ask --------------------------------------------------------------

    def jacobian(self, views: Views, x: Array) -> Array:
        """1: at evaluation nothing is dropped."""
        return np.ones(len(x))

    def value_rule(self, views: Views, x: Array, j: int) -> Rule:
        """The input."""
        return Rule("x", {"x": given(j)})

    def jacobian_rule(self, views: Views, x: Array, j: int, i: int) -> Rule:
        """1."""
        return Rule("1", words="dropout lets everything pass at evaluation, {unit}")
