"""What an activation is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..domain import Domain
from ..rules import Rule, called, given, output
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
    latex: ClassVar[str] = ""
    """The value as LaTeX, an equation in z; "" where none is stated."""
    latex_derivative: ClassVar[str] = ""
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

    def slopes(self, z: Array, a: Array) -> Array | None:
        """da_j/dz_j of every unit, shape of z; None where outputs depend on other units' z, too."""
        return None

    def jacobian(self, z: Array, a: Array) -> Array:
        """da_j/dz_k of one row, shape (n, n), or its diagonal, shape (n,), where all else is 0."""
        n = len(a)
        return self.vjp(np.repeat(z[None], n, 0), np.repeat(a[None], n, 0), np.eye(n))

    def value_rule(self, z: Array, a: Array, j: int) -> Rule:
        """How a_j of one row follows from z."""
        return Rule()

    def jacobian_rule(self, z: Array, a: Array, j: int, i: int) -> Rule:
        """How da_j/dz_i of one row follows from z and a."""
        return Rule()

    @property
    def vjp_rule(self) -> tuple[str, str]:
        """How dL/dz follows from dL/da, as text and as LaTeX; ``{layer}`` is the layer's number."""
        return (
            f"∂L/∂a J, J the Jacobian of {called(self)}",
            r"\dfrac{\partial L}{\partial a^{[{layer}]}}\,J",
        )

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

    def slopes(self, z: Array, a: Array) -> Array:
        """The derivative."""
        return self.derivative(z, a)

    def jacobian(self, z: Array, a: Array) -> Array:
        """The diagonal."""
        diagonal: Array = self.derivative(z[None], a[None])[0]
        return diagonal

    def value_rule(self, z: Array, a: Array, j: int) -> Rule:
        """The activation's own formula."""
        return Rule(self.latex, {"z": given(j), "a": output(j)})

    def jacobian_rule(self, z: Array, a: Array, j: int, i: int) -> Rule:
        """The derivative's own formula; at a kink, what is taken there."""
        here = [f"at its kink: {kink.reason}" for kink in self.kinks if z[j] == kink.at]
        return Rule(
            self.latex_derivative,
            {"z": given(j), "a": output(j)},
            "; ".join([f"{called(self)}, {{unit}}", *here]),
            definitions=self.latex,
        )

    @property
    def vjp_rule(self) -> tuple[str, str]:
        """dL/da times the derivative, unit by unit."""
        return (
            f"∂L/∂a ⊙ {called(self)}'(z), unit by unit",
            r"\dfrac{\partial L}{\partial a^{[{layer}]}} \odot f'\left(z^{[{layer}]}\right)",
        )
