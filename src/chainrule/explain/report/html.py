"""A document as an HTML fragment: tables, indices and a few inherited colours, no scripts."""

import re
from html import escape

from ..formula import Math
from .document import (
    Block,
    Document,
    Equation,
    Heading,
    Item,
    Line,
    Paragraph,
    Table,
    cells,
    shape_of,
)

STYLE = """\
.chainrule-explanation{font-size:.95em;line-height:1.45;overflow-x:auto}
.chainrule-explanation h3{font-size:1.1em;margin:.2em 0 .6em}
.chainrule-explanation h4{font-size:1em;margin:1em 0 .3em}
.chainrule-explanation p{margin:.35em 0}
.chainrule-explanation table{border-collapse:collapse;margin:.35em 0;width:auto}
.chainrule-explanation td,.chainrule-explanation th{padding:.15em .45em;text-align:left;\
vertical-align:baseline;border:0;background:none;white-space:nowrap}
.chainrule-explanation th{border-bottom:1px solid currentColor}
.chainrule-explanation .n{text-align:right;font-variant-numeric:tabular-nums}
.chainrule-explanation .m{font-family:"Latin Modern Math","STIX Two Math","Cambria Math",\
"DejaVu Serif",serif}
.chainrule-explanation .r{white-space:normal;min-width:11em}
.chainrule-explanation .e{margin:.5em 0 .5em 1em}
.chainrule-explanation .o{opacity:.7}
.chainrule-explanation .b td{border:0;padding:.1em .5em}
.chainrule-explanation .b{border-left:2px solid currentColor;border-right:2px solid currentColor}
"""
_INDEX = re.compile(r"(?<=[A-Za-zΣγβδℓ\u0302])_([A-Za-z0-9]+)")
_EXPONENT = re.compile(r"(?<=\de)-(?=\d)")
_POWER = re.compile(r"\^(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\)|([\w.]+))")


def mathematics(math: Math) -> str:
    """Text with indices lowered and powers raised."""
    text = escape(math.text)
    text = _POWER.sub(lambda m: f"<sup>{m[1] or m[2]}</sup>", text)
    text = _INDEX.sub(lambda m: f"<sub>{m[1]}</sub>", text)
    text = text.replace(" - ", " − ")
    text = _EXPONENT.sub("−", re.sub(r"(?<![\w)])-(?=[\w(])", "−", text))
    return f'<span class="m">{text}</span>'


def inline(line: Line) -> str:
    """A line of words and mathematics."""
    return "".join(words(s) if isinstance(s, str) else mathematics(s) for s in line)


def words(text: str) -> str:
    """Words, and the numbers in them."""
    return _EXPONENT.sub("−", escape(text))


def render(document: Document) -> str:
    """All blocks in one element, with its own style."""
    parts = [f'<div class="chainrule-explanation"><style>{STYLE}</style>']
    for k, item in enumerate(document):
        if isinstance(item, Heading):
            tag = "h3" if k == 0 else "h4"
            parts.append(f"<{tag}>{inline(item.line)}</{tag}>")
        else:
            parts.append(_item(item))
    return "\n".join([*parts, "</div>"])


def _item(item: Item) -> str:
    if isinstance(item, Paragraph):
        return f"<p>{inline(item.line)}</p>"
    if isinstance(item, Equation):
        return f'<p class="e">{inline(item.line)}</p>'
    if isinstance(item, Table):
        return _table(item)
    assert isinstance(item, Block)
    formula = f" = {mathematics(item.formula)}" if item.formula.text else ""
    rows = "".join(
        "<tr>" + "".join(f'<td class="n">{cell.replace("-", "−")}</td>' for cell in row) + "</tr>"
        for row in cells(item.array)
    )
    shape = f'<span class="o">(shape {shape_of(item.array)})</span>'
    return f'<p>{mathematics(item.symbol)}{formula} {shape}</p><table class="b">{rows}</table>'


def _table(item: Table) -> str:
    kinds = dict.fromkeys(item.right, ' class="n"')
    if item.remarks:
        kinds[max((len(row) for row in item.rows), default=0) - 1] = ' class="r"'
    rows = []
    if item.header:
        titles = [
            mathematics(Math(title, "") if isinstance(title, str) else title)
            for title in item.header
        ]
        rows.append(_row("th", titles, kinds))
    rows += [_row("td", [inline(cell) for cell in row], kinds) for row in item.rows]
    return f"<table>{''.join(rows)}</table>"


def _row(tag: str, texts: list[str], kinds: dict[int, str]) -> str:
    written = [f"<{tag}{kinds.get(c, '')}>{text}</{tag}>" for c, text in enumerate(texts)]
    return f"<tr>{''.join(written)}</tr>"
