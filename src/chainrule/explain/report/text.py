"""A document as plain text."""

from textwrap import fill, wrap

from .document import (
    Block,
    Document,
    Equation,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    cells,
    shape_of,
)

WIDTH = 100
NARROW = 40
"""A column of remarks with less room is set below its rows."""
_LETTERS = (
    "∂ d, × x, → ->, Σ sum, σ sigma, Φ Phi, φ phi, λ lambda, α alpha, δ delta, γ gamma, β beta, "
    "θ theta, μ mu, ε eps, ℓ l, ≤ <=, ≥ >=, √ sqrt, ⊙ *, ᵀ ^T, … ..."
)
_ASCII = str.maketrans(dict(pair.split(" ") for pair in _LETTERS.split(", ")))


def to_ascii(text: str) -> str:
    """The text without letters beyond ASCII."""
    return text.replace("x̂", "xhat").translate(_ASCII).encode("ascii", "replace").decode()


def plain(line: Line) -> str:
    """A line as text."""
    return "".join(span_text(span) for span in line)


def span_text(span: Span) -> str:
    """Words as they are, mathematics as text."""
    return span if isinstance(span, str) else span.text


def render(document: Document) -> str:
    """All blocks, one below the other."""
    parts: list[str] = []
    for k, item in enumerate(document):
        before = document[k - 1] if k else item
        after_array = isinstance(before, Table | Block) and isinstance(item, Paragraph | Equation)
        after_title = k == 1 and not isinstance(item, Heading)
        if after_array or after_title:
            parts.append("")
        if isinstance(item, Heading):
            text = plain(item.line)
            parts.append(f"{text}\n{'=' * len(text)}" if k == 0 else f"\n{text}\n")
        elif isinstance(item, Paragraph):
            parts.append(indented(fill(plain(item.line), WIDTH - 2)))
        elif isinstance(item, Equation):
            parts.append(indented(plain(item.line)))
        elif isinstance(item, Table):
            parts.append(indented(table(fitted(item, WIDTH - 2))))
        elif isinstance(item, Block):
            parts.append(indented(block(item)))
    return "\n".join(parts) + "\n"


def indented(text: str) -> str:
    """Two spaces before every line."""
    return "\n".join(f"  {line}".rstrip() for line in text.split("\n"))


def fitted(item: Table, width: int) -> Table:
    """A table whose remarks make it too wide: with broken remarks, or each below its row."""
    if not item.remarks or _wide(item) <= width:
        return item
    others = Table([row[:-1] for row in item.rows], item.header[:-1], item.right)
    room = width - _wide(others) - 2
    if room < NARROW:
        return item.lowered()
    rows: list[list[Line]] = []
    for row in item.rows:
        pieces = wrap(plain(row[-1]), room) or [""]
        rows.append([*row[:-1], (pieces[0],)])
        rows += [[*[()] * (len(row) - 1), (piece,)] for piece in pieces[1:]]
    return Table(rows, item.header, item.right)


def _wide(item: Table) -> int:
    return max(map(len, table(item).split("\n")))


def table(item: Table) -> str:
    """Columns of the width of their widest cell."""
    rows = [[plain(cell) for cell in row] for row in item.rows]
    if item.header:
        rows.insert(0, [span_text(title) for title in item.header])
    if not rows:
        return ""
    widths = [max(_width(row[c]) for row in rows) for c in range(len(rows[0]))]
    signs = [all(row[c] in ("", "=") for row in rows) for c in range(len(widths))]
    lines = []
    for row in rows:
        padded = [
            " " * (widths[c] - _width(cell)) + cell
            if c in item.right
            else cell + " " * (widths[c] - _width(cell))
            for c, cell in enumerate(row)
        ]
        text = padded[0]
        for c in range(1, len(padded)):
            text += (" " if signs[c] or signs[c - 1] else "  ") + padded[c]
        lines.append(text.rstrip())
    if item.header:
        lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _width(text: str) -> int:
    return len(text.replace("\u0302", ""))  # the hat of x̂ takes no place


def block(item: Block) -> str:
    """A vector on one line, a matrix on several, the symbol and the shape before it."""
    rows = cells(item.array)
    formula = f" = {item.formula.text}" if item.formula.text else ""
    head = f"{item.symbol.text}{formula}   (shape {shape_of(item.array)})"
    width = max(len(cell) for row in rows for cell in row)
    body = ["[" + "  ".join(cell.rjust(width) for cell in row) + "]" for row in rows]
    return "\n".join([head, *(f"  {line}" for line in body)])
