"""The files of a table as groups of rows that can be read on their own."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..errors import DataError, plain_line, shown
from .builtin import TABLES
from .file_formats import common_schema, parquet_files, without_index


@dataclass(frozen=True)
class Group:
    """Rows that can be read on their own: a row group of a Parquet file, or an Arrow file.

    Parameters
    ----------
    fragment : pyarrow.dataset.Fragment
    path : str
        The file.
    name : str
        What errors call it; another one than the path of what was copied.
    first : int
        The number of its first row in the whole table.
    first_in_file : int
        The same in its file.
    rows : int
    """

    fragment: Any
    path: str
    name: str
    first: int
    first_in_file: int
    rows: int

    @property
    def is_parquet(self) -> bool:
        """Whether it is a row group of a Parquet file."""
        return type(self.fragment).__name__ == "ParquetFileFragment"


def stamp(path: str) -> tuple[int, int]:
    """The size of a file and when it was changed.

    Raises
    ------
    DataError
        If it is not there any more.
    """
    try:
        found = os.stat(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
    return found.st_size, found.st_mtime_ns


def groups_of(
    files: Mapping[Path, str], kind: str, base: Path | None = None
) -> tuple[tuple[Group, ...], Any]:
    """The groups of Parquet or Arrow files, and the schema that all have.

    Parameters
    ----------
    files : mapping
        From the paths to what errors call them.
    kind : {"parquet", "ipc"}
    base : path, optional
        The folder in which the names of folders, like year=2024, are columns.

    Raises
    ------
    DataError
        If a part is damaged, or has other columns or types.
    """
    from pyarrow import dataset

    names = list(files.values())
    options: dict[str, Any] = {}
    if base is not None:
        options = {"partitioning": "hive", "partition_base_dir": str(base)}
    try:
        found = dataset.dataset(list(map(str, files)), format=kind, **options)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(f"{names[0]} cannot be read: {plain_line(str(error), 300)}") from None
    whole, groups, first = None, list[Group](), 0
    for fragment, name in zip(found.get_fragments(), names, strict=True):
        path = fragment.path
        try:
            own = fragment.physical_schema
            whole = own if whole is None else common_schema(whole, own, names[0], name)
            parts = fragment.split_by_row_group() if kind == "parquet" else [fragment]
            in_file = 0
            for part in parts:
                # Asked for a part of a Parquet file, count_rows counts the file.
                pieces = part.row_groups if kind == "parquet" else []
                rows = sum(p.num_rows for p in pieces) if pieces else part.count_rows()
                if rows:
                    groups.append(Group(part, path, name, first, in_file, rows))
                first, in_file = first + rows, in_file + rows
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{name} cannot be read: {plain_line(str(error), 300)}") from None
    assert whole is not None
    for partition in found.schema:
        if partition.name not in whole.names:
            whole = whole.append(partition)
    kept = without_index(whole.remove_metadata().empty_table(), names[0]).schema
    return tuple(groups), kept


def files_of(source: Any) -> tuple[list[Path], Path | None]:
    """The files of a path, a pattern or a folder, and the folder; none for what is no file."""
    if source == "-" or (isinstance(source, str) and source in TABLES):
        return [], None
    path = Path(source)
    try:
        is_folder, exists = path.is_dir(), path.exists()
    except OSError as error:
        raise DataError(f"{shown(str(path))} cannot be read: {error.strerror or error}") from None
    if is_folder:
        return parquet_files(path), path
    if not exists and has_magic(str(source)):
        return sorted(map(Path, glob(str(source), recursive=True))), None
    return ([path] if exists else []), None
