"""The numbers of a network to NumPy, PyTorch and Keras, and back."""

import os
import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any, Literal

import numpy as np

from ..errors import (
    DataError,
    InvalidValueError,
    ShapeError,
    items_of,
    path_of,
    plain_line,
    require_choice,
    require_instance,
    shown,
)
from ..files import atomic_write, read_tensors, tensor_bytes
from ..layers import BatchNorm, Dense, Dropout, Frozen, Layer, LayerNorm
from ..network import Network
from ..parameters import Parameters
from ..typing import Array
from .fitted import network_of

Layout = Literal["chainrule", "torch", "keras"]
LAYOUTS = ("chainrule", "torch", "keras")

_TORCH = {
    Dense: {"W": "weight", "b": "bias"},
    BatchNorm: {
        "gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var",
    },
    LayerNorm: {"gamma": "weight", "beta": "bias"},
}  # fmt: skip
_KERAS = {
    Dense: ("W", "b"),
    BatchNorm: ("gamma", "beta", "mean", "variance"),
    LayerNorm: ("gamma", "beta"),
}
"""In the order of `get_weights`."""


def save_weights(model: Any, path: str | os.PathLike[str], layout: Layout | None = None) -> None:
    """Write the numbers of a network, without the network.

    Parameters
    ----------
    model : whatever is fitted
    path : str or path
        The ending decides the container: ``.npz`` or ``.safetensors``.
    layout : {"chainrule", "torch", "keras"}, optional
        "chainrule" has an array for each name, ``layers[0].W`` of shape (n_in, n_out).
        "torch" is the `state_dict` of the `Sequential` with the same layers, each activation but
        identity a module of its own: ``0.weight`` of shape (n_out, n_in). "keras" is the list of
        `get_weights`, under ``arr_0``, ``arr_1``, ...: kernels of shape (n_in, n_out). By default
        "torch" for ``.safetensors``, else "chainrule".

    Raises
    ------
    InvalidValueError
        If the ending is another, or a layer has no counterpart; the message names it.
    WriteError
        If the file cannot be written.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.exchange import load_weights, save_weights
    >>> from chainrule.models import TrainedNetwork
    >>> from tempfile import TemporaryDirectory
    >>> network = cr.mlp(2, (3,), 1, "tanh")
    >>> model = TrainedNetwork(network, network.initial_parameters(seed=0))
    >>> with TemporaryDirectory() as folder:
    ...     for name in ("w.npz", "w.safetensors"):
    ...         save_weights(model, f"{folder}/{name}")
    ...         print(load_weights(network, f"{folder}/{name}") == model.parameters)
    True
    True
    """
    place, layout = _checked(path, layout)
    network, parameters = network_of(model)
    if layout == "chainrule":
        arrays = dict(parameters)
    elif layout == "torch":
        arrays = torch_arrays(network, parameters)
    else:
        arrays = {f"arr_{k}": a for k, a in enumerate(_keras(network, parameters))}
    if place.lower().endswith(".npz"):
        buffer = BytesIO()
        np.savez(buffer, **arrays)
        content = buffer.getvalue()
    else:
        content = tensor_bytes(arrays, {"format": "pt"} if layout == "torch" else {"format": "np"})
    with atomic_write(place) as file:
        file.write(content)


def load_weights(
    network: Network, path: str | os.PathLike[str], layout: Layout | None = None
) -> Parameters:
    """The numbers of a network that you build, from a file of `save_weights` or of another library.

    A `state_dict` may have any names: its modules are taken in the order of their names, numbers
    in them by value (``fc2`` before ``fc10``), and must have the shapes of the network's layers.

    Parameters
    ----------
    network : Network
    path, layout
        As in `save_weights`.

    Raises
    ------
    DataError
        If the file cannot be read, or holds something that is no array of numbers.
    ShapeError
        If its arrays are not those of the network; the message names the first one.
    """
    require_instance("network", network, Network, "a Network")
    place, layout = _checked(path, layout)
    arrays = _read(place)
    kinds = [array.dtype for array in arrays.values() if array.dtype.kind == "f"]
    single = bool(kinds) and all(kind.itemsize <= 4 for kind in kinds)
    vector = np.full(network.layout.size, np.nan, np.float32 if single else np.float64)
    parameters = Parameters(network.layout, vector)
    if layout == "chainrule":
        own = arrays
    elif layout == "torch":
        own = _from_torch(network, arrays)
    else:
        numbered = sorted(arrays, key=_natural)
        own = _from_keras(network, [arrays[name] for name in numbered])
    missing = [name for name in parameters if name not in own]
    more = [name for name in own if name not in parameters]
    if missing or more:
        details = (
            f"lacks {missing[0]}" if missing else f"has {shown(more[0])}, which the network lacks"
        )
        raise ShapeError(f"{plain_line(place)} {details}")
    for name, array in own.items():
        shape = network.layout.by_name[name].spec.shape
        if array.shape != shape or array.dtype.kind not in "fiu":
            raise ShapeError(
                f"{plain_line(place)}: {name} has the shape {array.shape}, but the network's has "
                f"{shape}"
            )
        network.layout.by_name[name].of(vector)[...] = array
    if not np.isfinite(vector).all():
        raise DataError(f"{plain_line(place)} has numbers that are not finite")
    return parameters


def keras_weights(model: Any) -> list[Array]:
    """The arrays for ``keras_model.set_weights(...)`` of the Sequential with the same layers.

    Dense: kernel (n_in, n_out), bias. BatchNormalization: gamma, beta, moving mean, moving
    variance. LayerNormalization: gamma, beta. Give Keras the same eps.

    Raises
    ------
    InvalidValueError
        If a layer has no counterpart.
    """
    return list(_keras(*network_of(model)))


def torch_arrays(network: Network, parameters: Parameters) -> dict[str, Array]:
    """The arrays of the `state_dict`."""
    found: dict[str, Array] = {}
    module = 0
    for i, layer in enumerate(network.layers):
        inner = _known(layer, i)
        for key, name in _TORCH.get(type(inner), {}).items():
            if key in parameters.layer(i):
                array = parameters.layer(i)[key]
                found[f"{module}.{name}"] = np.ascontiguousarray(array.T)
        if type(inner) is BatchNorm:
            found[f"{module}.num_batches_tracked"] = np.array(0, np.int64)
        activation = inner.last_activation
        module += 1 + (activation is not None and activation.name != "identity")
    return found


def _keras(network: Network, parameters: Parameters) -> Iterable[Array]:
    for i, layer in enumerate(network.layers):
        views = parameters.layer(i)
        for key in _KERAS.get(type(_known(layer, i)), ()):
            if key in views:
                yield views[key].copy()


def _known(layer: Layer, i: int) -> Layer:
    inner = layer.layer if isinstance(layer, Frozen) else layer
    if type(inner) not in (*_TORCH, Dropout):
        raise InvalidValueError(
            f"layers[{i}] is a {type(inner).__name__}, which has no counterpart there; write its "
            "numbers with layout='chainrule'"
        )
    return inner


def _from_torch(network: Network, arrays: dict[str, Array]) -> dict[str, Array]:
    modules: dict[str, dict[str, Array]] = {}
    for name in sorted(arrays, key=_natural):
        module, _, key = name.rpartition(".")
        if key != "num_batches_tracked":
            modules.setdefault(module, {})[key] = arrays[name]
    layers = [
        (i, inner)
        for i, layer in enumerate(network.layers)
        if type(inner := _known(layer, i)) is not Dropout
    ]
    if len(modules) != len(layers):
        raise ShapeError(
            f"the file has {len(modules)} modules with numbers ({', '.join(modules)}), but the "
            f"network has {len(layers)} such layers"
        )
    found: dict[str, Array] = {}
    for (i, inner), (module, own) in zip(layers, modules.items(), strict=True):
        names = {name: key for key, name in _TORCH[type(inner)].items()}
        for name, array in own.items():
            if name not in names:
                raise ShapeError(
                    f"{module}.{name} is no array of a {type(inner).__name__}, which layers[{i}] is"
                )
            found[f"layers[{i}].{names[name]}"] = array.T
    return found


def _from_keras(network: Network, arrays: Sequence[Array]) -> dict[str, Array]:
    places = [
        f"layers[{i}].{key}"
        for i, layer in enumerate(network.layers)
        for key in _KERAS.get(type(_known(layer, i)), ())
        if key in layer.specs()
    ]
    if len(places) != len(arrays):
        raise ShapeError(
            f"there are {len(arrays)} arrays, but the network has {len(places)}: "
            f"{', '.join(places)}"
        )
    return dict(zip(places, items_of("arrays", arrays, "arrays"), strict=True))


def _checked(path: Any, layout: Any) -> tuple[str, Layout]:
    place = path_of("path", path)
    ending = place.lower().rpartition(".")[2]
    if ending not in ("npz", "safetensors"):
        raise InvalidValueError(f"path (={shown(place)}) must end in .npz or .safetensors")
    if layout is None:
        layout = "torch" if ending == "safetensors" else "chainrule"
    require_choice("layout", layout, LAYOUTS)
    return place, layout


def _read(place: str) -> dict[str, Array]:
    """The arrays of a file; nothing in it is executed."""
    try:
        with open(place, "rb") as file:
            if not place.lower().endswith(".npz"):
                return read_tensors(file, os.fstat(file.fileno()).st_size)[1]
            loaded = np.load(file, allow_pickle=False)
            if not hasattr(loaded, "files"):
                raise DataError(f"{plain_line(place)} holds one array and no names")
            return {name: loaded[name] for name in loaded.files}
    except DataError:
        raise
    except Exception as error:  # whatever a ZIP file's or an array's own reader says
        raise DataError(f"{plain_line(place)} cannot be read: {plain_line(str(error))}") from None


def _natural(name: str) -> list[Any]:
    """Numbers in a name by their value."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part)
            for part in re.split(r"(\d+)", name)]  # fmt: skip
