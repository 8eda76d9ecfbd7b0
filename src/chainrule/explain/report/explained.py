"""What all explanations have in common: one structure, five faces."""

import json
from abc import ABC, abstractmethod
from dataclasses import fields, is_dataclass
from typing import Any, ClassVar

import numpy as np

from ...errors import require_boolean, require_integer
from ..formula import Math
from .document import Document

SCHEMA_VERSION = 1


class Explained(ABC):
    """An explanation that can be read as text, in colour, as LaTeX, as HTML and as JSON."""

    kind: ClassVar[str]
    """What is explained: "derivative", "batch", "columns", "prediction" or "ranking"."""

    @abstractmethod
    def document(self, zoom: str = "scalar") -> Document:
        """What it says, block by block."""

    def to_text(self, zoom: str = "scalar", *, ascii_only: bool = False) -> str:
        """Plain text; with `ascii_only`, for terminals and files that know no other letters."""
        from .text import render, to_ascii

        require_boolean("ascii_only", ascii_only)
        text = render(self.document(zoom))
        return to_ascii(text) if ascii_only else text

    def to_latex(self, zoom: str = "scalar") -> str:
        """One complete expression for mathematics mode, as KaTeX and MathJax read it."""
        from .latex import render

        return render(self.document(zoom))

    def to_html(self, zoom: str = "scalar") -> str:
        """An HTML fragment that needs neither scripts nor fonts."""
        from .html import render

        return render(self.document(zoom))

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data, as the schema says (`json_schema`)."""
        return {"schema": SCHEMA_VERSION, "kind": self.kind, **plain(self)}

    def to_json(self, indent: int | None = 2) -> str:
        """`to_dict` as JSON; numbers that are not finite are the texts "nan", "inf", "-inf"."""
        if indent is not None:
            require_integer("indent", indent, at_least=0, at_most=100)
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    def show(self, zoom: str = "scalar") -> None:
        """Print it in the terminal, with colours where there are any."""
        from .terminal import show

        show(self.document(zoom))

    def _repr_html_(self) -> str:
        return self.to_html()

    def _repr_latex_(self) -> str:
        return f"$$\n{self.to_latex()}\n$$"

    def __rich__(self) -> Any:
        from .terminal import renderable

        return renderable(self.document())

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        """Its title; `print` shows all of it."""
        return f"<{type(self).__name__}: {self.to_text().partition(chr(10))[0]}>"


def plain(value: Any) -> Any:
    """Data classes, arrays and mathematics as what JSON knows."""
    if isinstance(value, Math):
        return {"text": value.text, "latex": value.latex}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.repr}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float | np.floating):
        number = float(value)
        return number if np.isfinite(number) else str(number)
    if isinstance(value, np.integer):
        return int(value)
    return value


def json_schema() -> dict[str, Any]:
    """The JSON Schema of what `to_json` writes."""
    from importlib.resources import files

    text = files(__package__.rpartition(".")[0]).joinpath("schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
