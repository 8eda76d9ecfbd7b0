"""A network as plain data, and back."""

from collections.abc import Callable, Mapping
from typing import Any

from ..activations import ACTIVATIONS, Activation
from ..errors import (
    InvalidValueError,
    items_of,
    plain_line,
    require_instance,
    require_mapping,
    shown,
)
from ..initializers import INITIALIZERS, Initializer
from ..layers import LAYERS, Layer
from ..network import Network
from ..registry import unknown


def network_to_dict(network: Network) -> dict[str, Any]:
    """The network's layers and their arguments as plain data, without any numbers learned.

    Raises
    ------
    InvalidValueError
        If a layer, an activation or an initializer is not built in; the message names it.
    """
    require_instance("network", network, Network, "a Network")
    layers = []
    for i, layer in enumerate(network.layers):
        try:
            layers.append(layer_to_dict(layer))
        except InvalidValueError as error:
            raise InvalidValueError(f"layers[{i}]: {error}") from None
    return {"layers": layers}


def network_from_dict(data: Mapping[str, Any]) -> Network:
    """The network that `network_to_dict` described."""
    require_mapping("data", data)
    if set(data) != {"layers"}:
        raise InvalidValueError(f"data (={shown(data)}) must have layers, and nothing else")
    layers = items_of("data['layers']", data["layers"], "a list of layers")
    return Network([layer_from_dict(layer) for layer in layers])


def layer_to_dict(layer: Layer) -> dict[str, Any]:
    """A layer's name and arguments as plain data; raises as `network_to_dict`."""
    name = next((name for name, kind in LAYERS.items() if type(layer) is kind), None)
    if name is None:
        raise InvalidValueError(
            f"layer {type(layer).__name__} is not built in and cannot be written as data"
        )
    return {"type": name, **{key: _to_data(value) for key, value in layer.config().items()}}


def _to_data(value: Any) -> Any:
    if isinstance(value, Activation):
        return ACTIVATIONS.to_dict(value)
    if isinstance(value, Initializer):
        return INITIALIZERS.to_dict(value)
    if isinstance(value, Layer):
        return layer_to_dict(value)
    if isinstance(value, tuple):
        return [_to_data(item) for item in value]
    return value


def layer_from_dict(data: Mapping[str, Any]) -> Layer:
    """The layer that `layer_to_dict` described."""
    readers: dict[str, Callable[[Any], Any]] = {
        "activation": ACTIVATIONS.from_dict,
        "initializer": INITIALIZERS.from_dict,
        "bias_initializer": INITIALIZERS.from_dict,
        "layer": layer_from_dict,
        "groups": lambda groups: [(columns, layer_from_dict(layer)) for columns, layer in groups],
    }
    require_mapping("layer", data)
    values = dict(data)
    name = values.pop("type", None)
    if not isinstance(name, str) or name not in LAYERS:
        raise unknown("layer", name, LAYERS)
    arguments = {k: readers[k](v) if k in readers else v for k, v in values.items()}
    try:
        return LAYERS[name](**arguments)
    except TypeError as error:
        raise InvalidValueError(f"layer {name}: {plain_line(str(error))}") from None
