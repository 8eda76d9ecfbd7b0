"""Text tables: CSV and its relatives."""

import csv
import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from ..errors import DataError
from .columns import MISSING_MARKS, narrow, null_where, text_array, tidy
from .words import count

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
_SNIFFED = 65536
_DECIMAL_COMMA = r"^([+-]?[0-9]*),([0-9]+)$"


def parse_delimited(buffer: Any, source: str, *, as_text: bool = False) -> Any:
    """The pyarrow table in the bytes of a delimited text.

    The separator is a comma, a semicolon or a tab, whichever divides the first lines into equally
    many columns. The first line names the columns. Each column becomes integers, numbers or dates
    if all its values are, else text; after a semicolon or a tab, numbers may have a decimal comma.

    Raises
    ------
    DataError
        If it is no text, has no header, two columns of one name or a line of another length.
    """
    head = bytes(buffer[:_SNIFFED])
    if b"\0" in head:
        raise DataError(f"{source} is a binary file, not a table as CSV or Parquet{_kind(head)}")
    lines = _lines(head, whole=len(buffer) <= _SNIFFED, source=source)
    separator = _separator(lines)
    names = _names(lines, separator, source)
    text = _read(buffer, names, separator, source)
    if as_text:
        return text.rename_columns(names)
    columns = [_typed(tidy(text.column(i)), separator) for i in range(len(names))]
    return pa.table(columns, names=names).replace_schema_metadata({"chainrule.text": "1"})


def _kind(head: bytes) -> str:
    magic = {b"PK": "an Excel workbook or a zip archive", b"ARROW1": "an Arrow file"}
    found = next((name for start, name in magic.items() if head.startswith(start)), None)
    return f"; it looks like {found}: save the table as CSV" if found else ""


def _lines(head: bytes, whole: bool, source: str) -> list[str]:
    text = (
        head.decode("utf-8-sig", errors="strict" if whole else "ignore") if _is_utf8(head) else ""
    )
    if head and not text:
        raise DataError(f"{source} is not written in UTF-8; save it as UTF-8")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise DataError(f"{source} is empty; a header line and rows are needed")
    # The last line may have been cut.
    return lines if whole or len(lines) == 1 else lines[:-1]


def _is_utf8(head: bytes) -> bool:
    try:
        # A character may have been cut at the end.
        head[:-4].decode() if len(head) == _SNIFFED else head.decode()
    except UnicodeDecodeError:
        return False
    return True


def _separator(lines: list[str]) -> str:
    def quality(separator: str) -> tuple[bool, int]:
        counts = [len(row) for row in csv.reader(lines[:20], delimiter=separator)]
        return len(set(counts)) == 1 and counts[0] > 1, counts[0]

    return max(_SEPARATORS, key=quality)


def _names(lines: list[str], separator: str, source: str) -> list[str]:
    names = [name.strip() for name in next(csv.reader(lines, delimiter=separator))]
    if all(re.fullmatch(r"[+-]?[0-9.,]+", name) for name in names):
        raise DataError(
            f"the first line of {source} ({lines[0][:60]}) looks like data; a first line with "
            "the names of the columns is needed"
        )
    return names


def _read(buffer: Any, names: list[str], separator: str, source: str) -> Any:
    # Columns are read as text by their places, whatever they are called.
    places = [str(i) for i in range(len(names))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(buffer),
            # One thread: only then do errors tell the line.
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=places, skip_rows=0),
            parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(places, pa.large_string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise DataError(f"{source} {_reason(error, separator)}") from None
    return table.slice(1)


def _reason(error: Exception, separator: str) -> str:
    message = str(error)
    if "UTF8" in message:
        return "is not written in UTF-8; save it as UTF-8"
    if match := re.search(
        r"(?:Row #(\d+): )?Expected (\d+) columns, got (\d+): ?(.*)", message, re.S
    ):
        line = f"line {match[1]}" if match[1] else "a line"
        values, start = count(int(match[3]), "value"), match[4].splitlines()[0][:60]
        return (
            f"has {values} in {line} ({start!r}), but its header has {match[2]} names, separated "
            f"by a {_SEPARATORS[separator]}; correct that line"
        )
    return f"cannot be read as CSV: {message.removeprefix('CSV parse error: ')}"


def _typed(column: Any, separator: str) -> Any:
    column = null_where(pc.is_in(column, text_array(MISSING_MARKS)), column)
    typed = narrow(column)
    if typed is column and separator != ",":
        with_point = narrow(pc.replace_substring_regex(column, _DECIMAL_COMMA, r"\1.\2"))
        if with_point.type == pa.float64():
            return with_point
    return typed
