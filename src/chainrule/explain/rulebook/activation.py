"""Activations: a = f(z) and its derivative."""

from typing import cast

from ...activations import Activation, ElementwiseActivation, Softmax
from ...layers import ActivatedLayer
from ...typing import Array
from ..formula import Math, number
from ..names import Names
from ..stages import Stage
from .base import Rule, named, place, stated


def activation_value(stage: Stage, names: Names, row: int, j: int) -> Rule:
    """A = f(z)."""
    activation = cast(ActivatedLayer, stage.owner).activation
    z, a = float(stage.before[row, j]), float(stage.after[row, j])
    symbol = names.value("z", stage.layer, j)
    origin = f"{_name(activation)}, {place(stage, names, j)}"
    if isinstance(activation, Softmax):
        rule = Math("e^z_j / Σ_k e^z_k", r"\frac{e^{z_j}}{\sum_k e^{z_k}}")
        formula = Math(
            f"e^{symbol.text} / Σ_k e^z_k", rf"\frac{{e^{{{symbol.latex}}}}}{{\sum_k e^{{z_k}}}}"
        )
        return Rule(rule, formula, _softmax_numbers(stage.before[row], j), origin)
    found = None
    if isinstance(activation, ElementwiseActivation):
        found = stated(activation, "latex", {"z": symbol}, {"z": z, "a": a}, a)
    if found is None:
        name, values = named(_name(activation), symbol, number(z))
        return Rule(name, name, values, origin)
    return Rule(*found, origin)


def _softmax_numbers(z: Array, j: int) -> Math:
    terms = [Math(f"e^({number(v).text})", f"e^{{{number(v).latex}}}") for v in z]
    shown = terms if len(terms) <= 4 else [*terms[:2], Math("…", r"\cdots"), terms[-1]]
    text, latex = " + ".join(t.text for t in shown), " + ".join(t.latex for t in shown)
    return Math(f"{terms[j].text} / ({text})", rf"\frac{{{terms[j].latex}}}{{{latex}}}")


def _name(activation: Activation) -> str:
    name = getattr(activation, "name", "")
    return name if isinstance(name, str) and name else type(activation).__name__


def elementwise_rule(stage: Stage, names: Names, row: int, j: int, value: float) -> Rule:
    """a' = f'(z) of one unit."""
    activation = cast(ActivatedLayer, stage.owner).activation
    z, a = float(stage.before[row, j]), float(stage.after[row, j])
    letters = {"z": names.value("z", stage.layer, j), "a": names.value("a", stage.layer, j)}
    origin = f"{_name(activation)}, {place(stage, names, j)}"
    found = stated(activation, "latex_derivative", letters, {"z": z, "a": a}, value)
    for kink in activation.kinks:
        if z == kink.at:
            origin += f"; at its kink: {kink.reason}"
    if found is None:
        name, values = named(f"{_name(activation)}'", letters["z"], number(z))
        return Rule(name, name, values, origin)
    return Rule(*found, origin)


def softmax_rule(stage: Stage, names: Names, row: int, j: int, i: int) -> Rule:
    """da_j/dz_i."""
    a_j, a_i = float(stage.after[row, j]), float(stage.after[row, i])
    s_j, s_i = names.value("a", stage.layer, j), names.value("a", stage.layer, i)
    origin = f"softmax, {place(stage, names, j)}"
    rule = Math("a_j ([j = i] - a_i)", r"a_j\,([j = i] - a_i)")
    n_j, n_i = number(a_j), number(a_i)
    if i == j:
        formula = Math(f"{s_j.text} (1 - {s_j.text})", rf"{s_j.latex}\,(1 - {s_j.latex})")
        values = Math(f"{n_j.text} × (1 - {n_j.text})", rf"{n_j.latex} \cdot (1 - {n_j.latex})")
    else:
        formula = Math(f"-{s_j.text} {s_i.text}", rf"-{s_j.latex}\,{s_i.latex}")
        values = Math(f"-{n_j.text} × {n_i.text}", rf"-{n_j.latex} \cdot {n_i.latex}")
    return Rule(rule, formula, values, origin)
