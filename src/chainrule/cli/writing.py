"""Writing a table: CSV or Parquet, whole or not at all."""

import csv
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from ..typing import Array


def as_table(columns: Mapping[str, "Array"]) -> Any:
    """A pyarrow table of NumPy arrays: texts, numbers or booleans."""
    import pyarrow as pa

    from ..tables.columns import number_array, text_array

    def converted(values: "Array") -> Any:
        if values.dtype.kind == "U":
            return text_array(values.tolist())
        if values.dtype.kind == "b":
            return number_array(values, "uint8").cast(pa.bool_())
        return number_array(values, values.dtype)

    return pa.Table.from_arrays([converted(v) for v in columns.values()], list(columns))


def write_table(tables: Any, output: Path | None) -> None:
    """Write a pyarrow table, or several with the same columns one below the other.

    To a file, by the ending of its name; to stdout as CSV for None. A file is written whole or not
    at all.
    """
    from ..models import atomic_write

    if output is None:
        _write(tables, sys.stdout.buffer, "")
        sys.stdout.buffer.flush()
        return
    with atomic_write(output) as file:
        _write(tables, file, output.suffix.lower())


def _write(tables: Any, file: BinaryIO, ending: str) -> None:
    tables = iter(tables if isinstance(tables, Iterator) else [tables])
    if ending != ".parquet":
        for i, table in enumerate(tables):
            write_csv(table, file, header=i == 0)
        return
    from pyarrow import parquet

    first = next(tables)
    with parquet.ParquetWriter(file, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table.cast(first.schema))


def write_csv(table: Any, file: BinaryIO, *, header: bool = True) -> None:
    """A header and rows; text stands in quotes only in tables where some text needs them."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    # For an empty chunk, pyarrow 26 writes bytes that nobody has set.
    columns = [
        pa.chunked_array([chunk for chunk in column.chunks if len(chunk)], column.type)
        for column in columns
    ]
    quoted = any(_needs_quotes(column) for column in columns)
    if header:
        names = io.StringIO()
        csv.writer(names, lineterminator="\n").writerow(table.column_names)
        file.write(names.getvalue().encode())
    style = "needed" if quoted else "none"
    options = arrow_csv.WriteOptions(include_header=False, quoting_style=style)
    arrow_csv.write_csv(pa.table(columns, names=table.column_names), file, options)


def _needs_quotes(column: Any) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    return bool(pc.any(pc.match_substring_regex(column, r'[",\r\n]')).as_py())
