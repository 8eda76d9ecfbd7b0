"""A batch: what each row adds to the derivative by one weight."""

import re
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from ..subject import Subject
from ..typing import Array
from .adapters import Names, Rows
from .derivation.jacobians import backward_vectors, own_stage, stages_of
from .derivation.loss_gradient import loss_gradient_of
from .derivation.loss_of_rows import at_evaluation, gradient_of, notes_on, sample_scales
from .derivation.penalties import penalty_factors
from .derivation.records import Factor, Weight
from .derivation.weights import WeightRef, not_computed
from .formula import Math, number
from .formula.number_format import figure, percent
from .report.document import Document, Heading, Line, Paragraph, Table, line
from .report.explained import Explained
from .report.tables import derivative_symbol, factor_table, title

SHOWN = 20
"""Longer tables show this many rows and sum up the others."""


@dataclass(frozen=True)
class Sample:
    """One row's part in the derivative.

    Attributes
    ----------
    label : str
        What the row is called.
    loss : float
        The row's own loss.
    incoming : float or None
        What the weight multiplies; None where it reaches several units.
    slope : float or None
        f'(z) of the weight's unit: near 0 where the unit is saturated or off; None where the
        activation has no derivative of its own for each unit, and for outputs whose loss and
        activation are differentiated in one step.
    delta : float or None
        The derivative of the row's loss by z of the weight's unit.
    product : float
        The derivative of the row's loss by the weight.
    factor : float
        What it counts in the batch: w / sum of w for a mean, w for a sum.
    share : float
        Product times factor.
    """

    label: str
    loss: float
    incoming: float | None
    slope: float | None
    delta: float | None
    product: float
    factor: float
    share: float


@final
@dataclass(frozen=True, eq=False, repr=False)
class BatchExplanation(Explained):
    """The derivative of a batch's loss by one weight as a sum over its rows.

    Attributes
    ----------
    weight : Weight
    unit : str
        The unit that the weight belongs to.
    samples : tuple of Sample
        The rows, sorted by the size of their shares.
    total : float or None
        The sum of the shares.
    penalties : tuple of Factor
        What each penalty adds.
    derivative : float or None
        The gradient on all rows, penalties included; None where it was not computed.
    reason : str
        Why it was not computed.
    loss : float
        The batch's loss, penalties included.
    reduction : str
        "mean" or "sum".
    notes : tuple of str
    at_evaluation : bool
        Whether the gradient of training is another one, because a layer drops units or normalises
        by the batch's own statistics there.
    """

    weight: Weight
    unit: str
    samples: tuple[Sample, ...]
    total: float | None
    penalties: tuple[Factor, ...]
    derivative: float | None
    reason: str
    loss: float
    reduction: str
    notes: tuple[str, ...]
    at_evaluation: bool = False

    kind: ClassVar[str] = "batch"

    def document(self, zoom: str = "scalar") -> Document:
        """The table; it has one zoom level only."""
        symbol = derivative_symbol(self.weight)
        document: Document = [
            Heading(title(self.weight, f"a batch of {max(len(self.samples), 1)} rows"))
        ]
        if self.derivative is None:
            return [*document, Paragraph(line(symbol, " is not computed: ", self.reason, "."))]
        how = "weighted mean" if self.reduction == "mean" else "weighted sum"
        if len({s.factor for s in self.samples}) == 1:
            how = "mean" if self.reduction == "mean" else "sum"
        penalties: Document = []
        if self.penalties:
            heading = Heading(line("The penalties' own terms"))
            penalties = [heading, factor_table(self.penalties)]
        return [
            *document,
            self._table(),
            Paragraph(line(f"The {how} of the products: ", number(self.total or 0.0), ".")),
            *penalties,
            Paragraph(line(*self._whose(), ": ", symbol, " = ", number(self.derivative), ".")),
            *self._reading(),
            *(Paragraph(line("Note: ", note, ".")) for note in self.notes),
        ]

    def _whose(self) -> Line:
        return line("The gradient", " at evaluation" if self.at_evaluation else " of training")

    def _table(self) -> Table:
        unit = self.unit
        rows: list[list[Line]] = []
        for s in self.samples[:SHOWN]:
            values = (s.loss, s.incoming, s.slope, s.delta, s.product, s.share)
            rows.append([line(s.label), *(line("-" if v is None else number(v)) for v in values)])
        rest = self.samples[SHOWN:]
        if rest:
            blank = line()
            share = number(sum(s.share for s in rest))
            rows.append([line(f"{len(rest)} more"), *[blank] * 5, line(share)])
        latex = re.sub(r"\d+$", r"_{\g<0>}", unit)
        slope = Math(f"f'(z_{unit})", rf"f'\left(z_{{{latex}}}\right)")
        delta = Math(f"δ_{unit}", rf"\delta_{{{latex}}}")
        header = ("row", "loss", "incoming", slope, delta, "product", "share")
        return Table(rows, header, right=(1, 2, 3, 4, 5, 6))

    def _reading(self) -> Document:
        sizes = [abs(s.share) for s in self.samples]
        document: Document = []
        if len(sizes) > 1 and sum(sizes) > 0:
            first = self.samples[0].label
            text = f"{first} has {percent(sizes[0] / sum(sizes))} of the sum of the shares' sizes."
            document.append(Paragraph(line(text)))
        flat = [s for s in self.samples if s.slope is not None and abs(s.slope) < 0.01]
        if flat:
            document.append(
                Paragraph(
                    line(
                        f"{self.unit} is nearly flat (a slope below 0.01) for {len(flat)} of "
                        f"{len(self.samples)} rows: it is saturated or off there, and they teach "
                        "this weight next to nothing."
                    )
                )
            )
        return document


@np.errstate(all="ignore")
def derive_batch(subject: Subject, rows: Rows, ref: WeightRef) -> BatchExplanation:
    """The per-row products of a batch."""
    objective, parameters = subject.objective, subject.parameters
    names = Names(subject.network, subject.reader)
    weight, unit = ref.record(names, parameters), names.reached(ref.view, ref.index).text
    value, gradient = gradient_of(subject, rows)
    reduction = objective.loss.reduction
    reason = not_computed(subject.network, ref.view)
    notes, differs = notes_on(subject, rows), bool(at_evaluation(subject))
    if differs:
        notes.append("in training these layers do something else, and the gradient there differs")
    if reason:
        return BatchExplanation(
            weight, unit, (), None, (), None, reason, value, reduction, tuple(notes), differs
        )
    stages = stages_of(subject.network, parameters, rows.X)
    k0, own = own_stage(stages, ref.view.layer)
    of_loss = loss_gradient_of(objective, stages, rows.targets)
    # In one step where there is such a form: rounded outputs then spoil no row's product.
    maps, end = (stages, of_loss.by_a) if of_loss.by_z is None else (stages[:-1], of_loss.by_z)
    delta = backward_vectors(maps, end, k0)[-1]
    start = own.by_parameter(ref.view.key, ref.index)
    scales = sample_scales(objective, rows)
    products = (start * delta).sum(axis=1)
    shares = products * scales
    units, slopes = names.units_of(ref.view, ref.index), None
    j = units[0] if len(units) == 1 else None  # the only unit that the weight reaches
    later = maps[k0 + 1] if k0 + 1 < len(maps) else None
    if later is not None and later.activation is not None:
        slopes = later.activation.slopes(later.before, later.after)

    def of_unit(values: Array | None, r: int) -> float | None:
        return None if values is None or j is None else float(values[r, j])

    samples = [
        Sample(
            rows.labels[r],
            float(of_loss.losses[r]),
            of_unit(start, r),
            of_unit(slopes, r),
            of_unit(delta, r),
            float(products[r]),
            float(scales[r]),
            float(shares[r]),
        )
        for r in np.argsort(-np.abs(shares), kind="stable")
    ]
    penalties = penalty_factors(objective, rows, weight, ref)
    derivative, total = ref.of(gradient.vector), float(shares.sum())
    whole = total + sum(f.value for f in penalties)
    # Sums in another order differ by some eps of their addends.
    if not abs(whole - derivative) <= 1e-9 * (float(np.abs(shares).sum()) + abs(derivative)):
        notes.append(
            f"the products and penalties come to {figure(whole)}, not to the gradient: a sum over "
            "rows loses precision here, or something overflows"
        )
    return BatchExplanation(
        weight,
        unit,
        tuple(samples),
        total,
        penalties,
        derivative,
        "",
        value,
        reduction,
        tuple(notes),
        differs,
    )
