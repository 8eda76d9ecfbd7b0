"""Where the chain begins: the loss's derivative by the outputs, or by the last z in one step."""

from dataclasses import dataclass

import numpy as np

from ...losses import FromLogits
from ...objective import Objective
from ...typing import Array
from ..formula import Math
from .jacobians import Stage
from .statements import smoothed

LOST = 1e-9
"""Two steps that miss the one by more than this, relative to it, lose precision."""


@dataclass(frozen=True)
class LossGradient:
    """The rows' losses and where their derivatives begin.

    An output a near 0 or 1 is rounded, and what is computed from it, 1 / (1 - a) or a (1 - a),
    with it; a - y is not.

    Attributes
    ----------
    losses : ndarray, shape (n,)
        As training computes them.
    loss_is_rounded : bool
        Whether the loss's formula in a does not come to that, since an a is rounded.
    by_a : ndarray, shape (n, n_out)
        d loss_i / da.
    by_z : ndarray, shape (n, n_out), or None
        d loss_i / dz in one step; None where there is no such form.
    two_steps : ndarray, shape (n, n_out), or None
        The same by way of the outputs.
    loses : bool
        Whether the two steps lose precision that the one keeps.
    formula : Math
        That of the one step, for a vector.
    """

    losses: Array
    loss_is_rounded: bool
    by_a: Array
    by_z: Array | None
    two_steps: Array | None
    loses: bool
    formula: Math


def _formula(from_logits: FromLogits) -> Math:
    y = smoothed(from_logits.loss, Math("y", "y"))
    text, latex = from_logits.formula
    return Math(text.replace("{y}", y.text), latex.replace("{y}", y.latex))


def loss_gradient_of(objective: Objective, stages: list[Stage], y: Array) -> LossGradient:
    """The beginning of the chain for every row."""
    last, from_logits, loss = stages[-1], objective.from_logits, objective.loss
    by_a, losses = loss.gradient(last.after, y), loss.value(last.after, y)
    if from_logits is None or last.activation is None:
        return LossGradient(losses, False, by_a, None, None, False, Math("", ""))
    by_z, two_steps = from_logits.gradient(last.before, y), last.back(by_a)
    losses_by_z = from_logits.value(last.before, y)
    return LossGradient(
        losses_by_z,
        _differ(losses, losses_by_z),
        by_a,
        by_z,
        two_steps,
        _differ(two_steps, by_z),
        _formula(from_logits),
    )


def _differ(one: Array, other: Array) -> bool:
    # "<=", since what is not a number agrees with nothing; both infinite is agreement.
    return not bool(((one == other) | (np.abs(one - other) <= LOST * np.abs(other))).all())
