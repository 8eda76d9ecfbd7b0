"""Each lesson as a page, with its code, what it gives, and its pictures."""

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


def page(lesson: Lesson, folder: Path) -> str:
    """The page as Markdown; its pictures are written into the folder."""
    parts = [f"# {lesson.title}", lesson.summary, _how(lesson)]
    for step in lesson.walk():
        parts.append(f"## {step.title}")
        source = ""
        for item in step:
            if isinstance(item, Picture):
                source = item.source
            elif isinstance(item, Drawing):
                parts += [_figure(item, lesson.name, folder), _folded(source)]
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
        f"```python\n{source}\n```\n\n```{{raw}} html\n</details>\n```"
    )


def write_pages(app: Any) -> None:
    """All lessons, and the list of them."""
    folder = Path(app.srcdir) / "lessons"
    folder.mkdir(exist_ok=True)
    for name in LESSONS:
        (folder / f"{name}.md").write_text(page(get_lesson(name), folder), encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Pages are written before Sphinx looks for them."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
