"""Tables in files that know their columns: Parquet, Arrow, JSON, workbooks."""

import csv
import datetime
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..errors import DataError, DataWarning, plain_line, warn
from .delimited import parse_delimited
from .json_files import parse_json
from .opening import Source
from .read_options import ReadOptions

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_INDEX = re.compile(r"__index_level_[0-9]+__")


def parse(source: Source, options: ReadOptions) -> Any:
    """The pyarrow table in the bytes of a source, whatever its format: the first bytes tell.

    Raises
    ------
    DataError
        If it is damaged, or its text has no one reading.
    """
    try:
        start = source.start()
        if start.startswith(b"PAR1"):
            from pyarrow import parquet

            with source.raw() as file:
                return without_index(parquet.ParquetFile(file).read(), source.name)
        if start.startswith(b"ARROW1"):
            with source.raw() as file:
                return without_index(pa.ipc.open_file(file).read_all(), source.name)
        if start.startswith(b"\xff\xff\xff\xff"):
            with source.raw() as file:
                return pa.ipc.open_stream(file).read_all()
    except (pa.ArrowException, OSError) as error:
        kind = "Parquet" if start.startswith(b"PAR1") else "Arrow"
        raise DataError(f"{source.name} is a damaged or truncated {kind} file: {error}") from None
    if start[:4] in _WORKBOOKS:
        return _workbook(source, options)
    table = parse_json(source)
    if table is None:
        return parse_delimited(source, options)
    while any(map(pa.types.is_struct, table.schema.types)):
        table = table.flatten()  # {"a": {"b": 1}} is a.b
    return table


def parse_folder(path: Path) -> Any:
    """The table whose parts are the Parquet files of a folder, and of folders like year=2024.

    Raises
    ------
    DataError
        If there is no such file, one is damaged, or they have other columns or types.
    """
    from pyarrow import dataset

    files = parquet_files(path)
    whole: Any = None
    name, folders = str(files[0]), {"partitioning": "hive", "partition_base_dir": str(path)}
    try:
        parts = dataset.dataset(list(map(str, files)), format="parquet", **folders)
        for part in parts.get_fragments():
            name = part.path
            own = part.physical_schema
            whole = own if whole is None else common_schema(whole, own, str(files[0]), name)
        name = str(path)
        fields = [field for field in parts.schema if field.name not in whole.names]
        whole = pa.schema([*whole, *fields], metadata=parts.schema.metadata)
        parts = dataset.dataset(list(map(str, files)), whole, format="parquet", **folders)
        return without_index(parts.to_table(), name)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name} cannot be read: {plain_line(str(error), 300)}") from None


_PARQUET = (".parquet", ".parq", ".pq")


def parquet_files(folder: Path) -> list[Path]:
    """The Parquet files in a folder and in those in it, but for hidden ones (_name, .name)."""
    found = sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in _PARQUET
        and not any(part[0] in "._" for part in file.relative_to(folder).parts)
    )
    if not found:
        raise DataError(f"{str(folder)!r} is a folder; name a file in it")
    return found


def common_schema(whole: Any, own: Any, first: str, path: str) -> Any:
    """The schema of several parts and of one more.

    Raises
    ------
    DataError
        If it has other columns, or types that do not go together.
    """
    if odd := sorted(set(whole.names) ^ set(own.names)):
        raise DataError(f"{path} and {first} have different columns: {', '.join(odd[:5])}")
    try:
        return pa.unify_schemas([whole, own], promote_options="permissive")
    except pa.ArrowException:
        name = next(n for n in whole.names if whole.field(n).type != own.field(n).type)
        raise DataError(
            f"column {name!r} holds {own.field(name).type} in {path} and {whole.field(name).type} "
            f"in {first}: they are no parts of one table"
        ) from None


def joined(tables: list[Any], names: list[str]) -> Any:
    """The rows of several tables of the same columns, one below the other."""
    for table, name in zip(tables, names, strict=True):
        if set(table.column_names) != set(tables[0].column_names):
            odd = sorted(set(table.column_names) ^ set(tables[0].column_names))
            raise DataError(f"{name} and {names[0]} have different columns: {', '.join(odd[:5])}")
    try:
        return pa.concat_tables(
            [table.select(tables[0].column_names) for table in tables],
            promote_options="permissive",
        )
    except pa.ArrowException as error:
        raise DataError(f"{names[0]} and {names[-1]} are no parts of one table: {error}") from None


def without_index(table: Any, name: str) -> Any:
    """The table without the row numbers that pandas keeps of a data frame."""
    index = [column for column in table.column_names if _INDEX.fullmatch(column)]
    if index:
        warn(f"{name}: the data frame's index, {index[0]!r}, is no column; left out", DataWarning)
    return table.drop_columns(index)


def _workbook(source: Source, options: ReadOptions) -> Any:
    """The table in a sheet: what its cells hold is written as CSV, and read like that."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise DataError(
            f"{source.name} is a workbook, which python-calamine reads: pip install "
            "'chainrule[excel]', or save the table as CSV"
        ) from None
    try:
        with source.raw() as file:
            book = CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
        name = _sheet(book.sheet_names, options.sheet, source.name)
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{source.name} looks like an Excel workbook or a zip archive: save the table as CSV "
            f"({error})"
        ) from None
    if options.sheet is None and len(book.sheet_names) > 1:
        others = ", ".join(other for other in book.sheet_names if other != name)
        warn(
            f"{source.name}: the sheet {name!r} was read; others: {others} (sheet=, --sheet)",
            DataWarning,
        )
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_cell(v) for v in row] for row in rows])
    content = text.getvalue().encode()
    return parse_delimited(
        Source(source.name, content=content), replace(options, separator=",", encoding="utf-8")
    )


def _sheet(names: list[str], wanted: str | int | None, source: str) -> str:
    if wanted is None:
        return names[0]
    if isinstance(wanted, str) and wanted in names:
        return wanted
    if str(wanted).isdigit() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    raise DataError(f"{source} has no sheet {wanted!r}; it has {', '.join(names)}")


def _cell(value: Any) -> str:
    """What a cell of a workbook holds, as one would write it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    return str(value)
