"""A layer that does not learn."""

from dataclasses import replace
from typing import Any, final

from ..errors import InvalidTypeError, shown
from ..parameters import ParameterSpec
from ..random import Key
from ..typing import Array
from .base import Layer, Views


@final
class Frozen(Layer):
    """Another layer, with its arrays as they are: gradients flow through it and change nothing.

    It behaves as at evaluation: a frozen `BatchNorm` uses its running statistics, a frozen
    `Dropout` drops nothing. Penalties and weight decay leave it alone.

    Parameters
    ----------
    layer : Layer
        The layer to keep.

    Notes
    -----
    Yosinski, Clune, Bengio & Lipson 2014.
    """

    def __init__(self, layer: Layer) -> None:
        if not isinstance(layer, Layer) or isinstance(layer, Frozen):
            raise InvalidTypeError(
                f"layer (={shown(layer)}) must be a Layer that is not frozen yet"
            )
        self.layer = layer
        self.n_in, self.n_out = layer.n_in, layer.n_out
        self.latex = layer.latex  # type: ignore[misc]

    @property
    def inner(self) -> Layer:
        """The layer inside."""
        return self.layer

    def config(self) -> dict[str, Any]:
        """The constructor's argument."""
        return {"layer": self.layer}

    def specs(self) -> dict[str, ParameterSpec]:
        """The layer's arrays, none of them trainable."""
        specs = self.layer.specs().items()
        return {key: replace(spec, trainable=False, penalised=False) for key, spec in specs}

    def initial(self, seed: int, position: int) -> dict[str, Array]:
        """The layer's own."""
        return self.layer.initial(seed, position)

    def forward(self, views: Views, X: Array, key: Key | None = None) -> tuple[Array, Any]:
        """The layer's own, as at evaluation."""
        return self.layer.forward(views, X, None)

    def backward(self, views: Views, cache: Any, grad_a: Array) -> tuple[Array, dict[str, Array]]:
        """The layer's own: the gradients are computed, and not followed."""
        return self.layer.backward(views, cache, grad_a)
