"""The report on one derivative, in words and blocks."""

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from ...registry import unknown
from ..derivation.check import Check
from ..derivation.records import Fused, Weight
from ..formula import Math, number, parenthesised
from ..formula.number_format import short
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
from .tables import derivative_symbol, factor_table, forward_table, title

if TYPE_CHECKING:
    from ..explanation import Explanation

ZOOM = ("scalar", "paths", "matrix", "all")


def derivative_document(e: "Explanation", zoom: str) -> Document:
    """The blocks of one zoom level."""
    if not isinstance(zoom, str) or zoom not in ZOOM:
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
    document += [*_penalties(e), *_derivative(e), *check_blocks(e), *meaning_blocks(e)]
    return document + [Paragraph(line("Note: ", note, ".")) for note in e.notes]


def _forward(e: "Explanation") -> Document:
    return [Heading(line("Forward: from the inputs to the loss")), forward_table(e.forward)]


def _scalar(e: "Explanation") -> Document:
    chain = equals(
        derivative_symbol(e.weight) if _is_all(e) else Math("product", r"\text{product}"),
        _times([f.symbol for f in e.factors]),
    )
    document: Document = [
        *_forward(e),
        Heading(line("Backward: one factor for each step from the loss back to ", e.weight.symbol)),
        factor_table(e.factors),
        *_two_steps(e),
        Heading(line("The product")),
        Equation(line(chain)),
        Equation(line(product_of([f.value for f in e.factors]))),
    ]
    total = e.path_total or 0.0
    if e.n_paths > 1 and not e.paths and isfinite(total):
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


def _two_steps(e: "Explanation") -> Document:
    """The two factors that the first one stands for, and why they are not taken."""
    if not e.unfused or e.fused is None:
        return []
    product = product_of([f.value for f in e.unfused])
    return [
        Heading(line("Loss and activation in two steps, as far as 64 bits hold them")),
        factor_table(e.unfused),
        Paragraph(line("Their product: ", product, ".")),
        _why(e.fused),
    ]


def _why(fused: Fused) -> Paragraph:
    largest = short(float(np.abs(fused.values).max()))
    return Paragraph(
        line(
            "Outputs so near to the end of their range are rounded or kept away from it, and what "
            "follows from them loses precision: two steps miss the one step by up to "
            f"{short(fused.difference)}, where its largest entry has the size {largest}. Training "
            "takes the one step, and so does the chain here."
        )
    )


def _is_all(e: "Explanation") -> bool:
    return e.n_paths == 1 and not e.penalties


def _times(parts: list[Math]) -> Math:
    return Math(" × ".join(p.text for p in parts), r" \cdot ".join(p.latex for p in parts))


def _penalties(e: "Explanation") -> Document:
    if not e.penalties:
        return []
    return [Heading(line("The penalties' own terms")), factor_table(e.penalties)]


def _derivative(e: "Explanation") -> Document:
    """The derivative on a line of its own: all paths, and the penalties' terms."""
    terms = [e.path_total or 0.0, *(f.value for f in e.penalties)]
    math = [number(t) for t in terms]
    math = [parenthesised(m) if k and terms[k] < 0 else m for k, m in enumerate(math)]
    addends = Math(" + ".join(m.text for m in math), " + ".join(m.latex for m in math))
    symbol, value = derivative_symbol(e.weight), number(e.derivative or 0.0)
    parts = [symbol, addends, value] if len(terms) > 1 else [symbol, value]
    return [Heading(line("The derivative")), Equation(line(equals(*parts)))]


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
    for k, gradient in enumerate(e.gradients):
        document.append(Block(gradient.symbol, gradient.values, gradient.formula))
        if e.unfused and k == 0:
            document += _beside(e)
            continue
        if e.jacobian is not None and k == 0:
            document.append(Block(e.jacobian.symbol, e.jacobian.values, e.jacobian.formula))
        if e.fused is not None and not e.unfused and k == 1:
            document.append(
                Block(Math("fused δ", r"\delta_{\text{fused}}"), e.fused.values, e.fused.formula)
            )
            document.append(
                Paragraph(
                    line(
                        "Loss and activation in one step give the same vector; the largest "
                        f"difference is {short(e.fused.difference)}."
                    )
                )
            )
    return [*document, *_delta_form(e)]


def _beside(e: "Explanation") -> Document:
    """The same vector in two steps, where they lose precision."""
    if e.fused is None:
        return []
    document: Document = []
    formula = Math("∂L/∂a ⊙ f'(z)", r"\dfrac{\partial L}{\partial a} \odot f'(z)")
    if e.jacobian is not None:
        document.append(Block(e.jacobian.symbol, e.jacobian.values, e.jacobian.formula))
        formula = Math("∂L/∂a J", r"\dfrac{\partial L}{\partial a}\,J")
    symbol = Math("δ in two steps", r"\delta_{\text{two steps}}")
    return [*document, Block(symbol, e.fused.unfused, formula), _why(e.fused)]


# --- what it is worth: the check, the direction, the step ----------------------------------------


def check_blocks(e: "Explanation") -> Document:
    """The check by central differences."""
    if e.check is None:
        return []
    return [Heading(line("Check by central differences")), Paragraph(check_line(e.check, e.weight))]


def check_line(check: Check, weight: Weight) -> Line:
    """What the differences say."""
    w = weight.symbol
    symbol = Math(
        f"(L({w.text} + h) - L({w.text} - h)) / 2h",
        rf"\dfrac{{L({w.latex} + h) - L({w.latex} - h)}}{{2h}}",
    )
    step = f" with h = {short(check.step)}"
    if check.verdict == "kink":
        return line(
            f"There is a kink of {check.where} between ", Math(f"{w.text} - h", f"{w.latex} - h"),
            " and ", Math(f"{w.text} + h", f"{w.latex} + h"), f" even for h = {short(check.step)}: "
            "differences cannot tell the derivative there.",
        )  # fmt: skip
    start = line(symbol, Math(" = ", " = "), number(check.value), step, ": ")
    if check.verdict == "agrees":
        return line(*start, f"relative error {short(check.relative_error)}.")
    if check.verdict == "hidden by rounding":
        return line(*start, "the two differ by no more than rounding can make of them.")
    if check.verdict == "overflow":
        return line(*start, "something on the way overflows, and differences tell nothing.")
    return line(
        *start, f"relative error {short(check.relative_error)}. They disagree: a derivative in "
        "this network does not belong to its value.",
    )  # fmt: skip


def meaning_blocks(e: "Explanation") -> Document:
    """Which way the loss moves, and what one step does."""
    return [Heading(line("What it means")), *_direction(e), *_step(e)]


def _direction(e: "Explanation") -> Document:
    d, w = e.derivative or 0.0, e.weight.symbol
    if d == 0:
        what = line("To first order, a change of ", w, " does not change the loss.")
        return [Paragraph(what)]
    if not isfinite(d):
        return [
            Paragraph(line("The derivative is no finite number: something on the way overflows."))
        ]
    up, way = ("raises", "lowers") if d > 0 else ("lowers", "raises")
    return [
        Paragraph(
            line(
                "The derivative is ",
                "positive" if d > 0 else "negative",
                ": raising ",
                w,
                f" a little {up} the loss, about ",
                number(abs(d)),
                " for each unit.",
                *(
                    line(f" Gradient descent therefore {way} ", w, ".")
                    if e.weight.trainable
                    else ()
                ),
            )
        )
    ]


def _step(e: "Explanation") -> Document:
    step = e.step
    if step is None:
        return []
    if step.weight is None:
        return [Paragraph(line(f"One step of {step.optimizer} is not computed: {step.reason}."))]
    memory = "a fresh state" if step.fresh else "the state given"
    if not e.weight.trainable:
        return [
            Paragraph(line(f"One step of {step.optimizer} leaves ", e.weight.symbol, " as it is."))
        ]
    return [
        Paragraph(
            line(
                f"One step of {step.optimizer} (learning rate {step.learning_rate:g}, {memory}) on "
                "this row takes ",
                e.weight.symbol,
                " from ",
                number(e.weight.value),
                " to ",
                number(step.weight),
                ". If it moves alone, the loss goes from ",
                number(e.loss),
                " to ",
                number(step.loss_if_alone or 0.0),
                "; if all weights move, to ",
                number(step.loss or 0.0),
                ".",
            )
        )
    ]
