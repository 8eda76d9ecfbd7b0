"""What a rule is, and how an object's own LaTeX becomes one."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..formula import Formula, Math
from ..names import Names, latex_escaped
from ..stages import Stage


@dataclass(frozen=True)
class Rule:
    """How one number follows from others.

    Attributes
    ----------
    rule : Math
        The general formula.
    formula : Math
        The formula with the symbols of this place.
    substituted : Math
        The formula with their numbers.
    origin : str
        The object that it comes from, in words.
    """

    rule: Math
    formula: Math
    substituted: Math
    origin: str


def named(name: str, argument: Math, value: Math) -> tuple[Math, Math]:
    """A function shown by its name alone, with its argument and with the argument's value."""
    latex = rf"\text{{{latex_escaped(name)}}}"
    return (
        Math(f"{name}({argument.text})", rf"{latex}\left({argument.latex}\right)"),
        Math(f"{name}({value.text})", rf"{latex}\left({value.latex}\right)"),
    )


def place(stage: Stage, names: Names, j: int) -> str:
    """Which unit of which layer."""
    return f"{names.unit(stage.layer, j).text} in layers[{stage.layer}]"


def _latex_of(item: object, attribute: str) -> str:
    text = getattr(item, attribute, "")
    return text if isinstance(text, str) else ""


def stated(
    item: object,
    attribute: str,
    letters: Mapping[str, Math],
    numbers: Mapping[str, float],
    value: float,
    factor: float = 1.0,
) -> tuple[Math, Math, Math] | None:
    """General, with symbols, with numbers; None unless factor times formula is the value."""
    latex = _latex_of(item, attribute)
    formula = Formula.read(latex, _latex_of(item, "latex")) if latex else None
    formula = formula and formula.times(factor)
    if formula is None or not formula.gives(value, numbers):
        return None
    return formula.written({}), formula.written(letters), formula.substituted(numbers)
