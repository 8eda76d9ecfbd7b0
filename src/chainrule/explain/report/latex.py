"""A document as one expression for LaTeX's mathematics mode.

It keeps to what KaTeX and MathJax know: arrays, aligned equations, words in text boxes.
"""

from typing import Any

from ..adapters.names import latex_escaped
from .document import (
    Document,
    Equation,
    Heading,
    Item,
    Line,
    Paragraph,
    Table,
    latex_array,
    shape_of,
)

WIDTH = 96
_WORDS = {
    "σ": r"$\sigma$", "Φ": r"$\Phi$", "φ": r"$\varphi$", "λ": r"$\lambda$", "α": r"$\alpha$",
    "δ": r"$\delta$", "γ": r"$\gamma$", "β": r"$\beta$", "∂": r"$\partial$", "→": r"$\to$",
    "×": r"$\times$", "Σ": r"$\sum$", "ε": r"$\varepsilon$", "…": r"$\dots$", "≤": r"$\le$",
}  # fmt: skip


def words(text: str) -> str:
    """Words as a text box."""
    return rf"\text{{{_letters(text)}}}"


def bold(text: str) -> str:
    """Words as a bold text box."""
    return rf"\textbf{{{_letters(text)}}}" if text else ""


def _letters(text: str) -> str:
    return "".join(_WORDS.get(c, c) for c in latex_escaped(text))


def math(line: Line) -> str:
    """A line: words in text boxes, mathematics as it is."""
    return " ".join(words(span) if isinstance(span, str) else span.latex for span in line)


def wrapped(line: Line) -> list[str]:
    """A line broken into rows of a page's width."""
    rows: list[str] = [""]
    length = 0
    for span in line:
        pieces: list[Any] = [span]
        if isinstance(span, str):
            pieces = [piece + " " for piece in span.split(" ")]
            pieces[-1] = pieces[-1][:-1]
        for piece in pieces:
            size = len(piece) if isinstance(piece, str) else len(piece.text)
            if length + size > WIDTH and rows[-1]:
                rows.append("")
                length = 0
            if piece:
                rows[-1] += words(piece) if isinstance(piece, str) else f" {piece.latex} "
            length += size
    return [row.replace(r"}\text{", "") for row in rows if row]


def render(document: Document) -> str:
    r"""A left-aligned array: a row for every sentence, equation and table."""
    rows: list[str] = []
    for item in document:
        rows += _rows(item)
    body = " \\\\[4pt]\n".join(rows)
    return "\\begin{array}{l}\n" + body + "\n\\end{array}"


def _rows(item: Item) -> list[str]:
    if isinstance(item, Heading):
        return [" ".join(bold(s) if isinstance(s, str) else s.latex for s in item.line)]
    if isinstance(item, Paragraph):
        return wrapped(item.line)
    if isinstance(item, Equation):
        return [math(item.line)]
    if isinstance(item, Table):
        return [_table(item)]
    formula = f" = {item.formula.latex}" if item.formula.latex else ""
    shape = rf"\;\text{{({shape_of(item.array).replace('×', 'by')})}}"
    array = latex_array(item.array)
    return [rf"{item.symbol.latex}{formula} = {array}{shape}"]


def _table(item: Table) -> str:
    n = max((len(row) for row in item.rows), default=len(item.header))
    signs = [
        all(not row[c] or math(row[c]) == "=" for row in item.rows) and not item.header
        for c in range(n)
    ]
    columns = "".join(
        "c" if sign else ("r" if c in item.right else "l") for c, sign in enumerate(signs)
    )
    lines = []
    if item.header:
        titles = [bold(title) if isinstance(title, str) else title.latex for title in item.header]
        lines.append(" & ".join(titles) + r" \\ \hline")
    lines += [" & ".join(math(cell) for cell in row) + r" \\" for row in item.rows]
    body = "\n".join(lines)
    return rf"\begin{{array}}{{{columns}}}" + f"\n{body}\n" + r"\end{array}"
