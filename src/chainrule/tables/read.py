"""Reading a table from wherever it is."""

import re
import sys
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa

from ..errors import DataError, InvalidTypeError
from ..registry import nearest
from ..typing import IntArray
from .builtin import TABLES, load_table
from .columns import number_array, tidy
from .delimited import parse_delimited

Table = nw.DataFrame[Any]
"""A narwhals DataFrame over a pyarrow table whose columns are tidy."""


def read_table(source: Any) -> Table:
    """A table, whatever it comes as.

    Parameters
    ----------
    source : str, path, data frame or mapping
        The name of a built-in table (``penguins``; see `TABLES`); the path of a CSV file (comma,
        semicolon or tab, gzip too) or a Parquet file (``./penguins`` for a file that is called
        like a built-in table); ``-`` for standard input, CSV or Parquet; a data frame of pandas,
        polars, pyarrow or whatever else narwhals knows; or a mapping from column names to values.

    Returns
    -------
    narwhals.DataFrame
        Over a pyarrow table. Columns hold int64, float64, bool, text, or dates and times; missing
        values (nan; the texts "", NA, N/A, NaN, nan, null, NULL and ?) are null.

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
        table, name = _from_text(source)
    else:
        table, name = _from_object(source), "the table"
    _check(table, name)
    columns = [tidy(column) for column in table.columns]
    return nw.from_native(pa.table(columns, names=table.column_names), eager_only=True)


def take_rows(table: Table, rows: IntArray) -> Table:
    """The rows of those numbers, in that order."""
    return nw.from_native(table.to_native().take(number_array(rows)), eager_only=True)


def _from_text(source: Any) -> tuple[Any, str]:
    if isinstance(source, str) and source == "-":
        return _parse(pa.py_buffer(sys.stdin.buffer.read()), "standard input"), "standard input"
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
    return _parse(buffer, str(source)), str(source)


def _parse(buffer: Any, source: str) -> Any:
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
    return parse_delimited(buffer, source)


def _from_object(source: Any) -> Any:
    if isinstance(source, Mapping):
        columns = {str(name): values for name, values in source.items()}
    else:
        try:
            frame = nw.from_native(source, eager_only=True)
        except TypeError:
            raise InvalidTypeError(
                f"a table cannot be read from {type(source).__name__}; give a path, the name of a "
                "built-in table, a data frame, or a mapping from column names to values"
            ) from None
        except nw.exceptions.DuplicateError as error:
            names = ", ".join(re.findall(r"^- (.*) \d+ times$", str(error), re.MULTILINE))
            raise DataError(f"the table has two columns named {names}; rename one") from None
        columns = {str(column.name): column for column in frame.iter_columns()}
    arrays = {name: _array(name, values) for name, values in columns.items()}
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"the columns have different lengths: {lengths}")
    return pa.table(arrays)


def _array(name: str, values: Any) -> Any:
    try:
        array = (
            values.to_arrow()
            if isinstance(values, nw.Series)
            else pa.array(values, from_pandas=True)
        )
    except (pa.ArrowException, OverflowError) as error:
        raise DataError(
            f"column {name!r} mixes values of different kinds ({error}); make them all numbers or "
            "all text"
        ) from None
    except TypeError:
        raise InvalidTypeError(
            f"column {name!r} (={values!r}) must be a sequence of values"
        ) from None
    return array


def _check(table: Any, name: str) -> None:
    names = table.column_names
    if not names:
        raise DataError(f"{name} has no columns")
    for i, column in enumerate(names):
        if not column:
            raise DataError(
                f"column {i + 1} of {name} has no name; give it one (a column of row numbers comes "
                "from writing a data frame's index: write it with index=False)"
            )
        if column in names[:i]:
            raise DataError(f"{name} has two columns named {column!r}; rename one")
    if table.num_rows == 0:
        raise DataError(f"{name} has {len(names)} columns and no rows")
