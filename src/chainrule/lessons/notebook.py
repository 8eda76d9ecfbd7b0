"""A lesson as a Jupyter notebook."""

import json
from os import PathLike
from typing import Any

from ..errors import require_instance
from .blocks import Check, Code, Formula, Picture, Prose
from .lesson import Lesson

_FOLDED = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
"""What makes Jupyter and Jupyter Book show a cell's output alone, its code on request."""


def to_notebook(lesson: Lesson, data: str | PathLike[str] | None = None) -> dict[str, Any]:
    """The notebook as plain data (format 4.5), without outputs: they come when it runs."""
    require_instance("lesson", lesson, Lesson, "a lesson, such as lessons.line")
    cells = [_cell("markdown", f"# {lesson.title}\n\n{lesson.summary}")]
    for section in lesson.with_data(data).sections:
        words = [f"## {section.title}"]
        for block in section.blocks:
            if isinstance(block, Prose):
                words.append(block.text)
            elif isinstance(block, Formula):
                words.append(f"$$\n{block.latex}\n$$")
            elif isinstance(block, Code):
                if words:
                    cells.append(_cell("markdown", "\n\n".join(words)))
                words = [f"*{block.caption}*"] if isinstance(block, Picture) else []
                cells.append(_cell("code", block.source))
                if isinstance(block, Check | Picture):
                    cells[-1]["metadata"] = dict(_FOLDED)
        if words:
            cells.append(_cell("markdown", "\n\n".join(words)))
    for k, cell in enumerate(cells):
        cell["id"] = f"{lesson.name}-{k}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def write_notebook(
    lesson: Lesson, path: str | PathLike[str], data: str | PathLike[str] | None = None
) -> None:
    """Write the notebook to a file, whole or not at all."""
    from ..models import atomic_write

    with atomic_write(path) as file:
        text = json.dumps(to_notebook(lesson, data), indent=1, ensure_ascii=False)
        file.write(f"{text}\n".encode())


def _cell(kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell
