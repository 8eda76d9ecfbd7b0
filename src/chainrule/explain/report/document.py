"""What an explanation says, before anything decides how it looks.

A document is a list of blocks. Text, terminal, LaTeX and HTML each write the same blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from ...typing import Array
from ..formula import Math, number
from ..formula.number_format import figure, latex_figure

Span = str | Math
"""Words, or a piece of mathematics."""
Line = tuple[Span, ...]


@dataclass(frozen=True)
class Heading:
    """The title of what follows; the first one is the document's."""

    line: Line


@dataclass(frozen=True)
class Paragraph:
    """A sentence or two."""

    line: Line


@dataclass(frozen=True)
class Table:
    """Rows of cells.

    Parameters
    ----------
    rows : sequence of sequence of Line
    header : sequence of Span, default ()
        The columns' titles; an empty one stands for a sign that joins its neighbours.
    right : sequence of int, default ()
        Columns of numbers, set to the right.
    remarks : bool, default False
        Whether the last column holds remarks, which may stand below their rows where it is narrow.
    """

    rows: Sequence[Sequence[Line]]
    header: Sequence[Span] = ()
    right: Sequence[int] = ()
    remarks: bool = False

    def lowered(self) -> "Table":
        """The same table with each remark on a line of its own, below what it remarks on."""
        rows: list[Sequence[Line]] = []
        for row in self.rows:
            blank: list[Line] = [()] * (len(row) - 1)
            rows.append(row[:-1])
            if row[-1]:
                rows.append([*blank[:2], row[-1], *blank[3:]])
        return Table(rows, self.header[:-1], self.right)


@dataclass(frozen=True)
class Equation:
    """A line of mathematics that stands by itself."""

    line: Line


@dataclass(frozen=True)
class Block:
    """A vector or a matrix with its symbol and its shape."""

    symbol: Math
    array: Array
    formula: Math = field(default_factory=lambda: Math("", ""))


Item = Heading | Paragraph | Table | Equation | Block
Document = list[Item]


def line(*spans: Span) -> Line:
    """Words and mathematics, one after the other; plain words become a line, too."""
    return tuple(span for span in spans if span != "")


def equals(*parts: Math) -> Math:
    """Parts joined by equality signs; a part that repeats the one before it is left out."""
    kept: list[Math] = []
    for part in parts:
        if part.text and (not kept or part.text != kept[-1].text):
            kept.append(part)
    return Math(" = ".join(p.text for p in kept), " = ".join(p.latex for p in kept))


def product_of(values: Sequence[float]) -> Math:
    """Numbers with signs of multiplication between them, and their product."""
    total = number(prod(values))
    if len(values) == 1:
        return total
    factors = [number(v) for v in values]
    latex = r" \cdot ".join(
        rf"({f.latex})" if v < 0 and k else f.latex
        for k, (f, v) in enumerate(zip(factors, values, strict=True))
    )
    text = " × ".join(f.text for f in factors)
    return Math(f"{text} = {total.text}", f"{latex} = {total.latex}")


SHOWN = 8
"""Longer vectors, and matrices with more rows or columns, are shown with a gap."""


def _shown(n: int) -> list[int | None]:
    if n <= SHOWN:
        return list(range(n))
    half = SHOWN // 2
    return [*range(half), None, *range(n - half + 1, n)]


def cells(array: Array) -> list[list[str]]:
    """The numbers of a vector (one row) or a matrix as texts, "…" for what is left out."""
    rows = np.atleast_2d(array)
    return [
        [
            "…" if i is None or j is None else figure(float(rows[i, j]))
            for j in _shown(rows.shape[1])
        ]
        for i in _shown(rows.shape[0])
    ]


def latex_array(array: Array) -> str:
    """A vector or a matrix as LaTeX, with dots for what is left out."""
    rows = np.atleast_2d(array)
    lines = []
    for i in _shown(rows.shape[0]):
        row = [
            (r"\vdots" if i is None else r"\cdots")
            if i is None or j is None
            else latex_figure(float(rows[i, j]))
            for j in _shown(rows.shape[1])
        ]
        lines.append(" & ".join(row))
    return r"\begin{bmatrix} " + r" \\ ".join(lines) + r" \end{bmatrix}"


def shape_of(array: Array) -> str:
    """The shape in words: "10", "3 × 2"."""
    return " × ".join(map(str, array.shape))
