"""Five lessons: from one neuron to mini-batches, with the objects that all other work uses.

`chainrule.lessons.people` is a `Lesson`; `people.run()` gives its numbers and its pictures. Each
lesson is one Markdown file in this folder, from which the command line, the notebooks and the pages
of the documentation are made.
"""

from typing import Any

from ..registry import unknown
from .blocks import Block, Check, Code, Data, Formula, Picture, Prose, Section
from .lesson import Lesson
from .notebook import to_notebook, write_notebook
from .numbers import Numbers, Row
from .parse import load
from .walk import Drawing, Figures, LessonResult, Step, Text

LESSONS = ("line", "equation", "random", "people", "iris")
"""The names, in the order in which they are best read."""

__all__ = [
    "LESSONS",
    "Block",
    "Check",
    "Code",
    "Data",
    "Drawing",
    "Figures",
    "Formula",
    "Lesson",
    "LessonResult",
    "Numbers",
    "Picture",
    "Prose",
    "Row",
    "Section",
    "Step",
    "Text",
    "get_lesson",
    "to_notebook",
    "write_notebook",
]


def get_lesson(name: str) -> Lesson:
    """The lesson of that name.

    Raises
    ------
    UnknownNameError
        If there is none; the message names the nearest one.
    """
    if not isinstance(name, str) or name not in LESSONS:
        raise unknown("lesson", name, LESSONS)
    return load(name)


def __getattr__(name: str) -> Any:
    if name in LESSONS:
        return get_lesson(name)
    raise AttributeError(f"chainrule.lessons has no attribute {name!r}")
