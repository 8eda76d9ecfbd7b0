"""The chain of one path in symbols and numbers, and the forward pass that it needs."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...losses import FromLogits
from ...objective import Objective
from ...rules import Rule
from ...typing import Array
from ..adapters import Names, Rows
from ..formula import Math, number, parenthesised
from .forward import input_values, loss_values, target_values
from .jacobians import Stage
from .paths import Route
from .records import Factor, Path, Value, Weight, partial
from .statements import (
    fused_factor,
    fused_loss,
    loss_factor,
    parameter_factor,
    stage_factor,
    stage_value,
)
from .weights import WeightRef

SMALL_NETWORK = 8
"""Networks with at most this many units show the whole forward pass."""


@dataclass(frozen=True)
class Walk:
    """One row on its way through a network, and the weight whose influence is followed.

    Attributes
    ----------
    objective, names, rows, stages
        The network with its loss, what things are called, the row, and the network's maps.
    weight, ref
        The weight and its place.
    own : int
        The map that the weight belongs to.
    scale : float
        What the row's loss counts.
    sample_loss, loss : float
        The row's own loss, and L with its weight and the penalties.
    from_logits : FromLogits or None
        Loss and activation in one step, where two steps lose precision: then the chain begins at
        the last pre-activations.
    loss_from_z : bool
        Whether the loss is computed from the last pre-activations, because the outputs are rounded.
    """

    objective: Objective
    names: Names
    rows: Rows
    stages: list[Stage]
    weight: Weight
    ref: WeightRef
    own: int
    scale: float
    sample_loss: float
    loss: float
    from_logits: FromLogits | None = None
    loss_from_z: bool = False

    @property
    def maps(self) -> list[Stage]:
        """The maps that the chain goes through."""
        return self.stages if self.from_logits is None else self.stages[:-1]

    @property
    def rule_of_weight(self) -> Rule:
        """How the derivative by the weight follows, as its layer states it."""
        stage, view, index = self.stages[self.own], self.ref.view, self.ref.index
        j = self.names.units_of(view, index)[0]
        return stage.owner.parameter_rule(stage.views, stage.before[0], view.key, index, j)

    @property
    def weighted(self) -> bool:
        """Whether the row's loss is multiplied by something on its way to L."""
        return self.scale != 1.0 or self.rows.sample_weight is not None

    @property
    def symbol(self) -> Math:
        """The row's own loss: L, or ℓ where L is more than that."""
        more = self.weighted or self.objective.penalties
        return Math("ℓ", r"\ell") if more else Math("L", "L")


def chain(walk: Walk, route: Route) -> tuple[Factor, ...]:
    """The factors of one path, from the loss back to the weight."""
    stages, names, units, local = walk.maps, walk.names, route.units, route.factors
    a, y, last = walk.stages[-1].after[0], walk.rows.targets[0], units[-1]
    loss = walk.objective.loss
    factors = [_scale_factor(walk)] if walk.weighted else []
    symbol, value = partial(walk.symbol, names.after(stages[-1], last)), local[-1]
    factors.append(
        loss_factor(symbol, loss, names, a, y, last, value)
        if walk.from_logits is None
        else fused_factor(symbol, walk.from_logits, names, a, y, last, value)
    )
    for m in reversed(range(1, len(units))):
        k, before, after = walk.own + m, units[m - 1], units[m]
        symbol = partial(names.after(stages[k], after), names.before(stages, k, before))
        factors.append(stage_factor(symbol, stages, k, names, 0, after, before, local[m]))
    symbol = partial(names.after(stages[walk.own], units[0]), walk.weight.symbol)
    own = parameter_factor(symbol, stages, walk.own, names, walk.ref, units[0], local[0])
    return (*factors, own)


def two_steps(walk: Walk, last: int, end: Array, slopes: Array) -> tuple[Factor, ...]:
    """The loss's and the activation's own factors, for the last pre-activation of one unit.

    Of a softmax, where all outputs depend on it, those of the output that counts most.
    """
    stages, names, k = walk.stages, walk.names, len(walk.stages) - 1
    output, local = last, slopes
    if slopes.ndim == 2:
        local = slopes[:, last]
        sizes = np.abs(np.nan_to_num(end * local))
        output = int(np.argmax(sizes if sizes.any() else np.abs(np.nan_to_num(end))))
    a, y = stages[-1].after[0], walk.rows.targets[0]
    values = float(end[output]), float(local[output])
    symbol = names.after(stages[-1], output)
    by_a, by_z = partial(walk.symbol, symbol), partial(symbol, names.before(stages, k, last))
    return (
        loss_factor(by_a, walk.objective.loss, names, a, y, output, values[0]),
        stage_factor(by_z, stages, k, names, 0, output, last, values[1]),
    )


def forward_pass(walk: Walk, route: Route | None) -> tuple[Value, ...]:
    """All values of a small network, else those on a path; then the targets and the loss."""
    y, a = walk.rows.targets[0], walk.stages[-1].after[0]
    values = [
        *_values(walk, route),
        *target_values(walk.names, y),
        *_loss_values(walk, a, y),
    ]
    if walk.symbol.text != "L":
        values.append(_objective_value(walk))
    return tuple(values)


def _loss_values(walk: Walk, a: Array, y: Array) -> list[Value]:
    loss, from_logits = walk.objective.loss, walk.objective.from_logits
    if from_logits is None or not walk.loss_from_z:
        return loss_values(loss, walk.symbol, walk.names, a, y, walk.sample_loss)
    z = walk.stages[-1].before[0]
    return [fused_loss(walk.symbol, from_logits, walk.names, z, a, y, walk.sample_loss)]


def _values(walk: Walk, route: Route | None) -> list[Value]:
    stages, names, k0 = walk.stages, walk.names, walk.own
    x, rule = walk.rows.X[0], walk.rule_of_weight
    n_units = sum(stage.after.shape[1] for stage in stages if stage.part != "z")
    if n_units <= SMALL_NETWORK or route is None:
        shown = range(min(len(x), SMALL_NETWORK))
        values = input_values(names, x, shown)
        for k, stage in enumerate(stages):
            for j in range(min(stage.after.shape[1], SMALL_NETWORK)):
                values.append(stage_value(stages, k, names, 0, j))
        return values
    values = []
    for letter in rule.letters.values():
        if letter.kind == "input":
            i = letter.index[0]
            before = [stage_value(stages, k0 - 1, names, 0, i)] if k0 else []
            values += before or input_values(names, x, [i])
    for m, j in enumerate(route.units):
        values.append(stage_value(stages, k0 + m, names, 0, j))
    if walk.from_logits is not None:
        values.append(stage_value(stages, len(stages) - 1, names, 0, route.units[-1]))
    return values


def _objective_value(walk: Walk) -> Value:
    sample_loss, scale, value = walk.sample_loss, walk.scale, walk.loss
    price = value - scale * sample_loss
    formula, numbers = "ℓ", number(sample_loss).text
    latex, latex_numbers = r"\ell", number(sample_loss).latex
    if walk.weighted:
        mean = walk.objective.loss.reduction == "mean"
        formula = f"(w / Σ w) × {formula}" if mean else f"w × {formula}"
        latex = rf"\frac{{w}}{{\sum w}} \cdot {latex}" if mean else rf"w \cdot {latex}"
        numbers = f"{number(scale).text} × {numbers}"
        latex_numbers = rf"{number(scale).latex} \cdot {latex_numbers}"
    if walk.objective.penalties:
        formula, numbers = f"{formula} + P", f"{numbers} + {number(price).text}"
        latex, latex_numbers = f"{latex} + P", f"{latex_numbers} + {number(price).latex}"
    origin = "with the penalties P on all weights" if walk.objective.penalties else ""
    return Value(Math("L", "L"), Math(formula, latex), Math(numbers, latex_numbers), value, origin)


def _scale_factor(walk: Walk) -> Factor:
    rows, scale = walk.rows, walk.scale
    symbol = partial(Math("L", "L"), Math("ℓ", r"\ell"))
    w = number(1.0 if rows.sample_weight is None else float(rows.sample_weight[0]))
    if walk.objective.loss.reduction == "sum":
        one = Math("sample weight", r"\text{sample weight}")
        return Factor(symbol, one, w, scale, "a sum of losses, each times its weight", one)
    rule = Math("w / Σ w", r"\frac{w}{\sum w}")
    values = Math(f"{w.text} / {w.text}", rf"\frac{{{w.latex}}}{{{w.latex}}}")
    return Factor(symbol, rule, values, scale, "a mean of losses by their sample weights", rule)


def delta_form(walk: Walk, last: Factor, delta: Array) -> Factor:
    """The derivative as delta of the weight's unit times what the weight multiplies."""
    (j,) = walk.names.units_of(walk.ref.view, walk.ref.index)
    unit, value = walk.names.unit(walk.ref.view.layer, j), float(delta[j])
    d = Math(f"δ_{unit.text}", rf"\delta_{{{unit.latex}}}")
    symbols = [d] if last.formula.text == "1" else [d, last.formula]
    numbers = (
        [number(value)] if last.formula.text == "1" else [number(value), _in_product(last.value)]
    )
    # The penalties are no part of the paths: what these come to is the derivative without them.
    priced = "(L - P)" if walk.objective.penalties and walk.ref.penalised else "L"
    return Factor(
        partial(Math(priced, priced), walk.weight.symbol),
        Math(" × ".join(m.text for m in symbols), r" \cdot ".join(m.latex for m in symbols)),
        Math(" × ".join(m.text for m in numbers), r" \cdot ".join(m.latex for m in numbers)),
        value * last.value,
        "all paths at once",
        Math("δ times what the weight multiplies", r"\delta_j\,x_i"),
    )


def path_of(walk: Walk, route: Route) -> Path:
    """A path by the names of its units."""
    stages, k0, names = walk.stages, walk.own, walk.names
    units = [names.unit(stages[k0 + m].layer, j).text for m, j in enumerate(route.units)]
    once = [units[0], *(after for before, after in pairwise(units) if after != before)]
    return Path(tuple(once), route.factors[::-1], route.contribution)


def _in_product(value: float) -> Math:
    math = number(value)
    return parenthesised(math) if value < 0 else math
