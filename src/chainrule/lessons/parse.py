"""Reading a lesson from its Markdown file."""

import re
from functools import lru_cache
from importlib.resources import files

from .lesson import Article, Block, Code, Data, Formula, Lesson, Picture, Prose, Section

_BLOCK = re.compile(
    r"^```python *(?P<info>.*)\n(?P<code>[\s\S]*?)^```$"
    r"|^\$\$\n(?P<latex>[\s\S]*?)^\$\$$"
    r"|^(?P<prose>\S[\s\S]*?)(?=\n\n|\n```|\n\$\$|\Z)",
    re.M,
)


@lru_cache
def load(name: str) -> Lesson:
    """The lesson in the file of that name."""
    text = files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8")
    return parse(name, text)


def parse(name: str, text: str) -> Lesson:
    """A title, a summary, and sections of paragraphs, ``$$`` formulas and ``python`` blocks.

    The words after ``python`` say what a block is for: ``picture NAME: CAPTION``, ``data:
    NAMES``, ``article``, or nothing.
    """
    head, *parts = re.split(r"^## ", text, flags=re.M)
    title, _, summary = head.strip().partition("\n")
    sections = []
    for part in parts:
        heading, _, body = part.partition("\n")
        blocks = tuple(_block(found) for found in _BLOCK.finditer(body))
        sections.append(Section(heading.strip(), blocks))
    return Lesson(
        name, title.removeprefix("# ").strip(), " ".join(summary.split()), tuple(sections)
    )


def _block(found: re.Match[str]) -> Block:
    if found["prose"]:
        return Prose(found["prose"].strip())
    if found["latex"]:
        return Formula(found["latex"].strip())
    source = found["code"].rstrip()
    what, _, words = (part.strip() for part in found["info"].partition(":"))
    kind, _, name = what.partition(" ")
    if kind == "picture":
        return Picture(source, name, words)
    if kind == "data":
        return Data(source, words)
    return Article(source) if kind == "article" else Code(source)
