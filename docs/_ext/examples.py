"""Runs the examples on a page.

``python`` and ``sh`` blocks run in order, in one folder and one process; a ``text`` block
right below one is what it prints. Commands that are only shown stand in ``{code-block}``.
``python docs/_ext/examples.py PAGE ...`` writes what is printed now into the pages.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

_BLOCK = re.compile(r"^```(python|sh|text)\n(.*?)^```$", re.M | re.S)
_NUMBER = re.compile(r"-?\d+\.\d*(?:e[-+]?\d+)?")
_VARIES = re.compile(
    r"[\d.]+(?= s\b)|(?<=relative error )\S+|(?<=difference is )\S+|(?<=with h = )\S+"
    r"|\d{4}-\d\d-\d\d[T ][\d:+]+"
    r"|(?<=quadrature leaves )\S+|(?<=rounding leaves )\S+"
)
"""Times, dates, and what is left over where equal numbers are subtracted."""


@dataclass(frozen=True)
class Example:
    """A block of a page that ran."""

    source: str
    printed: str
    shown: re.Match[str] | None
    """The block below it that shows what it prints."""

    @property
    def agrees(self) -> bool:
        """Whether it prints what the page shows, up to times and a unit of each last digit."""
        if self.shown is None:
            return True
        printed, shown = (_VARIES.sub("", text).rstrip() for text in (self.printed, self.shown[2]))
        return _NUMBER.sub("#", printed) == _NUMBER.sub("#", shown) and all(
            abs(float(ours) - float(theirs)) <= 1.01 * _unit(theirs)
            for ours, theirs in zip(_numbers(printed), _numbers(shown), strict=True)
        )


def examples(page: Path) -> Iterator[Example]:
    """Run the blocks of a page, in an empty folder."""
    text = page.read_text("utf-8")
    blocks = [*_BLOCK.finditer(text), None]
    names: dict[str, object] = {"__name__": page.stem}
    with TemporaryDirectory() as folder, chdir(folder):
        for block, after in pairwise(blocks):
            if block is None or block[1] == "text":
                continue
            below = after is not None and after[1] == "text"
            below = below and not text[block.end() : after.start()].strip()
            run = _command if block[1] == "sh" else _python
            yield Example(block[2], run(block[2], page.name, names), after if below else None)


def _python(source: str, page: str, names: dict[str, object]) -> str:
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile(source, page, "exec"), names)
    return printed.getvalue()


def _command(source: str, page: str, names: dict[str, object]) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"}
    done = subprocess.run(
        ["sh", "-c", source],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return done.stdout


def _numbers(text: str) -> list[str]:
    return [found[0] for found in _NUMBER.finditer(text)]


def _unit(number: str) -> float:
    digits, _, exponent = number.partition("e")
    return 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))


def update(page: Path) -> None:
    """Write what each example prints now below it."""
    text = page.read_text("utf-8")
    for example in reversed(list(examples(page))):
        if not example.agrees and example.shown is not None:
            start, end = example.shown.span(2)
            text = text[:start] + example.printed.rstrip() + "\n" + text[end:]
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        update(Path(name).absolute())
