"""The weights with the largest derivatives."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from ..subject import Subject
from .adapters import Names, Rows
from .derivation.loss_of_rows import gradient_of, notes_on
from .derivation.records import Weight
from .derivation.weights import WeightRef, not_computed
from .formula import number
from .report.document import Document, Heading, Paragraph, Table, line
from .report.explained import Explained


@dataclass(frozen=True)
class Ranked:
    """A weight and the loss's derivative by it."""

    weight: Weight
    derivative: float


@final
@dataclass(frozen=True, eq=False, repr=False)
class GradientRanking(Explained):
    """The weights with the largest derivatives on some rows, the largest first.

    Attributes
    ----------
    row : str
        What the row is called; "" if it is the only one or there are several.
    items : tuple of Ranked
    n_weights : int
        How many weights there are to choose from: all that have a derivative.
    loss : float
    notes : tuple of str
    """

    row: str
    items: tuple[Ranked, ...]
    n_weights: int
    loss: float
    notes: tuple[str, ...]

    kind: ClassVar[str] = "ranking"

    def document(self, zoom: str = "scalar") -> Document:
        """The table; it has one zoom level only."""
        of = f" of {self.row}" if self.row else ""
        rows = [
            [
                line(item.weight.symbol),
                line(item.weight.name),
                line(number(item.weight.value)),
                line(number(item.derivative)),
            ]
            for item in self.items
        ]
        return [
            Heading(line(f"The weights that move the loss{of} most")),
            Paragraph(line(f"{len(rows)} of {self.n_weights:,}, at a loss of ", number(self.loss))),
            Table(rows, ("weight", "full name", "value", "derivative"), right=(2, 3)),
            *(Paragraph(line("Note: ", note, ".")) for note in self.notes),
        ]


@np.errstate(all="ignore")
def derive_ranking(subject: Subject, rows: Rows, top: int) -> GradientRanking:
    """The first `top` weights by the size of their derivatives; the first of equals first."""
    value, gradient = gradient_of(subject, rows)
    layout = subject.network.layout
    names = Names(subject.network, subject.reader)
    known = [view for view in layout.views if not not_computed(subject.network, view)]
    places = np.concatenate([np.arange(view.start, view.stop) for view in known])
    order = places[np.argsort(-np.abs(gradient.vector[places]), kind="stable")[:top]]
    items = []
    for place in order.tolist():
        view = next(s for s in known if s.start <= place < s.stop)
        index = tuple(int(i) for i in np.unravel_index(place - view.start, view.spec.shape))
        weight = WeightRef(view, index).record(names, subject.parameters)
        items.append(Ranked(weight, float(gradient.vector[place])))
    row = rows.labels[0] if len(rows.X) == 1 else ""
    notes = tuple(notes_on(subject, rows))
    return GradientRanking(row, tuple(items), len(places), value, notes)
