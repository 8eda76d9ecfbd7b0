"""The safetensors layout: a length, a JSON header, arrays side by side.

Reading is stricter than the format's own library: what this module would not write is refused.
"""

import json
from collections.abc import Mapping
from io import BufferedReader
from math import prod
from typing import Any

import numpy as np

from ..errors import ChainruleError, plain_line, shown

Arrays = Mapping[str, Any]

_TYPES = {
    **{f"F{8 * size}": f"<f{size}" for size in (2, 4, 8)},
    **{f"{sign}{8 * size}": f"<{sign.lower()}{size}" for sign in "IU" for size in (1, 2, 4, 8)},
    "BOOL": "|b1",
}
"""The types of safetensors that NumPy has."""

_LARGEST_HEADER = 100_000_000
"""In bytes; as in safetensors."""
_MOST_AXES = 32
_LONGEST_AXIS = 2**40
_ALIGNMENT = 8
"""Where arrays begin is a multiple of it, in bytes from the beginning of the file."""


class FileFormatError(Exception):
    """Why bytes are no safetensors file."""


class NumberTypeError(ChainruleError):
    """An array of a type that NumPy lacks."""


def tensor_bytes(arrays: Arrays, metadata: Mapping[str, str]) -> bytes:
    """The bytes of a file: the same arrays and texts give the same bytes.

    Raises
    ------
    UnicodeEncodeError
        If a text has no UTF-8.
    """
    from safetensors.numpy import save

    raw = save(
        {name: np.asarray(a, order="C") for name, a in arrays.items()}, metadata=dict(metadata)
    )
    # The library writes the metadata in random order: sorted, the same model is the same bytes.
    length = int.from_bytes(raw[:8], "little")
    ordered = json.loads(raw[8 : 8 + length])
    ordered["__metadata__"] = dict(sorted(ordered["__metadata__"].items()))
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return len(text).to_bytes(8, "little") + text + raw[8 + length :]


def read_tensors(file: BufferedReader, size: int) -> tuple[dict[str, str], dict[str, Any]]:
    """The metadata and the arrays of an open file of that size.

    Nothing is allocated that the file is not large enough to fill. The file is read, never mapped:
    one that another program cuts would end the process.

    Raises
    ------
    FileFormatError
        If it is truncated, has a header that is not JSON in the one way in which it is written, or
        its arrays overlap, leave gaps or bytes behind them, or are not aligned.
    NumberTypeError
        If an array has a type that NumPy lacks.
    """
    length = int.from_bytes(file.read(8), "little")
    if not 2 <= length <= _LARGEST_HEADER:
        raise FileFormatError("it does not begin as one does")
    if length > size - 8:
        raise FileFormatError(f"its header would have {length} of {size} bytes")
    entries = _header(file.read(length))
    metadata = entries.pop("__metadata__", {})
    texts = isinstance(metadata, dict) and all(isinstance(v, str) for v in metadata.values())
    if not texts:
        raise FileFormatError("its metadata are no texts")
    places = _places(entries, size - 8 - length)
    if places and length % _ALIGNMENT:
        raise FileFormatError(f"its arrays begin at byte {8 + length}, no multiple of {_ALIGNMENT}")
    arrays = {}
    end = 0
    for name, (dtype, shape, start, stop) in places.items():
        if start != end:
            raise FileFormatError(f"its arrays do not lie side by side, at {shown(name)}")
        if start % np.dtype(dtype).itemsize:
            raise FileFormatError(f"the array {shown(name)} begins inside a number")
        array = np.empty(shape, dtype)
        whole = array.reshape(-1).view(np.uint8)
        if array.size and file.readinto(whole.data) != stop - start:
            raise FileFormatError(f"it ends inside the array {shown(name)}")
        if array.dtype == bool and whole.max(initial=0) > 1:
            raise FileFormatError(f"the array {shown(name)} has booleans that are not 0 or 1")
        arrays[name] = array
        end = stop
    if end != size - 8 - length:
        raise FileFormatError(f"{size - 8 - length - end} bytes at its end belong to no array")
    return metadata, arrays


def _header(raw: bytes) -> dict[str, Any]:
    """The header's entries: an object from its first byte on, with blanks behind it at most."""
    if raw[:1] != b"{" or raw.rstrip(b" ")[-1:] != b"}":
        raise FileFormatError("its header is no JSON: it does not begin with { and end with }")
    try:
        entries: dict[str, Any] = load_json(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"its header is no JSON: {plain_line(str(error))}") from None
    return entries


def load_json(text: str) -> Any:
    """JSON without keys that stand twice, nan, infinity and halves of pairs of UTF-16.

    Raises
    ------
    ValueError, RecursionError
        If it is none.
    """
    data = json.loads(text, parse_constant=_refuse, object_pairs_hook=_without_doubles)
    if "\\ud" in text.lower():  # half a pair, perhaps
        json.dumps(data, ensure_ascii=False).encode()
    return data


def _places(
    entries: Mapping[str, Any], size: int
) -> dict[str, tuple[str, tuple[int, ...], int, int]]:
    """Type, shape, start and end of each array, in the order in which they lie."""
    found = {}
    for name, entry in entries.items():
        if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
            raise FileFormatError(f"the array {shown(name)} is not described as one")
        kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(kind, str) or kind not in _TYPES:
            raise NumberTypeError(
                f"the array {shown(name)} holds numbers of a type that NumPy lacks "
                f"({shown(kind)}); save them as float32"
            )
        dtype = _TYPES[kind]
        whole = isinstance(shape, list) and isinstance(offsets, list) and len(offsets) == 2
        # Of an array without numbers, an axis may be longer than the file.
        bounds = (
            [*((n, _LONGEST_AXIS) for n in shape), *((n, size) for n in offsets)] if whole else []
        )
        if not whole or any(type(n) is not int or not 0 <= n <= most for n, most in bounds):
            raise FileFormatError(f"the array {shown(name)} has the shape {shown(shape)}")
        start, stop = offsets
        if len(shape) > _MOST_AXES or stop - start != prod(shape) * np.dtype(dtype).itemsize:
            raise FileFormatError(f"the array {shown(name)} has other bytes than its shape needs")
        found[name] = (dtype, tuple(shape), start, stop)
    return dict(sorted(found.items(), key=lambda entry: entry[1][2:]))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no finite number")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of a JSON text; raise if a key stands there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{shown(twice)} stands there twice")
    return found
