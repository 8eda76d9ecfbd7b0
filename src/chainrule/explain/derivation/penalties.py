"""What the penalties add to a derivative."""

import numpy as np

from ...objective import Objective
from ...penalties import Penalty
from ...rules import Letter, Rule, own
from ..adapters import Rows
from ..formula import Math, number
from .loss_of_rows import penalty_scales
from .records import Factor, Weight, partial
from .statements import function, state
from .weights import WeightRef


def penalty_factors(
    objective: Objective, rows: Rows, weight: Weight, ref: WeightRef
) -> tuple[Factor, ...]:
    """What each penalty adds to the derivative by a weight; nothing for biases."""
    if not ref.penalised:
        return ()
    several = len(objective.penalties) > 1
    scales = penalty_scales(objective, rows)
    return tuple(
        _factor(penalty, scale, weight, f"_{k + 1}" if several else "")
        for k, (penalty, scale) in enumerate(zip(objective.penalties, scales, strict=True))
    )


def _factor(penalty: Penalty, scale: float, weight: Weight, mark: str) -> Factor:
    name, w = type(penalty).__name__, weight.symbol
    value = scale * float(penalty.gradient(np.array([weight.value]))[0])
    letters = {
        "w": Letter("weight", value=weight.value),
        "lambda": own("λ", r"\lambda", scale),
    }
    divisor = ", divided by the batch's weight" if penalty.divisor == "batch" else ""
    return state(
        Factor,
        partial(Math(f"P{mark}", f"P{mark}"), w),
        value,
        Rule(penalty.latex_derivative, letters, f"{name} with λ = {penalty.strength:g}{divisor}"),
        lambda letter: (Math(letter.text, letter.latex) if letter.text else w, letter.value, None),
        function(f"{name}'", w, number(weight.value)),
    )
