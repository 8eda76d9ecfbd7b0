"""What a layer is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ..activations import Activation
from ..parameters import ParameterSpec
from ..random import Key
from ..rules import Rule
from ..typing import Array

Views = Mapping[str, Array]
"""A layer's own arrays, by key: ``{"W": ..., "b": ...}``."""


class Layer(ABC):
    """One step of a network: whatever has parameters or needs randomness.

    A layer holds no numbers: its arrays are views of the network's parameter vector. Arrays have
    rows for samples: X (n, n_in), a (n, n_out).

    What a subclass must say is `forward` and `backward`, and `specs` where it has arrays. From
    these the rest follows: the derivatives that explanations show are vector-Jacobian products, one
    for each output. A layer that knows them in closed form, or can say its formulas, says so in the
    methods below `statistics`.
    """

    latex: ClassVar[str] = ""
    """The layer's output as LaTeX; "" where none is stated."""
    unit_letter: ClassVar[str] = "u"
    """What its units are called, with a number; h and o are those of weights W."""
    symbols: ClassVar[Mapping[str, tuple[str, str]]] = {}
    r"""The symbol of an array with a number for each unit: ``{"gamma": ("γ", r"\gamma")}``."""
    permutable: bool = False
    """Whether exchanging two units, with their numbers, does no more than exchange the outputs."""
    at_evaluation: str = ""
    """What it does at evaluation where training does something else, in words."""

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

    # --- what explanations, diagnoses and diagrams ask ---------------------------------------

    @property
    def inner(self) -> "Layer":
        """The layer itself; of a frozen one, the layer inside."""
        return self

    @property
    def last_activation(self) -> Activation | None:
        """The activation that the layer ends in; None where it is one map from x to a."""
        return None

    def transform(self, views: Views, X: Array) -> tuple[Array, Any]:
        """The layer's own map at evaluation, and what `transform_vjp` needs: x to a.

        From x to z for a layer that ends in an activation.
        """
        return self.forward(views, X, None)

    def transform_vjp(
        self, views: Views, cache: Any, grad: Array
    ) -> tuple[Array, dict[str, Array]]:
        """dL/dX and the gradients of the arrays, from the derivative by what `transform` gives."""
        return self.backward(views, cache, grad)

    def jacobian(self, views: Views, x: Array) -> Array:
        """The derivative of `transform` at one row x of shape (n_in,).

        Shape (n_out, n_in), or (n_out,) for a diagonal where all else is 0.
        """
        n = self.transform(views, x[None])[0].shape[1]
        _, cache = self.transform(views, np.repeat(x[None], n, axis=0))
        return self.transform_vjp(views, cache, np.eye(n))[0]

    def parameter_jacobian(self, views: Views, X: Array, key: str, index: tuple[int, ...]) -> Array:
        """The derivative of what `transform` gives by one number of an array, shape (n, n_out)."""
        out, _ = self.transform(views, X)
        result = np.zeros_like(out)
        for row, j in np.ndindex(*out.shape):  # one row each, since gradients are summed over rows
            _, cache = self.transform(views, X[row : row + 1])
            unit = np.eye(out.shape[1])[j : j + 1]
            result[row, j] = self.transform_vjp(views, cache, unit)[1][key][index]
        return result

    def magnitude(self, views: Views, x: Array) -> Array:
        """The size of what each entry of the Jacobian is added up from, which rounding follows."""
        return np.abs(self.jacobian(views, x))

    def units_of(self, key: str, index: tuple[int, ...]) -> Sequence[int] | None:
        """The outputs that one number of an array reaches; None for all of them."""
        return None

    def contributions(self, views: Views, x: Array) -> tuple[Array, Array | None] | None:
        """What `transform` adds up for one row: of each input, shape (n_in, n_out), and a bias.

        None where it is no such sum.
        """
        return None

    def value_rule(self, views: Views, x: Array, j: int) -> Rule:
        """How the j-th number of `transform` follows from a row x."""
        return Rule()

    def jacobian_rule(self, views: Views, x: Array, j: int, i: int) -> Rule:
        """How its derivative by the i-th input follows."""
        return Rule()

    def parameter_rule(
        self, views: Views, x: Array, key: str, index: tuple[int, ...], j: int
    ) -> Rule:
        """How its derivative by one number of an array follows."""
        return Rule()

    @property
    def vjp_rule(self) -> tuple[str, str]:
        """How dL/dx follows from the derivative by what `transform` gives, as text and LaTeX."""
        name = type(self).__name__
        return (
            f"δ J, J the Jacobian of {name}",
            rf"\delta^{{[{{layer}}]}}\,J_{{\text{{{name}}}}}",
        )

    def why_no_gradient(self, key: str) -> str:
        """Why there is no derivative by an array, in words; "" where there is one."""
        spec = self.specs()[key]
        if spec.trainable:
            return ""
        return "is not trainable by its layer's own design; its derivative is not computed"

    def kinks(self, cache: Any) -> list[tuple[str, Array]]:
        """For everything with a kink, its name and numbers that change their sign there."""
        return []

    def __repr__(self) -> str:
        """With the activation, and the arguments that differ from the constructor's defaults."""
        kept = self.config()
        for name in [name for name in kept if name != "activation"]:
            fewer = {k: v for k, v in kept.items() if k != name}
            try:
                if type(self)(**fewer).config() == self.config():
                    kept = fewer
            except Exception:  # an argument without a default, or a check of the layer's own
                continue
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in kept.items())})"

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

    @property
    def last_activation(self) -> Activation | None:
        """The activation, unless `forward` is the layer's own."""
        return self.activation if type(self).forward is ActivatedLayer.forward else None

    def transform(self, views: Views, X: Array) -> tuple[Array, Any]:
        """The pre-activations z."""
        if self.last_activation is None:
            return super().transform(views, X)
        z, memo = self.pre_activation(views, X, None)
        return z, Activated(X, z, z, memo)

    def transform_vjp(
        self, views: Views, cache: Any, grad: Array
    ) -> tuple[Array, dict[str, Array]]:
        """dL/dX and the gradients of the arrays, from dL/dz."""
        if self.last_activation is None:
            return super().transform_vjp(views, cache, grad)
        return self.backward_z(views, cache, grad)

    def kinks(self, cache: Any) -> list[tuple[str, Array]]:
        """Those of the activation."""
        if self.last_activation is None:
            return []
        name = type(self.activation).__name__
        return [(name, np.sign(cache.z - kink.at)) for kink in self.activation.kinks]


def column_sum(array: Array) -> Array:
    """The sum over the samples, shape (n_units,)."""
    total: Array = np.asarray(array.sum(axis=0))
    return total
