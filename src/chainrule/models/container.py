"""One safetensors file: named arrays, and JSON texts in its header. Reading it executes nothing."""

import json
import os
from collections.abc import Mapping
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
        raise ModelFileError(f"{source} {_foreign(header)}")
    for name in ("format", "chainrule_version"):
        header.pop(name, None)
    kind = header.pop("kind", "")
    try:
        parts = {name: json.loads(text, parse_constant=_refuse) for name, text in header.items()}
    except (ModelFileError, ValueError, RecursionError) as error:
        raise damaged(source, error) from None
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise ModelFileError(f"{source}: the {name} are {array.dtype}; save the model again")
        if not np.isfinite(array).all():
            raise ModelFileError(f"{source}: a parameter is not finite, in {name}")
    return kind, parts, arrays


def damaged(source: str, error: BaseException) -> ModelFileError:
    """The error for a header that cannot be used."""
    reason = str(error) if isinstance(error, ModelFileError) else f"{type(error).__name__}: {error}"
    return ModelFileError(f"{source} has a damaged header ({reason}); save the model again")


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


def _open(source: str) -> tuple[dict[str, str], dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    try:
        mode = os.stat(source).st_mode
    except FileNotFoundError:
        raise ModelFileError(
            f"there is no model file {shown(source)}; chainrule fit writes one"
        ) from None
    except (OSError, ValueError) as error:  # a name that is too long; a part that is no folder
        raise ModelFileError(f"{shown(source)} cannot be read: {plain_line(str(error))}") from None
    if not S_ISREG(mode):
        raise ModelFileError(f"{shown(source)} is no file; name the model file itself")
    try:
        with safe_open(source, framework="numpy") as file:
            header = dict(file.metadata() or {})
            names = list(file.keys())
            arrays = {name: file.get_tensor(name) for name in names}
    except (SafetensorError, OSError) as error:
        raise ModelFileError(
            f"{source} is no model file, or is truncated ({error}); fit and save the model again"
        ) from None
    except (TypeError, AttributeError, LookupError, ValueError) as error:
        # NumPy has no bfloat16 and no float of 8 bits.
        raise ModelFileError(
            f"{source} holds numbers of a type that NumPy lacks ({error}); save them as float32"
        ) from None
    return header, arrays


def _foreign(header: Mapping[str, str]) -> str:
    written = header.get("format", "")
    if not written.startswith("chainrule-"):
        return "is a safetensors file, but no model of chainrule; chainrule fit writes one"
    version = header.get("chainrule_version", "another version")
    return (
        f"has the format {written!r}, written by chainrule {version}; this version reads "
        f"{FORMAT!r}: install that version, or fit again"
    )
