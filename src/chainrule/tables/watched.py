"""The bytes of a text on their way to a fast reader, looked at for what it would misread."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from ..typing import IntArray
from .dialect import Dialect
from .opening import Source, TextBytes

LOOK = 1 << 17
"""Bytes that are looked at in one go: they stay in the cache."""


class Watched(TextBytes):
    """Bytes of which are seen quotes, and zeros that begin a number.

    The reader takes 007 for 7: `codes` are the columns in which such a value stands. It takes a
    quote in the middle of a value for its end: `stray` is whether there is one. Where a quote is
    open at the end of a block, it leaves the rest of the block out: `is_open` is whether one is at
    the end of what was read, `several_lines` whether one was at the end of a line.
    """

    def __init__(self, source: Source, encoding: str, dialect: Dialect) -> None:
        super().__init__(source, encoding)
        self._separator, self._quote = ord(dialect.separator), ord(dialect.quote)
        self._line, self.is_open = b"", False
        self._scratch = np.empty((2, LOOK), bool)  # made once: memory that is new costs more
        self._codes = set[int]()
        self._looking: Future[None] | None = None
        self.stray = self.several_lines = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes, looked at."""
        data = super().read(size)
        if self.stray:
            return data
        quotes = self._see_quotes(data)
        self._see_zeros(data, quotes)
        self.is_open ^= quotes & 1 == 1
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        self._line = data[end:] if end else self._line + data
        return data

    def whole(self) -> bytes:
        """All bytes, their quotes looked at; zeros are looked for in a thread, until `codes`."""
        data = b"".join(iter(super().read, b""))
        quotes = self._see_quotes(data)
        self.is_open = quotes & 1 == 1
        if not (self.stray or self.is_open):
            pool = ThreadPoolExecutor(1)
            try:
                self._looking = pool.submit(self._see_zeros, data, quotes)
            except RuntimeError:  # the system has no more threads, or the interpreter ends
                self._see_zeros(data, quotes)
            pool.shutdown(wait=False)
        return data

    @property
    def codes(self) -> set[int]:
        """The columns in which a zero begins a number, so far."""
        if self._looking:
            self._looking.result()
        return self._codes

    def _see_quotes(self, data: bytes) -> int:
        """How many quotes there are."""
        a = np.frombuffer(data, np.uint8)
        at = np.flatnonzero(a[: data.rfind(self._quote) + 1] == self._quote)
        if len(at):
            self.stray = self._has_stray(at, a)
        if len(at) or self.is_open:
            self.several_lines |= self._has_several_lines(at, a)
        return len(at)

    def _see_zeros(self, data: bytes, quotes: int) -> None:
        a, edge = (np.frombuffer(text, np.uint8) for text in (data, self._line[-2:] + data[:2]))
        if len(self._zeros(a)) or len(self._zeros(edge)):
            self._find(self._line + data, quotes)

    def _zeros(self, a: Any) -> IntArray:
        """Where a zero begins a value and a digit follows."""
        # Commas, tabs, blanks, quotes and line ends are below 45; "-", ".", "/" and digits are not.
        return np.concatenate([self._zeros_from(i, a) for i in range(0, max(len(a) - 2, 1), LOOK)])

    def _zeros_from(self, i: int, a: Any) -> IntArray:
        before, zero, after = a[i : i + LOOK], a[i + 1 : i + 1 + LOOK], a[i + 2 : i + 2 + LOOK]
        n = len(after)
        begins, other = self._scratch[:, :n]
        np.greater(45, before[:n], out=begins)  # half the time of less(before, 45)
        if self._separator >= 45:
            begins |= np.equal(before[:n], self._separator, out=other)
        begins &= np.equal(zero[:n], 48, out=other)
        begins &= np.not_equal(after, 46, out=other)  # "0.5" is most of what is left
        if not begins.any():
            return np.empty(0, np.intp)
        at = np.flatnonzero(begins)
        return at[(after[at] - 48) < 10] + (i + 1)

    def _find(self, lines: bytes, quotes: int) -> None:
        """Add the columns in which such zeros stand. The lines begin with a whole one."""
        a = np.frombuffer(b"\n" + lines, np.uint8)
        at = self._zeros(a)
        separators, ends = a == self._separator, (a == 10) | (a == 13)
        before = self.is_open ^ (self._line.count(self._quote) & 1)
        if quotes or self.is_open or before:
            outside = (np.cumsum(a == self._quote, dtype=np.uint8) + before) & 1 == 0
            separators &= outside
            ends &= outside
        column, starts = np.cumsum(separators, dtype=np.int32), np.flatnonzero(ends)
        first = starts[np.maximum(np.searchsorted(starts, at, side="right") - 1, 0)]
        self._codes.update(np.unique(column[at] - column[first]).tolist())

    def _has_stray(self, at: IntArray, a: Any) -> bool:
        """Whether a quote begins a value in its middle, or ends it there."""
        edge = np.zeros(256, bool)
        edge[[*b"\r\n", self._separator, self._quote]] = True
        before, after = edge[a[at - 1]] | (at == 0), edge[a[(at + 1) % len(a)]] | (at == len(a) - 1)
        closing = (np.arange(len(at)) + self.is_open) & 1 == 1
        return not bool(np.where(closing, after, before).all())

    def _has_several_lines(self, at: IntArray, a: Any) -> bool:
        """Whether a line ends between quotes."""
        open_at_end = self.is_open ^ (len(at) & 1)
        a = a if open_at_end else a[: at[-1]]
        ends = np.flatnonzero((a == 10) | (a == 13))
        return bool(((np.searchsorted(at, ends) + self.is_open) & 1).any())
