"""The layers of a model, with the size of what they learned."""

from dataclasses import dataclass
from typing import Any

from ..errors import InvalidTypeError, shown


@dataclass(frozen=True)
class ArraySummary:
    """One array of a layer.

    Attributes
    ----------
    name : str
        As explanations call it: ``layers[0].W``.
    shape : tuple of int
    mean, std, low, high : float
        Of its numbers; low and high are the smallest and the largest.
    """

    name: str
    shape: tuple[int, ...]
    mean: float
    std: float
    low: float
    high: float


@dataclass(frozen=True)
class LayerSummary:
    """One layer of a model.

    Attributes
    ----------
    layer : str
        What it is: ``Dense(4, 8, activation=relu)``.
    n_in, n_out : int or None
        None for layers that take any number.
    n_parameters : int
    arrays : tuple of ArraySummary
    """

    layer: str
    n_in: int | None
    n_out: int | None
    n_parameters: int
    arrays: tuple[ArraySummary, ...]


def summarize_layers(model: Any) -> list[LayerSummary]:
    """The layers of whatever `load_model` returns, but several fits at once.

    Raises
    ------
    InvalidTypeError
        If the model has no single network.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.models import TrainedNetwork, summarize_layers
    >>> network = cr.mlp(2, (3,), 1)
    >>> for layer in summarize_layers(TrainedNetwork(network, network.initial_parameters(0))):
    ...     print(layer.n_in, layer.n_out, layer.n_parameters)
    2 3 9
    3 1 4
    """
    try:
        network, parameters = _parts(model)
    except Exception:  # an object's own
        raise InvalidTypeError(
            f"model (={shown(model)}) must be a fitted model with one network, not "
            f"{type(model).__name__}"
        ) from None
    found = []
    for layer, views in zip(network.layers, network.layout.by_layer, strict=True):
        arrays = [(view.name, view.of(parameters.vector)) for view in views]
        summaries = [
            ArraySummary(
                name, a.shape, float(a.mean()), float(a.std()), float(a.min()), float(a.max())
            )
            for name, a in arrays
        ]
        size = sum(array.size for _, array in arrays)
        found.append(LayerSummary(repr(layer), layer.n_in, layer.n_out, size, tuple(summaries)))
    return found


def _parts(model: Any) -> tuple[Any, Any]:
    if not hasattr(model, "layout") and hasattr(model, "subject"):
        model = model.subject()
    return model.network, model.parameters
