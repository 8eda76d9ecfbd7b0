"""Losses fused with their canonical activations: value and gradient straight from z.

For three pairs the chain dL/da * da/dz collapses to dL/dz = a - y, and the value can be written
without the a that would round to 0 or 1. Both are finite and right to the last digits as long as
differences of z are finite, so these forms are what is trained and reported; explanations show the
unfused chain, equal but for rounding, wherever it keeps its figures.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from ..activations import Activation, Exp, Sigmoid, Softmax
from ..activations.sigmoid import sigmoid
from ..activations.softplus import softplus
from ..typing import Array
from .base import Loss
from .binary_cross_entropy import BinaryCrossEntropy
from .cross_entropy import CrossEntropy
from .poisson import Poisson, y_log_y


class Canonical(ABC):
    """A loss as a function of the pre-activations z, shape (n, n_out)."""

    @abstractmethod
    def value(self, z: Array, y: Array) -> Array:
        """The loss of every sample, shape (n,)."""

    @abstractmethod
    def gradient(self, z: Array, y: Array) -> Array:
        """d loss_i / d z_i, shape (n, n_out)."""


@final
@dataclass(frozen=True)
class SoftmaxCrossEntropy(Canonical):
    """sum_j y_j (log sum_k exp(z_k) - z_j), gradient a sum_k y_k - y with a = softmax(z)."""

    loss: CrossEntropy

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


@final
@dataclass(frozen=True)
class SigmoidBinaryCrossEntropy(Canonical):
    """y log(1 + exp(-z)) + (1 - y) log(1 + exp(z)), gradient a - y with a = sigmoid(z)."""

    loss: BinaryCrossEntropy

    def value(self, z: Array, y: Array) -> Array:
        """y softplus(-z) + (1 - y) softplus(z): a sum of positive terms, so nothing cancels."""
        y = self.loss.smooth(y)
        total: Array = (y * softplus(-z) + (1.0 - y) * softplus(z)).sum(axis=1)
        return self.loss.factor * total

    def gradient(self, z: Array, y: Array) -> Array:
        """sigmoid(z) - y."""
        return self.loss.factor * (sigmoid(z) - self.loss.smooth(y))


@final
@dataclass(frozen=True)
class ExpPoisson(Canonical):
    """exp(z) - y - y z + y log(y), gradient exp(z) - y."""

    loss: Poisson

    def value(self, z: Array, y: Array) -> Array:
        """exp(z) - y + y (log y - z)."""
        total: Array = (Exp().value(z) - y + y_log_y(y) - y * z).sum(axis=1)
        return self.loss.factor * total

    def gradient(self, z: Array, y: Array) -> Array:
        """exp(z) - y."""
        return self.loss.factor * (Exp().value(z) - y)


def canonical(loss: Loss, activation: Activation) -> Canonical | None:
    """The fused form of a loss after an activation, or None where there is none.

    Exact types only: a subclass may have another formula.
    """
    fused = _FUSED.get((type(loss), type(activation)))
    return None if fused is None else fused(loss)


_FUSED: dict[tuple[type[Loss], type[Activation]], Callable[[Any], Canonical]] = {
    (CrossEntropy, Softmax): SoftmaxCrossEntropy,
    (BinaryCrossEntropy, Sigmoid): SigmoidBinaryCrossEntropy,
    (Poisson, Exp): ExpPoisson,
}
