"""The forward pass in symbols and numbers."""

from collections.abc import Iterable

import numpy as np

from ..layers import Dense, Dropout
from ..layers.normalisation import Normalisation
from ..losses import ElementwiseLoss, Loss
from ..typing import Array
from .formula import Formula, Math, number, parenthesised
from .formula.nodes import Letter, Node, Product, Sum
from .names import Names
from .parts import Value
from .rulebook import activation_value, loss_name, loss_term, named, place
from .stages import Stage

WRITTEN_OUT = 4
"""Sums of more products are not written out."""


def stage_value(stages: list[Stage], k: int, names: Names, row: int, j: int) -> Value:
    """Unit j of the k-th map, with its formula."""
    stage = stages[k]
    symbol, value = names.after(stage, j), float(stage.after[row, j])
    if stage.part == "a":
        rule = activation_value(stage, names, row, j)
        return Value(symbol, rule.formula, rule.substituted, value, rule.origin)
    origin = f"{type(stage.owner).__name__}, {place(stage, names, j)}"
    if isinstance(stage.owner, Dense):
        formula, substituted = _weighted_sum(stages, k, names, row, j)
    elif isinstance(stage.owner, Normalisation):
        formula, substituted = _scaled(stage, names, row, j)
    elif isinstance(stage.owner, Dropout):
        formula = names.before(stages, k, j)
        substituted = number(value)
    else:
        name = type(stage.owner).__name__
        formula = Math(f"{name}(…)", rf"\text{{{name}}}(\dots)")
        substituted = Math("", "")
    return Value(symbol, formula, substituted, value, origin)


def _weighted_sum(stages: list[Stage], k: int, names: Names, row: int, j: int) -> tuple[Math, Math]:
    stage, layout = stages[k], names.layout
    n_in = stage.before.shape[1]
    weights = layout.by_name[f"layers[{stage.layer}].W"]
    bias = layout.by_name.get(f"layers[{stage.layer}].b")
    letters = {"b": names.parameter(bias, (j,))} if bias else {}
    numbers = {"b": float(stage.views["b"][j])} if bias else {}
    if n_in > WRITTEN_OUT:
        unit = names.unit(stage.layer, j)
        total = float(stage.before[row] @ stage.views["W"][:, j])
        source = "x" if k == 0 else "a"
        formula = Math(
            f"Σ_i {unit.text}.w_i {source}_i", rf"\sum_i w_{{{unit.latex},i}}\,{source}_i"
        )
        substituted = Math(
            f"{number(total).text} (the sum of {n_in} products)",
            rf"{number(total).latex}\;\text{{(the sum of {n_in} products)}}",
        )
        if bias:
            b = number(numbers["b"])
            formula = formula + Math(f" + {letters['b'].text}", f" + {letters['b'].latex}")
            written = parenthesised(b) if numbers["b"] < 0 else b
            substituted = Math(
                f"{number(total).text} + {written.text}, the sum of {n_in} products and the bias",
                rf"{number(total).latex} + {written.latex}",
            )
        return formula, substituted
    terms: list[tuple[int, Node]] = []
    for i in range(n_in):
        letters |= {f"w{i}": names.parameter(weights, (i, j))}
        letters |= {f"x{i}": names.before(stages, k, i)}
        numbers[f"w{i}"] = float(stage.views["W"][i, j])
        numbers[f"x{i}"] = float(stage.before[row, i])
        terms.append((1, Product((Letter(f"w{i}"), Letter(f"x{i}")))))
    if bias:
        terms.append((1, Letter("b")))
    formula_node = Formula(Sum(tuple(terms)) if len(terms) > 1 else terms[0][1])
    return formula_node.written(letters), formula_node.substituted(numbers)


def _scaled(stage: Stage, names: Names, row: int, j: int) -> tuple[Math, Math]:
    unit = names.unit(stage.layer, j)
    node = Formula(Sum(((1, Product((Letter("gamma"), Letter("h")))), (1, Letter("beta")))))
    letters = {
        "gamma": Math(f"γ_{unit.text}", rf"\gamma_{{{unit.latex}}}"),
        "h": Math(f"x̂_{unit.text}", rf"\hat x_{{{unit.latex}}}"),
        "beta": Math(f"β_{unit.text}", rf"\beta_{{{unit.latex}}}"),
    }
    numbers = {
        "gamma": float(stage.views["gamma"][j]),
        "h": float(stage.cache.memo[0][row, j]),
        "beta": float(stage.views["beta"][j]),
    }
    return node.written(letters), node.substituted(numbers)


def input_values(names: Names, x: Array, which: Iterable[int]) -> list[Value]:
    """Some of the inputs."""
    nothing = Math("", "")
    return [Value(names.input(i), nothing, nothing, float(x[i]), names.column(i)) for i in which]


def target_values(names: Names, y: Array) -> list[Value]:
    """The targets; of many, those that are not 0."""
    nothing = Math("", "")
    which = range(len(y)) if len(y) <= WRITTEN_OUT else np.flatnonzero(y)[:WRITTEN_OUT].tolist()
    return [
        Value(names.target(j), nothing, nothing, float(y[j]), names.output(j) or "the target")
        for j in which
    ]


def loss_values(
    loss: Loss, symbol: Math, names: Names, a: Array, y: Array, value: float
) -> list[Value]:
    """The loss of one sample from its outputs; of several, what each adds to it, and the sum."""
    n, name = len(a), loss_name(loss)
    if n == 1:
        rule = loss_term(loss, names, a, y, 0, value)
        return [Value(symbol, rule.formula, rule.substituted, value, rule.origin)]
    origin = f"{name}, summed over {n} outputs"
    if not isinstance(loss, ElementwiseLoss):
        formula, _ = named(type(loss).__name__, Math("a, y", "a, y"), Math("", ""))
        return [Value(symbol, formula, Math("", ""), value, origin)]
    each = loss.factor * loss.term(a[None], y[None])[0]
    places = np.flatnonzero(each).tolist()
    rules = [loss_term(loss, names, a, y, j, float(each[j])) for j in places[:WRITTEN_OUT]]
    if len(places) == 1:
        return [Value(symbol, rules[0].formula, rules[0].substituted, value, origin)]
    if not 0 < len(places) <= WRITTEN_OUT:
        words = f"the sum of {len(places)} terms"
        formula = Math("Σ_k loss(a_k, y_k)", r"\sum_k \ell(a_k, y_k)")
        return [Value(symbol, formula, Math(words, rf"\text{{{words}}}"), value, origin)]
    values = [
        Value(
            Math(f"ℓ_{j + 1}", rf"\ell_{{{j + 1}}}"), r.formula, r.substituted, float(each[j]), name
        )
        for j, r in zip(places, rules, strict=True)
    ]
    formula, numbers = _plus([v.symbol for v in values]), _plus([_addend(v.value) for v in values])
    return [*values, Value(symbol, formula, numbers, value, origin)]


def _addend(value: float) -> Math:
    return parenthesised(number(value)) if value < 0 else number(value)


def _plus(parts: list[Math]) -> Math:
    return Math(" + ".join(p.text for p in parts), " + ".join(p.latex for p in parts))
