"""What a lesson is made of, before it runs."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Block:
    """A part of a section.

    Attributes
    ----------
    article : bool
        Whether it is about the article's own data, and left out where others take their place.
    """

    article: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Prose(Block):
    """A paragraph or a list, in Markdown, with mathematics between dollar signs."""

    text: str


@dataclass(frozen=True)
class Formula(Block):
    """A line of mathematics that stands by itself, in LaTeX."""

    latex: str


@dataclass(frozen=True)
class Code(Block):
    """Python that runs; what its last expression gives is shown."""

    source: str


@dataclass(frozen=True)
class Check(Code):
    """Python that shows what has been computed beside the article; only its result is shown."""


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
class Section:
    """One step of a lesson."""

    title: str
    blocks: tuple[Block, ...]
