"""Where the table is in a text: titles, header, units, data."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .dialect import DATE, NOTHING, NUMBER, Record, are_plain_numbers, are_short_numbers

_MOST_TITLES = 40
_SURE = 0.9
"""The share of a column's values that have to be numbers for a word among them to be its name."""
MIN_RECORDS = 5
"""In a text with fewer records nothing is assumed: they are too few to be judged by."""

_UNITS = re.compile(
    r":?-{2,}:?|"
    r"[(\[].*[)\]]|%|°.?|[µnmckMG]?(s|g|m|l|L|V|A|W|Wh|Hz|Pa|bar|eV|J|N|mol)([²³23]|/.+)?|h|min|d|"
    r"[kKcC]|ha|deg\.?( ?[CF])?|ppm|ppb|USD|EUR|GBP|\$|€|£|lbs?|in|ft|mi|mph|km/h|years?|days?|-"
)


@dataclass(frozen=True)
class Layout:
    """Where the table is.

    Parameters
    ----------
    names : list of str, optional
        The header's values; None if there is none.
    header : int, optional
        The line of the header.
    data : int
        The line in which the data begin; 0 if there are none.
    width : int
        Values of a line of data.
    kinds : tuple of str
        What most values of each column look like: "number", "date" or "text".
    below : tuple of str
        The lines between header and data: units, names again.
    titles : tuple of str
        The lines above the header in which something stands.
    header_asked : bool, optional
        Whether the caller said that there is a header, or none.
    numbers : tuple of int
        How many of each column's last cells, of the records with a value, are known to be short
        numbers.
    """

    names: list[str] | None
    header: int | None
    data: int
    width: int
    kinds: tuple[str, ...]
    below: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    header_asked: bool | None = None
    numbers: tuple[int, ...] = ()


def kind_of(cell: str) -> str:
    """What a cell looks like: "number", "date", "text", or "" for a mark of a missing value."""
    cell = cell.strip()
    if cell.lower() in NOTHING:
        return ""
    return "number" if NUMBER.fullmatch(cell) else "date" if DATE.fullmatch(cell) else "text"


def find_layout(records: list[Record], header: bool | None) -> Layout:
    """The layout of a text, from its first records, of which one at least has a value."""
    filled = [record for record in records if any(map(str.strip, record.values))]
    width = _width(filled)
    kinds, numbers = zip(*_column_kinds(filled, width), strict=True)
    named = width - _n_empty_ends(filled, width)
    first = _first_data(filled, kinds, width, named)
    at = 0 if header else None if header is False else _header(filled, first, kinds, width, named)
    if at is None:
        start = 0 if header is False else first or 0
        return Layout(
            None, None, filled[start].line, width, kinds, (), _said(filled[:start]), header, numbers
        )
    last = at
    if header is None and first is not None:
        while last + 1 < first and _is_below_header(filled[last + 1], filled[at], kinds):
            last += 1
    data = next((r.line for r in records[records.index(filled[last]) + 1 :] if r.values), 0)
    names = [value.strip() for value in filled[at].values]
    below, above = _said(filled[at + 1 : last + 1]), _said(filled[:at])
    return Layout(names, filled[at].line, data, width, kinds, below, above, header, numbers)


def _said(records: list[Record]) -> tuple[str, ...]:
    return tuple(" ".join(filter(None, map(str.strip, record.values))) for record in records)


def _width(filled: list[Record]) -> int:
    """How many values most records have."""
    widths = Counter(len(record.values) for record in filled)
    return max(widths.items(), key=lambda item: (item[1], item[0]))[0]


def _n_empty_ends(filled: list[Record], width: int) -> int:
    """How many columns at the end have no value at all: lines end with so many separators."""
    rows = [record.values for record in filled if len(record.values) == width]
    columns = list(zip(*rows, strict=True))
    return next((n for n, cells in enumerate(columns[:0:-1]) if any(map(str.strip, cells))), 0)


def _column_kinds(filled: list[Record], width: int) -> list[tuple[str, int]]:
    """What most values of each column look like, and how many are known as short numbers."""
    rows = [record.values for record in filled if len(record.values) == width]
    # The first records may be titles and names.
    columns = zip(*rows[min(3, len(rows) // 2) :], strict=True)
    return [
        ("number", len(cells)) if are_short_numbers(cells) else (_column_kind(cells), 0)
        for cells in columns
    ]


def _column_kind(cells: Sequence[str]) -> str:
    if are_plain_numbers(cells):
        return "number"
    found = Counter[str]()
    for cell, n in Counter(cells).items():
        if kind := kind_of(cell):
            found[kind] += n
    if not found:
        return "text"
    kind, n = found.most_common(1)[0]
    return kind if n >= _SURE * found.total() else "text"


def _agreement(record: Record, kinds: tuple[str, ...]) -> tuple[int, int]:
    """In how many columns of numbers or dates a record has one, and in how many a word."""
    alike = unlike = 0
    for value, kind in zip(record.values, kinds, strict=False):
        if kind != "text" and (found := kind_of(value)):
            alike, unlike = alike + (found == kind), unlike + (found != kind)
    return alike, unlike


def _fits(record: Record, width: int, named: int) -> bool:
    """Whether a record has about as many values as there are columns, or columns with values."""
    return min(named, width - 1) <= len(record.values) <= width + 1 and _full(record, named)


def _first_data(
    filled: list[Record], kinds: tuple[str, ...], width: int, n_named: int
) -> int | None:
    """The first record of data, as far as columns of numbers or dates tell."""
    if all(kind == "text" for kind in kinds):
        return None
    named = False
    for i, record in enumerate(filled[:_MOST_TITLES]):
        if len(record.values) != width:
            named |= _fits(record, width, n_named)
            continue
        alike, unlike = _agreement(record, kinds)
        if alike > unlike and (named or not unlike) and not _names(filled, i, kinds):
            return i
        named |= _full(record, n_named)
    return None


def _full(record: Record, width: int) -> bool:
    return sum(bool(value.strip()) for value in record.values) >= width / 2


def _names(filled: list[Record], i: int, kinds: tuple[str, ...]) -> bool:
    """Whether a record's numbers are names.

    They are if they count (1990, 1991, 1992) and those below do not, or if words stand below.
    """
    if i + 1 == len(filled):
        return False
    alike, unlike = _agreement(filled[i + 1], kinds)
    counts = any(
        _is_run(filled[i], kinds, digits) and not _is_run(filled[i + 1], kinds, digits)
        for digits in ("1,4", "4")  # years above numbers that count, too
    )
    counts |= _are_places(filled[i], kinds)
    return counts or (unlike > 1 and not alike)


def _are_places(record: Record, kinds: tuple[str, ...]) -> bool:
    """Whether most cells are the numbers of their columns, from 0 or 1, above words, too."""
    cells = [value.strip() for value in record.values]
    for first in (0, 1):
        places = enumerate(zip(cells, kinds, strict=False), first)
        alike = [kind for place, (cell, kind) in places if cell == str(place)]
        if len(alike) > max(2, len(cells) / 2) and "text" in alike:
            return True
    return False


def _is_run(record: Record, kinds: tuple[str, ...], digits: str = "1,4") -> bool:
    cells = [v.strip() for v, kind in zip(record.values, kinds, strict=False) if kind == "number"]
    if len(cells) < 3 or not all(re.fullmatch(f"[0-9]{{{digits}}}", cell) for cell in cells):
        return False
    steps = {int(b) - int(a) for a, b in pairwise(cells)}
    return len(steps) == 1 and steps != {0}


def _header(
    filled: list[Record], first: int | None, kinds: tuple[str, ...], width: int, named: int
) -> int | None:
    """The record that names the columns, or None."""
    if first is None and any(kind != "text" for kind in kinds):
        return 0
    near = [
        i
        for i, record in enumerate(filled[: _MOST_TITLES if first is None else first])
        if _fits(record, width, named)
        # A row of words and missing values names nothing.
        and (first is None or _agreement(record, kinds)[1] or _names(filled, i, kinds))
    ]
    if not near:
        # The first of two columns may have no name, and titles may stand above data.
        short = first and width == 2 and len(filled[first - 1].values) == 1
        return first - 1 if first and short else None if first is not None else 0
    near = [i for i in near if not _are_units(filled[i])] or near
    # Names of groups stand above the names, with blanks after the first of each group.
    whole = [
        i
        for i in near
        if len(filled[i].values) == width and all(map(str.strip, filled[i].values[1:]))
    ]
    found = whole or near
    at = found[0] if first is None else min(found, key=lambda i: _unlike_names(filled[i]))
    return None if first is None and _recurs(filled, at, width) else at


def _unlike_names(record: Record) -> tuple[int, int]:
    """How much a record is unlike names, which differ and are shorter than titles and questions."""
    cells = [value.strip() for value in record.values]
    return len(cells) - len({*cells} - {""}), sum(map(len, cells))


def _recurs(filled: list[Record], at: int, width: int) -> bool:
    """Whether the words of a record stand below in their columns, too: then they name nothing."""
    below = [record.values for record in filled[at + 1 :] if len(record.values) == width]
    again = [
        value in column
        for value, column in zip(filled[at].values, zip(*below, strict=True), strict=False)
    ]
    return len(below) > 10 and sum(again) > len(again) / 2


def _is_below_header(record: Record, header: Record, kinds: tuple[str, ...]) -> bool:
    """Whether a line between header and data is none of the data."""
    alike, unlike = _agreement(record, kinds)
    return record.values == header.values or (not alike and (unlike > 1 or _are_units(record)))


def _are_units(record: Record) -> bool:
    cells = [value.strip() for value in record.values if kind_of(value)]  # not N/A, which looks so
    return len(cells) > 1 and sum(bool(_UNITS.fullmatch(cell)) for cell in cells) > len(cells) / 2
