"""The model file: everything that a prediction needs, in one safetensors file.

What was learned are its tensors; all else is JSON in its header. Reading it executes nothing: every
type that it may name is on a list. This is format 0, which may still change.
"""

import os
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
from .container import damaged, read, write
from .kinds import KINDS
from .trained_network import TrainedNetwork
from .values import Arrays

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
    model : Pipeline, TrainingResult, TrainedNetwork or estimator
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
    write(place, kind, KINDS[kind].write(model, arrays), arrays)


def load_model(path: str | os.PathLike[str]) -> Any:
    """Read what `save_model` wrote: an object of the class that was saved.

    Raises
    ------
    ModelFileError
        If there is no such file, it is truncated, no model file, of another format, or its parts
        do not fit each other.
    """
    source = path_of("path", path)
    name, parts, arrays = read(source)
    kind = KINDS.get(name)
    if kind is None:
        raise ModelFileError(f"{plain_line(source)} holds an unknown kind of model, {shown(name)}")
    missing = [part for part in kind.parts if part not in parts]
    if missing:
        raise ModelFileError(
            f"{plain_line(source)} lacks {', '.join(missing)}; save the model again"
        )
    more = [part for part in parts if part not in kind.parts]
    if more:
        raise ModelFileError(
            f"{plain_line(source)} has a part that this version does not know, {shown(more[0])}"
        )
    try:
        return kind.read(parts, arrays)
    except _DAMAGE as error:
        raise damaged(source, error) from None


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


def _kind_of(model: Any) -> str:
    """The kind of an object, found without loading libraries that it does not need."""
    name, home = type(model).__name__, type(model).__module__
    if type(model) is TrainedNetwork:
        return "network"
    if name == "Pipeline" and home.startswith("chainrule.tables"):
        return "pipeline"
    if name == "TrainingResult" and home.startswith("chainrule.training"):
        return "training result"
    if home.startswith("chainrule.estimators"):
        from .kinds import estimator_classes

        if estimator_classes().get(name) is type(model):
            return "estimator"
    raise InvalidTypeError(
        f"a model file holds a Pipeline, a TrainingResult, a TrainedNetwork or an estimator of "
        f"chainrule, not {name}"
    )
