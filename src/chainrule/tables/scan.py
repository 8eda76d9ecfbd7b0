"""A table that is read piece by piece, because it does not fit into memory."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError, plain_line
from ..random import Purpose, words
from ..typing import IntArray
from .columns import number_array, tidy, to_numpy
from .levels import declared_levels
from .read import Table
from .scan_groups import Group, stamp

BATCH = 1 << 15
"""Rows that are read at a time, fewer of a table with hundreds of columns."""
_VALUES = 1 << 22

MOST_VALUES = 200
"""A target with more different values has no rows of its own in the sample."""

_CHUNK = 1 << 16


class Batch(NamedTuple):
    """Rows of a scanned table: the number of the first one, tidy columns, and as they were read."""

    first: int
    table: Any
    raw: Any


@dataclass(frozen=True, eq=False)
class Scan:
    """A table on disk, of which a few rows at a time are in memory; from `scan_table`.

    `Pipeline.fit`, `predict` and `evaluate` take one in place of a table.

    Attributes
    ----------
    name : str
        What errors call it.
    groups : tuple of Group
    schema : pyarrow.Schema
        The columns and their types in all parts.
    sample_rows : int
        From so many rows, chosen at random, it is decided what the columns hold.
    buffer : int or None
        Rows that are shuffled together; None for as many as have 8 million inputs.
    decimal, dates : str or None
        As in `Schema.fit`, where reading options said so.
    marks : str or None
        The decimal marks of numbers that were read from a text; None for what was no text.
    """

    name: str
    groups: tuple[Group, ...]
    schema: Any
    sample_rows: int
    buffer: int | None = None
    decimal: Any = None
    dates: Any = None
    marks: str | None = None
    spool: Any = None
    """The temporary copies, which live as long as the scan."""
    stamps: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Size and time of change of each file, as they were when it was first looked at."""

    def __len__(self) -> int:
        return self.groups[-1].first + self.groups[-1].rows if self.groups else 0

    def __repr__(self) -> str:
        return f"Scan({self.name!r}, {len(self):,} rows, {len(self.columns)} columns)"

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self.schema.names)

    def batches(
        self, columns: Sequence[str] | None = None, groups: Sequence[int] | None = None
    ) -> Iterator[Batch]:
        """All rows, or those of some groups, in pieces of at most 32,768.

        Raises
        ------
        DataError
            If a file has changed since it was first looked at, or is damaged.
        """
        from pyarrow import dataset

        columns = list(columns or self.columns)
        rows = max(min(BATCH, _VALUES // len(columns)), 1)
        # Column by column as far as it is needed: a row group may be as large as its file.
        reading = dataset.ParquetFragmentScanOptions(use_buffered_stream=True, pre_buffer=False)
        for k in range(len(self.groups)) if groups is None else groups:
            group = self.groups[k]
            self._check_unchanged(group.path)
            first = group.first
            try:
                scanner = dataset.Scanner.from_fragment(
                    group.fragment,
                    schema=self.schema,
                    columns=columns,
                    batch_size=rows,
                    batch_readahead=2,
                    fragment_readahead=1,
                    fragment_scan_options=reading if group.is_parquet else None,
                )
                for batch in scanner.to_batches():
                    if batch.num_rows:
                        yield Batch(first, self._tidy(batch), batch)
                        first += batch.num_rows
            except (pa.ArrowException, OSError) as error:
                self._check_unchanged(group.path)
                raise DataError(
                    f"{group.name} cannot be read: {plain_line(str(error), 300)}"
                ) from None
            self._check_unchanged(group.path)
            if first != group.first + group.rows:
                raise DataError(f"{group.name} has other rows than it says; it is damaged")

    def _tidy(self, batch: Any) -> Any:
        columns = list(map(tidy, batch.columns))
        fields = [
            pa.field(name, column.type, metadata=declared_levels(raw))
            for name, raw, column in zip(batch.schema.names, batch.columns, columns, strict=True)
        ]
        table = pa.table(columns, schema=pa.schema(fields))
        return table if self.marks is None else table.replace_schema_metadata(self._metadata)

    @property
    def _metadata(self) -> dict[str, str]:
        return {"chainrule.text": self.marks or ""}

    def _check_unchanged(self, path: str) -> None:
        if path in self.stamps and self.stamps[path] != stamp(path):
            raise DataError(f"{path} has changed since it was first read; begin anew")

    def place(self, row: int) -> str:
        """Where a row stands, in words; the first is 1."""
        group = self.groups[bisect_right([g.first for g in self.groups], row) - 1]
        return f"{group.name}, row {row - group.first + group.first_in_file + 1}"

    def sample(self, seed: int, targets: Sequence[str] = ()) -> tuple[IntArray, Table]:
        """The numbers of some rows, chosen at random, and these rows; all, if they are few.

        Each row has a random word, a function of the seed and its number; the rows with the
        `sample_rows` smallest ones are chosen. The first row of each value of a target is among
        them in any case, for up to 200 values: no label is overlooked for being rare.
        """
        if not len(self):
            raise DataError(f"{self.name} has {len(self.columns)} columns and no rows")
        best = _Smallest(self.sample_rows, seed)
        firsts = {name: _FirstOfValues(name) for name in targets}
        for batch in self.batches():
            best.add(batch)
            for name in list(firsts):
                if not firsts[name].add(batch):
                    del firsts[name]
        rows, table = best.rows()
        extra = {k: one for first in firsts.values() for k, one in first.rows.items()}
        missing = sorted(set(extra) - set(rows.tolist()))
        if missing:
            rows = np.append(rows, missing)
            table = pa.concat_tables([table, *(extra[k] for k in missing)])
            order = np.argsort(rows)
            rows, table = rows[order], table.take(number_array(order))
        return rows, as_table(table.combine_chunks())


class _FirstOfValues:
    """The first row of each value of a column, as long as there are few values."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.known: Any = None
        self.rows: dict[int, Any] = {}

    def add(self, batch: Batch) -> bool:
        """Take the rows with new values; whether there are still few."""
        column = batch.table[self.name].combine_chunks()
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        new = column.drop_null().unique()
        if self.known is not None:
            new = new.filter(pc.invert(pc.is_in(new, self.known)))
        if len(self.rows) + len(new) > MOST_VALUES:
            return False
        for i in to_numpy(pc.index_in(new, column)).tolist():
            self.rows[batch.first + i] = batch.table.slice(i, 1)
        self.known = new if self.known is None else pa.concat_arrays([self.known, new])
        return True


class _Smallest:
    """The rows with the smallest random words so far."""

    def __init__(self, n: int, seed: int) -> None:
        self.n, self.seed = n, seed
        self.keys = np.empty(0, np.uint64)
        self.numbers = np.empty(0, np.int64)
        self.parts: list[Any] = []
        self.threshold = np.uint64(2**64 - 1)
        self._chunk: tuple[int, Any] = -1, None

    def add(self, batch: Batch) -> None:
        """Take what is small enough of a batch."""
        keys = self._words(batch.first, batch.first + batch.table.num_rows)
        kept = np.flatnonzero(keys <= self.threshold)
        if not len(kept):
            return
        whole = len(kept) == len(keys)
        self.parts.append(batch.table if whole else batch.table.take(number_array(kept)))
        self.keys = np.concatenate([self.keys, keys[kept]])
        self.numbers = np.concatenate([self.numbers, batch.first + kept])
        if len(self.keys) > 1.5 * self.n:
            self._forget()

    def _forget(self) -> None:
        if len(self.keys) <= self.n:
            return
        kept = np.sort(np.argpartition(self.keys, self.n - 1)[: self.n])
        self.parts = [pa.concat_tables(self.parts).take(number_array(kept)).combine_chunks()]
        self.keys, self.numbers = self.keys[kept], self.numbers[kept]
        self.threshold = self.keys.max()

    def rows(self) -> tuple[IntArray, Any]:
        """The numbers of the rows in ascending order, and the rows."""
        self._forget()
        return self.numbers, pa.concat_tables(self.parts)

    def _words(self, start: int, stop: int) -> Any:
        """A word of 64 bits for each row; half of it is the row's number, so that all differ."""
        found = []
        for k in range(start // _CHUNK, -(-stop // _CHUNK)):
            if self._chunk[0] != k:
                self._chunk = k, words(self.seed, Purpose.SAMPLE, k, _CHUNK)
            found.append(self._chunk[1])
        first = start // _CHUNK * _CHUNK
        random = np.concatenate(found)[start - first : stop - first]
        numbers = np.arange(start, stop, dtype=np.uint64) & np.uint64(2**32 - 1)
        return random << np.uint64(32) | numbers


def as_table(native: Any) -> Table:
    """Tidy columns as `read_table` returns them."""
    return nw.from_native(native, eager_only=True)


def relocated(error: DataError, place: Callable[[int], str]) -> DataError:
    """An error about a row of a few, with where that row stands in the whole."""
    text = str(error)
    found = re.search(r"(column|target) ('.*?'|\".*?\"), row ([0-9]+)", text)
    if not found:
        return error
    where = f"{place(int(found[3]) - 1)}, {found[1]} {found[2]}"
    return DataError(text[: found.start()] + where + text[found.end() :])
