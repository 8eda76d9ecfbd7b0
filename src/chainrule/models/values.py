"""Python values as plain data and arrays, and back: a closed list of types, no code.

JSON has numbers, texts, true, false, null and lists. Everything else is an object with one entry,
which names its type: ``{"tuple": [1, 2]}``, ``{"array": "state.parameters"}``, ``{"loss": {...}}``.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import groupby
from math import isfinite
from typing import Any

import numpy as np

from ..activations import ACTIVATIONS
from ..errors import InvalidTypeError, ModelFileError, shown
from ..initializers import INITIALIZERS
from ..layers import Layer
from ..losses import LOSSES
from ..network import Network
from ..objective import Objective
from ..optimizers import OPTIMIZERS
from ..parameters import Layout, Parameters, ParameterSpec
from ..penalties import PENALTIES
from ..registry import Registry
from ..schedules import SCHEDULES
from .network_data import layer_from_dict, layer_to_dict, network_from_dict, network_to_dict

Arrays = dict[str, Any]

REGISTRIES: dict[str, Registry[Any]] = {
    registry.kind: registry
    for registry in (ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, PENALTIES, SCHEDULES)
}


@cache
def records() -> dict[str, type]:
    """The classes whose objects are written field by field."""
    from .. import plan, training

    public = [*vars(plan).values(), *vars(training).values(), Objective]
    return {c.__name__: c for c in public if isinstance(c, type) and is_dataclass(c)}


def to_data(value: Any, arrays: Arrays, where: str) -> Any:
    """A value as plain data; its arrays are put into `arrays` under the path to them.

    Raises
    ------
    InvalidTypeError
        If something in it is of another type; the message gives its path.
    InvalidValueError
        If an activation, a loss, ... is not built in.
    """
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return value if isfinite(value) else {"float": repr(value)}
    if kind is list:
        return [to_data(v, arrays, f"{where}[{i}]") for i, v in enumerate(value)]
    if kind in (tuple, set, frozenset):
        items = value if kind is tuple else sorted(value)
        return {kind.__name__: [to_data(v, arrays, f"{where}[{i}]") for i, v in enumerate(items)]}
    if kind is dict:
        entries = value.items()
        return {
            "dict": [
                [to_data(k, arrays, where), to_data(v, arrays, f"{where}.{k}")] for k, v in entries
            ]
        }
    if isinstance(value, np.str_):
        return str(value)
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return {"scalar": [value.dtype.name, to_data(value.item(), arrays, where)]}
    if isinstance(value, np.dtype) and value.kind in "biuf":
        return {"dtype": value.name}
    if kind is np.ndarray:
        return _array_to_data(value, arrays, where)
    if kind is Network:
        return {"network": network_to_dict(value)}
    if isinstance(value, Layer):
        return {"layer": layer_to_dict(value)}
    if kind is Parameters:
        vector = _array_to_data(value.vector, arrays, f"{where}.vector")
        return {"parameters": {"layout": _layout_to_data(value.layout), "vector": vector}}
    for name, registry in REGISTRIES.items():
        if isinstance(value, registry.base):
            return {name: registry.to_dict(value)}
    if records().get(kind.__name__) is kind:
        return {kind.__name__: record_to_data(value, arrays, where)}
    raise InvalidTypeError(
        f"{where} (={shown(value)}) cannot be written to a model file; it is a {kind.__name__}"
    )


def record_to_data(
    record: Any, arrays: Arrays, where: str, without: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The fields of a dataclass's object as plain data."""
    return {
        f.name: to_data(getattr(record, f.name), arrays, f"{where}.{f.name}")
        for f in fields(record)
        if f.init and f.name not in without
    }


def from_data(data: Any, arrays: Mapping[str, Any]) -> Any:
    """The value that `to_data` described."""
    if isinstance(data, list):
        return [from_data(item, arrays) for item in data]
    if not isinstance(data, dict):
        return data
    ((tag, content),) = data.items()
    if tag in _READERS:
        return _READERS[tag](content, arrays)
    if tag in REGISTRIES:
        return REGISTRIES[tag].from_dict(content)
    if tag in records():
        return records()[tag](**record_from_data(content, arrays))
    raise ModelFileError(f"unknown type {tag!r}")


def record_from_data(data: Mapping[str, Any], arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record's fields."""
    return {name: from_data(value, arrays) for name, value in data.items()}


def _array_to_data(array: Any, arrays: Arrays, where: str) -> Any:
    if array.dtype.kind in "biuf":
        if np.isfinite(array).all():
            arrays[where] = array
            return {"array": where}
        arrays[where] = np.nan_to_num(array, nan=0.0, posinf=0.0, neginf=0.0)
        odd = np.flatnonzero(~np.isfinite(array))
        values = [repr(float(x)) for x in array.ravel()[odd]]
        return {"array with": [where, odd.tolist(), values]}
    if array.dtype.kind in "UO" and array.ndim == 1:
        items = [to_data(item, arrays, f"{where}[{i}]") for i, item in enumerate(array.tolist())]
        return {"object array" if array.dtype.kind == "O" else "text array": items}
    raise InvalidTypeError(
        f"{where} is an array of {array.dtype} and cannot be written to a model file"
    )


def _number_type(name: str) -> Any:
    dtype = np.dtype(name)
    if dtype.kind not in "biuf":
        raise ModelFileError(f"{name!r} is no type of numbers")
    return dtype


def _array(name: str, arrays: Mapping[str, Any]) -> Any:
    return arrays[name].copy()


def _array_with(content: Any, arrays: Mapping[str, Any]) -> Any:
    name, places, values = content
    array = _array(name, arrays)
    array.ravel()[np.array(places, np.int64)] = [float(value) for value in values]
    return array


def _object_array(items: list[Any], arrays: Mapping[str, Any]) -> Any:
    array = np.empty(len(items), dtype=object)
    array[:] = [from_data(item, arrays) for item in items]
    return array


def _layout_to_data(layout: Layout) -> list[Any]:
    """The arrays of each layer, layers without arrays included."""
    found: list[Any] = [[] for _ in range(layout.n_layers)]
    for layer, views in groupby(layout.views, lambda view: view.layer):
        found[layer] = [[view.key, *vars(view.spec).values()] for view in views]
    return found


def _parameters(content: Mapping[str, Any], arrays: Mapping[str, Any]) -> Parameters:
    specs = [
        {key: ParameterSpec(tuple(shape), *rest) for key, shape, *rest in layer}
        for layer in content["layout"]
    ]
    return Parameters(Layout(specs), from_data(content["vector"], arrays))


def _texts(items: list[Any], arrays: Mapping[str, Any]) -> Any:
    if not all(isinstance(item, str) for item in items):
        raise ModelFileError("an array of texts holds something else")
    return np.array(items, dtype=str)


_READERS: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "float": lambda content, _: float(content),
    "tuple": lambda content, arrays: tuple(from_data(content, arrays)),
    "set": lambda content, arrays: set(from_data(content, arrays)),
    "frozenset": lambda content, arrays: frozenset(from_data(content, arrays)),
    "dict": lambda content, arrays: {
        from_data(key, arrays): from_data(value, arrays) for key, value in content
    },
    "scalar": lambda content, arrays: _number_type(content[0]).type(from_data(content[1], arrays)),
    "dtype": lambda content, _: _number_type(content),
    "array": _array,
    "array with": _array_with,
    "text array": _texts,
    "object array": _object_array,
    "network": lambda content, _: network_from_dict(content),
    "layer": lambda content, _: layer_from_dict(content),
    "parameters": _parameters,
}
