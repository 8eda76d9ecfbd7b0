"""Docstrings are plain text with names in backticks; the rest must not be read as markup."""

import re
from functools import cache
from typing import Any

_MARKED = re.compile(r"(``.*?``|(?<![\w`:])`[^`\n]+`(?!_))")


@cache
def _homes() -> dict[str, str]:
    from reference_pages import homes

    return homes()


def escaped(text: str) -> str:
    """A line without what reStructuredText would take for emphasis, a substitution or a link.

    A public name in backticks becomes a link to where it is explained.
    """
    parts = _MARKED.split(text)
    for k, part in enumerate(parts):
        name = part.strip("`")
        if k % 2 and not part.startswith("``"):
            home = _homes().get(name)
            parts[k] = f":py:obj:`{name} <{home}>`" if home else f"``{name}``"
        elif not k % 2:
            plain = re.sub(r"(?<!\\)([*|])", r"\\\1", part)
            parts[k] = re.sub(r"(?<=\w)_(?!\w)", r"\\_", plain)
    return "".join(parts)


_FORMULAS = ("latex", "latex_derivative")


def left_out(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what is shown as a formula, and scikit-learn's set_fit_request and the like."""
    return True if name in _FORMULAS or re.fullmatch(r"set_\w+_request", name) else None


def plain_lines(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Escape every line outside of examples and code; show a class's formulas."""
    code = False
    for k, line in enumerate(lines):
        if line.lstrip().startswith(">>>"):
            code = True
        elif not line.strip():
            code = False
        if not code:
            lines[k] = escaped(line)
    if what == "class":
        formulas = [getattr(thing, formula, "") for formula in _FORMULAS]
        written = [f".. math:: {latex}" for latex in formulas if isinstance(latex, str) and latex]
        lines[1:1] = [part for formula in written for part in ("", formula)]


def setup(app: Any) -> dict[str, bool]:
    """Before numpydoc's sections are read."""
    app.connect("autodoc-process-docstring", plain_lines, priority=100)
    app.connect("autodoc-skip-member", left_out)
    return {"parallel_read_safe": True}
