"""Reading a lesson from its Markdown file."""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from .blocks import Block, Check, Code, Data, Formula, Picture, Prose, Section
from .lesson import Lesson

_BLOCK = re.compile(
    r"^```python *(?P<info>.*)\n(?P<code>[\s\S]*?)^```$"
    r"|^\$\$\n(?P<latex>[\s\S]*?)^\$\$$"
    r"|^::: article\n(?P<article>[\s\S]*?)^:::$"
    r"|^(?P<prose>\S[\s\S]*?)(?=\n\n|\n```|\n\$\$|\n:::|\Z)",
    re.M,
)


@lru_cache
def load(name: str) -> Lesson:
    """The lesson in the file of that name."""
    text = files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8")
    return parse(name, text)


def parse(name: str, text: str) -> Lesson:
    """A title, a summary, and sections of paragraphs, ``$$`` formulas and ``python`` blocks.

    The words after ``python`` say what a block is for: ``check``, ``picture NAME: CAPTION``,
    ``data: NAMES``, or nothing. What stands between ``::: article`` and ``:::`` is about the
    article's data.
    """
    head, *parts = re.split(r"^## ", text, flags=re.M)
    title, _, summary = head.strip().partition("\n")
    sections = []
    for part in parts:
        heading, _, body = part.partition("\n")
        sections.append(Section(heading.strip(), tuple(_blocks(body))))
    return Lesson(
        name, title.removeprefix("# ").strip(), " ".join(summary.split()), tuple(sections)
    )


def _blocks(body: str, article: bool = False) -> Iterator[Block]:
    for found in _BLOCK.finditer(body):
        if found["article"]:
            yield from _blocks(found["article"], article=True)
        elif found["prose"]:
            yield Prose(found["prose"].strip(), article=article)
        elif found["latex"]:
            yield Formula(found["latex"].strip(), article=article)
        else:
            yield _code(found["code"].rstrip(), found["info"], article)


def _code(source: str, info: str, article: bool) -> Code:
    what, _, words = (part.strip() for part in info.partition(":"))
    kind, _, name = what.partition(" ")
    if kind == "picture":
        return Picture(source, name, words, article=article)
    if kind == "data":
        return Data(source, words, article=article)
    return (Check if kind == "check" else Code)(source, article=article)
