"""Delimited text of any kind as a table: CSV and its relatives."""

import codecs
import io
import re
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError, DataWarning, warn
from .body import Body, read_fast, read_records
from .cells import missing_where, typed
from .columns import MISSING_MARKS, is_text, text_array
from .dialect import SEPARATORS, Dialect, Record, find_dialect, records
from .encodings import older_encoding, spoken, unicode_of
from .layout import MIN_RECORDS, Layout, find_layout, kind_of
from .opening import Source, TextBytes
from .read_options import ReadOptions
from .words import count

_HEAD = 1 << 18
_LONGEST_HEAD = 1 << 26
_MIN_LINES = 50
_SAMPLE = 1000
_MOST_ODD = 0.02
"""The share of lines of another length up to which they count as missing; above it, none does."""
_TOTAL = re.compile(
    r"(grand |sub)?totals?|sums?|averages?|means?|(zwischen|gesamt)?summe|gesamt|insgesamt|"
    r"durchschnitt|mittelwert|somme|totale|suma|promedio|moyenne",
)


class _Text(NamedTuple):
    """A text, its encoding, the first of it, and how many of its lines are skipped."""

    source: Source
    encoding: str
    head: str
    whole: bool
    skip: int = 0


def parse_delimited(source: Source, options: ReadOptions) -> Any:
    """The pyarrow table in a delimited text, its columns tidy.

    Raises
    ------
    DataError
        If it is no text, or something in it has no one reading.
    """
    size = source.size()
    try:
        table = _parse(source, options)
    except DataError:
        if source.size() == size:
            raise
        table = None
    if source.size() != size:
        raise DataError(f"{source.name} changed while it was read; read it again")
    return table


def _parse(source: Source, options: ReadOptions) -> Any:
    text = _skipped(_text(source, options), options)
    separator = options.separator
    if match := re.match(r"sep=(.)[ \t]*(\r\n|\r|\n)", text.head, re.IGNORECASE):
        separator = separator or match[1]
        text = text._replace(head=text.head[match.end() :], skip=text.skip + 1)
    dialect = find_dialect(text.head, replace(options, separator=separator), text.whole)
    sample = _sample(text, dialect)
    if not any(any(map(str.strip, record.values)) for record in sample):
        raise DataError(f"{source.name} is empty; a header line and rows are needed")
    layout = find_layout(sample, options.header)
    few = text.whole and len(sample) < MIN_RECORDS
    names = _names(layout, sample, few, source.name)
    if not layout.data:
        raise DataError(f"{source.name} has {count(len(names), 'column')} and no rows")
    _say_layout(layout, text, few)
    body = _body(text, dialect, layout, sample, options)
    columns = body.columns
    if not options.text:
        columns = [missing_where(column, options.missing) for column in columns]
    columns = _without_odd(columns, body, dialect, layout, few, source.name)
    columns = _without_end(columns, source.name, few)
    if not options.text:
        columns = typed(columns, dialect.separator, options)
    return _table(columns, names, few, source.name)


def _text(source: Source, options: ReadOptions) -> _Text:
    """The head of a text, decoded."""
    start = _start(source)
    encoding = options.encoding or unicode_of(start)
    if encoding and encoding.startswith("utf-8") and re.search(rb"\0(?![\"'])", start):
        raise DataError(f"{source.name} is a binary file, not a table as CSV or Parquet")
    if encoding is None:
        encoding = _older(source)
    elif not options.encoding and not encoding.startswith("utf-8"):
        _say_encoding(source, encoding)
    head, whole = b"", False
    try:
        with TextBytes(source, encoding) as file:
            while not whole and (head.count(b"\n") + head.count(b"\r") < _MIN_LINES):
                data = file.read(_HEAD)
                head, whole = head + data, not data
                if len(head) > _LONGEST_HEAD:
                    break
            whole = whole or not file.read(1)
        # A letter may have been cut at the end.
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeError as error:
        raise _wrong_encoding(source, encoding, error) from None
    except (pa.ArrowException, OSError) as error:
        raise _damaged(source, error) from None
    return _Text(source, encoding, text, whole)


def _start(source: Source) -> bytes:
    try:
        with source.open() as file:
            return bytes(file.read(_HEAD))
    except (pa.ArrowException, OSError) as error:
        raise _damaged(source, error) from None


def _damaged(source: Source, error: Exception) -> DataError:
    kind = source.compression
    if kind is None:
        return DataError(f"{source.name} cannot be read: {error}")
    return DataError(f"{source.name} is a damaged or truncated {kind} file: {error}")


def _wrong_encoding(source: Source, encoding: str, error: Exception) -> DataError:
    return DataError(
        f"{source.name} is not written in {spoken(encoding)} ({error}); name its encoding "
        "(encoding=, --encoding)"
    )


def _older(source: Source) -> str:
    """The encoding of a text that is no Unicode, by its lines with letters beyond ASCII."""
    with source.open() as file:
        lines = b"".join(
            islice((line for line in io.BufferedReader(file) if not line.isascii()), _SAMPLE)
        )
    encoding = older_encoding(lines[:_HEAD])
    if encoding is None:
        line = lines.splitlines()[0][:60]
        raise DataError(
            f"{source.name} is not written in UTF-8 ({line!r}), and what it is written in cannot "
            "be told; save it as UTF-8, or name its encoding (encoding=, --encoding)"
        )
    _say_encoding(source, encoding)
    return encoding


def _say_encoding(source: Source, encoding: str) -> None:
    warn(f"{source.name} is not written in UTF-8; it was read as {spoken(encoding)}", DataWarning)


def _skipped(text: _Text, options: ReadOptions) -> _Text:
    lines = list(islice(io.StringIO(text.head, newline=""), options.skip or 0))
    return text._replace(head=text.head[sum(map(len, lines)) :], skip=len(lines))


def _sample(text: _Text, dialect: Dialect) -> list[Record]:
    """The first records, with their lines in the file; without one that may have been cut."""
    found = list(islice(records(io.StringIO(text.head, newline=""), dialect), _SAMPLE))
    cut = not text.whole and 1 < len(found) < _SAMPLE
    return [
        record._replace(line=record.line + text.skip) for record in found[: -1 if cut else None]
    ]


def _names(layout: Layout, sample: list[Record], few: bool, source: str) -> list[str]:
    """A name for each column, "" for those without one."""
    names, width = layout.names, layout.width
    first = next(record for record in sample if any(map(str.strip, record.values)))
    if names is None:
        if few and layout.header_asked is None:
            line = ",".join(first.values)[:60]
            raise DataError(
                f"the first line of {source} ({line}) looks like data; a first line with "
                "the names of the columns is needed, or header=False (--no-header)"
            )
        return [f"column{j + 1}" for j in range(width)]
    while len(names) > width and "" in names:
        names = [*names[: (j := names.index(""))], *names[j + 1 :]]
    below = [record.values for record in sample if record.line >= layout.data > 0]
    if len(names) == width - 1 and any(len(row) == width and row[-1].strip() for row in below):
        firsts = [row[0] for row in below if len(row) == width]
        if len(set(firsts)) < len(firsts) or few:
            raise _short_header(layout, below, source)
        warn(
            f"the header of {source} has one name fewer than its lines have values; the first "
            f"column, {firsts[0]!r}, ..., was taken for names of rows",
            DataWarning,
        )
        return ["", *names]
    if len(names) > width:
        raise _short_header(layout, below, source)
    return [*names, *[""] * (width - len(names))]


def _short_header(layout: Layout, below: list[list[str]], source: str) -> DataError:
    assert layout.names is not None
    names, values = count(len(layout.names), "name"), count(layout.width, "value")
    return DataError(
        f"the header of {source}, line {layout.header}, has {names}, and most lines below it have "
        f"{values}; correct the header, or skip it (skip={layout.header}, header=False)"
    )


def _say_layout(layout: Layout, text: _Text, few: bool) -> None:
    name = text.source.name
    if titles := list(filter(None, layout.titles)):
        lines = count(len(titles), "line")
        warn(f"{name}: {lines} above the table skipped: {titles[0][:60]!r}", DataWarning)
    if layout.below:
        lines = count(len(layout.below), "line")
        warn(f"{name}: {lines} below the header skipped: {layout.below[0][:60]!r}", DataWarning)
    if layout.names is None and layout.header_asked is None:
        warn(
            f"{name} has no header: its first line looks like data; its columns are called "
            f"column1 to column{layout.width} (header=True, --header: the first line is one)",
            DataWarning,
        )


def _body(
    text: _Text, dialect: Dialect, layout: Layout, sample: list[Record], options: ReadOptions
) -> Body:
    rows = [record.values for record in sample if record.line >= layout.data and record.values]
    try:
        fast = read_fast(text.source, text.encoding, dialect, layout, rows, options)
        return fast or read_records(text.source, text.encoding, dialect, layout)
    except UnicodeError as error:
        if options.encoding or text.encoding not in ("utf-8", "utf-8-sig"):
            raise _wrong_encoding(text.source, text.encoding, error) from None
        return read_records(text.source, _older(text.source), dialect, layout)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(text.source, error) from None


def _without_odd(
    columns: list[Any], body: Body, dialect: Dialect, layout: Layout, few: bool, source: str
) -> list[Any]:
    """The columns without notes at their end; what else does not fit counts as missing, or not."""
    n, odd = len(columns[0]), list(body.odd)
    notes = []
    while odd and odd[-1][0] == n - 1 and _is_note(odd[-1][1], layout) and not few:
        notes.append(odd.pop()[1])
        n -= 1
    if body.repeated:
        lines = ", ".join(map(str, body.repeated[:3]))
        warn(f"{source}: the header stands again in line {lines}; left out", DataWarning)
    if notes:
        text, lines = " ".join(notes[-1].values).strip()[:60], count(len(notes), "line")
        warn(f"{source}: {lines} below the table left out: {text!r}", DataWarning)
    if body.repaired and few:
        odd = [(0, body.repaired[0])]
    elif body.repaired:
        line = body.repaired[0].line
        others = f" and {count(n_more, 'other line')}" if (n_more := len(body.repaired) - 1) else ""
        warn(
            f"{source}: a quote too many in line {line}{others} was taken as part of its value",
            DataWarning,
        )
    if odd:
        _judge(odd[0][1], len(odd), n, dialect, layout, few, source)
    return [column.slice(0, n) for column in columns]


def _is_note(record: Record, layout: Layout) -> bool:
    present = [value for value in record.values if value.strip()]
    kinds = {kind_of(value) for value in present}
    return len(present) <= max(1, layout.width / 2) and (
        kinds <= {"text"} or bool(_TOTAL.match(present[0].strip().lower()))
    )


def _judge(
    record: Record, n_odd: int, n: int, dialect: Dialect, layout: Layout, few: bool, source: str
) -> None:
    """Warn of lines of another length where they are rare; raise where they are not."""
    values = count(len(record.values), "value")
    start = dialect.separator.join(record.values).splitlines()[0][:60]
    names = f"its header has {layout.width} names" if layout.names else f"most have {layout.width}"
    what = f"{values} in line {record.line} ({start!r})"
    if few or n_odd > _MOST_ODD * n:
        raise DataError(
            f"{source} has {what}, but {names}, separated by "
            f"{SEPARATORS.get(dialect.separator, repr(dialect.separator))}; correct that line"
        )
    others = f", and {count(n_odd - 1, 'other line')} do not fit either" if n_odd > 1 else ""
    warn(
        f"{source} has {what}, but {names}{others}; all values of such a line count as missing",
        DataWarning,
    )


def _without_end(columns: list[Any], source: str, few: bool) -> list[Any]:
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
    return [column.slice(0, last) for column in columns]


def _text_at(column: Any, i: int) -> str:
    value = column[i].as_py()
    return "" if value is None else str(value).strip()


def _is_end(columns: list[Any], i: int) -> str | None:
    """What stands in a row that ends a table, "" in an empty one, None if it is a row of data."""
    values = [_text_at(column, i) for column in columns]
    present = [value for value in values if value not in MISSING_MARKS]
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


def _table(columns: list[Any], names: list[str], few: bool, source: str) -> Any:
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
    twice = sorted({name for name in final if final.count(name) > 1}, key=final.index)
    if twice and few:
        raise DataError(f"{source} has two columns named {twice[0]!r}; rename one")
    if twice:
        taken = set(final)
        for j, name in enumerate(final):
            if name in twice:
                final[j] = f"{name} (column {kept[j] + 1})"
        if len(set(final)) < len(final) or taken & {final[j] for j in range(len(final))} - taken:
            raise DataError(f"{source} has two columns named {twice[0]!r}; rename one")
        warn(
            f"{source} has several columns named {twice[0]!r}; they are called by their places: "
            f"{next(name for name in final if name.startswith(twice[0] + ' ('))!r}, ...",
            DataWarning,
        )
    return pa.table([columns[j] for j in kept], names=final)
