"""The data of a delimited text as columns: by the fast reader, or record by record."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .columns import MISSING_MARKS, is_text, text_array
from .dialect import Dialect, Record, records
from .layout import Layout
from .opening import Source, TextBytes
from .read_options import ReadOptions
from .watched import Watched

_CHUNK = 20_000
_BLOCK, _LEAST = 1 << 20, 1 << 18
_WHOLE = 1 << 26
"""Files up to this size are read at once: each block would take Python's lock and new memory."""
_PARTS = 2
"""Blocks of such a file for each thread; fewer where they would be small."""
_MOST_TRIES = 4
# What is read as a number, whole: a leading zero (007, 02139) makes a code.
# All cells of a column at once, one a line; possessive (?+, ++), without backtracking.
_INTEGERS = re.compile(r"(?:-?+(?:0|[1-9][0-9]{0,17}+)\n)*")
_FLOATS = re.compile(
    r"(?:-?+(?:(?:0|[1-9][0-9]{0,14}+)(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?+[0-9]{1,3}+)?+\n)*"
)
_GROUPS = re.compile(r"-?[1-9][0-9]{0,2}(\.[0-9]{3})+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?")


@dataclass
class Body:
    """Columns, and the records that did not fit them.

    Parameters
    ----------
    columns : list of pyarrow.ChunkedArray
        Texts as they are written, or numbers and dates where all of a column are.
    odd : list of (int, Record)
        Records of another width or with wrong quotes, with the row that stands empty for each.
    repaired : list of Record
        Records with one quote too many, which was taken as a part of its value.
    repeated : list of int
        Lines in which the header stands again; they have no row.
    comments : list of Record
        Lines of another width that begin with "#"; they have no row.
    """

    columns: list[Any]
    odd: list[tuple[int, Record]] = field(default_factory=list)
    repaired: list[Record] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    comments: list[Record] = field(default_factory=list)


def read_fast(
    source: Source,
    encoding: str,
    dialect: Dialect,
    layout: Layout,
    sample: Sequence[Sequence[str]],
    options: ReadOptions,
    read: Callable[..., Any] | None = None,
) -> Body | None:
    """The columns by pyarrow's reader; None if something is not as in the sample.

    Another one may read in its place, again for each attempt, and return the last rows alone.
    """
    from pyarrow import csv

    if dialect.separator == " " or dialect.padded or dialect.escape or not sample:
        return None
    is_header = _header_test(layout.names)
    if any(len(row) != layout.width or is_header(row) for row in sample):
        return None
    marks = frozenset((*MISSING_MARKS, *options.missing))
    plain = not (options.decimal or options.thousands or options.dates or options.text)
    lines = ["".join(row) for row in sample]
    numbers = layout.numbers
    if options.missing or not all(map(str.strip, lines)):
        numbers = (0,) * layout.width
    columns = zip(zip(*sample, strict=True), numbers, strict=True)
    kinds = [_kind(cells, n, marks) for cells, n in columns] if plain else [None] * layout.width
    places = [str(i) for i in range(layout.width)]
    content, block, several_lines = None, _BLOCK, any("\n" in line for line in lines)
    if not read and source.size() <= _WHOLE and not source.compression:
        watched = Watched(source, encoding, dialect)
        content = watched.whole()
        if watched.stray or watched.is_open:
            return None
        several_lines |= watched.several_lines
        block = min(max(len(content) // (_PARTS * pa.cpu_count()), _LEAST), _BLOCK)
    block = max(block, 8 * (max(map(len, lines)) + 3 * layout.width))
    for _ in range(_MOST_TRIES):
        if content is None:
            watched = Watched(source, encoding, dialect)
        try:
            table = (read or csv.read_csv)(
                pa.PythonFile(watched, "r") if content is None else pa.BufferReader(content),
                read_options=csv.ReadOptions(
                    column_names=places,
                    skip_rows=layout.data - 1,
                    block_size=block,
                ),
                parse_options=csv.ParseOptions(
                    delimiter=dialect.separator,
                    quote_char=dialect.quote,
                    newlines_in_values=several_lines,
                ),
                convert_options=csv.ConvertOptions(
                    column_types={
                        place: kind or pa.large_string()
                        for place, kind in zip(places, kinds, strict=True)
                    },
                    null_values=sorted(marks),
                    true_values=[],
                    false_values=[],
                ),
            )
        except pa.ArrowInvalid as error:
            # Values that are none of the sample's kind: the column is read as it is written.
            found = re.match(
                r"In CSV column #(\d+): (?:Row #\d+: )?CSV conversion error to (?!large)",
                str(error),
            )
            if not found:
                return None
            place = int(found[1])
            value = re.search(r"invalid value '(.*)'", str(error))
            if layout.names and value and _plain(value[1]) == _plain(layout.names[place]):
                return None  # the header stands again
            kinds[place] = None
            if sum(kind is None for kind in kinds) > _MOST_TRIES:
                kinds = [None] * len(kinds)
            continue
        if watched.stray or watched.is_open:
            return None
        if watched.several_lines and not several_lines:
            several_lines = True  # a block may have ended within a value
            continue
        codes = [j for j in watched.codes if j < len(kinds) and kinds[j] is not None]
        if not codes and (_ends_empty(table) or _has_header(table, layout.names)):
            return None  # or in marks of missing values: a number does not tell
        if not codes:
            return Body(table.columns)
        for j in codes:
            kinds[j] = None
    return None


def _ends_empty(table: Any) -> bool:
    if table.num_rows == 0 or table.num_columns == 1:
        return False
    return not any(column[-1].is_valid and column[-1].as_py() != "" for column in table.columns)


def _plain(name: str) -> str:
    """A name as it is compared with others."""
    return name.strip().casefold()


def _header_test(names: list[str] | None) -> Callable[[Sequence[str]], bool]:
    """Whether a line is the header once more, be it in another case; one name is a value, too."""
    if not names or not any(names):
        return lambda values: False
    if len(names) == 1:
        return lambda values: list(values) == names
    header = list(map(_plain, names))

    def test(values: Sequence[str]) -> bool:
        return _plain(values[0]) == header[0] and list(map(_plain, values)) == header

    return test


def _has_header(table: Any, names: list[str] | None) -> bool:
    """Whether a row of a table of texts alone is its header."""
    if not names or any(not is_text(column) for column in table.columns):
        return False
    alike = None
    for column, name in zip(table.columns, names, strict=False):
        same = pc.equal(pc.utf8_lower(column), text_array([name.lower()])[0])
        alike = same if alike is None else pc.and_(alike, same)
        if not pc.any(alike).as_py():
            return False
    return True


def _kind(cells: Sequence[str], n_numbers: int, marks: frozenset[str]) -> Any:
    """The type that all cells of a sample have, or None for text.

    The last `n_numbers` cells are known to be short numbers.
    """
    known = cells[-n_numbers:] if n_numbers else ()
    present = [cell for cell in cells[: len(cells) - len(known)] if cell not in marks]
    lines, numbers = "\n".join([*present, ""]), "\n".join(known)
    if not (present or known) or lines.count("\n") > len(present):
        return None
    whole = not any(mark in numbers for mark in ".eE")
    if whole and _INTEGERS.fullmatch(lines):
        return pa.int64()
    if _FLOATS.fullmatch(lines):
        # 1.234 alone may be a thousand.
        pointed = (cell for cell in (*present, *known) if "." in cell)
        grouped = "." in lines + numbers and all(map(_GROUPS.fullmatch, pointed))
        return None if grouped else pa.float64()
    return None if known or not all(map(_DATE.fullmatch, present)) else pa.timestamp("us")


def read_records(source: Source, encoding: str, dialect: Dialect, layout: Layout) -> Body:
    """The columns as texts, record by record, whatever is in them."""
    width, names = layout.width, layout.names
    chunks: list[list[Any]] = [[] for _ in range(width)]
    body, rows = Body([]), list[list[str]]()
    is_header = _header_test(names)
    n, above = 0, layout.data - 1
    with io.TextIOWrapper(
        io.BufferedReader(TextBytes(source, encoding), _BLOCK), "utf-8", newline=""
    ) as text:
        for record in records(islice(text, above, None), dialect, width):
            record = record._replace(line=record.line + above)
            values = record.values
            if len(values) > width and not any(map(str.strip, values[width:])):
                values = values[:width]  # separators at the end
            if len(values) != width or record.broken:
                if not any(map(str.strip, values)) and (width > 1 or not values):
                    continue
                if len(values) < width and values[0].lstrip().startswith("#"):
                    body.comments.append(record)
                    continue
                body.odd.append((n, record))
                values = [""] * width
            elif is_header(values):
                body.repeated.append(record.line)
                continue
            elif record.repaired:
                body.repaired.append(record)
            rows.append(values)
            n += 1
            if len(rows) == _CHUNK:
                _append(chunks, rows)
    _append(chunks, rows)
    body.columns = [pa.chunked_array(parts, pa.large_string()) for parts in chunks]
    return body


def _append(chunks: list[list[Any]], rows: list[list[str]]) -> None:
    if rows:
        for parts, cells in zip(chunks, zip(*rows, strict=True), strict=True):
            parts.append(text_array(cells))
        rows.clear()
