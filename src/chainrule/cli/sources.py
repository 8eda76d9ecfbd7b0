"""Where a command's table comes from: a file or a query, into memory or piece by piece."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from .console import note

if TYPE_CHECKING:
    from ..tables import Query, ReadOptions, Scan


def table_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """The argument TABLE, in place of which a query may stand.

    The command's parameter `table` is a string or a `Query`.
    """

    @wraps(command)
    def with_table(*args: Any, **options: Any) -> Any:
        table = _table(options.pop("table"), options.pop("sql"), options.pop("db"))
        return command(*args, table=table, **options)

    for decorate in (
        click.option(
            "--db",
            metavar="URI",
            help="The database of --sql: sqlite:PATH or postgresql://USER@HOST/NAME.",
        ),
        click.option("--sql", metavar="QUERY", help="In place of TABLE: the rows that it gives."),
        click.argument("table", required=False),
    ):
        with_table = decorate(with_table)
    return with_table


def _table(table: str | None, sql: str | None, db: str | None) -> "str | Query":
    if (sql is None) != (db is None):
        missing, given = ("--db", "--sql") if db is None else ("--sql", "--db")
        raise click.UsageError(f"{given} needs {missing} beside it: a query and its database")
    if (table is None) == (sql is None):
        raise click.UsageError(
            "Missing argument 'TABLE': name a file, or give --sql and --db"
            if table is None
            else f"TABLE ({table}) and --sql are both given; give one of them"
        )
    if table is not None:
        return table
    from ..tables import Query

    assert sql is not None
    assert db is not None
    return Query(sql, db)


def paths_in(table: Any) -> list[str]:
    """The paths that are read: none for a query."""
    return [table] if isinstance(table, str) else []


@dataclass(frozen=True)
class Streaming:
    """Whether a table is read piece by piece.

    Parameters
    ----------
    asked : bool, optional
        What was asked for; by default what does not fit into memory is.
    buffer, sample : int, optional
        As in `scan_table`.
    quiet : bool, default False
        Whether the decision is not said.
    """

    asked: bool | None = None
    buffer: int | None = None
    sample: int | None = None
    quiet: bool = False

    def scan(self, source: Any, reading: "ReadOptions") -> "Scan | None":
        """The table to be read piece by piece, after a line that says why; None for memory."""
        from ..tables.memory import why_not_in_memory
        from ..tables.scanning import scan_table

        asked = self.asked
        if asked is None and (self.buffer or self.sample):
            asked = True
        why = "" if asked is not None else why_not_in_memory(source)
        if not (asked or why):
            return None
        scan = scan_table(source, reading, sample=self.sample, buffer=self.buffer)
        if not self.quiet:
            reason = "as asked for" if asked else f"{why} (--in-memory overrules)"
            note(f"{scan.name} is read piece by piece: {reason}.")
        return scan


def stream_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of a command that reads piece by piece: its parameter `streaming`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_streaming(*args: Any, **options: Any) -> Any:
            given = {name: options.pop(name) for name in ("asked", *names)}
            streaming = Streaming(**given, quiet=bool(options.get("quiet")))
            return command(*args, streaming=streaming, **options)

        for name in reversed(names):
            with_streaming = _STREAM[name](with_streaming)
        return click.option(
            "--stream/--in-memory",
            "asked",
            default=None,
            help="Whether TABLE is read piece by piece. By default if it does not fit into memory.",
        )(with_streaming)

    return decorate


_STREAM: dict[str, Callable[..., Any]] = {
    "buffer": click.option(
        "--buffer",
        type=click.IntRange(min=1),
        metavar="ROWS",
        help="With --stream: rows that are shuffled together. By default 8 million inputs.",
    ),
    "sample": click.option(
        "--sample",
        type=click.IntRange(min=100),
        metavar="ROWS",
        help="With --stream: rows that decide what columns hold. By default 200,000.",
    ),
}
