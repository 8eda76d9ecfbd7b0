"""Loss and activation in one step: the loss as a formula in z, and its derivative by z."""

import numpy as np

from ...losses import Canonical, Loss
from ...losses.canonical import ExpPoisson, SigmoidBinaryCrossEntropy, SoftmaxCrossEntropy
from ...typing import Array
from ..formula import Formula, Math, number
from ..names import Names
from .base import Rule, named
from .loss import loss_name, loss_numbers, target_symbol

_ACTIVATION = {
    SoftmaxCrossEntropy: "softmax",
    SigmoidBinaryCrossEntropy: "sigmoid",
    ExpPoisson: "exp",
}


def _origin(form: Canonical, loss: Loss) -> str:
    return f"{loss_name(loss)} and {_ACTIVATION.get(type(form), 'activation')} in one step"


def fused_rule(
    form: Canonical, loss: Loss, names: Names, a: Array, y: Array, j: int, value: float
) -> Rule:
    """The derivative of a sample's loss by its j-th last pre-activation: a - y."""
    last, numbers = len(names.layout.by_layer) - 1, loss_numbers(loss, a, y, j)
    letters = {"a": names.value("a", last, j), "y": target_symbol(loss, names, j)}
    latex = "a - y"
    if isinstance(form, SoftmaxCrossEntropy):
        share = float(form.loss.smooth(y[None]).sum())
        if abs(share - 1.0) > 1e-12:
            latex = r"a\,s - y"
            letters["s"], numbers["s"] = Math("Σ_k y_k", r"\sum_k y_k"), share
    formula = Formula.read(latex)
    formula = formula and formula.times(loss.factor)
    if formula is None or not formula.gives(value, numbers):
        z = names.value("z", last, j)
        shown, given = named(f"{type(form).__name__}'", z, Math("…", r"\dots"))
        return Rule(shown, shown, given, _origin(form, loss))
    symbols = {"s": letters["s"]} if "s" in letters else {}
    return Rule(
        formula.written(symbols),
        formula.written(letters),
        formula.substituted(numbers),
        _origin(form, loss),
    )


def fused_loss(form: Canonical, loss: Loss, names: Names, z: Array, a: Array, y: Array) -> Rule:
    """A sample's loss by its last pre-activations, which are not rounded to 0 or 1."""
    last, origin = len(names.layout.by_layer) - 1, _origin(form, loss)
    symbols = [names.value("z", last, k) for k in range(len(z))]
    if isinstance(form, SoftmaxCrossEntropy):
        return Rule(*_softmax_loss(form, names, symbols, z, y), origin)
    if len(z) == 1:
        numbers = loss_numbers(loss, a, y, 0) | {"z": float(z[0])}
        formula = Formula.read(_term(form, numbers["y"]))
        if formula is not None:
            formula = formula.times(loss.factor)
            letters = {"z": symbols[0], "y": target_symbol(loss, names, 0)}
            return Rule(
                formula.written({}), formula.written(letters), formula.substituted(numbers), origin
            )
    words = f"the sum of {len(z)} terms"
    rule = Math("Σ_k loss(z_k, y_k)", r"\sum_k \ell(z_k, y_k)")
    return Rule(rule, rule, Math(words, rf"\text{{{words}}}"), origin)


def _term(form: Canonical, y: float) -> str:
    if isinstance(form, SigmoidBinaryCrossEntropy):
        if y in (0.0, 1.0):
            return r"\ln(1 + e^{-z})" if y else r"\ln(1 + e^{z})"
        return r"y \ln(1 + e^{-z}) + (1 - y) \ln(1 + e^{z})"
    return r"e^{z} - y + y\,(\ln y - z)" if y else "e^{z}"


def _softmax_loss(
    form: SoftmaxCrossEntropy, names: Names, symbols: list[Math], z: Array, y: Array
) -> tuple[Math, Math, Math]:
    """ln of the sum of all e^z less the target's z."""
    smooth = form.loss.smooth(y[None])[0]
    log = Math("ln Σ_k e^z_k", r"\ln \sum_k e^{z_k}")
    y_j = Math("y_j", "y_j")
    if form.loss.label_smoothing:
        y_j = Math("smooth(y_j)", r"\text{smooth}(y_j)")
    rule = Math(
        f"Σ_j {y_j.text} ({log.text} - z_j)",
        rf"\sum_j {y_j.latex} \left({log.latex} - z_j\right)",
    )
    places = np.flatnonzero(smooth)
    prefix = "" if form.loss.factor == 1 else f"{form.loss.factor:g} "
    top = float(z.max())
    total = number(top + float(np.log(np.exp(z - top).sum())))
    if len(places) != 1 or smooth[places[0]] != 1 or prefix:
        words = f"the sum of {len(places)} terms"
        shown = Math(f"{prefix}{rule.text}", f"{prefix}{rule.latex}")
        return shown, shown, Math(words, rf"\text{{{words}}}")
    own = symbols[int(places[0])]
    value = number(float(z[places[0]]))
    value = Math(f"({value.text})", f"({value.latex})") if value.text.startswith("-") else value
    return (
        rule,
        Math(f"{log.text} - {own.text}", f"{log.latex} - {own.latex}"),
        Math(f"{total.text} - {value.text}", f"{total.latex} - {value.latex}"),
    )
