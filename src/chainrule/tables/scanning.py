"""Opening a table to be read piece by piece."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from ..errors import (
    DataError,
    InvalidValueError,
    path_of,
    plain_line,
    require_instance,
    require_integer,
)
from .opening import Source, source_of
from .read import read_table
from .read_options import AS_FOUND, ReadOptions
from .scan import Scan
from .scan_groups import files_of, groups_of, stamp
from .spool import Spool, said
from .sql import Query

SAMPLE = 200_000
"""Rows of the sample: 200,000 of them have quartiles within half a percent of all rows'."""
_SAMPLE_VALUES = 1 << 25
_FEWEST = 10_000

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def scan_table(
    source: Any,
    options: ReadOptions = AS_FOUND,
    *,
    sample: int | None = None,
    buffer: int | None = None,
    **changes: Any,
) -> Scan:
    """A table to be read piece by piece, in memory that does not grow with its rows.

    Parquet files, folders of them and Arrow files are read where they are, with pyarrow's dataset
    scanner. Delimited text, JSON lines, standard input and queries are read once and copied to a
    temporary Parquet file, in the folder that TMPDIR names.

    Parameters
    ----------
    source : str, path, open file or Query
        As in `read_table`: also a pattern of paths, ``-`` for standard input. What else
        `read_table` takes is read in memory first.
    options : ReadOptions, optional
        How a text is to be read. Options that change single values (thousands, a format of dates,
        text) need a table in memory.
    sample : int, optional
        From so many rows, chosen at random by the seed of the fit, it is decided what columns hold;
        by default 200,000, fewer (33 million values) where there are more than 167 columns.
        Medians, quartiles and levels are theirs, and the rows held out are among them. Of a table
        with fewer rows all are taken, as from memory.
    buffer : int, optional
        Rows that are shuffled together, by default as many as have 8 million inputs (32 MB); a
        fit holds about three of these. With a buffer for all rows the order is that of a table in
        memory, and so is the model, bit for bit.
    **changes
        Single reading options by their names.

    Returns
    -------
    Scan

    Raises
    ------
    DataError
        If there is no such file, it is damaged or not plain enough to be read piece by piece, or
        parts have other columns or types.
    WriteError
        If the copy does not fit on the disk.

    Examples
    --------
    >>> from chainrule.tables import Pipeline, scan_table
    >>> scan = scan_table("penguins")
    >>> scan
    Scan('penguins', 344 rows, 8 columns)
    >>> Pipeline.fit(scan, "species", epochs=20, seed=0).predict("penguins")[:2].tolist()
    ['Adelie', 'Adelie']
    """
    if sample is not None:
        require_integer("sample", sample, at_least=100)
    if buffer is not None:
        require_integer("buffer", buffer, at_least=1)
    require_instance("options", options, ReadOptions, "ReadOptions")
    options = options.changed(changes)
    for name in ("thousands", "text"):
        if getattr(options, name):
            raise InvalidValueError(
                f"{name} (={getattr(options, name)!r}) must not be set for a table that is read "
                "piece by piece; read it in memory (--in-memory)"
            )
    if options.dates and "%" in options.dates:
        raise InvalidValueError(
            f"dates (={options.dates!r}) must be dmy, mdy or ymd for a table that is read piece by "
            "piece"
        )
    if isinstance(source, str) and source.startswith("file://"):
        source = unquote(urlsplit(source).path)
    opened = _Opened(options)
    scan = opened.scan(source)
    return replace(
        scan,
        sample_rows=sample or scan.sample_rows,
        buffer=buffer,
        decimal=options.decimal,
        dates=options.dates,
    )


class _Opened:
    """The files of a table, and those that it had to be copied to."""

    def __init__(self, options: ReadOptions) -> None:
        self.options = options
        self.spool = Spool()
        self.marks: str | None = None
        self.stamps: dict[str, tuple[int, int]] = {}

    def scan(self, source: Any) -> Scan:
        base = None
        if isinstance(source, Query):
            name = source.name
            with source.batches() as batches:
                found = [(self.spool.batches(batches, name), name, "parquet")]
        elif isinstance(source, str) and source == "-":
            name = "standard input"
            if sys.stdin is None:
                raise DataError("standard input is closed; name a file")
            found = [self._bytes(sys.stdin.buffer, name)]
        elif isinstance(source, str | os.PathLike):
            name = path_of("the table", source)
            paths, base = files_of(source)
            if base is not None:
                found = [(path, str(path), "parquet") for path in paths]
            else:  # without a file: a built-in table, or an error that says what is wrong
                found = [self._file(str(path)) for path in paths] or [self._in_memory(source, name)]
        else:
            is_file = hasattr(source, "read")
            name = str(getattr(source, "name", "the file")) if is_file else "the table"
            found = [(self._bytes if is_file else self._in_memory)(source, name)]
        kinds = {kind for _, _, kind in found}
        if len(kinds) > 1:
            raise DataError(f"{name} are files of different kinds: {', '.join(sorted(kinds))}")
        for path, _, _ in found:
            self.stamps[str(path)] = stamp(str(path))
        files = {path: plain_line(own, 300) for path, own, _ in found}
        groups, schema = groups_of(files, kinds.pop(), base)
        twice = [column for column in schema.names if schema.names.count(column) > 1]
        if twice:
            raise DataError(f"{name} has two columns named {twice[0]!r}; rename one")
        sample = min(SAMPLE, max(_SAMPLE_VALUES // max(len(schema.names), 1), _FEWEST))
        return Scan(
            plain_line(name, 300), groups, schema, sample,
            marks=self.marks, spool=self.spool, stamps=self.stamps,
        )  # fmt: skip

    def _bytes(self, source: Any, name: str) -> tuple[Path, str, str]:
        """A file that can be read once."""
        if isinstance(source.read(0), str):
            return self._in_memory(source, name)
        copied = self.spool.copy(source, name)
        return self._of(copied, copied.path)

    def _file(self, path: str) -> tuple[Path, str, str]:
        if not Path(path).is_file():  # a pipe can be read once
            with open(path, "rb") as file:
                return self._bytes(file, path)
        source = source_of(path)
        assert source is not None
        before = stamp(path)
        found = self._of(source, path)
        if stamp(path) != before:
            raise DataError(f"{path} has changed while it was read; read it again")
        return found

    def _of(self, source: Source, given: Any) -> tuple[Path, str, str]:
        name, start = source.name, source.start()
        if source.path is not None and start.startswith(b"PAR1"):
            return source.path, name, "parquet"
        if source.path is not None and start.startswith(b"ARROW1"):
            return source.path, name, "ipc"
        if start.startswith(b"\xff\xff\xff\xff"):
            with source.raw() as file:
                return self.spool.batches(said(_stream(file), name), name), name, "parquet"
        if source.path is None or start[:4] in _WORKBOOKS:  # small enough for memory
            return self._in_memory(given, name)
        with source.open() as file:
            first = bytes(file.read(4096)).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if first == b"[":
            return self._in_memory(given, name)
        if first == b"{":
            return self.spool.json_lines(source), name, "parquet"
        path, self.marks = self.spool.delimited(source, self.options)
        return path, name, "parquet"

    def _in_memory(self, source: Any, name: str) -> tuple[Path, str, str]:
        table = read_table(source, self.options).to_native()
        marks = (table.schema.metadata or {}).get(b"chainrule.text")
        self.marks = None if marks is None else marks.decode()
        return self.spool.batches([table], name), name, "parquet"


def _stream(file: Any) -> Iterator[Any]:
    yield from pa.ipc.open_stream(file)
