"""The first lines of a text, decoded, by which the rest is read."""

import codecs
import io
import re
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import pyarrow as pa

from ..errors import DataError, DataWarning, warn
from .dialect import Dialect, Record, is_number, records
from .encodings import older_encoding, spoken, unicode_of
from .opening import Source, TextBytes, with_one_mark
from .read_options import ReadOptions

_HEAD = 1 << 18
_LONGEST_HEAD = 1 << 26
_MIN_LINES = 50
_SAMPLE, _ENOUGH = 300, 100


class Text(NamedTuple):
    """A text, its encoding, the first of it, and how many of its lines are skipped."""

    source: Source
    encoding: str
    head: str
    whole: bool
    skip: int = 0

    def with_one_mark(self, separator: str) -> "Text":
        """The text with one character in place of a separator of several."""
        source = replace(self.source, separator=separator)
        return self._replace(source=source, head=with_one_mark(self.head, separator))


def text_of(source: Source, options: ReadOptions) -> Text:
    """The head of a text, decoded."""
    start = _start(source)
    encoding = options.encoding or unicode_of(start)
    if (
        (encoding or "utf-8").startswith("utf-8")
        and b"\0" in start
        and re.search(rb"\0(?![\"'])", start)
    ):
        raise DataError(f"{source.name} is a binary file, not a table as CSV or Parquet")
    if encoding is None:
        encoding = older(source)
    elif not options.encoding and not encoding.startswith("utf-8"):
        _say_encoding(source, encoding)
    head, whole = b"", False
    try:
        with TextBytes(source, encoding) as file:
            while not whole and _has_few_lines(head):
                data = file.read(_HEAD)
                head, whole = head + data, not data
                if len(head) > _LONGEST_HEAD:
                    break
            whole = whole or not file.read(1)
        # A letter may have been cut at the end.
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeError as error:
        raise wrong_encoding(source, encoding, error) from None
    except (pa.ArrowException, OSError) as error:
        raise damaged(source, error) from None
    return Text(source, encoding, text, whole)


def _has_few_lines(head: bytes) -> bool:
    return sum(len(head.split(end, _MIN_LINES)) - 1 for end in (b"\n", b"\r")) < _MIN_LINES


def _start(source: Source) -> bytes:
    try:
        with source.open() as file:
            return bytes(file.read(_HEAD))
    except (pa.ArrowException, OSError) as error:
        raise damaged(source, error) from None


def damaged(source: Source, error: Exception) -> DataError:
    """What to say of bytes that cannot be read or decompressed."""
    kind = source.compression
    if kind is None:
        return DataError(f"{source.name} cannot be read: {error}")
    return DataError(f"{source.name} is a damaged or truncated {kind} file: {error}")


def wrong_encoding(source: Source, encoding: str, error: Exception) -> DataError:
    """What to say of bytes that are no text in that encoding."""
    return DataError(
        f"{source.name} is not written in {spoken(encoding)} ({error}); name its encoding "
        "(encoding=, --encoding)"
    )


def older(source: Source) -> str:
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


def skipped(text: Text, options: ReadOptions) -> Text:
    """The text without the lines that are to be skipped."""
    if not options.skip:
        return text
    lines = list(islice(io.StringIO(text.head, newline=""), options.skip))
    return text._replace(head=text.head[sum(map(len, lines)) :], skip=len(lines))


def sample_of(text: Text, dialect: Dialect, width: int | None = None) -> list[Record]:
    """The first records, with their lines in the file; without one that may have been cut.

    They are fewer where names stand above numbers, and all records are alike.
    """
    cut = records(io.StringIO(text.head, newline=""), dialect, width)
    found = list(islice(cut, _ENOUGH))
    if not _is_plain(found):
        found += islice(cut, _SAMPLE - len(found))
    if not text.whole and 1 < len(found) < _SAMPLE:
        del found[-1]
    if not text.skip:
        return found
    return [record._replace(line=record.line + text.skip) for record in found]


def _is_plain(found: list[Record]) -> bool:
    """Whether records have equally many values, those of the first no numbers, the next some."""
    if len(found) < _ENOUGH:
        return False
    width = len(found[0].values)
    if any(record.broken or len(record.values) != width for record in found):
        return False
    first, second = ([is_number(cell.strip()) for cell in r.values] for r in found[:2])
    return any(second) and not any(first)
