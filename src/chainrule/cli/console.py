"""Where words go: results to stdout, progress and warnings to stderr."""

import sys
from textwrap import fill
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


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


def seconds(duration: float) -> str:
    """A duration as people say it: "0.31 s", "4.0 s", "2 min 5 s", "1 h 2 min"."""
    if duration < 59.5:
        digits = 2 if duration < 0.995 else 1 if duration < 9.95 else 0
        return f"{duration:.{digits}f} s"
    minutes, rest = divmod(round(duration), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def number(value: float) -> str:
    """A number with four digits that count: "0.9710", "38.92", "1,234", "1.500e-07"."""
    if 999.95 <= abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:#.4g}"
