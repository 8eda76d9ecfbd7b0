"""`chainrule lesson`: the articles, walked through in the terminal."""

import sys
from pathlib import Path
from textwrap import fill, indent
from typing import TYPE_CHECKING, Any

import click

from .console import knows_symbols, note
from .options import file_to_write

if TYPE_CHECKING:
    from ..lessons import Lesson

WIDTH = 98


@click.command(short_help="Walk through one of five lessons, with every number.")
@click.argument("name", required=False)
@click.option(
    "--plots", type=click.Path(file_okay=False, path_type=Path), help="Write its pictures there."
)
@click.option("--step", is_flag=True, help="Wait for a key between the steps.")
@click.option("--code", is_flag=True, help="Show the Python of each step as well.")
@click.option(
    "--notebook",
    callback=file_to_write(".ipynb"),
    metavar="FILE",
    help="Write the lesson as a Jupyter notebook (.ipynb) and do nothing else.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False),
    help="A table of your own: for line (x, y), people (weight, height, woman), iris (two numbers "
    "and a class).",
)
def lesson(
    name: str | None,
    plots: Path | None,
    step: bool,
    code: bool,
    notebook: Path | None,
    data: str | None,
) -> None:
    """Walk through the lesson NAME; without it, list the lessons.

    \b
    chainrule lesson people
    chainrule lesson people --plots pictures/
    chainrule lesson line --data points.csv
    chainrule lesson iris --notebook iris.ipynb
    """  # noqa: D301 - \b keeps click from filling the lines
    from ..lessons import get_lesson

    if name is None:
        if plots or step or code or notebook or data:
            raise click.UsageError("NAME is missing: which lesson?")
        _list()
        return
    chosen = get_lesson(name)
    if notebook is not None and (plots or step or code):
        raise click.UsageError("--notebook goes with --data alone: it runs nothing")
    if notebook is not None:
        from ..lessons import write_notebook

        write_notebook(chosen, notebook, data)
        note(f"Written: {notebook}")
        return
    _walk(chosen, data, plots, step, code)


def _list() -> None:
    from ..lessons import LESSONS, get_lesson

    width = max(map(len, LESSONS))
    for name in LESSONS:
        click.echo(f"{name:<{width}}  {get_lesson(name).summary}")


def _walk(lesson: "Lesson", data: str | None, plots: Path | None, wait: bool, code: bool) -> None:
    steps = lesson.walk(data)
    if plots is not None:
        plots.mkdir(parents=True, exist_ok=True)
    _say(f"{lesson.title}\n{'=' * len(lesson.title)}\n")
    _say(fill(lesson.summary, WIDTH, initial_indent="  ", subsequent_indent="  "))
    _say("  Every number below is computed while you read.")
    n = len(lesson.with_data(data).sections)
    for k, step in enumerate(steps, start=1):
        title = f"{k}/{n} {step.title}"
        _say(f"\n{title}\n{'-' * len(title)}")
        for item in step:  # what is said before a computation is read while it runs
            _show(item, lesson.name, plots, code)
        if wait and k < n:
            click.pause("\n-- any key goes on --")
    left = len(lesson.pictures)
    if plots is None and left:
        note(f"\n{left} pictures: chainrule lesson {lesson.name} --plots DIR draws them.")


def _show(item: Any, name: str, plots: Path | None, code: bool) -> None:
    from ..lessons import Check, Code, Drawing, Prose, Text
    from ..lessons.words import document

    if isinstance(item, Drawing):
        if plots is not None:
            path = plots / f"{name}-{item.name}.png"
            item.display.save(path)
            _say(f"\n  Picture {path}: {item.caption}")
    elif isinstance(item, Code):
        if code and not isinstance(item, Check):
            _say("\n" + indent(item.source, "    "))
    elif isinstance(item, Text):
        _say("\n" + "\n".join(map(_wrapped, item.text.rstrip().split("\n"))))
    elif sys.stdout.isatty():
        from ..explain.report.terminal import show

        click.echo()
        show(document(item))
    elif isinstance(item, Prose):
        from ..explain.report.text import render

        _say("\n" + "".join(render([entry]) for entry in document(item)).rstrip("\n"))
    else:
        from ..explain.report.text import render

        _say("\n" + render(document(item)).rstrip("\n"))


def _wrapped(line: str) -> str:
    """A line of a report, broken below its own beginning."""
    rest = " " * (len(line) - len(line.lstrip()) + 6)
    return fill(line, WIDTH, initial_indent="  ", subsequent_indent=rest, break_on_hyphens=False)


def _say(text: str) -> None:
    """Print, without symbols where nobody could read them."""
    if not knows_symbols():
        from ..explain.report.text import to_ascii

        text = to_ascii(text)
    click.echo(text)
