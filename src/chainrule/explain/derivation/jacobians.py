"""A network as a row of elementary maps, each with its local derivative.

A layer that ends in an activation is two maps, x -> z and z -> a; every other layer is one. At
evaluation the rows of a batch do not meet: everything here is a matter of one row at a time. What
the maps compute, their derivatives and their formulas are said by layers and activations.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, cast, final

import numpy as np

from ...activations import Activation
from ...layers import Layer, Views
from ...network import Network
from ...parameters import Parameters
from ...rules import Rule
from ...typing import Array

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Stage(ABC):
    """One map, and what it made of the rows.

    Parameters
    ----------
    layer : int
        Which layer of the network it belongs to.
    owner : Layer
        The layer; of a frozen one, the layer inside.
    views : mapping of str to ndarray
        The layer's arrays.
    cache : object
        What the layer keeps for its way back.
    before, after : ndarray, shape (n, n_in) and (n, n_out)
    """

    layer: int
    owner: Layer
    views: Views
    cache: Any
    before: Array
    after: Array

    @property
    @abstractmethod
    def part(self) -> str:
        """What it computes: pre-activations "z", activations "a", or a whole "layer"."""

    @abstractmethod
    def back(self, grad: Array) -> Array:
        """dL/d(before), from dL/d(after)."""

    @abstractmethod
    def jacobian(self, row: int = 0) -> Array:
        """d after_j / d before_i of one row, shape (n_out, n_in), or only its diagonal."""

    @abstractmethod
    def magnitude(self, row: int = 0) -> Array:
        """The size of what each entry of the Jacobian is added up from, in the same shape."""

    @abstractmethod
    def value_rule(self, row: int, j: int) -> Rule:
        """How after_j follows from before."""

    @abstractmethod
    def jacobian_rule(self, row: int, j: int, i: int) -> Rule:
        """How d after_j / d before_i follows."""

    @property
    @abstractmethod
    def vjp_rule(self) -> tuple[str, str]:
        """How dL/d(before) follows from dL/d(after), as text and as LaTeX."""

    @property
    @abstractmethod
    def activation(self) -> Activation | None:
        """The activation that it is; None for a layer's own map."""


@final
class LayerStage(Stage):
    """x -> z, or x -> a of a layer without an activation."""

    activation = None

    @property
    def part(self) -> str:
        """The pre-activations, or all of a layer without an activation."""
        return "layer" if self.owner.last_activation is None else "z"

    def back(self, grad: Array) -> Array:
        """The layer's vector-Jacobian product."""
        return self.owner.transform_vjp(self.views, self.cache, grad)[0]

    def jacobian(self, row: int = 0) -> Array:
        """The layer's own."""
        return self.owner.jacobian(self.views, self.before[row])

    def magnitude(self, row: int = 0) -> Array:
        """The layer's own."""
        return self.owner.magnitude(self.views, self.before[row])

    def by_parameter(self, key: str, index: tuple[int, ...]) -> Array:
        """d after_j / dp for every row and one number p of the layer, shape (n, n_out)."""
        return self.owner.parameter_jacobian(self.views, self.before, key, index)

    def value_rule(self, row: int, j: int) -> Rule:
        """The layer's own."""
        return self.owner.value_rule(self.views, self.before[row], j)

    def jacobian_rule(self, row: int, j: int, i: int) -> Rule:
        """The layer's own."""
        return self.owner.jacobian_rule(self.views, self.before[row], j, i)

    @property
    def vjp_rule(self) -> tuple[str, str]:
        """The layer's own."""
        return self.owner.vjp_rule


@final
class ActivationStage(Stage):
    """z -> a."""

    part = "a"

    @property
    def activation(self) -> Activation:
        """The layer's."""
        return cast(Activation, self.owner.last_activation)

    def back(self, grad: Array) -> Array:
        """The activation's vector-Jacobian product."""
        return self.activation.vjp(self.before, self.after, grad)

    def jacobian(self, row: int = 0) -> Array:
        """The activation's own."""
        return self.activation.jacobian(self.before[row], self.after[row])

    def magnitude(self, row: int = 0) -> Array:
        """That of a (1 - a) near a = 1: a small difference of numbers near 1."""
        jacobian, a = np.abs(self.jacobian(row)), np.abs(self.after[row])
        if jacobian.ndim == 1:
            return jacobian + np.minimum(a, 1.0)
        return jacobian + np.diag(a) + np.outer(a, a)

    def value_rule(self, row: int, j: int) -> Rule:
        """The activation's own."""
        return self.activation.value_rule(self.before[row], self.after[row], j)

    def jacobian_rule(self, row: int, j: int, i: int) -> Rule:
        """The activation's own."""
        return self.activation.jacobian_rule(self.before[row], self.after[row], j, i)

    @property
    def vjp_rule(self) -> tuple[str, str]:
        """The activation's own."""
        return self.activation.vjp_rule


def stages_of(network: Network, parameters: Parameters, X: Array) -> list[Stage]:
    """The network's maps at evaluation, with their values for the rows of X."""
    stages: list[Stage] = []
    with np.errstate(all="ignore"):
        for i, layer in enumerate(network.layers):
            owner, views = layer.inner, parameters.layer(i)
            after, cache = owner.transform(views, X)
            stages.append(LayerStage(i, owner, views, cache, X, after))
            X = after
            if owner.last_activation is not None:
                after = owner.last_activation.value(X)
                stages.append(ActivationStage(i, owner, views, cache, X, after))
                X = after
    return stages


def own_stage(stages: list[Stage], layer: int) -> tuple[int, LayerStage]:
    """The map that a layer's arrays belong to, and its place."""
    k = next(k for k, stage in enumerate(stages) if stage.layer == layer)
    return k, cast(LayerStage, stages[k])


def backward_vectors(stages: list[Stage], end: Array, down_to: int) -> list[Array]:
    """dL/d(after) of the maps from the last down to a given one, the last first."""
    grads = [end]
    with np.errstate(all="ignore"):
        for stage in reversed(stages[down_to + 1 :]):
            grads.append(stage.back(grads[-1]))
    return grads


def rounding_of(
    stages: list[Stage], start: Array, end: Array, a: Array, y: Array, counts: float
) -> float:
    """A bound for the rounding of a sum over all paths, from the first map's units to the last's.

    A few eps times the sum of what is added up: the paths' sizes, and outputs a and targets y,
    whose difference, times what it counts, is what a loss's derivative is made of.
    """
    reached = np.abs(start)
    with np.errstate(all="ignore"):
        for stage in stages[1:]:
            sizes = stage.magnitude()
            reached = sizes * reached if sizes.ndim == 1 else sizes @ reached
        addends = float(reached @ (np.abs(end) + counts * (np.abs(a) + np.abs(y))))
    return 32.0 * EPS * addends
