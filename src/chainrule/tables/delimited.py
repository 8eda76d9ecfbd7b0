"""Delimited text of any kind as a table: CSV and its relatives."""

import io
import re
from dataclasses import replace
from itertools import islice, pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError, DataWarning, warn
from .body import Body, read_fast, read_records
from .cells import missing_where, typed
from .columns import is_text
from .dialect import Dialect, Record, find_dialect, records
from .ending import named, say_sums, without_end, without_odd
from .head import Text, damaged, older, sample_of, skipped, text_of, wrong_encoding
from .layout import MIN_RECORDS, Layout, find_layout, kind_of
from .opening import MARK, Source, TextBytes
from .read_options import AS_FOUND, ReadOptions
from .words import count

_COMMENTS = ("#", "%", "//")


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
    text = skipped(text_of(source, options), options)
    separator = options.separator
    if match := re.match(r"sep=([^\w\s\"']{2,8}|.)[ \t]*(\r\n|\r|\n)", text.head, re.IGNORECASE):
        separator = separator or match[1]
        text = text._replace(head=text.head[match.end() :], skip=text.skip + 1)
    if re.match(r"\s*<(!doctype|html|\?xml|table)", text.head, re.IGNORECASE):
        raise DataError(
            f"{source.name} is a page of HTML or XML, not a table as CSV or Parquet; "
            "pandas.read_html and pandas.read_xml find tables in it"
        )
    dialect = find_dialect(text.head, replace(options, separator=separator), text.whole)
    if dialect.several:
        text = text.with_one_mark(dialect.several)
    sample = sample_of(text, dialect)
    if not any(any(map(str.strip, record.values)) for record in sample):
        raise DataError(f"{source.name} is empty; a header line and rows are needed")
    if whole := _in_quotes(text, dialect, sample):
        warn(f"{source.name}: each line is in quotes; what is in them was read", DataWarning)
        return _parse(replace(source, path=None, content=whole), replace(options, encoding="utf-8"))
    layout = find_layout(sample, options.header)
    if any(record.broken for record in sample):
        sample = sample_of(text, dialect, layout.width)
        layout = find_layout(sample, options.header)
    few = text.whole and len(sample) < MIN_RECORDS
    names = _names(layout, sample, few, source.name)
    if not layout.data:
        raise DataError(f"{source.name} has {count(len(names), 'column')} and no rows")
    _say_layout(layout, text.source.name)
    if any(record.repaired and record.line == layout.header for record in sample):
        warn(f"{source.name}: a quote too many in the header is part of its name", DataWarning)
    body = _body(text, dialect, layout, sample, options)
    columns = without_odd(body.columns, body, dialect, layout, few, source.name)
    columns = without_end(columns, source.name, few)
    if not few:
        say_sums(columns, source.name)
    marks = ""
    if not options.text:
        columns = [missing_where(column, options.missing) for column in columns]
        columns, marks = typed(columns, dialect.separator, options)
    if dialect.several:  # within quotes, too
        columns = [_without_mark(column, dialect.several) for column in columns]
        names = [name.replace(MARK, dialect.several) for name in names]
    table = named(columns, names, few, source.name)
    return table.replace_schema_metadata({"chainrule.text": marks})


def _in_quotes(text: Text, dialect: Dialect, sample: list[Record]) -> bytes:
    """The lines of a text without the quotes around each, if they are a table then; else b""."""
    if any(len(record.values) > 1 for record in sample):
        return b""
    lines, quote = [line for line in text.head.splitlines() if line.strip()], dialect.quote
    whole = all(len(line) > 2 and line[0] == line[-1] == quote for line in lines[:-1])
    if not whole or len(lines) < MIN_RECORDS:
        return b""
    inner = "\n".join(record.values[0] for record in sample if record.values)
    found = find_dialect(inner, AS_FOUND, whole=True)
    if found.separator not in inner:
        return b""
    with io.TextIOWrapper(
        io.BufferedReader(TextBytes(text.source, text.encoding)), "utf-8", newline=""
    ) as file:
        rows = records(islice(file, text.skip, None), dialect)
        return "\n".join(row.values[0] for row in rows if row.values).encode()


def _without_mark(column: Any, separator: str) -> Any:
    return pc.replace_substring(column, MARK, separator) if is_text(column) else column


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
    if len(names) == width + 1 and names[0] in _COMMENTS:
        return names[1:]  # "# x y" above two columns
    while len(names) > width and "" in names:
        names = [*names[: (j := names.index(""))], *names[j + 1 :]]
    if len(names) == width:
        return names
    below = [r.values for r in sample if r.line >= layout.data and len(r.values) == width]
    if len(names) < width and not any(any(map(str.strip, row[len(names) :])) for row in below):
        n = width - len(names)
        marks = "a separator" if n == 1 else f"{n} separators"
        warn(f"{source}: lines end with {marks}, and the header does not", DataWarning)
        return [*names, *[""] * n]
    header, values = count(len(names), "name"), count(width, "value")
    what = f"the header of {source}, line {layout.header}, has {header} for {values}"
    if few:
        raise DataError(f"{what}; correct it, or skip it (skip={layout.header}, header=False)")
    if len(names) == width - 1 and _are_row_names([row[0].strip() for row in below]):
        warn(f"{what}; the first, {below[0][0]!r}, ..., was taken for the row's name", DataWarning)
        return ["", *names]
    warn(
        f"{what}, and which belongs where is not clear; its columns are called column1 to "
        f"column{width}",
        DataWarning,
    )
    return [f"column{j + 1}" for j in range(width)]


def _are_row_names(cells: list[str]) -> bool:
    """Whether cells differ, and are numbers that count the rows, or words."""
    if len(set(cells)) < len(cells):
        return False
    kinds = {kind_of(cell) for cell in cells}
    counted = all(cell.isdigit() for cell in cells) and all(
        int(b) - int(a) == 1 for a, b in pairwise(cells)
    )
    return counted or kinds == {"text"}


def _say_layout(layout: Layout, name: str) -> None:
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
    text: Text, dialect: Dialect, layout: Layout, sample: list[Record], options: ReadOptions
) -> Body:
    rows = [record.values for record in sample if record.line >= layout.data and record.values]
    try:
        fast = read_fast(text.source, text.encoding, dialect, layout, rows, options)
        return fast or read_records(text.source, text.encoding, dialect, layout)
    except UnicodeError as error:
        if options.encoding or text.encoding not in ("utf-8", "utf-8-sig"):
            raise wrong_encoding(text.source, text.encoding, error) from None
        return read_records(text.source, older(text.source), dialect, layout)
    except (pa.ArrowException, OSError) as error:
        raise damaged(text.source, error) from None
