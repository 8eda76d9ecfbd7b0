"""Losses from logits, with their canonical activations: value and gradient straight from z.

For three pairs the chain dL/da * da/dz collapses to dL/dz = a - y, and the value can be written
without the a that would round to 0 or 1. Both are finite and right to the last digits as long as
differences of z are finite, so these forms are what is trained and reported; explanations show the
chain through a, equal but for rounding, wherever it keeps its precision.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from ..activations import Activation, Exp, Sigmoid, Softmax
from ..activations.sigmoid import sigmoid
from ..activations.softplus import softplus
from ..rules import Rule, given, output, own, target
from ..typing import Array
from .base import Loss
from .binary_cross_entropy import BinaryCrossEntropy
from .cross_entropy import CrossEntropy
from .poisson import Poisson, y_log_y


class FromLogits(ABC):
    """A loss as a function of the pre-activations z, shape (n, n_out)."""

    @abstractmethod
    def value(self, z: Array, y: Array) -> Array:
        """The loss of every sample, shape (n,)."""

    @abstractmethod
    def gradient(self, z: Array, y: Array) -> Array:
        """d loss_i / d z_i, shape (n, n_out)."""

    loss: Loss

    activation: ClassVar[str]
    """The name of the activation."""
    formula: ClassVar[tuple[str, str]] = ("a - {y}", "a - {y}")
    """The gradient of a whole row, as text and as LaTeX; ``{y}`` stands for the targets."""

    @property
    def words(self) -> str:
        """What is taken together."""
        return f"{{loss}} and {self.activation} in one step"

    def gradient_rule(self, y: Array, j: int) -> Rule:
        """How d loss / d z_j of one row follows from a and y, but for the loss's factor."""
        return Rule("a - y", {"a": output(j), "y": target(j)}, self.words)

    def value_rule(self, z: Array, y: Array) -> Rule:
        """How the loss of one row follows from z and y, but for the loss's factor."""
        if len(z) > 1:
            many = ("Σ_k loss(z_k, y_k)", r"\sum_k \ell(z_k, y_k)")
            return Rule(words=self.words, general=many, remark=f"the sum of {len(z)} terms")
        y = self.loss.smooth(y[None])[0]
        return Rule(self.latex(float(y[0])), {"z": given(0), "y": target(0)}, self.words)

    def latex(self, y: float) -> str:
        """The loss of one output, but for the loss's factor, at a target y."""
        return ""


@final
@dataclass(frozen=True)
class SoftmaxCrossEntropy(FromLogits):
    """sum_j y_j (log sum_k exp(z_k) - z_j), gradient a sum_k y_k - y with a = softmax(z)."""

    loss: CrossEntropy

    activation: ClassVar[str] = "softmax"
    formula: ClassVar[tuple[str, str]] = ("a Σ_k y_k - {y}", r"a \sum_k y_k - {y}")

    def value(self, z: Array, y: Array) -> Array:
        """sum_j y_j (log sum_k exp(z_k - m) + m - z_j), m = max z."""
        shifted = z - z.max(axis=1, keepdims=True)
        log_sum: Array = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        total: Array = (self.loss.smooth(y) * (log_sum - shifted)).sum(axis=1)
        return self.loss.factor * total

    def gradient(self, z: Array, y: Array) -> Array:
        """a sum_k y_k - y."""
        y = self.loss.smooth(y)
        share: Array = y.sum(axis=1, keepdims=True)
        return self.loss.factor * (Softmax().value(z) * share - y)

    def gradient_rule(self, y: Array, j: int) -> Rule:
        """a - y, or a sum_k y_k - y where the targets do not sum to 1."""
        share = float(self.loss.smooth(y[None]).sum())
        if abs(share - 1.0) <= 1e-12:
            return super().gradient_rule(y, j)
        letters = {"a": output(j), "y": target(j), "s": own("Σ_k y_k", r"\sum_k y_k", share)}
        return Rule(r"a\,s - y", letters, self.words)

    def value_rule(self, z: Array, y: Array) -> Rule:
        """log sum_k exp(z_k) - z_j for the class j; for other targets, the sum of such terms."""
        places = np.flatnonzero(self.loss.smooth(y[None])[0])
        text, tex = ("smooth(y_j)", r"\text{smooth}(y_j)") if self.loss.smooths else ("y_j", "y_j")
        general = (
            f"Σ_j {text} (ln Σ_k e^z_k - z_j)",
            rf"\sum_j {tex} \left(\ln \sum_k e^{{z_k}} - z_j\right)",
        )
        if len(places) != 1 or y[places[0]] != 1 or self.loss.factor != 1:
            return Rule(words=self.words, general=general, remark=f"the sum of {len(places)} terms")
        top = float(z.max())
        total = top + float(np.log(np.exp(z - top).sum()))
        letters = {
            "s": own("ln Σ_k e^z_k", r"\ln \sum_k e^{z_k}", total),
            "z": given(int(places[0])),
        }
        return Rule("s - z", letters, self.words, general)


@final
@dataclass(frozen=True)
class SigmoidBinaryCrossEntropy(FromLogits):
    """y log(1 + exp(-z)) + (1 - y) log(1 + exp(z)), gradient a - y with a = sigmoid(z)."""

    loss: BinaryCrossEntropy

    activation: ClassVar[str] = "sigmoid"

    def value(self, z: Array, y: Array) -> Array:
        """y softplus(-z) + (1 - y) softplus(z): a sum of positive terms, so nothing cancels."""
        y = self.loss.smooth(y)
        total: Array = (y * softplus(-z) + (1.0 - y) * softplus(z)).sum(axis=1)
        return self.loss.factor * total

    def gradient(self, z: Array, y: Array) -> Array:
        """sigmoid(z) - y."""
        return self.loss.factor * (sigmoid(z) - self.loss.smooth(y))

    def latex(self, y: float) -> str:
        """Of two terms, those that are not 0."""
        if y in (0.0, 1.0):
            return r"\ln(1 + e^{-z})" if y else r"\ln(1 + e^{z})"
        return r"y \ln(1 + e^{-z}) + (1 - y) \ln(1 + e^{z})"


@final
@dataclass(frozen=True)
class ExpPoisson(FromLogits):
    """exp(z) - y - y z + y log(y), gradient exp(z) - y."""

    loss: Poisson

    activation: ClassVar[str] = "exp"

    def value(self, z: Array, y: Array) -> Array:
        """exp(z) - y + y (log y - z)."""
        total: Array = (Exp().value(z) - y + y_log_y(y) - y * z).sum(axis=1)
        return self.loss.factor * total

    def gradient(self, z: Array, y: Array) -> Array:
        """exp(z) - y."""
        return self.loss.factor * (Exp().value(z) - y)

    def latex(self, y: float) -> str:
        """exp(z) alone for a count of 0."""
        return r"e^{z} - y + y\,(\ln y - z)" if y else "e^{z}"


def from_logits(loss: Loss, activation: Activation) -> FromLogits | None:
    """The form from logits of a loss after an activation, or None where there is none.

    Exact types only: a subclass may have another formula.
    """
    form = _FORMS.get((type(loss), type(activation)))
    return None if form is None else form(loss)


_FORMS: dict[tuple[type[Loss], type[Activation]], Callable[[Any], FromLogits]] = {
    (CrossEntropy, Softmax): SoftmaxCrossEntropy,
    (BinaryCrossEntropy, Sigmoid): SigmoidBinaryCrossEntropy,
    (Poisson, Exp): ExpPoisson,
}
