"""Rows that can be read once, or slowly, written to a temporary Parquet file to be read often."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from shutil import copyfileobj, rmtree
from tempfile import mkdtemp
from typing import Any, BinaryIO
from weakref import finalize

import pyarrow as pa

from ..errors import DataError, DataWarning, WriteError, plain_line, warn
from .body import read_fast
from .cells import missing_where
from .dialect import find_dialect
from .ending import without_end
from .file_formats import without_index
from .head import damaged, sample_of, skipped, text_of, wrong_encoding
from .layout import find_layout
from .opening import Source
from .read_options import ReadOptions

_ROWS = 1 << 17
"""Rows of a group."""


class Spool:
    """A temporary folder of copies of what is not Parquet or Arrow.

    It is made where Python makes temporary files, which the environment's TMPDIR says, and goes
    when nothing refers to the spool any more, or Python ends.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._files = 0

    def path(self, ending: str) -> Path:
        """The path of a file that is not there yet."""
        if self._folder is None:
            self._folder = Path(mkdtemp(prefix="chainrule-"))
            finalize(self, rmtree, self._folder, ignore_errors=True)
        self._files += 1
        return self._folder / f"{self._files:05d}.{ending}"

    def copy(self, file: BinaryIO | Any, name: str) -> Source:
        """The bytes of an open file, as a file on disk."""
        path = self.path("copy")
        try:
            with path.open("wb") as out:
                copyfileobj(file, out, 1 << 20)
        except OSError as error:
            raise _full(name, error) from None
        return Source(name, path)

    def batches(self, batches: Iterable[Any], name: str) -> Path:
        """Record batches or tables as a Parquet file."""
        with _Rows(self.path("parquet"), name) as rows:
            for batch in batches:
                if batch.num_rows:
                    rows.add(batch if isinstance(batch, pa.Table) else pa.table(batch))
        return rows.path

    def delimited(self, source: Source, options: ReadOptions) -> tuple[Path, str]:
        """A delimited text as a Parquet file, and the decimal marks of its numbers.

        Columns have the types of the first lines; one in which a value is of another kind is
        text. Missing values are null.

        Raises
        ------
        DataError
            If it is not one header and rows of one length: only a table in memory can be mended.
        """
        text = skipped(text_of(source, options), options)
        dialect = find_dialect(text.head, options, text.whole)
        if dialect.several:
            text = text.with_one_mark(dialect.several)
        sample = sample_of(text, dialect)
        layout = find_layout(sample, options.header)
        names = layout.names or [f"column{j + 1}" for j in range(layout.width)]
        if len(set(names)) < layout.width or len(names) > layout.width or not all(names):
            raise _not_plain(source.name, f"its header has the names {', '.join(names[:9])}")
        if layout.names is None and layout.header_asked is None:
            warn(
                f"{source.name} has no header: its columns are called column1 to "
                f"column{layout.width} (header=True, --header: the first line is one)",
                DataWarning,
            )
        rows = _Rows(self.path("parquet"), source.name)
        why = "some lines differ from the first ones"

        def read(file: Any, **reading: Any) -> Any:
            nonlocal why
            from pyarrow import csv

            rows.begin()
            try:
                with csv.open_csv(file, **reading) as batches:
                    last = batches.schema.empty_table()
                    for batch in batches:
                        add(last)
                        last = pa.table(batch)
            except pa.ArrowInvalid as error:
                why = plain_line(str(error), 200)
                raise
            return last

        def add(table: Any) -> None:
            if len(table):
                columns = [missing_where(column, options.missing) for column in table.columns]
                rows.add(pa.table(columns, names=names))

        below = [record.values for record in sample if record.line >= layout.data and record.values]
        with rows:
            try:
                body = read_fast(text.source, text.encoding, dialect, layout, below, options, read)
            except UnicodeError as error:
                raise wrong_encoding(source, text.encoding, error) from None
            except (pa.ArrowException, OSError) as error:
                if isinstance(error, WriteError):
                    raise
                raise damaged(source, error) from None
            if body is None:
                raise _not_plain(source.name, why)
            add(pa.table(without_end(body.columns, source.name, few=False), names=names))
        return rows.path, "." if pa.float64() in rows.types else ""

    def json_lines(self, source: Source) -> Path:
        """A JSON text with an object a line as a Parquet file."""
        from pyarrow import dataset

        if source.compression or source.path is None:
            with source.open() as file:
                source = self.copy(file, source.name)
        try:
            found = dataset.dataset(str(source.path), format="json")
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(source.name, error) from None
        batches = map(_flat, found.to_batches(batch_readahead=2))
        return self.batches(said(batches, source.name), source.name)


class _Rows:
    """Tables, written to a Parquet file in groups of rows; an error leaves no file."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self._writer: Any = None
        self.begin()

    def begin(self) -> None:
        """Begin the file, perhaps anew."""
        self._close()
        self.types: list[Any] = []
        self._waiting: list[Any] = []
        self._n = 0

    def __enter__(self) -> "_Rows":
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is None and self._waiting:
            self._flush()
        self._close()
        if kind is not None:
            self.path.unlink(missing_ok=True)
        elif not self.types:
            raise DataError(f"{self.name} has no rows")

    def add(self, table: Any) -> None:
        """Append rows, of the columns of the first ones."""
        if self._writer is None:
            from pyarrow import parquet

            table = without_index(table, self.name)
            self.types = list(table.schema.types)
            schema = table.schema.remove_metadata()
            self._writer = self._written(
                lambda: parquet.ParquetWriter(self.path, schema, compression="lz4")
            )
        schema = self._writer.schema
        try:
            self._waiting.append(table.select(schema.names).cast(schema))
        except pa.ArrowException as error:
            raise _unreadable(self.name, error) from None
        self._n += len(table)
        if self._n >= _ROWS:
            self._flush()

    def _flush(self) -> None:
        whole, self._waiting, self._n = pa.concat_tables(self._waiting), [], 0
        self._written(lambda: self._writer.write_table(whole, row_group_size=_ROWS))

    def _close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            self._written(writer.close)

    def _written(self, write: Callable[[], Any]) -> Any:
        try:
            return write()
        except OSError as error:
            raise _full(self.name, error) from None


def said(batches: Iterable[Any], name: str) -> Iterator[Any]:
    """The batches themselves; what is wrong with them becomes a `DataError`."""
    try:
        yield from batches
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> DataError:
    return DataError(f"{name} cannot be read: {plain_line(str(error), 300)}")


def _flat(batch: Any) -> Any:
    table = pa.table(batch)
    while any(map(pa.types.is_struct, table.schema.types)):
        table = table.flatten()  # {"a": {"b": 1}} is a.b
    return table


def _full(name: str, error: OSError) -> WriteError:
    folder = os.environ.get("TMPDIR", "the folder of temporary files")
    return WriteError(
        f"cannot copy {name} to {folder}: {error.strerror or error}; set TMPDIR to a folder with "
        "more space, or convert the table to Parquet, which is read where it is"
    )


def _not_plain(name: str, why: str) -> DataError:
    return DataError(
        f"{name} cannot be read piece by piece: {why}; read it in memory (--in-memory), or clean it"
    )
