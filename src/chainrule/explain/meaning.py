"""What a derivative is worth, in words: the check, the direction, the step."""

from math import isfinite

from .check import Check
from .derivative import Derivative
from .document import Document, Heading, Line, Paragraph, line
from .figures import short
from .formula import Math, number
from .parts import Weight


def check_blocks(e: Derivative) -> Document:
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


def meaning_blocks(e: Derivative) -> Document:
    """Which way the loss moves, and what one step does."""
    return [Heading(line("What it means")), *_direction(e), *_step(e)]


def _direction(e: Derivative) -> Document:
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


def _step(e: Derivative) -> Document:
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
