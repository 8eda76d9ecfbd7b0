"""Prose and formulas as documents for the terminal, where there is neither LaTeX nor Markdown."""

import re
from typing import Any

from ..explain.formula import Math
from ..explain.report.document import Document, Equation, Line, Paragraph
from .blocks import Formula, Prose

_SIGNS = {
    "partial ": "∂", "partial": "∂", "cdot": "×", "sum": "Σ", "sigma": "σ", "eta": "η",
    "theta": "θ", "nabla": "∇", "alpha": "α", "lambda": "λ", "leq": "≤", "le": "≤", "geq": "≥",
    "ge": "≥", "quad": "   ", "leftarrow": "←", "gets": "←", "to": "→", "max": "max", "pm": "±",
    "infty": "∞", "in": "in", "approx": "≈", "left": "", "right": "", "bigl": "", "bigr": "",
    "dots": "...", "exp": "exp", "Delta": "Δ", "delta": "δ", "odot": "⊙",
}  # fmt: skip
_GROUP = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"


def plain(latex: str) -> str:
    r"""LaTeX as a line of text.

    Examples
    --------
    >>> plain(r"\frac{\partial L}{\partial w_1} = -2\,(1 - \hat y)^2")
    '∂L/∂w1 = -2 (1 - ŷ)^2'
    """
    text = re.sub(rf"\\(?:text|operatorname|mathrm){_GROUP}", r"\1", latex)
    while found := re.search(rf"\\d?frac{_GROUP}{_GROUP}", text):
        over, under = plain(found[1]), plain(found[2])
        tight = not re.search(r"[ /]", over + under) and not re.match(r"\d+\D", under)
        text = (
            text[: found.start()]
            + (f"{over}/{under}" if tight else f"{_closed(over)} / {_closed(under)}")
            + text[found.end() :]
        )
    text = text.replace(r"^{\top}", "ᵀ")
    text = re.sub(r"\\hat *\{?(\w)\}?", lambda m: {"y": "ŷ"}.get(m[1], m[1] + "\u0302"), text)
    text = re.sub(r"_\{([^{}]*)\}", _index, text)
    text = re.sub(r"_(\d)", r"\1", text)
    text = re.sub(rf"\^{_GROUP}", lambda m: f"^{m[1]}" if m[1].isalnum() else f"^({m[1]})", text)
    text = text.replace(r"\,", " ").replace(r"\;", " ").replace(r"\\", "\n").replace("&", "")
    text = re.sub(r"\\(begin|end)\{\w+\}", "", text)
    text = re.sub(r"\\partial +", "∂", text)
    text = re.sub(r"\\([A-Za-z]+) ?", lambda m: _sign(m[1], m[0].endswith(" ")), text)
    return "\n".join(" ".join(row.split()) for row in text.strip().split("\n"))


def _index(found: re.Match[str]) -> str:
    index = found[1]
    return index if index.isdigit() else f"_{index}" if index.isalnum() else f"_({index})"


def _sign(name: str, spaced: bool) -> str:
    sign = _SIGNS.get(name, "\\" + name)
    return sign + " " * (spaced and bool(sign) and sign not in "∂∇")


def _closed(text: str) -> str:
    return f"({text})" if re.search(r" |^\d+\D", text) else text


def line(markdown: str) -> Line:
    """A paragraph without its marks; what stands between dollar signs becomes mathematics."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(markdown.split()))
    text = re.sub(r"\*\*([^*]+)\*\*|\*([^*]+)\*|`([^`]+)`", _unmarked, text)
    parts = text.split("$")
    return tuple(Math(plain(part), part) if k % 2 else part for k, part in enumerate(parts) if part)


def _unmarked(found: re.Match[str]) -> str:
    return found[1] or found[2] or found[3]


def document(item: Any) -> Document:
    """A piece of a lesson as a document; a value that has none is shown as Python shows it."""
    if isinstance(item, Prose):
        entries = re.split(r"\n(?=[-*] |\d+\. )", item.text)
        return [Paragraph(line(entry)) for entry in entries]
    if isinstance(item, Formula):
        rows = plain(item.latex).split("\n")
        return [Equation((Math(row.strip(), item.latex),)) for row in rows if row.strip()]
    if hasattr(item, "document"):
        made: Document = item.document()
        return made
    return [Paragraph((repr(item),))]
