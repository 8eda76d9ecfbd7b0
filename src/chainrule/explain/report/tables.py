"""The titles, symbols and tables that several explanations share."""

from ..derivation.records import Factor, Value, Weight
from ..formula import Math, number
from .document import Line, Table, equals, line

_IS = line(Math("=", "="))
LONG = 90
"""Formulas that take more room than this have a line of their own, above their numbers."""


def title(weight: Weight, row: str) -> Line:
    """What is explained."""
    names = [n for n in (weight.unit_name, weight.name) if n != weight.symbol.text]
    known = ", ".join(dict.fromkeys(names))
    by = f" ({known})" if known else ""
    return line(
        "How ",
        weight.symbol,
        by,
        " moves the loss",
        f" of {row}" if row else "",
        ": ",
        derivative_symbol(weight),
    )


def derivative_symbol(weight: Weight) -> Math:
    """∂L/∂w."""
    w = weight.symbol
    return Math(f"∂L/∂{w.text}", rf"\dfrac{{\partial L}}{{\partial {w.latex}}}")


def forward_table(values: tuple[Value, ...]) -> Table:
    """The forward pass: a line for each number."""
    rows = []
    for value in values:
        how = _how(value)
        if not how.text:  # an input or a target: a number that follows from nothing
            what = f" ({value.origin})" if value.origin else ""
            rows.append([line(value.symbol), _IS, line(number(value.value), what), (), ()])
            continue
        start = line(value.symbol)
        if _is_long(value):  # the formula has a line of its own, above its numbers
            rows.append([start, _IS, line(value.formula), (), ()])
            start = ()
        how = _without(how, value.value)
        rows.append([start, _IS, line(how), _IS, line(number(value.value))])
    return Table(rows, right=(4,))


def factor_table(factors: tuple[Factor, ...]) -> Table:
    """The chain rule: a line for each factor."""
    rows = []
    for factor in factors:
        how = _how(factor)
        same = how.text == number(factor.value).text
        start = line(factor.symbol)
        if _is_long(factor):
            rows.append([start, _IS, line(factor.formula), (), (), ()])
            start = ()
        rows.append(
            [
                start,
                () if same else _IS,
                () if same else line(_without(how, factor.value)),
                _IS,
                line(number(factor.value)),
                line(factor.origin),
            ]
        )
    return Table(rows, right=(4,), remarks=True)


def _how(item: Value | Factor) -> Math:
    """The formula and the formula with its numbers; of a long one only the latter."""
    how = equals(item.formula, item.substituted)
    return item.substituted if _is_long(item) else how


def _is_long(item: Value | Factor) -> bool:
    both = equals(item.formula, item.substituted).text
    return len(both) > LONG and bool(item.substituted.text)


def _without(how: Math, value: float) -> Math:
    """A chain of equalities without its last part where that repeats the value."""
    end = number(value)
    tail = f" = {end.text}"
    if how.text.endswith(tail):
        return Math(how.text[: -len(tail)], how.latex.rsplit(" = ", 1)[0])
    return how
