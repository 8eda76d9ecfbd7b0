"""The pieces of a formula: each can be computed, and written as text and as LaTeX."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import cosh, erfc, exp, inf, log, nan, pi, sqrt, tanh
from typing import ClassVar, NamedTuple

Numbers = Mapping[str, float]


class Math(NamedTuple):
    """A piece of mathematics in the two alphabets that people read."""

    text: str
    latex: str

    def __add__(self, other: object) -> "Math":
        if not isinstance(other, Math):
            return NotImplemented
        return Math(self.text + other.text, self.latex + other.latex)


class Style(NamedTuple):
    """What the letters of a formula are written as."""

    names: Mapping[str, Math]
    """The symbol, or the number in its place, of each letter."""
    times: Math
    """What stands between factors."""
    numbers: Numbers | None = None
    """Known values: of several cases only the one that holds is written."""


class Node(ABC):
    """A formula, or a part of one."""

    binding: ClassVar[int] = 4
    """How tightly it holds together: 1 sum, 2 product, 3 sign, 4 atom."""

    @abstractmethod
    def value(self, numbers: Numbers) -> float:
        """The number, for the given values of the letters."""

    @abstractmethod
    def write(self, style: Style) -> Math:
        """The formula in text and LaTeX."""

    def inside(self, style: Style, binding: int) -> Math:
        """The formula as a part of one that binds more tightly: in parentheses where needed."""
        math = self.write(style)
        loose = self.binding < binding or math.text.startswith("-")
        return parenthesised(math) if loose else math


def parenthesised(math: Math) -> Math:
    """In parentheses."""
    return Math(f"({math.text})", rf"\left({math.latex}\right)")


@dataclass(frozen=True)
class Number(Node):
    """A number as it was written."""

    digits: str

    def value(self, numbers: Numbers) -> float:
        """Itself."""
        return float(self.digits)

    def write(self, style: Style) -> Math:
        """As it was written."""
        return Math(self.digits, self.digits)


GREEK = {
    "sigma": "σ",
    "alpha": "α",
    "lambda": "λ",
    "delta": "δ",
    "varepsilon": "ε",
    "Phi": "Φ",
    "varphi": "φ",
    "gamma": "γ",
    "beta": "β",
    "theta": "θ",
    "mu": "μ",
}


@dataclass(frozen=True)
class Letter(Node):
    """A variable; its index, as in y_j, is the unit's and is dropped."""

    name: str

    def value(self, numbers: Numbers) -> float:
        """The letter's value; `KeyError` if it has none."""
        return float(numbers[self.name])

    def write(self, style: Style) -> Math:
        """The symbol or the number that the style names."""
        plain = Math(GREEK.get(self.name, self.name), "\\" * (self.name in GREEK) + self.name)
        return style.names.get(self.name, plain)


@dataclass(frozen=True)
class Sum(Node):
    """Terms with their signs."""

    terms: tuple[tuple[int, Node], ...]
    binding = 1

    def value(self, numbers: Numbers) -> float:
        """The sum."""
        return sum(sign * term.value(numbers) for sign, term in self.terms)

    def write(self, style: Style) -> Math:
        """Terms with + and - between them; a negative term that follows is in parentheses."""
        total = Math("", "")
        for k, (sign, term) in enumerate(self.terms):
            math = term.inside(style, 2) if k or sign < 0 else term.write(style)
            mark = ("-" if sign < 0 else "") if k == 0 else (" + " if sign > 0 else " - ")
            total = total + Math(mark, mark) + math
        return total


@dataclass(frozen=True)
class Product(Node):
    """Factors side by side."""

    factors: tuple[Node, ...]
    binding = 2

    def value(self, numbers: Numbers) -> float:
        """The product."""
        result = 1.0
        for factor in self.factors:
            result *= factor.value(numbers)
        return result

    def write(self, style: Style) -> Math:
        """Factors with the style's sign of multiplication between them."""
        first = self.factors[0]
        loose = first.binding < 2 or isinstance(first, Fraction)
        return self._after(first.inside(style, 3) if loose else first.write(style), style)

    def inside(self, style: Style, binding: int) -> Math:
        """Within a sum only a negative first factor is in parentheses, not the product."""
        if binding > self.binding:
            return super().inside(style, binding)
        return self._after(self.factors[0].inside(style, 3), style)

    def _after(self, first: Math, style: Style) -> Math:
        total = first
        for factor in self.factors[1:]:
            total = total + style.times + factor.inside(style, 3)
        return total


@dataclass(frozen=True)
class Fraction(Node):
    """One over the other."""

    over: Node
    under: Node
    binding = 2

    def value(self, numbers: Numbers) -> float:
        """The quotient."""
        under = self.under.value(numbers)
        return self.over.value(numbers) / under if under else nan

    def write(self, style: Style) -> Math:
        """With a slash in text, one above the other in LaTeX."""
        over, under = self.over.write(style), self.under.write(style)
        text = f"{self.over.inside(style, 2).text} / {self.under.inside(style, 3).text}"
        return Math(text, rf"\dfrac{{{over.latex}}}{{{under.latex}}}")


@dataclass(frozen=True)
class Power(Node):
    """One to the power of the other."""

    base: Node
    exponent: Node
    binding = 3

    def value(self, numbers: Numbers) -> float:
        """The power; e^x is the exponential, inf where it is too large."""
        exponent = self.exponent.value(numbers)
        try:
            if self.base == Letter("e"):
                return exp(exponent)
            return float(self.base.value(numbers) ** exponent)
        except OverflowError:
            return inf

    def write(self, style: Style) -> Math:
        """With a caret in text, raised in LaTeX."""
        base, exponent = self.base.inside(style, 4), self.exponent.write(style)
        if not re.fullmatch(r"[\w.]+", exponent.text):
            exponent = Math(f"({exponent.text})", exponent.latex)
        return Math(f"{base.text}^{exponent.text}", f"{base.latex}^{{{exponent.latex}}}")


def _sigmoid(z: float) -> float:
    e = exp(-abs(z))
    return (1.0 if z >= 0 else e) / (1.0 + e)


FUNCTIONS: dict[str, tuple[Callable[..., float], str]] = {
    "ln": (lambda x: log(x) if x > 0 else (-inf if x == 0 else nan), r"\ln"),
    "tanh": (tanh, r"\tanh"),
    "cosh": (cosh, r"\cosh"),
    "max": (max, r"\max"),
    "min": (min, r"\min"),
    "sign": (lambda x: float((x > 0) - (x < 0)), r"\operatorname{sign}"),
    "sigma": (_sigmoid, r"\sigma"),
    "Phi": (lambda z: erfc(-z / sqrt(2)) / 2, r"\Phi"),
    "varphi": (lambda z: exp(-z * z / 2) / sqrt(2 * pi), r"\varphi"),
    "sqrt": (lambda x: sqrt(x) if x >= 0 else nan, r"\sqrt"),
    "abs": (abs, "abs"),
}


@dataclass(frozen=True)
class Call(Node):
    """A function of one or more arguments."""

    function: str
    arguments: tuple[Node, ...]

    def value(self, numbers: Numbers) -> float:
        """The function's value."""
        arguments = [argument.value(numbers) for argument in self.arguments]
        try:
            return float(FUNCTIONS[self.function][0](*arguments))
        except OverflowError:
            return inf

    def write(self, style: Style) -> Math:
        """The function's name, its arguments in parentheses; bars for an absolute value."""
        written = [argument.write(style) for argument in self.arguments]
        text, latex = ", ".join(m.text for m in written), ", ".join(m.latex for m in written)
        if self.function == "abs":
            return Math(f"|{text}|", rf"\left|{latex}\right|")
        if self.function == "sqrt":
            return Math(f"√({text})", rf"\sqrt{{{latex}}}")
        name = GREEK.get(self.function, self.function)
        return Math(f"{name}({text})", rf"{FUNCTIONS[self.function][1]}\left({latex}\right)")


RELATIONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "<": (lambda a, b: a < b, "<"),
    ">": (lambda a, b: a > b, ">"),
    "=": (lambda a, b: a == b, "="),
    "≤": (lambda a, b: a <= b, r"\le"),
    "≥": (lambda a, b: a >= b, r"\ge"),
}


@dataclass(frozen=True)
class Condition:
    """When a case holds."""

    left: Node
    relation: str
    right: Node

    def holds(self, numbers: Numbers) -> bool:
        """Whether it does, for the given values."""
        return RELATIONS[self.relation][0](self.left.value(numbers), self.right.value(numbers))

    def write(self, style: Style) -> Math:
        """Left, relation, right."""
        left, right = self.left.write(style), self.right.write(style)
        sign = RELATIONS[self.relation][1]
        return Math(
            f"{left.text} {self.relation} {right.text}", f"{left.latex} {sign} {right.latex}"
        )


@dataclass(frozen=True)
class Cases(Node):
    """Several formulas, each with its condition."""

    cases: tuple[tuple[Node, Condition], ...]
    binding = 1

    def value(self, numbers: Numbers) -> float:
        """The first case that holds; nan if none does."""
        for node, condition in self.cases:
            if condition.holds(numbers):
                return node.value(numbers)
        return nan

    def write(self, style: Style) -> Math:
        """All cases, or the one that holds where the numbers are known, with its reason."""
        if style.numbers is not None:
            for node, condition in self.cases:
                if condition.holds(style.numbers):
                    what, why = node.write(style), condition.write(style)
                    return Math(
                        f"{what.text} (as {why.text})",
                        rf"{what.latex}\;(\text{{as }} {why.latex})",
                    )
        written = [(node.write(style), c.write(style)) for node, c in self.cases]
        rows = r" \\ ".join(f"{node.latex} & {c.latex}" for node, c in written)
        return Math(
            "{" + "; ".join(f"{node.text} if {c.text}" for node, c in written) + "}",
            rf"\begin{{cases}} {rows} \end{{cases}}",
        )
