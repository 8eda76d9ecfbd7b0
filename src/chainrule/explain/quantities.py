"""What derivatives of one weight are made of, on one row or on many."""

from typing import Any

import numpy as np

from ..backprop import value_and_gradient
from ..engines.reference import ReferenceEngine
from ..layers import BatchNorm, Dropout
from ..objective import Objective
from ..parameters import Parameters, Slot
from ..plan import Data
from ..typing import Array
from .names import Names
from .parts import Weight
from .rows import Rows
from .stages import Stage, unwrapped
from .subject import Subject


def weight_of(names: Names, parameters: Parameters, slot: Slot, index: tuple[int, ...]) -> Weight:
    """The weight with all its names."""
    layout = parameters.layout
    return Weight(
        names.parameter(slot, index),
        layout.full_name(slot, index),
        layout.unit_name(slot, index),
        float(slot.of(parameters.vector)[index]),
        slot.spec.trainable,
    )


def not_computed(subject: Subject, slot: Slot) -> str:
    """Why there is no derivative by some array; "" where there is one."""
    layer = unwrapped(subject.network.layers[slot.layer])
    spec = layer.specs().get(slot.key)
    if spec is None or spec.trainable:
        return ""
    if isinstance(layer, BatchNorm):
        return (
            f"{slot.name} is a running statistic: it follows the data and no gradient, and its "
            "derivative is not computed"
        )
    return f"{slot.name} is not trainable by its layer's own design; its derivative is not computed"


def differs_in_training(subject: Subject) -> bool:
    """Whether a layer does something else in training than at evaluation."""
    layers = [unwrapped(layer) for layer in subject.network.layers]
    return any(isinstance(layer, Dropout | BatchNorm) for layer in layers)


def evaluation_notes(subject: Subject) -> list[str]:
    """What is to be said of a derivative at evaluation, and of the target's unit."""
    layers = [unwrapped(layer) for layer in subject.network.layers]
    notes = []
    if any(isinstance(layer, Dropout) for layer in layers):
        notes.append("dropout is at evaluation: it drops nothing")
    if any(isinstance(layer, BatchNorm) for layer in layers):
        notes.append("batch normalisation is at evaluation: it uses its running statistics")
    target: Any = getattr(subject.pipeline, "target", None)
    if getattr(target, "std", None) is not None:
        notes.append(
            f"the network's target is standardised: ({target.name} - {target.mean:g}) / "
            f"{target.std:g}"
        )
    return notes


def sample_scales(objective: Objective, rows: Rows) -> Array:
    """d L / d loss_i for every row: w_i / sum of w for a mean, w_i for a sum."""
    n = len(rows.X)
    w = np.ones(n) if rows.sample_weight is None else rows.sample_weight
    if objective.loss.reduction == "sum":
        return w
    scales: Array = w / (float(w.sum()) or 1.0)
    return scales


def penalty_scales(objective: Objective, rows: Rows) -> tuple[float, ...]:
    """Each penalty's strength, divided as it says."""
    w = rows.sample_weight
    batch = float(len(rows.X) if w is None else w.sum()) or 1.0
    return tuple(penalty.scale(batch) for penalty in objective.penalties)


def backward_vectors(stages: list[Stage], end: Array, down_to: int) -> list[Array]:
    """dL/d(after) of the maps from the last down to a given one, the last first."""
    grads = [end]
    with np.errstate(all="ignore"):
        for stage in reversed(stages[down_to + 1 :]):
            grads.append(stage.back(grads[-1]))
    return grads


def own_stage(stages: list[Stage], slot: Slot) -> int:
    """The map that a parameter belongs to."""
    return next(k for k, stage in enumerate(stages) if stage.layer == slot.layer)


def gradient_of(subject: Subject, rows: Rows) -> tuple[float, Parameters]:
    """The loss, penalties included, and its derivative by every parameter, as at evaluation."""
    with np.errstate(all="ignore"):
        return value_and_gradient(
            subject.objective, subject.parameters, rows.X, rows.targets, rows.sample_weight
        )


def objective_value(objective: Objective, parameters: Parameters, rows: Rows) -> float:
    """The loss at evaluation, penalties included."""
    with np.errstate(all="ignore"):
        data = Data(rows.X, rows.targets, rows.sample_weight)
        value = ReferenceEngine().value(objective, parameters, data)
    weights = parameters.vector[parameters.layout.penalised]
    scales = penalty_scales(objective, rows)
    for penalty, scale in zip(objective.penalties, scales, strict=True):
        value += scale * penalty.value(weights)
    return value
