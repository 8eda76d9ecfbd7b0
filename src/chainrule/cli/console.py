"""Where words go: results to stdout, progress and warnings to stderr."""

import sys
from textwrap import fill
from typing import TYPE_CHECKING

from ..formatting import number as number
from ..formatting import seconds as seconds

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Grid


_WITHOUT_TERMINAL = 10_000


def results() -> "Console":
    """The console of results; outside a terminal no line is too long for it."""
    from rich.console import Console

    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = _WITHOUT_TERMINAL
    return console


def messages() -> "Console":
    """The console of progress and warnings."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def indented(console: "Console", text: str) -> None:
    """Print a paragraph, two places to the right; what does not fit into the line, four."""
    width = console.width
    console.print(
        fill(text, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    )


def knows_symbols() -> bool:
    """Whether standard output can show mathematics."""
    try:
        "∂ × Σ δ x̂ ≤ →".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def note(text: str) -> None:
    """A line on stderr, where results must stay alone on stdout; above a bar, if one is shown."""
    print(text, file=sys.stderr, flush=True)


def grid(heads: list[str]) -> "Grid":
    """A table without lines, its first column to the left and the others to the right."""
    from rich.table import Table as Grid

    made = Grid(box=None, pad_edge=False, padding=(0, 0, 0, 2), header_style="")
    for i, head in enumerate(heads):
        made.add_column(head, justify="right" if i else "left", no_wrap=True)
    made.show_header = any(heads)
    return made
