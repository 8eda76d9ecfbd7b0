"""What an activation is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from ..domain import Domain
from ..typing import Array


@dataclass(frozen=True)
class Kink:
    """A point where a function or its derivative jumps: what is taken there, and why."""

    at: float
    derivative: float
    reason: str


class Activation(ABC):
    """A function a = f(z) from the pre-activations of a layer to its outputs.

    Arrays have the shape (n_samples, n_units). An activation has no parameters; what has any is a
    layer.
    """

    name: ClassVar[str]
    latex: ClassVar[str]
    """The value as LaTeX, an equation in z."""
    latex_derivative: ClassVar[str]
    """The derivative as LaTeX, an equation in z or a."""
    source: ClassVar[str]
    range: ClassVar[Domain]
    kinks: ClassVar[tuple[Kink, ...]] = ()
    initializer: ClassVar[str] = "glorot_uniform"
    """The name of the initializer for a layer with this activation, unless it names its own."""

    @abstractmethod
    def value(self, z: Array) -> Array:
        """a = f(z)."""

    @abstractmethod
    def vjp(self, z: Array, a: Array, grad_a: Array) -> Array:
        """dL/dz, from dL/da: the vector-Jacobian product."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ElementwiseActivation(Activation):
    """An activation in which unit j's output depends on unit j's pre-activation alone."""

    @abstractmethod
    def derivative(self, z: Array, a: Array) -> Array:
        """da/dz, from both z and a = f(z): each formula uses the one that suits it."""

    def vjp(self, z: Array, a: Array, grad_a: Array) -> Array:
        """dL/dz = dL/da * da/dz, since the Jacobian is diagonal."""
        return grad_a * self.derivative(z, a)
