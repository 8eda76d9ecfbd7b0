"""The model file: everything that a prediction needs, in one safetensors file.

What was learned are its tensors; all else is JSON in its header. Reading it executes nothing: every
type that it may name is on a list. What is read is written again in memory and compared, so that
nothing in a file is ignored.
"""

import json
import os
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ..errors import (
    ChainruleError,
    InvalidTypeError,
    ModelFileError,
    path_of,
    plain_line,
    require_boolean,
    shown,
)
from ..files import Content, FileKind, read, write
from .format_0 import as_format_1
from .kinds import KINDS
from .trained_network import TrainedNetwork
from .values import Arrays

MODEL_FILE = FileKind(
    noun="model file",
    family="chainrule-",
    newest=1,
    oldest=0,
    error=ModelFileError,
    made_by="chainrule fit",
    remedy="fit and save the model again",
)

FORMAT = MODEL_FILE.format
"""The format of model files; files of this and of earlier formats are read by every later version.
"""

_DAMAGE = (
    ChainruleError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    StopIteration,
    TypeError,
    ValueError,
)


def save_model(model: Any, path: str | os.PathLike[str], *, times: bool = True) -> None:
    """Write a model to a file, whole or not at all; the same model gives the same bytes.

    Parameters
    ----------
    model : Pipeline, TrainingResult, TrainingResults, TrainedNetwork or estimator
        What was fitted. Only a `Pipeline` and the tabular estimators need a table; a
        `TrainedNetwork` is a network with its parameters and nothing else. A `TrainingResult` is
        written with its history and state, so that ``train(..., initial=result.state)`` goes on.
    path : str or path
        A file that is there already is replaced.
    times : bool, default True
        Whether to write when and how long the model was fitted. Without it two equal fits give
        equal files, as they give equal pickles, which never have times.

    Raises
    ------
    InvalidTypeError
        If it is none of these, or holds something that only Python code can describe, such as a
        callback; the message names it.
    InvalidValueError
        If its network has a layer or an activation that is not built in.
    ModelFileError
        If a parameter is not finite.
    WriteError
        If the file cannot be written.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.models import TrainedNetwork, load_model, save_model
    >>> from tempfile import TemporaryDirectory
    >>> result = cr.train(cr.mlp(1, (2,), 1), [[0.0], [1.0]], [0.0, 1.0], loss="mse", epochs=3)
    >>> with TemporaryDirectory() as folder:
    ...     save_model(result, f"{folder}/fit.model")
    ...     save_model(TrainedNetwork(result.network, result.parameters), f"{folder}/net.model")
    ...     again, network = load_model(f"{folder}/fit.model"), load_model(f"{folder}/net.model")
    >>> again.parameters == result.parameters == network.parameters, len(again.history)
    (True, 3)
    """
    place = path_of("path", path)
    require_boolean("times", times)
    arrays: Arrays = {}
    kind = _kind_of(model)
    model = model if times else deepcopy(model)  # a copy is made as a pickle is, without times
    parts = {"kind": kind, **KINDS[kind].write(model, arrays)}
    write(place, MODEL_FILE, parts, arrays)


def load_model(path: str | os.PathLike[str]) -> Any:
    """Read what `save_model` wrote: an object of the class that was saved.

    Files of all formats so far are read. Reading runs no code that is in a file, imports nothing by
    a name in it, and takes no more memory than the file's size accounts for.

    Raises
    ------
    ModelFileError
        If there is no such file, it is truncated, no model file, was changed after it was written,
        is of a newer format, or its parts do not fit each other.
    """
    source = path_of("path", path)
    content = read(source, MODEL_FILE)
    name, parts = _parts(source, content)
    kind = KINDS[name]
    arrays: Arrays = {}
    try:
        model = kind.read(parts, content.arrays)
        ignored = _ignored(parts, json.loads(json.dumps(kind.write(model, arrays))), "")
        unread = sorted(set(content.arrays) ^ set(arrays))
    except _DAMAGE as error:
        raise MODEL_FILE.damaged(source, error, content.written_by) from None
    if ignored or unread:
        what = ignored or f"the array {shown(unread[0])}"
        unknown = ModelFileError(f"{what} is nothing that this version knows")
        raise MODEL_FILE.damaged(source, unknown, content.written_by)
    return model


def _parts(source: str, content: Content) -> tuple[str, dict[str, Any]]:
    """The kind of a model and its parts, in the names of format 1."""
    parts = dict(content.parts)
    name = parts.pop("kind", "")
    if not isinstance(name, str) or name not in KINDS:
        raise ModelFileError(f"{plain_line(source)} holds an unknown kind of model, {shown(name)}")
    if content.format == 0:
        try:
            parts = as_format_1(parts)
        except _DAMAGE as error:
            raise MODEL_FILE.damaged(source, error, content.written_by) from None
    known = KINDS[name].parts
    missing = [part for part in known if part not in parts]
    if missing:
        raise ModelFileError(
            f"{plain_line(source)} lacks {', '.join(missing)}; save the model again"
        )
    more = [part for part in parts if part not in known]
    if more:
        raise ModelFileError(
            f"{plain_line(source)} has a part that this version does not know, {shown(more[0])}"
        )
    return name, parts


def _ignored(given: Any, taken: Any, where: str) -> str:
    """The path to the first thing in what was read that the model does not hold; "" for nothing."""
    if isinstance(given, Mapping) and isinstance(taken, Mapping):
        inside = ((f".{key}", value, taken.get(key, _NOTHING)) for key, value in given.items())
    elif isinstance(given, list) and isinstance(taken, list) and len(given) == len(taken):
        inside = ((f"[{i}]", given[i], taken[i]) for i in range(len(given)))
    else:
        same = type(given) is type(taken) or {type(given), type(taken)} == {int, float}
        return "" if same and given == taken else where.lstrip(".") or "a part"
    return next((path for key, a, b in inside if (path := _ignored(a, b, where + key))), "")


_NOTHING = object()


def load_pipeline(path: str | os.PathLike[str]) -> Any:
    """Read a `Pipeline`: `load_model` for those that need one, such as the command line.

    Raises
    ------
    ModelFileError
        As `load_model`, or if the file holds another kind of model.
    """
    model = load_model(path)
    if _kind_of(model) != "pipeline":
        raise ModelFileError(
            f"{plain_line(path_of('path', path))} holds a {type(model).__name__}, which has no "
            "table; a model that chainrule fit or Pipeline.fit made is needed (load this one in "
            "Python, by load_model)"
        )
    return model


_TRAINED = {"TrainingResult": "training result", "TrainingResults": "training results"}


def _kind_of(model: Any) -> str:
    """The kind of an object, found without loading libraries that it does not need."""
    name, home = type(model).__name__, type(model).__module__
    if type(model) is TrainedNetwork:
        return "network"
    if name == "Pipeline" and home.startswith("chainrule.tables"):
        return "pipeline"
    if name in _TRAINED and home.startswith("chainrule.training"):
        return _TRAINED[name]
    if home.startswith("chainrule.estimators"):
        from .kinds import estimator_classes

        if estimator_classes().get(name) is type(model):
            return "estimator"
    raise InvalidTypeError(
        f"a model file holds a Pipeline, a TrainingResult, TrainingResults, a TrainedNetwork or an "
        f"estimator of chainrule, not {name}"
    )
