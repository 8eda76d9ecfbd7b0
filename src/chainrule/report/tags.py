"""HTML in small pieces."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from ..formatting import number


def text(value: Any) -> str:
    """A value as HTML; numbers with four digits that count."""
    if isinstance(value, float):
        return number(value).replace("-", "−")
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace("-", "−")
    return escape(str(value))


def section(title: str, body: str, note: str = "", *, wide: bool = False) -> str:
    """A card with a title; "" without a body."""
    if not body:
        return ""
    said = f'<p class="note">{note}</p>' if note else ""
    return f"<section{' class=wide' if wide else ''}><h2>{title}</h2>{said}{body}</section>"


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    right: Iterable[int] = (),
    words: Iterable[int] = (),
) -> str:
    """A table of cells that are HTML; columns of numbers, and of many words, by their places."""
    kinds = {**dict.fromkeys(right, ' class="n"'), **dict.fromkeys(words, ' class="w"')}

    def row(tag: str, cells: Sequence[str]) -> str:
        return "".join(f"<{tag}{kinds.get(i, '')}>{cell}</{tag}>" for i, cell in enumerate(cells))

    body = "".join(f"<tr>{row('td', cells)}</tr>" for cells in rows)
    head = f"<thead><tr>{row('th', [escape(h) for h in heads])}</tr></thead>"
    return f'<div class="scroll"><table>{head}<tbody>{body}</tbody></table></div>'


def facts(pairs: Iterable[tuple[str, Any]]) -> str:
    """Names with values."""
    items = "".join(f"<div><dt>{escape(k)}</dt><dd>{text(v)}</dd></div>" for k, v in pairs)
    return f'<dl class="facts">{items}</dl>'


def percent(share: float) -> str:
    """A share as a length in a style."""
    return f"{100 * min(max(share, 0.0), 1.0):.2f}%"
