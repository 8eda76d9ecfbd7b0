"""Each lesson as a page, with its code, what it gives, and its pictures; and the gallery."""

from html import escape
from pathlib import Path
from typing import Any

from chainrule.lessons import (
    LESSONS,
    Check,
    Code,
    Drawing,
    Formula,
    Lesson,
    Picture,
    Prose,
    Text,
    get_lesson,
)
from chainrule.lessons.parse import parse


def page(lesson: Lesson, folder: Path) -> str:
    """The page as Markdown; its pictures are written into the folder."""
    return _page(lesson, _how(lesson), folder, folded=True)


def gallery(folder: Path) -> str:
    """The page with every kind of picture, whose code is what it is for."""
    source = Path(__file__).with_name("gallery.md").read_text(encoding="utf-8")
    return _page(parse("gallery", source), "", folder, folded=False)


def _page(lesson: Lesson, about: str, folder: Path, folded: bool) -> str:
    parts = [f"# {lesson.title}", lesson.summary, about]
    for step in lesson.walk():
        parts.append(f"## {step.title}")
        source = ""
        for item in step:
            if isinstance(item, Picture):
                source = f"```python\n{item.source}\n```"
            elif isinstance(item, Drawing):
                figure = _figure(item, lesson.name, folder)
                parts += [figure, _folded(source)] if folded else [source, figure]
            elif not isinstance(item, Check):
                parts.append(_part(item))
    return "\n\n".join(parts) + "\n"


def _how(lesson: Lesson) -> str:
    data = ", `--data FILE` takes points or a table of your own" if lesson.data else ""
    return (
        "Every number and every picture on this page was computed when it was built. In the "
        f"terminal: `chainrule lesson {lesson.name}`; `--plots DIR` writes the pictures, "
        f"`--notebook {lesson.name}.ipynb` makes a notebook{data}."
    )


def _part(item: Any) -> str:
    if isinstance(item, Prose):
        return item.text
    if isinstance(item, Formula):
        return f"$$\n{item.latex}\n$$"
    if isinstance(item, Code):
        return f"```python\n{item.source}\n```"
    if isinstance(item, Text):
        return f"```none\n{item.text.rstrip()}\n```"
    if hasattr(item, "_repr_html_"):
        return f"```{{raw}} html\n{item._repr_html_()}\n```"
    return f"```none\n{item!r}\n```"


def _figure(item: Drawing, name: str, folder: Path) -> str:
    file = f"{name}-{item.name}.png"
    item.display.save(folder / file)
    return f"```{{figure}} {file}\n:alt: {escape(item.caption)}\n\n{item.caption}\n```"


def _folded(source: str) -> str:
    return (
        "```{raw} html\n<details><summary>The code of this picture</summary>\n```\n\n"
        f"{source}\n\n```{{raw}} html\n</details>\n```"
    )


def write_pages(app: Any) -> None:
    """All lessons, and the gallery."""
    folder = Path(app.srcdir) / "lessons"
    folder.mkdir(exist_ok=True)
    for name in LESSONS:
        (folder / f"{name}.md").write_text(page(get_lesson(name), folder), encoding="utf-8")
    folder = Path(app.srcdir) / "gallery"
    folder.mkdir(exist_ok=True)
    (folder / "index.md").write_text(gallery(folder), encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Pages are written before Sphinx looks for them."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
