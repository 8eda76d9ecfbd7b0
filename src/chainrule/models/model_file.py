"""The model file: everything that a prediction needs, in one safetensors file.

The parameter vector is its only tensor; schema, encoder, target, network and summary are JSON in
its header. Reading it executes nothing. This is format 0, which may still change.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ChainruleError, InvalidTypeError, ModelFileError
from ..losses import LOSSES
from ..objective import Objective
from ..parameters import Parameters
from ..tables.encoder import Encoder
from ..tables.pipeline import Pipeline
from ..tables.schema import Schema
from ..tables.target import target_from_dict, target_to_dict
from .atomic import atomic_write
from .network_data import network_from_dict, network_to_dict

FORMAT = "chainrule-0"
_TENSOR = "parameters"
_PARTS = ("schema", "encoder", "target", "network", "summary")


def save_model(pipeline: Pipeline, path: str | os.PathLike[str]) -> None:
    """Write a pipeline to a file, whole or not at all; the same pipeline gives the same bytes.

    Parameters
    ----------
    pipeline : Pipeline
    path : str or path
        A file that is there already is replaced.

    Raises
    ------
    InvalidTypeError
        If it is no pipeline.
    InvalidValueError
        If its network has a layer or an activation that is not built in.
    ModelFileError
        If a parameter is not finite.
    WriteError
        If the file cannot be written.
    """
    if not isinstance(pipeline, Pipeline):
        raise InvalidTypeError(
            f"a model file holds a Pipeline, not {type(pipeline).__name__}; Pipeline.fit makes one"
        )
    vector = np.ascontiguousarray(pipeline.parameters.vector)
    if not np.isfinite(vector).all():
        raise ModelFileError("the pipeline's parameters are not finite; it cannot be saved")
    from .. import __version__

    header = {
        "format": FORMAT,
        "chainrule_version": __version__,
        "schema": _json(pipeline.schema.to_dict()),
        "encoder": _json(pipeline.encoder.to_dict()),
        "target": _json(target_to_dict(pipeline.target)),
        "network": _json(network_to_dict(pipeline.network)),
        "summary": _json(pipeline.summary),
    }
    data = _serialise(vector, header)
    with atomic_write(path) as file:
        file.write(data)


def load_model(path: str | os.PathLike[str]) -> Pipeline:
    """Read a pipeline from a file.

    Raises
    ------
    ModelFileError
        If there is no such file, it is truncated, no model file, of another format, or its parts
        do not fit each other.
    """
    source = os.fspath(path)
    header, vector = _read(source)
    if header.get("format") != FORMAT:
        raise ModelFileError(f"{source} {_foreign(header)}")
    missing = [part for part in _PARTS if part not in header]
    if missing:
        raise ModelFileError(f"{source} lacks {', '.join(missing)}; save the model again")
    try:
        parts = {part: json.loads(header[part], parse_constant=_refuse) for part in _PARTS}
        pipeline = Pipeline(
            Schema.from_dict(parts["schema"]),
            Encoder.from_dict(parts["encoder"]),
            target_from_dict(parts["target"]),
            network := network_from_dict(parts["network"]),
            Parameters(network.layout, vector),
            parts["summary"],
        )
        _check(pipeline)
    except (
        ChainruleError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:
        reason = f"{type(error).__name__}: {error}"
        raise ModelFileError(
            f"{source} has a damaged header ({reason}); save the model again"
        ) from None
    return pipeline


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False)


def _refuse(constant: str) -> Any:
    raise ModelFileError(f"{constant} is no finite number")


def _serialise(vector: Any, header: dict[str, str]) -> bytes:
    from safetensors.numpy import save

    raw = save({_TENSOR: vector}, metadata=header)
    # The library writes the metadata in random order: sorted, the same model is the same bytes.
    length = int.from_bytes(raw[:8], "little")
    ordered = json.loads(raw[8 : 8 + length])
    ordered["__metadata__"] = dict(sorted(ordered["__metadata__"].items()))
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + raw[8 + length :]


def _read(source: str) -> tuple[dict[str, str], Any]:
    from safetensors import SafetensorError, safe_open

    if not Path(source).exists():
        raise ModelFileError(f"there is no model file {source!r}; chainrule fit writes one")
    if not Path(source).is_file():
        raise ModelFileError(f"{source!r} is no file; name the model file itself")
    try:
        with safe_open(source, framework="numpy") as file:
            header = dict(file.metadata() or {})
            vector = file.get_tensor(_TENSOR) if _TENSOR in file.keys() else None  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ModelFileError(
            f"{source} is no model file, or is truncated ({error}); fit and save the model again"
        ) from None
    if vector is None and header.get("format") == FORMAT:
        raise ModelFileError(f"{source} has no tensor {_TENSOR!r}; save the model again")
    return header, vector


def _foreign(header: Mapping[str, str]) -> str:
    written = header.get("format", "")
    if not written.startswith("chainrule-"):
        return "is a safetensors file, but no model of chainrule; chainrule fit writes one"
    version = header.get("chainrule_version", "another version")
    return (
        f"has the format {written!r}, written by chainrule {version}; this version reads "
        f"{FORMAT!r}: install that version, or fit again"
    )


def _check(pipeline: Pipeline) -> None:
    """Raise unless the parts fit each other."""
    network, vector = pipeline.network, pipeline.parameters.vector
    if vector.dtype not in (np.float32, np.float64):
        raise ModelFileError(f"the parameters are {vector.dtype}, not float32 or float64")
    if not np.isfinite(vector).all():
        raise ModelFileError("a parameter is not finite")
    if network.n_in != pipeline.encoder.n_features:
        raise ModelFileError(
            f"the network takes {network.n_in} inputs, the encoder gives "
            f"{pipeline.encoder.n_features}"
        )
    if network.n_out != pipeline.target.n_out:
        raise ModelFileError(
            f"the network has {network.n_out} outputs, the target needs {pipeline.target.n_out}"
        )
    Objective(network, LOSSES[pipeline.target.loss])
