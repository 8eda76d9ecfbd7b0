"""Runs every example: those in docstrings, and the Python on the pages."""

import doctest
import pkgutil
import re
import sys
import warnings
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path

import chainrule

PAGES = Path(__file__).parents[1]


def in_docstrings() -> tuple[int, int]:
    """How many examples failed, and how many there are."""
    failed = tried = 0
    for module in pkgutil.walk_packages(chainrule.__path__, "chainrule."):
        if not module.name.endswith("__main__"):
            result = doctest.testmod(import_module(module.name))
            failed, tried = failed + result.failed, tried + result.attempted
    return failed, tried


def on_pages() -> int:
    """How many blocks ran; the blocks of a page share their names."""
    blocks = 0
    for page in sorted(PAGES.glob("*.md")):
        names: dict[str, object] = {"__name__": page.stem}
        for block in re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
            with redirect_stdout(StringIO()):
                exec(compile(block, page.name, "exec"), names)
            blocks += 1
    return blocks


if __name__ == "__main__":
    with warnings.catch_warnings():
        # A page may stop a fit early, and says so.
        warnings.filterwarnings("ignore", message="Stochastic Optimizer")
        failed, tried = in_docstrings()
        blocks = on_pages()
    print(f"{tried} examples in docstrings, {failed} failed; {blocks} blocks on pages ran")
    sys.exit(failed > 0 or not tried or not blocks)
