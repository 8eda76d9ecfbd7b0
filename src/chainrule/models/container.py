"""One safetensors file: named arrays, and JSON texts in its header. Reading it executes nothing."""

import json
import os
from collections.abc import Mapping
from io import BufferedReader
from math import prod
from stat import S_ISREG
from typing import Any

import numpy as np

from ..errors import ModelFileError, plain_line, shown
from .atomic import atomic_write

FORMAT = "chainrule-0"
"""The format of model files; 0 may still change."""


def write(
    path: str | os.PathLike[str], kind: str, parts: Mapping[str, Any], arrays: Mapping[str, Any]
) -> None:
    """Write a model, whole or not at all; the same model gives the same bytes.

    Parameters
    ----------
    path : str or path
    kind : str
        What it is: "pipeline", ...
    parts : mapping of str to plain data
        What the header holds, each part as JSON.
    arrays : mapping of str to ndarray
        They must be finite.

    Raises
    ------
    ModelFileError
        If a number is not finite, or a text cannot be written as UTF-8.
    WriteError
        If the file cannot be written.
    """
    from .. import __version__

    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ModelFileError(f"the model's {name} are not finite; it cannot be saved")
    header = {"format": FORMAT, "kind": kind, "chainrule_version": __version__}
    try:
        texts = {
            name: json.dumps(data, ensure_ascii=False, allow_nan=False)
            for name, data in parts.items()
        }
        content = _serialise(arrays, {**header, **texts})
    except UnicodeEncodeError as error:
        text = error.object[max(error.start - 20, 0) : error.end + 20]
        raise ModelFileError(f"{text!r} cannot be written as UTF-8; rename it") from None
    with atomic_write(path) as file:
        file.write(content)


def read(source: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The kind, the parts and the arrays of a model file.

    Raises
    ------
    ModelFileError
        If there is no such file, it is truncated, no model file or of another format, its header
        is no JSON, or a number in it is not finite.
    """
    header, arrays = _open(source)
    if header.get("format") != FORMAT:
        raise ModelFileError(f"{plain_line(source)} {_foreign(header)}")
    for name in ("format", "chainrule_version"):
        header.pop(name, None)
    kind = header.pop("kind", "")
    try:
        parts = {
            name: json.loads(text, parse_constant=_refuse, object_pairs_hook=_without_doubles)
            for name, text in header.items()
        }
        if any("\\ud" in text.lower() for text in header.values()):  # half a pair, perhaps
            json.dumps(parts, ensure_ascii=False).encode()
    except (ModelFileError, ValueError, RecursionError) as error:
        raise damaged(source, error) from None
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise ModelFileError(
                f"{plain_line(source)}: the {plain_line(name)} are {array.dtype}; save the model "
                "again"
            )
        if not np.isfinite(array).all():
            raise ModelFileError(
                f"{plain_line(source)}: a parameter is not finite, in {plain_line(name)}"
            )
    return kind, parts, arrays


def damaged(source: str, error: BaseException) -> ModelFileError:
    """The error for a header that cannot be used."""
    reason = str(error) if isinstance(error, ModelFileError) else f"{type(error).__name__}: {error}"
    return ModelFileError(
        f"{plain_line(source)} has a damaged header ({plain_line(reason, 200)}); save the model "
        "again"
    )


def _refuse(constant: str) -> Any:
    raise ModelFileError(f"{constant} is no finite number")


def _serialise(arrays: Mapping[str, Any], header: dict[str, str]) -> bytes:
    from safetensors.numpy import save

    raw = save({name: np.ascontiguousarray(a) for name, a in arrays.items()}, metadata=header)
    # The library writes the metadata in random order: sorted, the same model is the same bytes.
    length = int.from_bytes(raw[:8], "little")
    ordered = json.loads(raw[8 : 8 + length])
    ordered["__metadata__"] = dict(sorted(ordered["__metadata__"].items()))
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + raw[8 + length :]


_TYPES = {
    **{f"F{8 * size}": f"<f{size}" for size in (2, 4, 8)},
    **{f"{sign}{8 * size}": f"<{sign.lower()}{size}" for sign in "IU" for size in (1, 2, 4, 8)},
    "BOOL": "|b1",
}
"""The types of safetensors that NumPy has."""

_LARGEST_HEADER = 100_000_000
"""In bytes; as in safetensors."""


def _open(source: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The metadata and the arrays of a safetensors file, each array read where it is to be.

    The library would map the file into memory: one that another program cuts would end the process.
    """
    try:
        mode = os.stat(source).st_mode
        if not S_ISREG(mode):
            raise ModelFileError(f"{shown(source)} is no file; name the model file itself")
        with open(source, "rb") as file:
            return _parse(file, os.fstat(file.fileno()).st_size)
    except FileNotFoundError:
        raise ModelFileError(
            f"there is no model file {shown(source)}; chainrule fit writes one"
        ) from None
    except _FormatError as error:
        raise ModelFileError(
            f"{plain_line(source)} is no model file, or is truncated ({error}); fit and save the "
            "model again"
        ) from None
    except (OSError, ValueError) as error:  # a name that is too long; a part that is no folder
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"{shown(source)} cannot be read: {plain_line(str(error))}") from None


class _FormatError(Exception):
    """Why a file is no safetensors file."""


def _parse(file: BufferedReader, size: int) -> tuple[dict[str, str], dict[str, Any]]:
    length = int.from_bytes(file.read(8), "little")
    if not 2 <= length <= _LARGEST_HEADER:
        raise _FormatError("it does not begin as one does")
    if length > size - 8:
        raise _FormatError(f"its header would have {length} of {size} bytes")
    try:
        entries = json.loads(file.read(length), object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise _FormatError(f"its header is no JSON: {plain_line(str(error))}") from None
    if not isinstance(entries, dict):
        raise _FormatError("its header is no object")
    metadata = entries.pop("__metadata__", {})
    texts = isinstance(metadata, dict) and all(isinstance(v, str) for v in metadata.values())
    if not texts:
        raise _FormatError("its metadata are no texts")
    arrays = {}
    end = 0
    for name, (dtype, shape, start, stop) in _places(entries, size - 8 - length).items():
        if start != end:
            raise _FormatError(f"its arrays do not lie side by side, at {shown(name)}")
        array = np.empty(shape, dtype)
        if array.size and file.readinto(array.reshape(-1).view(np.uint8).data) != stop - start:
            raise _FormatError(f"it ends inside the array {shown(name)}")
        arrays[name] = array
        end = stop
    if end != size - 8 - length:
        raise _FormatError(f"{size - 8 - length - end} bytes at its end belong to no array")
    return metadata, arrays


def _places(
    entries: Mapping[str, Any], size: int
) -> dict[str, tuple[str, tuple[int, ...], int, int]]:
    """Type, shape, start and end of each array, in the order in which they lie."""
    found = {}
    for name, entry in entries.items():
        if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
            raise _FormatError(f"the array {shown(name)} is not described as one")
        kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(kind, str) or kind not in _TYPES:
            raise ModelFileError(
                f"the array {shown(name)} holds numbers of a type that NumPy lacks "
                f"({shown(kind)}); save them as float32"
            )
        dtype = _TYPES[kind]
        whole = isinstance(shape, list) and isinstance(offsets, list) and len(offsets) == 2
        if not whole or any(type(n) is not int or not 0 <= n <= size for n in [*shape, *offsets]):
            raise _FormatError(f"the array {shown(name)} has the shape {shown(shape)}")
        start, stop = offsets
        if stop - start != prod(shape) * np.dtype(dtype).itemsize or len(shape) > 32:
            raise _FormatError(f"the array {shown(name)} has other bytes than its shape needs")
        found[name] = (dtype, tuple(shape), start, stop)
    return dict(sorted(found.items(), key=lambda entry: entry[1][2:]))


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of a JSON text; raise if a key stands there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{shown(twice)} stands there twice")
    return found


def _foreign(header: Mapping[str, str]) -> str:
    written = header.get("format", "")
    if not written.startswith("chainrule-"):
        return "is a safetensors file, but no model of chainrule; chainrule fit writes one"
    version = header.get("chainrule_version", "another version")
    return (
        f"has the format {shown(written)}, written by chainrule {plain_line(version)}; this "
        f"version reads {FORMAT!r}: install that version, or fit again"
    )
