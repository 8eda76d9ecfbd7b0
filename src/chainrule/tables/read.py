"""Reading a table from wherever it is."""

import re
from glob import glob, has_magic
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import narwhals as nw
import pyarrow as pa

from ..errors import DataError, path_of, require_instance, shown
from ..registry import nearest
from ..typing import IntArray
from .builtin import TABLES, load_table
from .columns import number_array, tidy
from .file_formats import joined, parse, parse_folder
from .frames import table_from_object
from .levels import declared_levels
from .opening import source_of
from .read_options import AS_FOUND, ReadOptions
from .sql import Query

Table = nw.DataFrame[Any]
"""A narwhals DataFrame over a pyarrow table whose columns are tidy."""

_TEXT = b"chainrule.text"


def read_table(
    source: Any, options: ReadOptions = AS_FOUND, *, lenient: bool = False, **changes: Any
) -> Table:
    """A table, whatever it comes as.

    Parameters
    ----------
    source : str, path, open file, data frame or mapping
        The name of a built-in table (``penguins``; see `TABLES`); the path of a file
        (``./penguins`` for one that is called like a built-in table) or a pattern of paths
        (``part-*.csv``): delimited text of any kind, JSON (an object a line, or an array),
        Parquet (a folder of parts, too), Arrow, a workbook (``chainrule[excel]``), compressed
        by gzip, zstd, bz2 or lz4, or alone in a zip archive; ``-`` for standard input; a file
        open for reading; a data frame of pandas, polars, pyarrow or whatever else narwhals knows;
        a mapping from column names to values; or a `Query` to a database.
    options : ReadOptions, optional
        How a file is to be read, as far as that is known. Whatever is not, is found in the
        file: separator, quotes, encoding, titles above the table, the header, sums and notes
        below it. What was assumed is a `DataWarning`.
    lenient : bool, default False
        Whether a column in memory that cannot be read counts as missing: it raises when it is
        used.
    **changes
        Single options by their names, as `ReadOptions` has them: ``separator=";"``.

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
    require_instance("options", options, ReadOptions, "ReadOptions")
    options = options.changed(changes)
    if isinstance(source, str | PathLike):
        path_of("the table", source)
    if isinstance(source, Query):
        table, name = source.read(), source.name
    elif isinstance(source, str | PathLike) or hasattr(source, "read"):
        table, name = _from_file(source, options)
    else:
        table, name = table_from_object(source, lenient=lenient), "the table"
    _check(table, name)
    if options.text or _TEXT in (table.schema.metadata or ()):  # as written, or tidy
        return nw.from_native(table, eager_only=True)
    columns = [tidy(column) for column in table.columns]
    fields = [
        pa.field(
            field.name, column.type, metadata={**(field.metadata or {}), **declared_levels(raw)}
        )
        for field, raw, column in zip(table.schema, table.columns, columns, strict=True)
    ]
    schema = pa.schema(fields, metadata=table.schema.metadata)
    return nw.from_native(pa.table(columns, schema=schema), eager_only=True)


def take_rows(table: Table, rows: IntArray) -> Table:
    """The rows of those numbers, in that order."""
    return nw.from_native(table.to_native().take(number_array(rows)), eager_only=True)


def _from_file(source: Any, options: ReadOptions) -> tuple[Any, str]:
    if isinstance(source, str) and source in TABLES:
        return load_table(source), source
    if isinstance(source, str) and source.startswith("file://"):
        source = unquote(urlsplit(source).path)
    try:
        found = source_of(source)
    except FileNotFoundError:
        paths = sorted(glob(str(source), recursive=True)) if has_magic(str(source)) else []
        if not paths:
            raise _no_file(source) from None
        parts = [_from_file(path, options)[0] for path in paths]
        return joined(parts, paths), str(source)
    if found is None:
        return parse_folder(Path(source)), str(source)
    return parse(found, options), found.name


def _no_file(source: Any) -> DataError:
    if re.match(r"[a-z][a-z0-9+.-]+://", str(source), re.IGNORECASE):
        return DataError(
            f"{shown(str(source), 300)} is an address, and files are read; download it first "
            "(curl -O), or give an open file: read_table(urllib.request.urlopen(address))"
        )
    hint = nearest(str(source), TABLES)
    names = f", and no built-in table of that name{hint}" if Path(source).parent == Path() else ""
    return DataError(f"there is no file {shown(str(source), 300)}{names}")


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
