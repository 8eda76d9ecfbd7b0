"""The matrix view: the loss's derivative by every vector on the way."""

import numpy as np

from ...typing import Array
from ..formula import Math, number
from .jacobians import Stage
from .loss_gradient import LossGradient
from .records import Fused, Gradient, Matrix


def gradients(
    stages: list[Stage], grads: list[Array], first: Math | None = None
) -> tuple[Gradient, ...]:
    """dL/d(after) of each map, from the last one back, as `backward_vectors` found them.

    `first` is the formula of the first, where loss and activation are taken in one step.
    """
    result = []
    for step, grad in enumerate(grads):
        k = len(stages) - 1 - step
        stage = stages[k]
        symbol = _vector_symbol(stage)
        if step == 0:
            formula = first or Math("the loss's derivative", r"\nabla_a\,\text{loss}")
        else:
            formula = _vector_formula(stages[k + 1])
        result.append(Gradient(symbol, formula, grad[0].shape, grad[0]))
    return tuple(result)


def _vector_symbol(stage: Stage) -> Math:
    i = stage.layer
    if stage.part == "z":
        return Math(f"δ of layers[{i}]", rf"\delta^{{[{i}]}}")
    return Math(f"∂L/∂a of layers[{i}]", rf"\dfrac{{\partial L}}{{\partial a^{{[{i}]}}}}")


def _vector_formula(later: Stage) -> Math:
    """How dL/d(before) of a map follows from its dL/d(after)."""
    text, latex = (t.replace("{layer}", str(later.layer)) for t in later.vjp_rule)
    return Math(text, latex)


def jacobian(last: Stage, jacobians: list[Array]) -> Matrix | None:
    """The Jacobian of the last activation, where it is a full matrix."""
    if last.activation is None or not jacobians or jacobians[-1].ndim != 2:
        return None
    text, latex = (t.replace("i", "k") for t in last.jacobian_rule(0, 0, 0).general)
    symbol = Math("∂a_j/∂z_k", r"\frac{\partial a_j}{\partial z_k}")
    return Matrix(symbol, Math(text, latex), jacobians[-1].shape, jacobians[-1])


def in_one_step(ends: LossGradient, times: float) -> Math:
    """The formula of loss and activation in one step, and what it is multiplied by."""
    formula = ends.formula
    if times == 1.0:
        return formula
    return number(times) + Math(f" ({formula.text})", rf" \left({formula.latex}\right)")


def fused(ends: LossGradient, scale: float, factor: float) -> Fused | None:
    """dL/dz of the last layer in one step, beside the product that two steps make.

    `factor` is the loss's own, which the formula shows together with what the row counts.
    """
    if ends.by_z is None or ends.two_steps is None:
        return None
    values, unfused = ends.by_z[0] * scale, ends.two_steps[0] * scale
    difference = float(np.max(np.abs(values - unfused)))
    return Fused(in_one_step(ends, scale * factor), values, unfused, difference)
