"""The descriptions of a plan for the compiled core: the one file that knows both sides.

An object is handed over by the name of its class and by its numbers, and only if its class is
exactly a built-in one: a subclass may compute something else.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

import chainrule._core as _core

from ...activations import ACTIVATIONS, Activation
from ...layers import LAYERS, Layer
from ...losses import LOSSES, Loss
from ...network import Network
from ...objective import Objective
from ...optimizers import OPTIMIZERS, ElementwiseOptimizer
from ...penalties import PENALTIES, Penalty
from ...plan import Data, LossRule, Plan, SelectedRows


def _both(classes: Iterable[type], names: Callable[[], list[str]]) -> frozenset[type]:
    """The classes that have a twin in C++."""
    twins = set(names())
    return frozenset(c for c in classes if c.__name__ in twins)


_ACTIVATIONS = _both(ACTIVATIONS.classes.values(), _core.activations)
_LAYERS = _both(LAYERS.values(), _core.layers)
_LOSSES = _both(LOSSES.classes.values(), _core.losses)
_TABLE_LOSSES = frozenset({("chainrule.tables.joint_loss", "JointLoss")})
"""Losses in rows above this one, by module and name, that have a twin."""
_PENALTIES = _both(PENALTIES.classes.values(), _core.penalties)
_OPTIMIZERS = _both(OPTIMIZERS.classes.values(), _core.optimizers)

_NUMBERS = (float, int, np.number)
"""What hyperparameters that are numbers may be."""

_ROWS = (np.ndarray, SelectedRows)
"""What X may be."""

_PLAIN = frozenset({bool, float, int, str, type(None)})
"""Types of hyperparameters that are no objects: looking for others of them takes longer."""

_KINDS = ("early_stopping", "tolerance", "target")
"""Stop rules in the order of their numbers."""

_NAME = "compiled"
"""The name of what a network is lowered to, among what is prepared of it."""

_OBJECTIVES = 100
"""The number of objectives of a network, and of losses and optimizers, described and kept."""


def why_not(plan: Plan, data: Data) -> str:
    """Why the core cannot run a plan, in words, or an empty string."""
    optimizer = plan.optimizer
    if type(optimizer) not in _OPTIMIZERS:
        name = type(optimizer).__name__
        if not isinstance(optimizer, ElementwiseOptimizer):
            return f"{name} is no elementwise optimizer"
        return f"optimizer {name} is written in Python"
    if type(plan) is not Plan:
        return f"plan {type(plan).__name__} is written in Python"
    if type(data) is not Data:
        return f"data {type(data).__name__} is written in Python"
    if not isinstance(data.X, _ROWS):
        return f"X is a {type(data.X).__name__}, not an array"
    dtype, weight = plan.dtype, data.sample_weight
    if not (data.X.dtype is data.y.dtype is dtype and weight is None):
        for array in (data.X, data.y, weight):
            if array is not None and array.dtype.newbyteorder("=") != dtype:
                return f"the data are {array.dtype}, but the plan computes in {dtype}"
    return why_not_objective(plan.objective)


def why_not_objective(objective: Objective) -> str:
    """Why the core cannot compute an objective, in words, or an empty string."""
    if type(objective) is not Objective:
        return f"objective {type(objective).__name__} is written in Python"
    kind = type(objective.loss)
    if kind not in _LOSSES and (kind.__module__, kind.__name__) not in _TABLE_LOSSES:
        return f"loss {kind.__name__} is written in Python"
    for penalty in objective.penalties:
        if type(penalty) not in _PENALTIES:
            return f"penalty {type(penalty).__name__} is written in Python"
    return why_not_network(objective.network)


def why_not_network(network: Network) -> str:
    """Why the core cannot compute a network, in words, or an empty string."""
    if type(network) is not Network:
        return f"network {type(network).__name__} is written in Python"
    try:
        if _NAME not in network.prepared:
            _of_network(network)
    except _NotBuiltInError as reason:
        return str(reason)
    return ""


class _NotBuiltInError(Exception):
    """The reason why a layer has no description."""


def lower_plan(plan: Plan, n: int) -> _core.PlanDescription:
    """The description of a plan over n rows."""
    return _core.PlanDescription(
        lower_objective(plan.objective),
        _describe(plan.optimizer),
        plan.rows(n),
        plan.shuffle,
        plan.seed,
        plan.clip_norm or 0.0,
    )


def lower_rule(rule: LossRule) -> _core.Rule:
    """A stop rule as the core knows it."""
    return _core.Rule(
        _KINDS.index(rule.kind),
        rule.on_validation,
        rule.bound,
        rule.patience,
        rule.start_from_epoch,
        rule.keep,
    )


def lower_objective(objective: Objective) -> _core.ObjectiveDescription:
    """The description of an objective."""
    known = _of_network(objective.network)
    key = objective.loss, objective.penalties
    made = known.objectives.get(key)
    if made is None:
        made = _core.ObjectiveDescription(
            known.layers,
            known.segments,
            _describe(objective.loss),
            [_describe(penalty) for penalty in objective.penalties],
            objective.from_logits is not None,
        )
        if len(known.objectives) < _OBJECTIVES:
            known.objectives[key] = made
    return made


def lower_network(network: Network) -> list[_core.LayerDescription]:
    """The descriptions of a network's layers."""
    return _of_network(network).layers


@dataclass
class _Lowered:
    """What a network is lowered to, and its objectives."""

    layers: list[_core.LayerDescription]
    segments: list[_core.Segment]
    objectives: dict[tuple[Loss, tuple[Penalty, ...]], _core.ObjectiveDescription]


def _of_network(network: Network) -> _Lowered:
    """The descriptions of a network's layers and of its arrays, made once and kept with it."""
    made: _Lowered | None = network.prepared.get(_NAME)
    if made is None:
        segments = [
            _core.Segment(
                view.start,
                view.stop,
                view.spec.learning_rate_factor,
                view.spec.penalised and view.spec.trainable,
                view.spec.trainable,
            )
            for view in network.layout.views
        ]
        made = _Lowered([_lower_layer(layer) for layer in network.layers], segments, {})
        network.prepared[_NAME] = made
    return made


def _lower_layer(layer: Layer) -> _core.LayerDescription:
    if type(layer) not in _LAYERS:
        raise _NotBuiltInError(f"layer {type(layer).__name__} is written in Python")
    config = layer.config()
    activations, inner = {}, []
    for name, value in _objects(config):
        if isinstance(value, Activation):
            if type(value) not in _ACTIVATIONS:
                raise _NotBuiltInError(f"activation {type(value).__name__} is written in Python")
            activations[name] = type(value).__name__
        elif isinstance(value, Layer):
            inner.append(_lower_layer(value))
    return _core.LayerDescription(type(layer).__name__, _values(config), activations, inner)


def _objects(config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The arguments of a layer that are objects, or in lists or tuples, by name."""
    for name, value in config.items():
        if type(value) not in _PLAIN:
            if isinstance(value, list | tuple):
                yield from _objects_in(name, value)
            else:
                yield name, value


def _objects_in(name: str, items: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    for item in items:
        if isinstance(item, list | tuple):
            yield from _objects_in(name, item)
        else:
            yield name, item


@lru_cache(_OBJECTIVES)
def _describe(item: Hashable) -> _core.Description:
    """The description of a loss, a penalty or an optimizer, all of them frozen dataclasses."""
    return _core.Description(type(item).__name__, _values(vars(item)))


def _values(config: Mapping[str, Any]) -> dict[str, float | str | list[float]]:
    """The hyperparameters that are numbers, words or several numbers; objects go another way."""
    values: dict[str, float | str | list[float]] = {}
    for name, value in config.items():
        if type(value) is float or isinstance(value, str):
            values[name] = value
        elif type(value) is int or isinstance(value, _NUMBERS):
            values[name] = float(value)
        elif isinstance(value, tuple) and all(isinstance(v, _NUMBERS) for v in value):
            values[name] = [float(v) for v in value]
        elif name == "groups":  # the columns of each group, behind their number
            values[name] = [float(v) for columns, _ in value for v in (len(columns), *columns)]
    return values
