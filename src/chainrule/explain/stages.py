"""A network as a row of elementary maps, each with its local derivative.

A layer with an activation is two maps, x -> z and z -> a; every other layer is one. At evaluation
the rows of a batch do not meet, so that everything here is a matter of one row at a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np

from ..activations import ElementwiseActivation, Softmax
from ..layers import (
    Activated,
    ActivatedLayer,
    BatchNorm,
    Dense,
    Dropout,
    Frozen,
    Layer,
    LayerNorm,
)
from ..layers.normalisation import Normalisation
from ..network import Network
from ..parameters import Parameters
from ..typing import Array

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Stage:
    """One map, and what it made of the rows.

    Parameters
    ----------
    layer : int
        Which layer of the network it belongs to.
    part : {"z", "a", "layer"}
        Whether it computes pre-activations, activations, or a whole layer without an activation.
    owner : Layer
        The layer; what is inside of a frozen one.
    views : mapping of str to ndarray
        The layer's arrays.
    cache : object
        What the layer keeps for its way back.
    before, after : ndarray, shape (n, n_in) and (n, n_out)
    """

    layer: int
    part: Literal["z", "a", "layer"]
    owner: Layer
    views: Mapping[str, Array]
    cache: Any
    before: Array
    after: Array

    def back(self, grad: Array) -> Array:
        """dL/d(before), from dL/d(after)."""
        if self.part == "a":
            owner = cast(ActivatedLayer, self.owner)
            return owner.activation.vjp(self.before, self.after, grad)
        return self._gradients(self.cache, grad)[0]

    def _gradients(self, cache: Any, grad: Array) -> tuple[Array, dict[str, Array]]:
        if self.part == "z":
            return cast(ActivatedLayer, self.owner).backward_z(self.views, cache, grad)
        return self.owner.backward(self.views, cache, grad)

    def _repeated(self, row: int, n: int) -> Any:
        """The cache of a batch that is one row, n times."""
        X = np.repeat(self.before[row : row + 1], n, axis=0)
        if self.part == "z":
            z, memo = cast(ActivatedLayer, self.owner).pre_activation(self.views, X, None)
            return Activated(X, z, z, memo)
        return self.owner.forward(self.views, X, None)[1]

    def jacobian(self, row: int = 0) -> Array:
        """d after_j / d before_i of one row, shape (n_out, n_in), or only its diagonal."""
        n = self.after.shape[1]
        if self.part == "a":
            activation = cast(ActivatedLayer, self.owner).activation
            z, a = self.before[row : row + 1], self.after[row : row + 1]
            if isinstance(activation, ElementwiseActivation):
                diagonal: Array = activation.derivative(z, a)[0]
                return diagonal
            if isinstance(activation, Softmax):
                return activation.jacobian(a[0])
            return activation.vjp(np.repeat(z, n, 0), np.repeat(a, n, 0), np.eye(n))
        if isinstance(self.owner, Dense):
            weights: Array = self.views["W"].T
            return weights
        if isinstance(self.owner, Dropout):
            return np.ones(n)
        if isinstance(self.owner, BatchNorm):
            scale: Array = self.views["gamma"] * self.cache.memo[1]
            return scale
        return self._gradients(self._repeated(row, n), np.eye(n))[0]

    def magnitude(self, row: int = 0) -> Array:
        """The size of what each entry of the Jacobian is added up from, in the same shape.

        a (1 - a) near a = 1 is a small difference of numbers near 1, and only as exact as these.
        """
        jacobian = np.abs(self.jacobian(row))
        if self.part == "a":
            a = np.abs(self.after[row])
            if jacobian.ndim == 1:
                return jacobian + np.minimum(a, 1.0)
            return jacobian + np.diag(a) + np.outer(a, a)
        if isinstance(self.owner, LayerNorm):
            x_hat, inverse_std = self.cache.memo
            h, n = np.abs(x_hat[row]), len(jacobian)
            addends: Array = np.eye(n) + (1.0 + np.outer(h, h)) / n
            return np.abs(self.views["gamma"])[:, None] * inverse_std[row] * addends
        return jacobian

    def by_parameter(self, key: str, index: tuple[int, ...]) -> Array:
        """d after_j / dp for every row and one number p of the layer, shape (n, n_out)."""
        result = np.zeros_like(self.after)
        if isinstance(self.owner, Dense):
            result[:, index[-1]] = self.before[:, index[0]] if key == "W" else 1.0
        elif isinstance(self.owner, Normalisation):
            result[:, index[0]] = self.cache.memo[0][:, index[0]] if key == "gamma" else 1.0
        else:
            n = result.shape[1]
            for row in range(len(result)):
                cache = self._repeated(row, 1)
                for j in range(n):
                    unit = np.eye(n)[j : j + 1]
                    result[row, j] = self._gradients(cache, unit)[1][key][index]
        return result


def unwrapped(layer: Layer) -> Layer:
    """The layer itself; what is inside of a frozen one."""
    return layer.layer if isinstance(layer, Frozen) else layer


def stages_of(network: Network, parameters: Parameters, X: Array) -> list[Stage]:
    """The network's maps at evaluation, with their values for the rows of X."""
    stages = []
    with np.errstate(all="ignore"):
        for i, layer in enumerate(network.layers):
            owner, views = unwrapped(layer), parameters.layer(i)
            two_steps = type(owner).forward is ActivatedLayer.forward
            if isinstance(owner, ActivatedLayer) and two_steps:
                z, memo = owner.pre_activation(views, X, None)
                a = owner.activation.value(z)
                cache = Activated(X, z, a, memo)
                stages += [
                    Stage(i, "z", owner, views, cache, X, z),
                    Stage(i, "a", owner, views, cache, z, a),
                ]
                X = a
            else:
                a, other = owner.forward(views, X, None)
                stages.append(Stage(i, "layer", owner, views, other, X, a))
                X = a
    return stages


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
