"""What the penalties add to a derivative."""

import numpy as np

from ..objective import Objective
from ..parameters import Slot
from ..penalties import Penalty
from .formula import Formula, Math, number
from .parts import Factor, Weight, partial
from .quantities import penalty_scales
from .rows import Rows
from .rulebook import named


def penalty_factors(
    objective: Objective, rows: Rows, weight: Weight, slot: Slot
) -> tuple[Factor, ...]:
    """What each penalty adds to the derivative by a weight; nothing for biases."""
    if not (slot.spec.penalised and slot.spec.trainable):
        return ()
    several = len(objective.penalties) > 1
    scales = penalty_scales(objective, rows)
    return tuple(
        _factor(penalty, scale, weight, f"_{k + 1}" if several else "")
        for k, (penalty, scale) in enumerate(zip(objective.penalties, scales, strict=True))
    )


def _factor(penalty: Penalty, scale: float, weight: Weight, mark: str) -> Factor:
    name = type(penalty).__name__
    value = scale * float(penalty.gradient(np.array([weight.value]))[0])
    letters = {"w": weight.symbol, "lambda": Math("λ", r"\lambda")}
    numbers = {"w": weight.value, "lambda": scale}
    latex = getattr(penalty, "latex_derivative", "")
    formula = Formula.read(latex) if isinstance(latex, str) and latex else None
    if formula is not None and formula.gives(value, numbers):
        rule, symbols = formula.written({}), formula.written(letters)
        values = formula.substituted(numbers)
    else:
        symbols, values = named(f"{name}'", weight.symbol, number(weight.value))
        rule = symbols
    divisor = ", divided by the batch's weight" if penalty.divisor == "batch" else ""
    origin = f"{name} with λ = {penalty.strength:g}{divisor}"
    over = Math(f"P{mark}", f"P{mark}")
    return Factor(partial(over, weight.symbol), rule, symbols, values, value, origin)
