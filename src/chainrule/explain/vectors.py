"""The matrix view: the loss's derivative by every vector on the way."""

from typing import cast

import numpy as np

from ..activations import Softmax
from ..layers import ActivatedLayer, Dense, Dropout
from ..typing import Array
from .ends import Ends
from .formula import Math, number
from .parts import Fused, Gradient, Matrix
from .stages import Stage


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
    i = later.layer
    if later.part == "a":
        activation = cast(ActivatedLayer, later.owner).activation
        name = getattr(activation, "name", type(activation).__name__)
        over = rf"\dfrac{{\partial L}}{{\partial a^{{[{i}]}}}}"
        if isinstance(activation, Softmax):
            return Math("∂L/∂a J, J the Jacobian of softmax", rf"{over}\,J")
        return Math(
            f"∂L/∂a ⊙ {name}'(z), unit by unit", rf"{over} \odot f'\left(z^{{[{i}]}}\right)"
        )
    if isinstance(later.owner, Dense):
        return Math(
            f"δ Wᵀ, both of layers[{i}]",
            rf"\delta^{{[{i}]}} \left(W^{{[{i}]}}\right)^{{\mathsf T}}",
        )
    if isinstance(later.owner, Dropout):
        return Math("as it is: dropout drops nothing", r"\text{as it is}")
    name = type(later.owner).__name__
    return Math(f"δ J, J the Jacobian of {name}", rf"\delta^{{[{i}]}}\,J_{{\text{{{name}}}}}")


def jacobian(last: Stage, jacobians: list[Array]) -> Matrix | None:
    """The Jacobian of the last activation, where it is a full matrix."""
    if last.part != "a" or not jacobians or jacobians[-1].ndim != 2:
        return None
    activation = cast(ActivatedLayer, last.owner).activation
    formula = Math("", "")
    if isinstance(activation, Softmax):
        formula = Math("a_j ([j = k] - a_k)", r"a_j\,([j = k] - a_k)")
    symbol = Math("∂a_j/∂z_k", r"\frac{\partial a_j}{\partial z_k}")
    return Matrix(symbol, formula, jacobians[-1].shape, jacobians[-1])


def one_step(ends: Ends, times: float) -> Math:
    """The formula of loss and activation in one step, and what it is multiplied by."""
    formula = ends.formula
    if times == 1.0:
        return formula
    return number(times) + Math(f" ({formula.text})", rf" \left({formula.latex}\right)")


def fused(ends: Ends, scale: float, factor: float) -> Fused | None:
    """dL/dz of the last layer in one step, beside the product that two steps make.

    `factor` is the loss's own, which the formula shows together with what the row counts.
    """
    if ends.by_z is None or ends.two_steps is None:
        return None
    values, unfused = ends.by_z[0] * scale, ends.two_steps[0] * scale
    with np.errstate(all="ignore"):
        difference = float(np.max(np.abs(values - unfused)))
    return Fused(one_step(ends, scale * factor), values, unfused, difference)
