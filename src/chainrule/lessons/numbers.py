"""Numbers with those of an article beside them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..explain.formula.number_format import figure
from ..explain.report.document import Document, Table
from ..typing import Array

_EXACT = 1e-6
"""Figures that are half a unit apart agree; rounding may add this share of a unit."""
_SHORT = 24
"""Longer words may be broken, or stand below their rows."""


@dataclass(frozen=True)
class Printed:
    """A figure as an article prints it: the value, and what half a unit of its last digit is."""

    text: str

    @property
    def values(self) -> Array:
        """The numbers, as an array."""
        return np.array([float(word) for word in self.text.split()])

    @property
    def decimals(self) -> int:
        """The digits after the point."""
        return len(re.split(r"[eE]", self.text.split()[0])[0].partition(".")[2])

    def agrees(self, value: Any) -> bool:
        """Whether a value rounds to the figure, or an array to all of them."""
        ours = np.ravel(np.asarray(value, dtype=np.float64))
        units = [10.0 ** (_exponent(w) - Printed(w).decimals) for w in self.text.split()]
        if ours.shape != self.values.shape:
            return False
        return bool((np.abs(ours - self.values) <= (0.5 + _EXACT) * np.array(units)).all())


def _exponent(word: str) -> int:
    return int(re.split(r"[eE]", word)[1]) if re.search(r"[eE]", word) else 0


@dataclass(frozen=True)
class Row:
    """A value, what the article prints for it, and why they differ where they do."""

    value: Any
    article: str = ""
    word: str = ""

    @property
    def agrees(self) -> bool | None:
        """Whether the value rounds to the article's; None where the article has none."""
        return Printed(self.article).agrees(self.value) if self.article else None

    @property
    def text(self) -> str:
        """The value, with at least as many digits as the article's."""
        if isinstance(self.value, str | bool | np.bool_):
            return str(self.value)
        numbers = np.ravel(np.asarray(self.value, dtype=np.float64)).tolist()
        if not self.article:
            return "  ".join(map(figure, numbers))
        decimals = Printed(self.article).decimals
        if "e" in self.article.lower():
            return "  ".join(f"{x:.{decimals}e}" for x in numbers)
        if len(numbers) == 1 and not numbers[0].is_integer() and np.isfinite(numbers[0]):
            before = len(str(int(abs(numbers[0]))))
            decimals = max(decimals, 7 - before)
        return "  ".join(f"{x:.{decimals}f}" for x in numbers)


class Numbers:
    """Results with their names, each beside the article's figure where it prints one.

    Parameters
    ----------
    rows : mapping of str to value, (value, article) or (value, article, word)
        A value is a number, a sequence of numbers, a truth or a text. The article's figure is a
        text with the digits that it prints, several with spaces between them. The word says why
        both differ, or what else is worth knowing.

    Examples
    --------
    >>> from chainrule.lessons import Numbers
    >>> print(Numbers({"pi": (3.14159265, "3.14"), "e": (2.71828183, "2.81", "a slip")}))
          here      article
      --  --------  -------  -  ------
      pi  3.141593  3.14     =
      e   2.718282  2.81     ≠  a slip
    <BLANKLINE>
    """

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self.rows = {
            name: Row(*row) if isinstance(row, tuple) else Row(row) for name, row in rows.items()
        }

    @property
    def values(self) -> dict[str, Any]:
        """The values alone, by name."""
        return {name: row.value for name, row in self.rows.items()}

    def alone(self) -> "Numbers":
        """Without the article's figures, which hold for its own data."""
        return Numbers({name: (value,) for name, value in self.values.items()})

    def document(self) -> Document:
        """A table of the rows, without columns that nobody needs."""
        rows = [
            [name, row.text, row.article, {None: "", True: "=", False: "≠"}[row.agrees], row.word]
            for name, row in self.rows.items()
        ]
        header = ["", "here", "article", "", ""]
        used = [any(row[c] for row in rows) for c in range(5)]
        if not used[2]:
            header[1] = ""
        table = [[(cell,) for cell, keep in zip(row, used, strict=True) if keep] for row in rows]
        kept = [title for title, keep in zip(header, used, strict=True) if keep]
        long = max((len(row.word) for row in self.rows.values()), default=0) > _SHORT
        return [Table(table, kept if any(kept) else (), remarks=long)]

    def __str__(self) -> str:
        from ..explain.report.text import render

        return render(self.document())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from ..explain.report.html import render

        return render(self.document())
