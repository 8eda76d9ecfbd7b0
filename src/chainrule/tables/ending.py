"""What is no data at the end of a table or between its rows, and what the columns are called."""

import csv
import re
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError, DataWarning, warn
from .body import Body
from .columns import is_text, text_array, to_numpy
from .dialect import SEPARATORS, Dialect, Record
from .layout import MIN_RECORDS, Layout, kind_of
from .words import count

_MOST_ODD = 0.02
"""The share of lines of another length up to which they count as missing; above it, none does."""
_TOTAL = re.compile(
    r"(grand |sub)?totals?|sums?|averages?|means?|(zwischen|gesamt)?summe|gesamt|insgesamt|"
    r"durchschnitt|mittelwert|somme|totale|suma|promedio|moyenne",
)

_TOTALS = ("total", "subtotal", "sub-total", "grand total", "sum", "summe", "zwischensumme")
_SUMS = text_array(
    [f(word) for word in _TOTALS for f in (str, str.title, str.upper, str.capitalize)]
)
_NOTE = re.compile(r"(sources?|notes?|remarks?|footnotes?|quellen?|fuente|nota)\b|[*#†(©]")


def without_odd(
    columns: list[Any], body: Body, dialect: Dialect, layout: Layout, few: bool, source: str
) -> list[Any]:
    """The columns without notes at their end; what else does not fit counts as missing, or not."""
    n, odd = len(columns[0]), list(body.odd)
    notes = []
    while odd and odd[-1][0] == n - 1 and _is_note(odd[-1][1], layout) and not few:
        notes.append(odd.pop()[1])
        n -= 1
    if _are_rows(notes):
        odd, n = list(body.odd), len(columns[0])
        notes = []
    if body.repeated:
        lines = ", ".join(map(str, body.repeated[:3]))
        warn(f"{source}: the header stands again in line {lines}; left out", DataWarning)
    if body.comments:
        first, lines = body.comments[0], count(len(body.comments), "line")
        start = dialect.written.join(first.values).strip()[:60]
        warn(
            f"{source}: {lines} of comment left out, the first in line {first.line}: {start!r}",
            DataWarning,
        )
    if notes:
        text, lines = " ".join(notes[-1].values).strip()[:60], count(len(notes), "line")
        warn(f"{source}: {lines} below the table left out: {text!r}", DataWarning)
    if body.repaired:
        line = body.repaired[0].line
        if few:
            start = dialect.separator.join(body.repaired[0].values)[:60]
            values = next(csv.reader([start], delimiter=dialect.separator))
            raise DataError(
                f"{source} has {count(len(values), 'value')} in line {line} ({start!r}): a quote "
                "is not closed; correct that line"
            )
        others = f" and {count(n_more, 'other line')}" if (n_more := len(body.repaired) - 1) else ""
        warn(
            f"{source}: a quote too many in line {line}{others} was taken as part of its value",
            DataWarning,
        )
    if odd:
        _judge(odd[0][1], len(odd), n, dialect, layout, few, source)
    return _first_rows(columns, n)


def _first_rows(columns: list[Any], n: int) -> list[Any]:
    return columns if n == len(columns[0]) else [column.slice(0, n) for column in columns]


def _are_rows(notes: list[Record]) -> bool:
    """Whether lines below a table are rows of another one, with another separator."""
    if len(notes) < 3:
        return False
    for mark in (";", "\t", "|"):
        numbers = {sum(value.count(mark) for value in note.values) for note in notes}
        if len(numbers) == 1 and 0 not in numbers:
            return True
    return False


def _is_note(record: Record, layout: Layout) -> bool:
    present = [value.strip() for value in record.values if value.strip()]
    if kind_of(present[0]) != "text":
        return False
    if _NOTE.match(present[0].lower()) or layout.kinds[0] != "text":
        return True
    return len(present) <= max(1, layout.width / 2) and {*map(kind_of, present)} <= {"text"}


def _judge(
    record: Record, n_odd: int, n: int, dialect: Dialect, layout: Layout, few: bool, source: str
) -> None:
    """Warn of lines of another length where they are rare; raise where they are not."""
    values = count(len(record.values), "value")
    start = dialect.written.join(record.values).splitlines()[0][:60]
    names = f"its header has {layout.width} names" if layout.names else f"most have {layout.width}"
    what = f"{values} in line {record.line} ({start!r})"
    if few or n_odd > _MOST_ODD * n:
        marks = SEPARATORS.get(dialect.written, repr(dialect.written))
        lines = f"that line and {count(n_odd - 1, 'other')}" if n_odd > 1 else "that line"
        too_many = (
            f" ({n_odd / n:.1%} of {count(n, 'line')} do not fit; up to {_MOST_ODD:.0%} would "
            "count as missing)"
        )
        raise DataError(
            f"{source} has {what}, but {names}, separated by {marks}; correct {lines}"
            f"{'' if few else too_many}, or name another separator (separator=, --separator)"
        )
    others = f"; {count(n_odd - 1, 'other line')} of another length" if n_odd > 1 else ""
    warn(
        f"{source} has {what}, but {names}{others}; all values of such a line count as missing",
        DataWarning,
    )


def without_end(columns: list[Any], source: str, few: bool) -> list[Any]:
    """The columns without empty rows, sums and notes at their end."""
    n = last = len(columns[0])
    if len(columns) == 1 or few:
        return columns
    left_out: list[str] = []
    while last > MIN_RECORDS and (said := _is_end(columns, last - 1)) is not None:
        left_out += [said] if said else []
        last -= 1
    if empty := n - last - len(left_out):
        warn(f"{source}: {count(empty, 'empty row')} at the end left out", DataWarning)
    if left_out:
        rows = count(len(left_out), "row")
        warn(f"{source}: {rows} at the end left out: {left_out[-1][:60]!r}", DataWarning)
    return _first_rows(columns, last)


def say_sums(columns: list[Any], source: str) -> None:
    """Warn of rows of sums between others: they stay."""
    for column in filter(is_text, columns[:2]):
        rows = np.flatnonzero(to_numpy(pc.is_in(column, _SUMS)))
        if 0 < len(rows) < len(column) / 2:
            first, more = rows[0], f", and {n:,} more" if (n := len(rows) - 1) else ""
            warn(
                f"{source}: row {first + 1}{more} looks like a sum of others "
                f"({_text_at(column, int(first))!r}), and stays; delete it if it is one",
                DataWarning,
            )
            return


def _text_at(column: Any, i: int) -> str:
    value = column[i].as_py()
    return "" if value is None else str(value).strip()


def _is_end(columns: list[Any], i: int) -> str | None:
    """What stands in a row that ends a table, "" in an empty one, None if it is a row of data."""
    values = [_text_at(column, i) for column in columns]
    present = list(filter(None, values))
    if not present:
        return ""
    first = present[0]
    total = bool(_TOTAL.fullmatch(first.rstrip(" :").lower()))
    note = (
        len(present) == 1 < len(columns) / 2
        and kind_of(first) == "text"
        and (columns[0][i].is_valid and " " in first)
    )
    return " ".join(map(str, present)) if total or note else None


def _is_empty(column: Any) -> bool:
    if column.null_count == len(column):
        return True
    return bool(is_text(column) and pc.all(pc.is_in(column, text_array([""]))).as_py())


def named(columns: list[Any], names: list[str], few: bool, source: str) -> Any:
    """The table of the columns, with names that differ; empty ones without a name left out."""
    kept = [j for j, name in enumerate(names) if name or not _is_empty(columns[j])]
    if len(kept) < len(names):
        without = count(len(names) - len(kept), "column")
        warn(f"{source}: {without} without name and values left out", DataWarning)
    nameless = [j for j in kept if not names[j]]
    if nameless and few:
        raise DataError(
            f"column {nameless[0] + 1} of {source} has no name; give it one (a column of row "
            "numbers comes from writing a data frame's index: write it with index=False)"
        )
    final = [names[j] or f"Unnamed: {j}" for j in kept]
    if nameless:
        called = ", ".join(f"'Unnamed: {j}'" for j in nameless[:3])
        warn(f"{source}: columns without a name are called by their places: {called}", DataWarning)
    twice = [name for name, n in Counter(final).items() if n > 1]
    if twice and few:
        raise DataError(f"{source} has two columns named {twice[0]!r}; rename one")
    if twice:
        final = [
            f"{n} (column {j + 1})" if n in twice else n for j, n in zip(kept, final, strict=True)
        ]
        if len(set(final)) < len(final):
            raise DataError(f"{source} has two columns named {twice[0]!r}; rename one")
        warn(
            f"{source} has several columns named {twice[0]!r}; they are called by their places: "
            f"{next(name for name in final if name.startswith(twice[0] + ' ('))!r}, ...",
            DataWarning,
        )
    return pa.table([columns[j] for j in kept], names=final)
