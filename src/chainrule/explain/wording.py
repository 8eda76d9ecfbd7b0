"""What an explanation of a derivative says, in words and blocks."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..registry import unknown
from .document import (
    Block,
    Document,
    Equation,
    Heading,
    Line,
    Paragraph,
    Table,
    equals,
    line,
    product_of,
)
from .figures import short
from .formula import Math, number, parenthesised
from .meaning import check_blocks, meaning_blocks
from .parts import Factor, Value, Weight

if TYPE_CHECKING:
    from .explanation import Explanation

_IS = line(Math("=", "="))
LONG = 90
"""Formulas that take more room than this are shown with their numbers only."""
ZOOM = ("scalar", "paths", "matrix", "all")


def derivative_document(e: "Explanation", zoom: str) -> Document:
    """The blocks of one zoom level."""
    if zoom not in ZOOM:
        raise unknown("zoom level", zoom, ZOOM)
    document: Document = [Heading(title(e.weight, e.row))]
    if e.derivative is None:
        return [
            *document,
            Paragraph(line(derivative_symbol(e.weight), " is not computed: ", e.reason, ".")),
            *_forward(e),
        ]
    levels: dict[str, Callable[[Explanation], Document]] = {
        "scalar": _scalar,
        "paths": _paths,
        "matrix": _matrix,
    }
    for name, write in levels.items():
        if zoom in (name, "all"):
            document += write(e)
    document += [*_penalties(e), *check_blocks(e), *meaning_blocks(e)]
    return document + [Paragraph(line("Note: ", note, ".")) for note in e.notes]


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
        how = _without(how, value.value)
        rows.append([line(value.symbol), _IS, line(how), _IS, line(number(value.value))])
    return Table(rows, right=(4,))


def _forward(e: "Explanation") -> Document:
    return [Heading(line("Forward: from the inputs to the loss")), forward_table(e.forward)]


def factor_table(factors: tuple[Factor, ...]) -> Table:
    """The chain rule: a line for each factor."""
    rows = []
    for factor in factors:
        how = _how(factor)
        same = how.text == number(factor.value).text
        rows.append(
            [
                line(factor.symbol),
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
    return item.substituted if len(how.text) > LONG and item.substituted.text else how


def _without(how: Math, value: float) -> Math:
    """A chain of equalities without its last part where that repeats the value."""
    end = number(value)
    tail = f" = {end.text}"
    if how.text.endswith(tail):
        return Math(how.text[: -len(tail)], how.latex.rsplit(" = ", 1)[0])
    return how


def _scalar(e: "Explanation") -> Document:
    chain = equals(
        derivative_symbol(e.weight) if _is_all(e) else Math("product", r"\text{product}"),
        _times([f.symbol for f in e.factors]),
    )
    document: Document = [
        *_forward(e),
        Heading(line("Backward: one factor for each step from the loss back to ", e.weight.symbol)),
        factor_table(e.factors),
        Heading(line("The product")),
        Equation(line(chain)),
        Equation(line(product_of([f.value for f in e.factors]))),
    ]
    total = e.path_total or 0.0
    if e.n_paths > 1 and not e.paths:
        document.append(Paragraph(line(f"Each of the {e.n_paths:,} paths carries 0.")))
    elif e.n_paths > 1:
        document.append(
            Paragraph(
                line(
                    f"This is the largest of {e.n_paths:,} paths: all of them together give ",
                    number(total),
                    ".",
                )
            )
        )
    return document


def _is_all(e: "Explanation") -> bool:
    return e.n_paths == 1 and not e.penalties


def _times(parts: list[Math]) -> Math:
    return Math(" × ".join(p.text for p in parts), r" \cdot ".join(p.latex for p in parts))


def _penalties(e: "Explanation") -> Document:
    if not e.penalties:
        return []
    terms = [e.path_total or 0.0, *(f.value for f in e.penalties)]
    math = [number(t) for t in terms]
    math = [parenthesised(m) if k and terms[k] < 0 else m for k, m in enumerate(math)]
    total = number(e.derivative or 0.0)
    return [
        Heading(line("The penalties' own terms")),
        factor_table(e.penalties),
        Equation(
            line(
                Math(
                    f"{derivative_symbol(e.weight).text} = {' + '.join(m.text for m in math)}"
                    f" = {total.text}",
                    f"{derivative_symbol(e.weight).latex} = {' + '.join(m.latex for m in math)}"
                    f" = {total.latex}",
                )
            )
        ),
    ]


def _paths(e: "Explanation") -> Document:
    shown = len(e.paths)
    rows = [
        [
            line(Math(f"{k + 1}", f"{k + 1}")),
            line(" → ".join([e.weight.symbol.text, *path.units, "L"])),
            line(product_of(path.factors)),
        ]
        for k, path in enumerate(e.paths)
    ]
    rest, others = e.remainder or 0.0, e.n_paths - shown
    document: Document = [
        Heading(line(f"Paths: {shown} of {e.n_paths:,}, the largest contributions first")),
        Table(rows, header=("", "path", "its factors, from the loss back, and their product")),
    ]
    if not rows:
        document.append(Paragraph(line("Every path carries 0.")))
    elif others:
        number_of = (
            f"The {others:,} other paths carry " if others > 1 else "The other path carries "
        )
        document.append(Paragraph(line(number_of, number(rest), ".")))
    return [*document, *_delta_form(e)]


def _delta_form(e: "Explanation") -> Document:
    """All paths at once: delta times what the weight multiplies."""
    if e.delta_form is None:
        return [Paragraph(line("All paths together: ", number(e.path_total or 0.0), "."))]
    form = e.delta_form
    all_parts = equals(form.symbol, form.formula, form.substituted, number(form.value))
    return [Paragraph(line("All paths together:")), Equation(line(all_parts))]


def _matrix(e: "Explanation") -> Document:
    document: Document = [
        Heading(line("Layer by layer: the loss's derivative as vectors, from the loss back"))
    ]
    for gradient in e.gradients:
        document.append(Block(gradient.symbol, gradient.values, gradient.formula))
        if e.jacobian is not None and gradient is e.gradients[0]:
            document.append(Block(e.jacobian.symbol, e.jacobian.values, e.jacobian.formula))
        if e.fused is not None and len(e.gradients) > 1 and gradient is e.gradients[1]:
            document.append(
                Block(Math("fused δ", r"\delta_{\text{fused}}"), e.fused.values, e.fused.formula)
            )
            same = e.fused.difference <= 1e-6 * float(np.abs(e.fused.values).max())
            verdict = "give the same vector" if same else "keep figures that the product loses"
            document.append(
                Paragraph(
                    line(
                        f"Loss and activation in one step {verdict}; the largest "
                        f"difference is {short(e.fused.difference)}."
                    )
                )
            )
    return [*document, *_delta_form(e)]
