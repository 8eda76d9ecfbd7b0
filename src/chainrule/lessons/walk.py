"""Walking through a lesson: its code runs, and what it gives is kept beside its words."""

import ast
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from typing import Any

from .lesson import Code, Formula, Lesson, Picture, Prose, Section
from .numbers import Numbers


@dataclass(frozen=True)
class Text:
    """What code printed."""

    text: str


@dataclass
class Drawing:
    """A picture that is drawn when it is first asked for."""

    name: str
    caption: str
    draw: Callable[[], Any] = field(repr=False)

    @cached_property
    def display(self) -> Any:
        """The picture, drawn."""
        return self.draw()


@dataclass(frozen=True)
class Step:
    """A section and what is shown in it, in order.

    Attributes
    ----------
    title : str
        The section's heading.
    shown : tuple
        Prose, formulas and code as they stand in the lesson; after code, what it printed (`Text`)
        and what it gave: `Numbers`, an explanation, any other value, or a `Drawing`.
    """

    title: str
    shown: tuple[Any, ...]


class Figures(Mapping[str, Any]):
    """Pictures by name; each is drawn when it is taken."""

    def __init__(self, drawings: Mapping[str, Drawing]) -> None:
        self.drawings = dict(drawings)

    def __getitem__(self, name: str) -> Any:
        if name not in self.drawings:
            from ..registry import unknown

            raise unknown("picture", name, self.drawings)
        return self.drawings[name].display

    def __iter__(self) -> Iterator[str]:
        return iter(self.drawings)

    def __len__(self) -> int:
        return len(self.drawings)


@dataclass(frozen=True)
class LessonResult:
    """What a lesson came to.

    Attributes
    ----------
    numbers : dict
        Every number that the lesson shows, by its name there.
    figures : mapping of str to Display
        Its pictures, drawn when they are taken.
    tables : list of Numbers
        The numbers with the article's beside them.
    """

    numbers: dict[str, Any]
    figures: Figures
    tables: list[Numbers]


def walk(lesson: Lesson, own: bool = False) -> Iterator[Step]:
    """The steps of a lesson; with data of one's own the article's figures are left out."""
    names: dict[str, Any] = {"__name__": f"lesson {lesson.name}"}
    for section in lesson.sections:
        yield _step(section, names, own)


def collect(steps: Iterator[Step]) -> LessonResult:
    """All numbers and pictures of the steps."""
    shown = [item for step in steps for item in step.shown]
    tables = [item for item in shown if isinstance(item, Numbers)]
    drawings = {item.name: item for item in shown if isinstance(item, Drawing)}
    numbers = {name: value for table in tables for name, value in table.values.items()}
    return LessonResult(numbers, Figures(drawings), tables)


def _step(section: Section, names: dict[str, Any], own: bool) -> Step:
    shown: list[Any] = []
    for block in section.blocks:
        shown.append(block)
        if isinstance(block, Prose | Formula):
            continue
        if isinstance(block, Picture):
            shown.append(_drawing(block, dict(names)))
            continue
        printed = StringIO()
        with redirect_stdout(printed):
            value = execute(block, names)
        if printed.getvalue():
            shown.append(Text(printed.getvalue()))
        if value is not None:
            shown.append(value.alone() if own and isinstance(value, Numbers) else value)
    return Step(section.title, tuple(shown))


def _drawing(block: Picture, names: dict[str, Any]) -> Drawing:
    return Drawing(block.name, block.caption, lambda: execute(block, names))


def execute(block: Code, names: dict[str, Any]) -> Any:
    """Run code; the value of its last statement if that is an expression, as in a notebook."""
    where = f"<{names['__name__']}>"
    body = ast.parse(block.source, where).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), where, "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), where, "eval"), names)
