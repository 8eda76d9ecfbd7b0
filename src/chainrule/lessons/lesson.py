"""What a lesson is made of, before anybody walks through it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING

from ..errors import InvalidValueError

if TYPE_CHECKING:
    from .walk import LessonResult, Step


@dataclass(frozen=True)
class Prose:
    """A paragraph or a list, in Markdown, with mathematics between dollar signs."""

    text: str


@dataclass(frozen=True)
class Formula:
    """A line of mathematics that stands by itself, in LaTeX."""

    latex: str


@dataclass(frozen=True)
class Code:
    """Python that runs; what its last expression gives is shown."""

    source: str


@dataclass(frozen=True)
class Picture(Code):
    """Python whose last expression is a picture; it defines nothing that is needed later."""

    name: str
    caption: str


@dataclass(frozen=True)
class Data(Code):
    """The article's data, in whose place one's own can be read."""

    names: str
    """What the data are called."""


@dataclass(frozen=True)
class Article(Code):
    """Python that makes sense with the article's data alone."""


Block = Prose | Formula | Code


@dataclass(frozen=True)
class Section:
    """One step of a lesson."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Lesson:
    """Prose, formulas and code in sections: the one source of all its faces.

    Attributes
    ----------
    name : str
        Such as "people".
    title : str
        The heading.
    summary : str
        What it shows, in one line.
    sections : tuple of Section
        The steps.
    """

    name: str
    title: str
    summary: str
    sections: tuple[Section, ...]

    @property
    def data(self) -> Data | None:
        """Where one's own data can take the place of the article's; None if nowhere."""
        blocks = [block for section in self.sections for block in section.blocks]
        return next((block for block in blocks if isinstance(block, Data)), None)

    @property
    def pictures(self) -> dict[str, Picture]:
        """Its pictures by name, not drawn."""
        blocks = [block for section in self.sections for block in section.blocks]
        return {block.name: block for block in blocks if isinstance(block, Picture)}

    def with_data(self, path: str | PathLike[str] | None) -> "Lesson":
        """The lesson on one's own data; sections about the article's alone are left out.

        Raises
        ------
        InvalidValueError
            If the lesson takes no data.
        DataError
            If the table cannot be read, or does not hold what the lesson needs.
        """
        if path is None:
            return self
        if self.data is None:
            raise InvalidValueError(f"the lesson {self.name!r} takes no data of your own")
        from .data import READERS

        read = READERS[self.name]
        read(path)  # so that a wrong table is refused before the first step
        call = f"{read.__name__}({str(path)!r})"

        def own(block: Block) -> Block:
            if not isinstance(block, Data):
                return block
            lines = f"from chainrule.lessons.data import {read.__name__}\n\n{block.names} = {call}"
            return Code(lines)

        kept = [s for s in self.sections if not any(isinstance(b, Article) for b in s.blocks)]
        sections = (replace(s, blocks=tuple(map(own, s.blocks))) for s in kept)
        return replace(self, sections=tuple(sections))

    def walk(self, data: str | PathLike[str] | None = None) -> "Iterator[Step]":
        """Run the lesson step by step; each comes when it is asked for.

        Parameters
        ----------
        data : path, optional
            A table to be used in place of the article's data.
        """
        from .walk import walk

        return walk(self.with_data(data), own=data is not None)

    def run(self, data: str | PathLike[str] | None = None) -> "LessonResult":
        """The numbers of all steps, and its pictures, which are drawn when they are asked for.

        Examples
        --------
        >>> from chainrule import lessons
        >>> result = lessons.people.run()
        >>> result.numbers["output"]
        0.9990889488055994
        >>> result.figures["network"].canvas.title
        'Network 2-2-1'
        """
        from .walk import collect

        return collect(self.walk(data))
