"""Walking through a lesson: its code runs, and what it gives is kept beside its words."""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from typing import Any

from .blocks import Code, Picture, Section
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


class Step:
    """A section, run while it is looked at.

    Iterating gives prose, formulas and code as they stand in the lesson; after code, what it
    printed (`Text`) and what it gave: `Numbers`, an explanation, any other value, or a `Drawing`.
    Code runs after it has been given and before what comes next.

    Attributes
    ----------
    title : str
        The section's heading.
    """

    def __init__(self, title: str, items: Iterator[Any]) -> None:
        self.title = title
        self._coming = items
        self._shown: list[Any] = []

    def __iter__(self) -> Iterator[Any]:
        yield from self._shown
        for item in self._coming:
            self._shown.append(item)
            yield item

    @property
    def shown(self) -> tuple[Any, ...]:
        """All of it, in order; what has not run yet runs now."""
        return tuple(self)


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


def walk(sections: Iterable[Section], name: str, own: bool = False) -> Iterator[Step]:
    """The steps of a lesson; with data of one's own the article's figures are left out."""
    names: dict[str, Any] = {"__name__": f"lesson {name}"}
    for section in sections:
        step = Step(section.title, _run(section, names, own))
        yield step
        tuple(step)  # the next one needs what this one defines


def collect(steps: Iterator[Step]) -> LessonResult:
    """All numbers and pictures of the steps."""
    shown = [item for step in steps for item in step.shown]
    tables = [item for item in shown if isinstance(item, Numbers)]
    drawings = {item.name: item for item in shown if isinstance(item, Drawing)}
    numbers = {name: value for table in tables for name, value in table.values.items()}
    return LessonResult(numbers, Figures(drawings), tables)


def _run(section: Section, names: dict[str, Any], own: bool) -> Iterator[Any]:
    for block in section.blocks:
        yield block
        if isinstance(block, Picture):
            yield _drawing(block, dict(names))
        elif isinstance(block, Code):
            printed = StringIO()
            with redirect_stdout(printed):
                value = execute(block, names)
            if printed.getvalue():
                yield Text(printed.getvalue())
            if value is not None:
                yield value.alone() if own and isinstance(value, Numbers) else value


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
