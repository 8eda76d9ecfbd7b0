"""Reading a table from wherever it is."""

import sys
from os import PathLike
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa

from ..errors import DataError
from ..registry import nearest
from ..typing import IntArray
from .builtin import TABLES, load_table
from .columns import number_array, tidy
from .delimited import parse_delimited
from .frames import table_from_object

Table = nw.DataFrame[Any]
"""A narwhals DataFrame over a pyarrow table whose columns are tidy."""


def read_table(source: Any, *, lenient: bool = False, text: bool = False) -> Table:
    """A table, whatever it comes as.

    Parameters
    ----------
    source : str, path, data frame or mapping
        The name of a built-in table (``penguins``; see `TABLES`); the path of a CSV file (comma,
        semicolon or tab, gzip too) or a Parquet file (``./penguins`` for a file that is called
        like a built-in table); ``-`` for standard input, CSV or Parquet; a data frame of pandas,
        polars, pyarrow or whatever else narwhals knows; or a mapping from column names to values.
    lenient : bool, default False
        Whether a column in memory that cannot be read counts as missing: it raises when it is
        used.
    text : bool, default False
        Whether the values of a text file stay as they are written, as texts.

    Returns
    -------
    narwhals.DataFrame
        Over a pyarrow table. Columns hold int64, float64, bool, text, or dates. Missing values are
        null: nan, blank texts, and in text files the marks NA, n/a, null, ?, ...

    Raises
    ------
    DataError
        If there is no such file, it cannot be read, or the table has no columns, no rows, a
        column without a name or two of one name.
    InvalidTypeError
        If the source is nothing that a table can be read from.

    Examples
    --------
    >>> read_table("penguins").shape
    (344, 8)
    >>> read_table({"x": [1, None], "y": ["a", "b"]}).columns
    ['x', 'y']
    """
    if isinstance(source, str | PathLike):
        table, name = _from_text(source, text)
    else:
        table, name = table_from_object(source, lenient=lenient), "the table"
    _check(table, name)
    columns = table.columns if text else [tidy(column) for column in table.columns]
    fields = [
        pa.field(field.name, column.type, metadata=field.metadata)
        for field, column in zip(table.schema, columns, strict=True)
    ]
    schema = pa.schema(fields, metadata=table.schema.metadata)
    return nw.from_native(pa.table(columns, schema=schema), eager_only=True)


def take_rows(table: Table, rows: IntArray) -> Table:
    """The rows of those numbers, in that order."""
    return nw.from_native(table.to_native().take(number_array(rows)), eager_only=True)


def _from_text(source: Any, text: bool) -> tuple[Any, str]:
    if isinstance(source, str) and source == "-":
        buffer = pa.py_buffer(sys.stdin.buffer.read())
        return _parse(buffer, "standard input", text), "standard input"
    if isinstance(source, str) and source in TABLES:
        return load_table(source), source
    path = Path(source)
    try:
        if path.is_file() and path.stat().st_size > 0:
            with pa.memory_map(str(path)) as file:
                buffer = file.read_buffer()
        else:
            buffer = pa.py_buffer(path.read_bytes())
    except FileNotFoundError:
        hint = nearest(str(source), TABLES)
        names = f", and no built-in table of that name{hint}" if path.parent == Path() else ""
        raise DataError(f"there is no file {str(source)!r}{names}") from None
    except IsADirectoryError:
        raise DataError(f"{str(source)!r} is a folder; name a file in it") from None
    except OSError as error:
        raise DataError(f"{str(source)!r} cannot be read: {error.strerror or error}") from None
    return _parse(buffer, str(source), text), str(source)


def _parse(buffer: Any, source: str, text: bool) -> Any:
    start = bytes(buffer[:4])
    try:
        if start == b"PAR1":
            from pyarrow import parquet

            return parquet.ParquetFile(pa.BufferReader(buffer)).read()
        if start[:2] == b"\x1f\x8b":
            with pa.CompressedInputStream(pa.BufferReader(buffer), "gzip") as file:
                buffer = pa.py_buffer(file.read())
    except (pa.ArrowException, OSError) as error:
        kind = "Parquet" if start == b"PAR1" else "gzip"
        raise DataError(f"{source} is a damaged or truncated {kind} file: {error}") from None
    return parse_delimited(buffer, source, as_text=text)


def _check(table: Any, name: str) -> None:
    names = table.column_names
    if not names:
        raise DataError(f"{name} has no columns")
    seen = set()
    for i, column in enumerate(names):
        if not column:
            raise DataError(
                f"column {i + 1} of {name} has no name; give it one (a column of row numbers comes "
                "from writing a data frame's index: write it with index=False)"
            )
        if column in seen:
            raise DataError(f"{name} has two columns named {column!r}; rename one")
        seen.add(column)
    if table.num_rows == 0:
        raise DataError(f"{name} has {len(names)} columns and no rows")
