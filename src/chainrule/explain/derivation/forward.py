"""The ends of the forward pass in symbols and numbers: inputs, targets and the loss."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ...losses import Loss
from ...rules import called
from ...typing import Array
from ..adapters import Names
from ..formula import Math, number, parenthesised
from .records import NOTHING, Value
from .statements import function, loss_name, loss_term

WRITTEN_OUT = 4
"""Sums of more terms are not written out."""


def input_values(names: Names, x: Array, which: Iterable[int]) -> list[Value]:
    """Some of the inputs."""
    return [Value(names.input(i), NOTHING, NOTHING, float(x[i]), names.column(i)) for i in which]


def target_values(names: Names, y: Array) -> list[Value]:
    """The targets; of many, those that are not 0."""
    which = range(len(y)) if len(y) <= WRITTEN_OUT else np.flatnonzero(y)[:WRITTEN_OUT].tolist()
    return [
        Value(names.target(j), NOTHING, NOTHING, float(y[j]), names.output_name(j) or "the target")
        for j in which
    ]


def loss_values(
    loss: Loss, symbol: Math, names: Names, a: Array, y: Array, value: float
) -> list[Value]:
    """The loss of one sample from its outputs; of several, what each adds to it, and the sum."""
    n = len(a)
    if n == 1:
        return [loss_term(symbol, loss, names, a, y, 0, value)]
    origin, terms = f"{loss_name(loss)}, summed over {n} outputs", loss.terms(a[None], y[None])
    if terms is None:
        formula, _ = function(called(loss), Math("a, y", "a, y"), NOTHING)
        return [Value(symbol, formula, NOTHING, value, origin)]
    each = terms[0]
    places = np.flatnonzero(each).tolist()
    if not 0 < len(places) <= WRITTEN_OUT:
        words = f"the sum of {len(places)} terms"
        formula = Math("Σ_k loss(a_k, y_k)", r"\sum_k \ell(a_k, y_k)")
        return [Value(symbol, formula, Math(words, rf"\text{{{words}}}"), value, origin)]
    values = [
        loss_term(Math(f"ℓ_{j + 1}", rf"\ell_{{{j + 1}}}"), loss, names, a, y, j, float(each[j]))
        for j in places
    ]
    if len(values) == 1:
        return [replace(values[0], symbol=symbol, value=value, origin=origin)]
    formula, numbers = _plus([v.symbol for v in values]), _plus([_addend(v.value) for v in values])
    return [*values, Value(symbol, formula, numbers, value, origin)]


def _addend(value: float) -> Math:
    return parenthesised(number(value)) if value < 0 else number(value)


def _plus(parts: list[Math]) -> Math:
    return Math(" + ".join(p.text for p in parts), " + ".join(p.latex for p in parts))
