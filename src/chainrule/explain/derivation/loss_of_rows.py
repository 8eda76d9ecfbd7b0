"""The loss of some rows, what each of them counts, and what is to be said of it."""

import numpy as np

from ...backprop import value_and_gradient
from ...engines.reference import ReferenceEngine
from ...losses import sum_of_weights
from ...objective import Objective
from ...parameters import Parameters
from ...plan import Data
from ...subject import Subject
from ...typing import Array
from ..adapters import Rows


def sample_scales(objective: Objective, rows: Rows) -> Array:
    """d L / d loss_i for every row: w_i / sum of w for a mean, w_i for a sum."""
    n = len(rows.X)
    w = np.ones(n) if rows.sample_weight is None else rows.sample_weight
    if objective.loss.reduction == "sum":
        return w
    scales: Array = w / (sum_of_weights(n, w) or 1.0)
    return scales


def penalty_scales(objective: Objective, rows: Rows) -> tuple[float, ...]:
    """Each penalty's strength, divided as it says."""
    batch = sum_of_weights(len(rows.X), rows.sample_weight) or 1.0
    return tuple(penalty.scale(batch) for penalty in objective.penalties)


def gradient_of(subject: Subject, rows: Rows) -> tuple[float, Parameters]:
    """The loss, penalties included, and its derivative by every parameter, as at evaluation."""
    return value_and_gradient(
        subject.objective, subject.parameters, rows.X, rows.targets, rows.sample_weight
    )


def value_of(objective: Objective, parameters: Parameters, rows: Rows) -> float:
    """The loss at evaluation, penalties included."""
    data = Data(rows.X, rows.targets, rows.sample_weight)
    value = ReferenceEngine().value(objective, parameters, data)
    weights = parameters.vector[parameters.layout.penalised]
    scales = penalty_scales(objective, rows)
    for penalty, scale in zip(objective.penalties, scales, strict=True):
        value += scale * penalty.value(weights)
    return value


def at_evaluation(subject: Subject) -> list[str]:
    """What layers do at evaluation where training does something else."""
    return list(dict.fromkeys(x.at_evaluation for x in subject.network.layers if x.at_evaluation))


def notes_on(subject: Subject, rows: Rows) -> list[str]:
    """What is to be said of the rows, of a derivative at evaluation, and of the targets."""
    return [*rows.notes, *at_evaluation(subject), *subject.reader.notes]
