"""A lesson: its sections, what they show, and its numbers and pictures when it runs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from os import PathLike

from ..errors import InvalidValueError
from .blocks import Block, Code, Data, Picture, Section
from .walk import LessonResult, Step, collect, walk


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
    def blocks(self) -> tuple[Block, ...]:
        """The blocks of all sections, in order."""
        return tuple(block for section in self.sections for block in section.blocks)

    @property
    def data(self) -> Data | None:
        """Where one's own data can take the place of the article's; None if nowhere."""
        return next((block for block in self.blocks if isinstance(block, Data)), None)

    @property
    def pictures(self) -> dict[str, Picture]:
        """Its pictures by name, not drawn."""
        return {block.name: block for block in self.blocks if isinstance(block, Picture)}

    def with_data(self, path: str | PathLike[str] | None) -> "Lesson":
        """The lesson on one's own data, without what is said about the article's.

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

        sections = [
            replace(section, blocks=tuple(own(b) for b in section.blocks if not b.article))
            for section in self.sections
        ]
        return replace(self, sections=tuple(section for section in sections if section.blocks))

    def walk(self, data: str | PathLike[str] | None = None) -> Iterator[Step]:
        """Run the lesson step by step; each runs when it is looked at.

        Parameters
        ----------
        data : path, optional
            A table to be used in place of the article's data.
        """
        return walk(self.with_data(data).sections, self.name, own=data is not None)

    def run(self, data: str | PathLike[str] | None = None) -> LessonResult:
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
        return collect(self.walk(data))
