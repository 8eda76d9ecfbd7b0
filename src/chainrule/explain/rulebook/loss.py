"""Losses: the term of one output, and its derivative."""

from dataclasses import fields, is_dataclass

from ...losses import LOSSES, BinaryCrossEntropy, CrossEntropy, ElementwiseLoss, Loss
from ...typing import Array
from ..formula import Math, number
from ..names import Names
from .base import Rule, named, stated


def loss_name(loss: Loss) -> str:
    """A loss's name: ``mean_squared_error``; its class and parameters where it has no name."""
    name = next((n for n, known in LOSSES.items() if known == loss), type(loss).__name__)
    return repr(loss) if name == type(loss).__name__ and is_dataclass(loss) else name


def loss_numbers(loss: Loss, a: Array, y: Array, j: int) -> dict[str, float]:
    """The letters of a loss's formula at one output."""
    if isinstance(loss, CrossEntropy | BinaryCrossEntropy):
        y = loss.smooth(y)
    numbers = {"a": float(a[j]), "y": float(y[j])}
    for field in fields(loss) if is_dataclass(loss) else ():
        value = getattr(loss, field.name)
        if isinstance(value, tuple) and len(value) == len(a):
            value = value[j]
        if isinstance(value, int | float):
            numbers["q" if field.name == "quantile" else field.name] = float(value)
    return numbers


def target_symbol(loss: Loss, names: Names, j: int) -> Math:
    """What a loss compares the j-th output with: the target, or the smoothed target."""
    y = names.target(j)
    if not getattr(loss, "label_smoothing", 0.0):
        return y
    return Math(f"smooth({y.text})", rf"\text{{smooth}}\left({y.latex}\right)")


def loss_rule(loss: Loss, names: Names, a: Array, y: Array, j: int, value: float) -> Rule:
    """The derivative of a sample's loss by its j-th output."""
    return _rule(loss, "latex_derivative", "'", names, a, y, j, value)


def loss_term(loss: Loss, names: Names, a: Array, y: Array, j: int, value: float) -> Rule:
    """What one output adds to a sample's loss."""
    return _rule(loss, "latex", "", names, a, y, j, value)


def _rule(
    loss: Loss, attribute: str, mark: str, names: Names, a: Array, y: Array, j: int, value: float
) -> Rule:
    output, target = _output_symbol(names, j), target_symbol(loss, names, j)
    found = None
    if isinstance(loss, ElementwiseLoss):
        numbers = loss_numbers(loss, a, y, j)
        letters = {"a": output, "y": target}
        found = stated(loss, attribute, letters, numbers, value, loss.factor)
    if found is None:
        known = loss_numbers(loss, a, y, j)
        symbols, values = _pair(output, target), _pair(number(known["a"]), number(known["y"]))
        name, given = named(type(loss).__name__ + mark, symbols, values)
        return Rule(name, name, given, loss_name(loss))
    return Rule(*found, loss_name(loss))


def _pair(left: Math, right: Math) -> Math:
    return Math(f"{left.text}, {right.text}", f"{left.latex}, {right.latex}")


def _output_symbol(names: Names, j: int) -> Math:
    return names.value("a", len(names.layout.by_layer) - 1, j)
