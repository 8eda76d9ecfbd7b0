"""What a layer is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ..activations import Activation
from ..parameters import ParameterSpec
from ..random import Key
from ..typing import Array

Views = Mapping[str, Array]
"""A layer's own arrays, by key: ``{"W": ..., "b": ...}``."""


class Layer(ABC):
    """One step of a network: whatever has parameters or needs randomness.

    A layer holds no numbers: its arrays are views of the network's parameter vector. Arrays have
    rows for samples: X (n, n_in), a (n, n_out).
    """

    latex: ClassVar[str]
    """The layer's output as LaTeX."""

    n_in: int | None = None
    """How many inputs it takes; None for any number."""
    n_out: int | None = None
    """How many outputs it has; None for as many as inputs."""

    def specs(self) -> dict[str, ParameterSpec]:
        """Its arrays in the parameter vector, by key; none by default."""
        return {}

    def initial(self, seed: int, position: int) -> dict[str, Array]:
        """The first values of its arrays, as a function of a seed and the layer's position."""
        return {}

    @abstractmethod
    def forward(self, views: Views, X: Array, key: Key | None = None) -> tuple[Array, Any]:
        """The outputs, and what `backward` needs; key None means evaluation, not training."""

    @abstractmethod
    def backward(self, views: Views, cache: Any, grad_a: Array) -> tuple[Array, dict[str, Array]]:
        """dL/dX and the gradients of its arrays, from dL/da."""

    def statistics(self, views: Views, cache: Any) -> dict[str, Array]:
        """New values of arrays that follow the data and not the gradient, after a training pass."""
        return {}

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.config().items())
        return f"{type(self).__name__}({arguments})"

    def config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {}

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.config() == other.config()

    def __hash__(self) -> int:
        return hash((type(self), repr(self.config())))


class Activated(NamedTuple):
    """What a layer with an activation keeps for its way back."""

    X: Array
    """Its input."""
    z: Array
    """The pre-activations."""
    a: Array
    """The outputs, f(z)."""
    memo: Any = None
    """What else the layer's own derivative needs."""


class ActivatedLayer(Layer):
    """A layer that ends in an activation: a = f(z), z from the input."""

    activation: Activation

    @abstractmethod
    def pre_activation(self, views: Views, X: Array, key: Key | None) -> tuple[Array, Any]:
        """z, and a memo for `backward_z`."""

    @abstractmethod
    def backward_z(
        self, views: Views, cache: Activated, grad_z: Array
    ) -> tuple[Array, dict[str, Array]]:
        """dL/dX and the gradients of its arrays, from dL/dz."""

    def forward(self, views: Views, X: Array, key: Key | None = None) -> tuple[Array, Activated]:
        """a = f(z)."""
        z, memo = self.pre_activation(views, X, key)
        a = self.activation.value(z)
        return a, Activated(X, z, a, memo)

    def backward(
        self, views: Views, cache: Activated, grad_a: Array
    ) -> tuple[Array, dict[str, Array]]:
        """dL/dz by the activation's derivative, then on from there."""
        grad_z = self.activation.vjp(cache.z, cache.a, grad_a)
        return self.backward_z(views, cache, grad_z)


def column_sum(array: Array) -> Array:
    """The sum over the samples, shape (n_units,)."""
    total: Array = np.asarray(array.sum(axis=0))
    return total
