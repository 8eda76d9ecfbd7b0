"""A network is a tuple of layers."""

from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise
from typing import Any, final

import numpy as np

from .activations import ACTIVATIONS, Activation, Softmax
from .errors import (
    InvalidTypeError,
    InvalidValueError,
    ShapeError,
    items_of,
    require_integer,
    shown,
)
from .layers import ActivatedLayer, Dense, Layer
from .parameters import Layout, Parameters
from .random import check_seed
from .typing import FLOAT64, Array, ArrayLike, float_array, float_type

_LARGEST = 2**44
"""More parameters than this take more memory than any machine has."""


@final
class Network:
    """Layers in a row, each fed with the outputs of the one before. It holds no numbers.

    Parameters
    ----------
    layers : iterable of Layer
        At least one of them `Dense`.

    Raises
    ------
    InvalidTypeError
        If something in it is no layer.
    ShapeError
        If a layer's inputs are not as many as the outputs before it.

    Examples
    --------
    >>> from chainrule import Dense, Network
    >>> network = Network([Dense(2, 2, "sigmoid"), Dense(2, 1, "sigmoid")])
    >>> network.n_in, network.n_out, network.layout.size
    (2, 1, 9)
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        given = items_of("layers", layers, "layers such as [Dense(2, 1)]")
        self.layers: tuple[Layer, ...] = given
        for i, layer in enumerate(self.layers):
            if not isinstance(layer, Layer):
                raise InvalidTypeError(
                    f"layers[{i}] (={shown(layer)}) must be a Layer such as Dense(2, 1)"
                )
        sized = [(i, layer) for i, layer in enumerate(self.layers) if layer.n_in is not None]
        if not sized:
            raise InvalidValueError("a network needs at least one Dense layer")
        for (_, before), (i, layer) in pairwise(sized):
            if before.n_out != layer.n_in:
                raise ShapeError(
                    f"layers[{i}] takes {layer.n_in} inputs, but the layer before it has "
                    f"{before.n_out} outputs"
                )
        for i, layer in enumerate(self.layers):
            if isinstance(layer, ActivatedLayer) and type(layer.activation) is Softmax:
                if layer.n_out == 1:
                    raise InvalidValueError(
                        f"layers[{i}] is a softmax of one unit, which is always 1; use a sigmoid"
                    )
        self.n_in: int = sized[0][1].n_in or 0
        self.n_out: int = sized[-1][1].n_out or 0

    @cached_property
    def layout(self) -> Layout:
        """Where each layer's arrays lie in the parameter vector."""
        return Layout([layer.specs() for layer in self.layers])

    @cached_property
    def prepared(self) -> dict[str, Any]:
        """What engines have prepared of it, by their names; not part of a copy or a pickle."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "prepared"}

    def initial_parameters(self, seed: int | None = None, dtype: Any = np.float64) -> Parameters:
        """Parameters to start from: each layer's initializer, as a function of the seed."""
        seed, dtype, layout = check_seed(seed), float_type(dtype), self.layout
        if layout.size >= _LARGEST:
            raise InvalidValueError(
                f"the network has {layout.size:.3g} parameters, more than any memory holds: "
                "n_in, n_out and the sizes of its layers must be smaller"
            )
        vector = np.zeros(layout.size)
        parameters = Parameters(layout, vector)
        for i, layer in enumerate(self.layers):
            for key, array in layer.initial(seed, i).items():
                name = f"layers[{i}].{key}"
                view = layout.by_name.get(name)
                if view is not None and getattr(array, "shape", None) == view.spec.shape:
                    vector[view.start : view.stop] = array.ravel()
                else:  # which checks it
                    parameters[name] = array
        return parameters if dtype is FLOAT64 else parameters.astype(dtype)

    def check_input(self, X: ArrayLike, dtype: Any = None, name: str = "X") -> Array:
        """X as a float array of shape (n, n_in): float32 stays, all else becomes float64.

        Raises
        ------
        InvalidTypeError
            If X holds no real numbers.
        ShapeError
            If X is no table with n_in columns.
        """
        array = float_array(name, X, dtype)
        if array.ndim != 2 or array.shape[1] != self.n_in:
            raise ShapeError(
                f"{name} has the shape {array.shape}, but the network takes "
                f"(n_samples, {self.n_in})"
            )
        return array

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self.layers == other.layers

    def __hash__(self) -> int:
        return hash(self.layers)

    @property
    def sizes(self) -> str:
        """The numbers of units, such as ``2 -> 3 -> 1``."""
        return " -> ".join(map(str, [self.n_in, *(x.n_out for x in self.layers if x.n_in)]))

    def __repr__(self) -> str:
        return "Network([\n" + "".join(f"    {layer!r},\n" for layer in self.layers) + "])"


def mlp(
    n_in: int,
    hidden: Iterable[int],
    n_out: int,
    activation: str | Activation = "relu",
    output: str | Activation = "identity",
) -> Network:
    """A multilayer perceptron: dense layers of the given sizes, one activation, one for the output.

    Examples
    --------
    >>> from chainrule import mlp
    >>> mlp(8, (64, 64), 1).layout.size
    4801
    """
    sizes = [n_in, *items_of("hidden", hidden, "sizes such as (64, 64)")]
    require_integer("n_in", n_in, at_least=1)
    for i, size in enumerate(sizes[1:]):
        require_integer(f"hidden[{i}]", size, at_least=1)
    activation = ACTIVATIONS.get_object(activation, "activation")
    output = ACTIVATIONS.get_object(output, "output")
    dense = [Dense(a, b, activation) for a, b in pairwise(sizes)]
    return Network([*dense, Dense(sizes[-1], n_out, output)])
