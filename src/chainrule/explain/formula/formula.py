"""A formula as its object states it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import isclose, isnan

from .nodes import Math, Node, Number, Numbers, Product, Style
from .number_format import figure, latex_figure
from .parse import NotUnderstoodError, parse, right_side, split_definitions


def number(value: float) -> Math:
    """A number as a piece of mathematics."""
    return Math(figure(value), latex_figure(value))


@dataclass(frozen=True)
class Formula:
    r"""The right side of an equation such as ``f'(z) = a\,(1 - a)``.

    Parameters
    ----------
    node : Node
        What it says.
    definitions : mapping of str to Node
        Letters that the equation itself explains, such as t in ``..., \; t = \tanh z``.

    Examples
    --------
    >>> formula = Formula.read(r"\sigma'(z) = a\,(1 - a)")
    >>> formula.value({"a": 0.25})
    0.1875
    >>> formula.substituted({"a": 0.25}).text
    '0.250000 × (1 - 0.250000)'
    """

    node: Node
    definitions: Mapping[str, Node] = field(default_factory=dict)

    @staticmethod
    @lru_cache(maxsize=256)
    def read(*latex: str) -> "Formula | None":
        """The formula of the first text, letters explained by any; None outside of the grammar."""
        try:
            equations = [right_side(part) for text in latex for part in split_definitions(text)]
            first = parse(equations[0][1])
            others = {left.lstrip("\\"): right for left, right in equations[1:] if left}
            letters = {k: parse(v) for k, v in others.items() if "(" not in k}
        except NotUnderstoodError:
            return None
        return Formula(first, letters)

    def _numbers(self, numbers: Numbers) -> Numbers:
        known = dict(numbers)
        for letter, node in self.definitions.items():
            known.setdefault(letter, node.value(known))
        return known

    def value(self, numbers: Numbers) -> float:
        """The number, for the given values of its letters; `KeyError` if one is missing."""
        return self.node.value(self._numbers(numbers))

    def gives(self, value: float, numbers: Numbers) -> bool:
        """Whether the formula comes to a value, but for rounded constants and cancellation."""
        try:
            found = self.value(numbers)
            both_nan = isnan(found) and isnan(value)
            return both_nan or isclose(found, value, rel_tol=1e-4, abs_tol=1e-9)
        except (KeyError, TypeError, ArithmeticError, ValueError):
            return False

    def times(self, factor: float) -> "Formula":
        """The formula multiplied by a number."""
        if factor == 1:
            return self
        return Formula(Product((Number(f"{factor:g}"), self.node)), self.definitions)

    def written(self, names: Mapping[str, Math]) -> Math:
        """With symbols in place of its letters."""
        return self.node.write(Style(names, Math(" ", r"\,")))

    def substituted(self, numbers: Numbers, shown: Mapping[str, Math] | None = None) -> Math:
        """With numbers in place of its letters; some of them `shown` in another way."""
        known = self._numbers(numbers)
        names = {letter: number(value) for letter, value in known.items()} | dict(shown or {})
        names.setdefault("e", Math("e", "e"))
        return self.node.write(Style(names, Math(" × ", r" \cdot "), known))
