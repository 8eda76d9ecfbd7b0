"""Any map of a network: its derivative by what it is computed from, and by its own numbers."""

from typing import cast

from ...activations import ElementwiseActivation, Softmax
from ...layers import ActivatedLayer, BatchNorm, Dense, Dropout, LayerNorm
from ..formula import Math, number
from ..names import Names, latex_escaped
from ..stages import Stage
from .activation import elementwise_rule, softmax_rule
from .base import Rule, named, place
from .normalisation import normalisation_rule


def local_rule(
    stages: list[Stage], k: int, names: Names, row: int, j: int, i: int, v: float
) -> Rule:
    """The derivative of unit j of the k-th map by the i-th number that it is computed from."""
    stage = stages[k]
    if stage.part == "a":
        activation = cast(ActivatedLayer, stage.owner).activation
        if isinstance(activation, ElementwiseActivation):
            return elementwise_rule(stage, names, row, j, v)
        if isinstance(activation, Softmax):
            return softmax_rule(stage, names, row, j, i)
    if isinstance(stage.owner, Dense):
        slot = names.layout.by_name[f"layers[{stage.layer}].W"]
        rule = Math("w of that input", r"W_{ij}")
        weight = names.parameter(slot, (i, j))
        return Rule(rule, weight, number(v), f"weight of {place(stage, names, j)}")
    if isinstance(stage.owner, BatchNorm | LayerNorm) and stage.part == "z":
        return normalisation_rule(stage, names, row, j, i)
    if isinstance(stage.owner, Dropout):
        one = Math("1", "1")
        return Rule(
            one, one, one, f"dropout lets everything pass at evaluation, {place(stage, names, j)}"
        )
    what = cast(ActivatedLayer, stage.owner).activation if stage.part == "a" else stage.owner
    argument = names.before(stages, k, i)
    value = number(float(stage.before[row, i]))
    name, values = named(f"{type(what).__name__}'", argument, value)
    return Rule(name, name, values, f"{type(what).__name__}, {place(stage, names, j)}")


def parameter_rule(
    stages: list[Stage], k: int, names: Names, row: int, key: str, index: tuple[int, ...], v: float
) -> Rule:
    """The derivative of the k-th map by one of its own numbers."""
    stage = stages[k]
    j = index[-1]
    if isinstance(stage.owner, Dense) and key == "W":
        symbol = names.before(stages, k, index[0])
        column = "" if k else names.column(index[0])
        origin = f"the input {column}" if column else "what the weight multiplies"
        return Rule(Math("the input x", "x_i"), symbol, number(v), origin)
    one = Math("1", "1")
    if isinstance(stage.owner, Dense | BatchNorm | LayerNorm) and key in ("b", "beta"):
        return Rule(one, one, one, "what is added counts as it is")
    if isinstance(stage.owner, BatchNorm | LayerNorm) and key == "gamma":
        unit = names.unit(stage.layer, j)
        symbol = Math(f"x̂_{unit.text}", rf"\hat x_{{{unit.latex}}}")
        return Rule(Math("x̂", r"\hat x"), symbol, number(v), "the normalised input")
    name = type(stage.owner).__name__
    shown, values = named(
        f"{name}'",
        Math(key, rf"\text{{{latex_escaped(key)}}}"),
        number(float(stage.views[key][index])),
    )
    return Rule(shown, shown, values, f"{name}, {place(stage, names, j)}")
