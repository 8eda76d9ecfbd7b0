"""What separates the values of a delimited text, and what quotes them."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from .opening import MARK, with_one_mark
from .read_options import ReadOptions

SEPARATORS = {
    ",": "a comma",
    ";": "a semicolon",
    "\t": "a tab",
    "|": "a pipe",
    " ": "blanks",
    "^": "a caret",
    "~": "a tilde",
    "\x01": "a control character",
    "::": "two colons",
    "||": "two pipes",
    "  ": "two or more blanks",
}
_SAMPLE = 100
_MOST_CUTS = 400
"""Of a line with more separators none is searched for stray quotes."""

NUMBER = re.compile(
    r"[-+−(]?\s?[$€£¥]?\s?[-+]?(\d[\d.,'’\u00a0\u202f]*|[.,]\d+)([eE][-+]?\d+|-)?\)?\s?[%€$£]?"
)
DATE = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([ T]\d{1,2}:\d{2}[^,;|\t]*)?|\d{1,2}:\d{2}(:\d{2}[^,;|\t]*)?"
    r"|\[?\d{1,2}[-/. ]{1,2}[^\W\d_]{3,9}[-/. ]{1,2}\d{2,4}([ T:]\d{1,2}:\d{2}[^,;|\t]*)?"
    r"|([^\W\d_]{3} )?[^\W\d_]{3} {1,2}\d{1,2} \d{2}:\d{2}:\d{2} (\S+ )?\d{4}"
)
NOTHING = frozenset(
    ("", "-", ".", "?", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null", "none", "#na")
)
"""Cells that say that there is no value, in lower case."""
# Possessive quantifiers (?+, ++): a number has one reading, and backtracking would only cost time.
_ONE_NUMBER = r"-?+[0-9]++(?:\.[0-9]++)?+(?:[eE][-+]?+[0-9]++)?+"
_NUMBERS = re.compile(rf"{_ONE_NUMBER}(?:\n{_ONE_NUMBER})*")
_SHORT = r"-?+(?:0|[1-9][0-9]{0,14}+)(?:\.[0-9]++)?+(?:[eE][-+]?+[0-9]{1,3}+)?+"
_SHORT_NUMBERS = re.compile(rf"{_SHORT}(?:\n{_SHORT})*")
_DIGITS = re.compile(r"[+-]?[0-9]*,[0-9]+")
_ODD_PIPES = re.compile(r"(?<!\|)(\|\|)*\|(?!\|)")
_PLAIN = re.compile(r"[^,;|\t\"]*")


@dataclass(frozen=True)
class Dialect:
    """How the lines of a text are cut into values.

    Parameters
    ----------
    separator : str
        One character. A blank stands for one or more.
    several : str, optional
        The characters in the text in whose place that one stands.
    quote : str
        Around a value, and doubled within it.
    escape : str, optional
        Before a quote within quotes, in place of doubling.
    padded : bool
        Whether blanks after a separator are no part of the value.
    """

    separator: str
    quote: str = '"'
    escape: str | None = None
    padded: bool = False
    several: str | None = None

    @property
    def written(self) -> str:
        """The separator as it is in the text."""
        return self.several or self.separator


class Record(NamedTuple):
    """A line cut into values.

    `broken` where its quotes do not fit, so that the values are a guess; `repaired` where one
    quote too many was taken as a part of its value.
    """

    line: int
    values: list[str]
    broken: bool = False
    repaired: bool = False


class _Lines:
    """Lines with their numbers; those that a broken record has swallowed can be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines, self._back = iter(lines), list[str]()
        self.number, self.taken = 0, list[str]()

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        """All lines of the record but its first."""
        self.number -= len(self.taken) - 1
        self._back.extend(reversed(self.taken[1:]))

    def cut(self, dialect: Dialect) -> list[str] | None:
        """The values of the next line; None if there is none or it has quotes: then it waits."""
        line = self._back.pop() if self._back else next(self._lines, None)
        if line is None or dialect.quote in line:
            self._back += [line] if line else []
            return None
        self.number += 1
        line = line.rstrip("\r\n")
        return line.split(dialect.separator) if line else []


def records(lines: Iterable[str], dialect: Dialect, width: int | None = None) -> Iterator[Record]:
    """The records of a text. Where `width` is given, one of another width ends with its line."""
    if dialect.separator == " ":
        lines = (line.rstrip() + "\n" for line in lines)
    source = _Lines(lines)
    style: dict[str, Any] = {
        "delimiter": dialect.separator,
        "quotechar": dialect.quote,
        "escapechar": dialect.escape,
        "skipinitialspace": dialect.padded,
    }
    reader = csv.reader(source, strict=True, **style)
    plain = not (dialect.escape or dialect.padded)
    limit = csv.field_size_limit(2**31 - 1)
    try:
        while True:
            source.taken.clear()
            while plain and (cells := source.cut(dialect)) is not None:
                yield Record(source.number, cells)
            line, broken, values = source.number + 1, False, list[str]()
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error:
                broken = True
            if broken or (len(source.taken) > 1 and width is not None and len(values) != width):
                first = source.taken[0]
                if len(source.taken) > 1:
                    source.give_back()
                repaired = stray_quote(first.rstrip("\r\n"), dialect, width) if width else None
                guess = repaired or next(csv.reader([first], **style))
                yield Record(line, guess, repaired is None, repaired is not None)
            else:
                yield Record(line, values)
    finally:
        csv.field_size_limit(limit)


def stray_quote(line: str, dialect: Dialect, width: int) -> list[str] | None:
    """The values of a line with one quote too many, if there is one way only to have `width`."""
    separator, quote = dialect.separator, dialect.quote
    cuts = [-1, *(i for i, letter in enumerate(line) if letter == separator), len(line)]
    if len(cuts) > _MOST_CUTS or line.count(quote) % 2 == 0:
        return None
    # ways[k][cost]: how the text up to a cut becomes k values; two ways are as good as many.
    ways: list[dict[tuple[int, int], list[list[str]]]] = [{(0, 0): [[]]}]
    for end in range(1, len(cuts)):
        here: dict[tuple[int, int], list[list[str]]] = {}
        for start in range(end):
            found = _value(line[cuts[start] + 1 : cuts[end]], separator, quote)
            if found is None:
                continue
            value, cost = found
            for (n, spent), starts in ways[start].items():
                if n < width and spent + cost <= 1:
                    kept = here.setdefault((n + 1, spent + cost), [])
                    kept.extend([*values, value] for values in starts[: 2 - len(kept)])
        ways.append(here)
    whole = ways[-1].get((width, 1), [])
    return whole[0] if len(whole) == 1 else None


def _value(text: str, separator: str, quote: str) -> tuple[str, int] | None:
    """The value that a piece of a line is, and how many of its quotes are stray."""
    if len(text) > 1 and text[0] == quote == text[-1]:
        inner = text[1:-1]
        stray = inner.replace(quote * 2, "").count(quote)
        return inner.replace(quote * 2, quote), stray
    return None if separator in text else (text, text.count(quote))


def find_dialect(text: str, options: ReadOptions, whole: bool) -> Dialect:
    """The dialect in which the first lines of a text look most like a table.

    A dialect is the better the more lines it cuts into equally many values, the more these are,
    and the more of them are numbers, dates or words without separators in them: the consistency
    measure of van den Burg, Nazábal & Sutton 2019, with the share of lines that agree in place
    of the number of patterns, so that some lines of titles do no harm.
    """
    separators = [options.separator] if options.separator else list(SEPARATORS)
    quotes = [quote for quote in ('"', "'") if _quotes_values(text, quote)] or ['"']
    # Of one column, if no separator cuts most lines into equally many values.
    best = Dialect(next((mark for mark in separators if mark not in text), separators[0]))
    highest, alike = 0.05, False
    escapes = {quote: _escape(text, quote) for quote in quotes}
    found = [mark for mark in separators if mark[0] in text and mark in text]
    alone = len(found) == len(quotes) == 1
    for separator in found:
        if separator == "|" and not _ODD_PIPES.search(text):
            continue  # all are two pipes
        if len(separator) > 1:
            cut = with_one_mark(text, separator)
            for quote, escape in escapes.items():
                dialect = Dialect(MARK, quote, escape, several=separator)
                score = _consistency(_sample(cut, dialect, whole), dialect, highest, alone)
                if score > highest or options.separator:
                    best, highest = dialect, score
            continue
        for quote, escape in escapes.items():
            dialect = Dialect(separator, quote, escape, separator == " ")
            padded = (
                " " in text and f"{separator} {quote}" in text and f"{separator}{quote}" not in text
            )
            dialect = replace(dialect, padded=dialect.padded or padded)
            rows = _sample(text, dialect, whole)
            if separator == "," and not options.separator and _is_decimal(rows):
                return Dialect(";")
            if separator == " " and alike and len(rows[0]) == 1:
                continue  # 3 days 04:00:00,yes below duration,label
            score = _consistency(rows, dialect, highest, alone)
            if score > highest:
                best, highest = dialect, score
                alike = len({len(row) for row in rows}) == 1
    return best


def _sample(text: str, dialect: Dialect, whole: bool) -> list[list[str]]:
    found = []
    for record in records(io.StringIO(text, newline=""), dialect):
        if any(value.strip() for value in record.values):
            found.append(record.values)
        if len(found) > _SAMPLE:
            break
    # The last line may have been cut.
    return found if whole or len(found) < 2 else found[:-1]


def _consistency(rows: list[list[str]], dialect: Dialect, highest: float, alone: bool) -> float:
    """The measure; 0 as soon as it cannot become greater than the highest.

    Where no other dialect is possible (`alone`), it ends as soon as it is greater.
    """
    if not rows:
        return 0.0
    widths = Counter(len(row) for row in rows)
    width, n = max(widths.items(), key=lambda item: (item[1], item[0]))
    if width == 1:
        return 0.0
    shape = (n / len(rows)) ** 2 * (1 - 1 / width)
    if shape <= highest or n <= len(rows) / 2:
        return 0.0
    alike = [row for row in rows if len(row) == width]
    numbers = known = 0
    alone = alone and dialect.separator != " " and len(rows[0]) > 1
    for column in zip(*alike, strict=True):
        if alone and shape * known / (n * width) > highest:
            break
        cells: Sequence[str] = column
        if are_plain_numbers(column[1:]):  # below the name
            numbers, known, cells = numbers + n - 1, known + n - 1, column[:1]
        for cell, times in Counter(map(str.strip, cells)).items():
            if is_number(cell):
                numbers, known = numbers + times, known + times
            elif _PLAIN.fullmatch(cell):
                known += times
    if dialect.separator == " " and numbers < n * width / 2:
        return 0.0  # sentences
    if len(rows[0]) == 1 and not numbers and all(c.startswith(" ") for r in alike for c in r[1:]):
        return 0.0
    return shape * known / (n * width)


def _is_decimal(rows: list[list[str]]) -> bool:
    """Whether rows cut at commas are one column of numbers with decimal commas."""
    return (
        len(rows) > 1
        and len(rows[0]) == 1
        and all(len(row) == 2 and _DIGITS.fullmatch(",".join(row)) for row in rows[1:])
    )


def are_plain_numbers(cells: Sequence[str]) -> bool:
    """Whether all cells are numbers without marks."""
    return _all_match(_NUMBERS, cells)


def are_short_numbers(cells: Sequence[str]) -> bool:
    """Whether all cells are plain numbers without leading zeros, at most 15 digits before a dot."""
    return _all_match(_SHORT_NUMBERS, cells)


def _all_match(pattern: re.Pattern[str], cells: Sequence[str]) -> bool:
    """Whether all cells match, tested in one go; a cell with a line end does not."""
    lines = "\n".join(cells)
    return bool(pattern.fullmatch(lines)) and lines.count("\n") == len(cells) - 1


def is_number(cell: str) -> bool:
    """Whether a cell looks like a number, with whatever marks, or a date."""
    return bool(NUMBER.fullmatch(cell) or DATE.fullmatch(cell))


def _quotes_values(text: str, quote: str) -> bool:
    if quote == '"':
        return quote in text
    return quote in text and bool(
        re.search(rf"(^|[,;\t|]) ?{quote}[^{quote}\r\n]*{quote}([,;\t|]|$)", text, re.M)
    )


def _escape(text: str, quote: str) -> str | None:
    """The character that stands before quotes in place of another one."""
    for escape in ("\\", "\0"):
        if (
            escape in text
            and escape + quote in text
            and re.search(rf"[^{re.escape(escape)}]{re.escape(escape)}{quote}[^,;\t|\r\n]", text)
        ):
            return escape
    return None
