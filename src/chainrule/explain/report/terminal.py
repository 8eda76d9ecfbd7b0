"""A document in the terminal, with rich."""

from collections.abc import Iterator
from typing import IO, Any

from .document import (
    Block,
    Document,
    Equation,
    Heading,
    Item,
    Line,
    Paragraph,
    Table,
    cells,
    shape_of,
)
from .text import fitted, span_text

MATH, WORDS, NUMBERS = "cyan", "", "bold"


class renderable:  # noqa: N801 - used like a function
    """What rich prints, as wide as its console."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        for k, item in enumerate(self.document):
            yield from _parts(item, k == 0, options.max_width - 4)


def show(document: Document, file: IO[str] | None = None) -> None:
    """Print a document; colours only where the terminal has them and NO_COLOR is not set."""
    from rich.console import Console

    Console(file=file, highlight=False).print(renderable(document))


def styled(line: Line, math: str = MATH) -> Any:
    """A line of words and mathematics."""
    from rich.text import Text

    text = Text()
    for span in line:
        text.append(
            span if isinstance(span, str) else span.text, WORDS if isinstance(span, str) else math
        )
    return text


def _parts(item: Item, first: bool, width: int) -> list[Any]:
    from rich.padding import Padding
    from rich.rule import Rule
    from rich.text import Text

    if isinstance(item, Heading):
        text = styled(item.line, "")
        text.stylize("bold")
        return [text, Rule(style="dim")] if first else [Text(), text]
    if isinstance(item, Paragraph):
        return [Padding(styled(item.line), (0, 2))]
    if isinstance(item, Equation):
        return [Padding(styled(item.line, "bold cyan"), (0, 2))]
    if isinstance(item, Table):
        return [Padding(_table(fitted(item, width)), (0, 2))]
    assert isinstance(item, Block)
    head = Text.assemble(
        (item.symbol.text, MATH),
        f" = {item.formula.text}" if item.formula.text else "",
        (f"   (shape {shape_of(item.array)})", "dim"),
    )
    return [Padding(head, (0, 2)), Padding(_matrix(item), (0, 4))]


def _table(item: Table) -> Any:
    from rich import box
    from rich.table import Table as RichTable

    table = RichTable(
        box=box.SIMPLE_HEAD if item.header else None,
        show_header=bool(item.header),
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="bold",
    )
    n = max((len(row) for row in item.rows), default=len(item.header))
    for c in range(n):
        right = c in item.right
        table.add_column(
            span_text(item.header[c]) if item.header else "",
            justify="right" if right else "left",
            style=NUMBERS if right else None,
            no_wrap=right,
        )
    for row in item.rows:
        table.add_row(
            *(styled(cell, "" if c in item.right else MATH) for c, cell in enumerate(row))
        )
    return table


def _matrix(item: Block) -> Any:
    from rich.table import Table as RichTable

    table = RichTable.grid(padding=(0, 2, 0, 0))
    rows = cells(item.array)
    for _ in rows[0]:
        table.add_column(justify="right", style=NUMBERS, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
