"""Numbers with those of an article beside them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from ..explain.formula.number_format import figure
from ..explain.report.document import Document, Table
from ..typing import Array

_EXACT = 1e-6
"""Figures that are half a unit apart agree; rounding may add this share of a unit."""
_SHORT = 24
"""Longer words may be broken, or stand below their rows."""
_STYLE = """\
.chainrule-numbers{overflow-x:auto}
.chainrule-numbers table{border-collapse:collapse;margin:.35em 0;width:auto;font-size:.95em}
.chainrule-numbers table td,.chainrule-numbers table th{border:0;padding:.15em .5em;\
text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.chainrule-numbers table th{border-bottom:1px solid currentColor;font-weight:600}
.chainrule-numbers table th:nth-child(2){text-align:left}
.chainrule-numbers table td:first-child,.chainrule-numbers table td.w{text-align:left;\
white-space:normal}
"""
"""A class and two types outweigh what Jupyter says about the cells of its tables."""


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
    """A value, what the article prints for it, and what is to be said about both.

    Parameters
    ----------
    value : number, sequence of numbers, bool or str
    article : str, default ""
        The digits that the article prints, several numbers with spaces between them.
    word : str, default ""
        Why both differ, or what else is worth knowing.
    comparable : bool, default True
        False where both cannot agree, such as with random numbers of its own.
    """

    value: Any
    article: str = ""
    word: str = ""
    comparable: bool = True

    @property
    def agrees(self) -> bool | None:
        """Whether the value rounds to the article's; None where there is nothing to compare."""
        if not (self.article and self.comparable):
            return None
        return Printed(self.article).agrees(self.value)

    @property
    def texts(self) -> list[str]:
        """Each number, with at least as many digits as the article's; a text is one of them."""
        if isinstance(self.value, str | bool | np.bool_):
            return [str(self.value)]
        numbers = np.ravel(np.asarray(self.value, dtype=np.float64)).tolist()
        if not self.article:
            return [figure(x) for x in numbers]
        decimals = Printed(self.article).decimals
        if "e" in self.article.lower():
            return [f"{x:.{decimals}e}" for x in numbers]
        if len(numbers) == 1 and not numbers[0].is_integer() and np.isfinite(numbers[0]):
            before = len(str(int(abs(numbers[0]))))
            decimals = max(decimals, 7 - before)
        return [f"{x:.{decimals}f}" for x in numbers]

    @property
    def text(self) -> str:
        """The value in one line."""
        return "  ".join(self.texts)

    @property
    def sign(self) -> str:
        """Whether both agree, as a sign; nothing where there is nothing to compare."""
        return {None: "", True: "=", False: "≠"}[self.agrees]


class Numbers:
    """Results with their names, each beside the article's figure where it prints one.

    Parameters
    ----------
    rows : mapping of str to value or tuple
        A value, or what makes a `Row`: (value, article), (value, article, word),
        (value, article, word, comparable).

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
            [name, row.text, row.article, row.sign, row.word] for name, row in self.rows.items()
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
        rows = list(self.rows.items())
        width = max((len(row.texts) for _, row in rows), default=1)
        compared = any(row.article for _, row in rows)
        head = f'<tr><td></td><th colspan="{width}">here</th><th>article</th></tr>'
        return (
            f'<div class="chainrule-numbers"><style>{_STYLE}</style><table>'
            + head * compared
            + "".join(_html_row(name, row, width, compared) for name, row in rows)
            + "</table></div>"
        )


def _html_row(name: str, row: Row, width: int, compared: bool) -> str:
    cells = [f"<td>{escape(name)}</td>"]
    cells += [f"<td>{_minus(escape(text))}</td>" for text in row.texts]
    if len(row.texts) < width:
        cells.append(f'<td colspan="{width - len(row.texts)}"></td>')
    if compared:
        cells.append(f"<td>{_minus('&ensp; '.join(row.article.split()))}</td>")
    if row.sign or row.word:
        cells.append(f'<td class="w">{row.sign} {escape(row.word)}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _minus(text: str) -> str:
    return re.sub(r"-(?=\d)", "−", text)
