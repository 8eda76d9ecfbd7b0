"""The loss of several targets of different kinds, learned by one network."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from ..errors import InvalidValueError, require_integer
from ..losses import Loss
from ..typing import Array


@final
@dataclass(frozen=True)
class JointLoss(Loss):
    """The sum of the targets' losses, each of its own outputs z.

    A quantity has one output and the loss (z - y)^2, derivative 2 (z - y). A target of K classes
    has K outputs and the cross entropy of their softmax, -sum_j y_j log softmax(z)_j, derivative
    softmax(z) - y, which needs no activation after the last layer. A standardised quantity starts
    near 1 and K equally frequent classes at log K, so that each target counts about the same.

    Parameters
    ----------
    sizes : tuple of int
        The number of outputs of each target; 1 for a quantity.
    """

    sizes: tuple[int, ...] = (1,)

    source = "Caruana 1997, Multitask Learning"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.sizes:
            raise InvalidValueError("sizes (=()) must hold the number of outputs of each target")
        for size in self.sizes:
            require_integer("a size in sizes", size, at_least=1)

    @property
    def n_out(self) -> int:
        """The outputs of all targets."""
        return sum(self.sizes)

    def letters(self, j: int) -> dict[str, float]:
        """None."""
        return {}

    def _parts(self) -> Iterator[slice]:
        start = 0
        for size in self.sizes:
            yield slice(start, start + size)
            start += size

    def terms(self, a: Array, y: Array) -> Array:
        """What every output adds to its row's loss, shape (n, n_out)."""
        terms = np.empty_like(a)
        for part in self._parts():
            z, t = a[:, part], y[:, part]
            terms[:, part] = (z - t) ** 2 if z.shape[1] == 1 else -t * log_softmax(z)
        return self.factor * terms

    def value(self, a: Array, y: Array) -> Array:
        """The sum over the targets."""
        total: Array = self.terms(a, y).sum(axis=1)
        return total

    def gradient(self, a: Array, y: Array) -> Array:
        """2 (z - y) of a quantity, softmax(z) sum_j y_j - y of classes."""
        gradient = np.empty_like(a)
        for part in self._parts():
            z, t = a[:, part], y[:, part]
            gradient[:, part] = (
                2 * (z - t)
                if z.shape[1] == 1
                else np.exp(log_softmax(z)) * t.sum(axis=1, keepdims=True) - t
            )
        return self.factor * gradient


def log_softmax(z: Array) -> Array:
    """z - log sum_k exp(z_k) of each row, finite for every z."""
    shifted = z - z.max(axis=1, keepdims=True)
    logs: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs
