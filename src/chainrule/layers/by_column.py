"""Different layers for different columns."""

from collections.abc import Iterable, Sequence
from typing import Any, final

import numpy as np

from ..errors import (
    InvalidTypeError,
    InvalidValueError,
    ShapeError,
    items_of,
    require_integer,
    shown,
)
from ..parameters import ParameterSpec
from ..random import Key
from ..typing import Array
from .base import Layer, Views

_APART = 4096
"""Between the places in the random sequence of a layer and of the layers inside it."""


@final
class ByColumn(Layer):
    """Groups of columns, each through a layer of its own; the outputs one group after the other.

    Parameters
    ----------
    groups : iterable of (columns, layer)
        The numbers of the columns, from 0 on, and the layer that takes them in that order. A column
        may go into several groups or into none.
    n_in : int, optional
        Inputs; by default up to the last column that is in a group.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If a group is no pair, a column is negative, beyond n_in, or twice in its group.
    ShapeError
        If a layer takes another number of inputs than its group has columns.

    Notes
    -----
    The arrays of the layer of group k have k behind their names: ``layers[0].E_1``.

    Examples
    --------
    >>> from chainrule import ByColumn, Embedding, PeriodicEmbedding
    >>> front = ByColumn([((0, 1), PeriodicEmbedding(2)), ((2,), Embedding((12,), 3))])
    >>> front.n_in, front.n_out
    (3, 11)
    """

    latex = r"a = (f_1(x_{C_1}), f_2(x_{C_2}), \dots)"
    unit_letter = "g"

    def __init__(
        self, groups: Iterable[tuple[Sequence[int], Layer]], n_in: int | None = None
    ) -> None:
        such_as = "pairs of columns and a layer such as [((0, 1), Scale(2))]"
        made = []
        for k, group in enumerate(items_of("groups", groups, such_as)):
            pair = items_of(f"groups[{k}]", group, "a pair of columns and a layer")
            if len(pair) != 2 or not isinstance(pair[1], Layer):
                raise InvalidTypeError(
                    f"groups[{k}] (={shown(group)}) must be a pair of columns and a Layer"
                )
            made.append((_columns(k, pair[0]), _fitting(k, pair)))
        if not made:
            raise InvalidValueError("groups (=()) must hold at least one pair")
        used = 1 + max(max(columns) for columns, _ in made)
        require_integer("n_in", used if n_in is None else n_in, at_least=used)
        self.groups = tuple(made)
        self.n_in = used if n_in is None else int(n_in)
        self.widths = [layer.n_out or len(columns) for columns, layer in made]
        self.n_out = sum(self.widths)
        self.permutable = False
        self.at_evaluation = "; ".join(
            dict.fromkeys(layer.at_evaluation for _, layer in made if layer.at_evaluation)
        )

    def config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"groups": self.groups, "n_in": self.n_in}

    def specs(self) -> dict[str, ParameterSpec]:
        """Those of the groups' layers."""
        return {
            f"{key}_{k}": spec
            for k, (_, layer) in enumerate(self.groups)
            for key, spec in layer.specs().items()
        }

    def initial(self, seed: int, position: int) -> dict[str, Array]:
        """Those of the groups' layers, each with random numbers of its own."""
        return {
            f"{key}_{k}": array
            for k, (_, layer) in enumerate(self.groups)
            for key, array in layer.initial(seed, position + _APART * (k + 1)).items()
        }

    def forward(self, views: Views, X: Array, key: Key | None = None) -> tuple[Array, Any]:
        """Each layer's outputs for its columns."""
        outputs, caches = [], []
        for k, (columns, layer) in enumerate(self.groups):
            own = None if key is None else key._replace(layer=key.layer + _APART * (k + 1))
            a, cache = layer.forward(_own(views, layer, k), X[:, list(columns)], own)
            outputs.append(a)
            caches.append(cache)
        return np.concatenate(outputs, axis=1), caches

    def backward(self, views: Views, cache: Any, grad_a: Array) -> tuple[Array, dict[str, Array]]:
        """dL/dX is the sum over the groups that a column is in."""
        grad_X = np.zeros((len(grad_a), self.n_in or 0), grad_a.dtype)
        gradients: dict[str, Array] = {}
        start = 0
        for k, (columns, layer) in enumerate(self.groups):
            part = grad_a[:, start : start + self.widths[k]]
            grad, own = layer.backward(_own(views, layer, k), cache[k], part)
            grad_X[:, list(columns)] += grad
            gradients |= {f"{key}_{k}": array for key, array in own.items()}
            start += self.widths[k]
        return grad_X, gradients

    def statistics(self, views: Views, cache: Any) -> dict[str, Array]:
        """Those of the groups' layers."""
        return {
            f"{key}_{k}": array
            for k, (_, layer) in enumerate(self.groups)
            for key, array in layer.statistics(_own(views, layer, k), cache[k]).items()
        }

    # --- what explanations ask --------------------------------------------------------------

    def kinks(self, cache: Any) -> list[tuple[str, Array]]:
        """Those of the groups' layers."""
        return [
            kink
            for own, (_, layer) in zip(cache, self.groups, strict=True)
            for kink in layer.inner.kinks(own)
        ]


def _own(views: Views, layer: Layer, k: int) -> dict[str, Array]:
    """The arrays of the layer of group k, by its own names."""
    return {key: views[f"{key}_{k}"] for key in layer.specs()}


def _columns(k: int, given: Any) -> tuple[int, ...]:
    name = f"the columns of groups[{k}]"
    columns = items_of(name, given, "whole numbers such as (0, 1)")
    for column in columns:
        require_integer(f"a column of groups[{k}]", column, at_least=0, at_most=2**31)
    if not columns or len(set(columns)) < len(columns):
        raise InvalidValueError(f"{name} (={shown(columns)}) must be different ones, at least one")
    return tuple(map(int, columns))


def _fitting(k: int, pair: tuple[Any, ...]) -> Layer:
    columns, layer = pair
    n = len(tuple(columns))
    if layer.n_in not in (None, n):
        raise ShapeError(f"the layer of groups[{k}] takes {layer.n_in} inputs, but has {n} columns")
    inside: Layer = layer
    return inside
