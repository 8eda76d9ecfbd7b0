"""The bytes of a table, wherever they are and however they are compressed."""

import io
import os
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..errors import DataError, InvalidTypeError, plain_line, shown

_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bz2",
    b"\x04\x22\x4d\x18": "lz4",
}


@dataclass(frozen=True)
class Source:
    """Bytes that can be read from their beginning more than once.

    Parameters
    ----------
    name : str
        What errors call them.
    path : path, optional
        The file that they are in.
    content : bytes, optional
        They themselves, where they are in no file.
    separator : str, optional
        Several characters between values, in place of which `TextBytes` gives one.
    """

    name: str
    path: Path | None = None
    content: Any = None
    separator: str | None = None

    def raw(self) -> Any:
        """A pyarrow file of the bytes as they are. Files are never mapped: they may change."""
        return pa.OSFile(str(self.path)) if self.path else pa.BufferReader(self.content)

    def start(self, n: int = 8) -> bytes:
        """The first bytes as they are."""
        with self.raw() as file:
            return bytes(file.read(n))

    @cached_property
    def compression(self) -> str | None:
        """How the bytes are compressed, by the first of them."""
        start = self.start()
        return next((kind for mark, kind in _COMPRESSED.items() if start.startswith(mark)), None)

    def open(self) -> Any:
        """A pyarrow file of the bytes, decompressed."""
        kind = self.compression
        return pa.CompressedInputStream(self.raw(), kind) if kind else self.raw()

    def size(self) -> int:
        """The size in bytes as they are."""
        return os.stat(self.path).st_size if self.path else len(self.content)


def source_of(given: Any) -> Source | None:
    """The bytes of a path, of "-" for standard input, or of an open file; None for a folder.

    Raises
    ------
    DataError
        If they cannot be read.
    """
    if hasattr(given, "read"):
        return _from_file(given)
    if given == "-":
        if sys.stdin is None:
            raise DataError("standard input is closed; name a file")
        return Source("standard input", content=sys.stdin.buffer.read())
    path, name = Path(given), plain_line(str(given), 300)
    try:
        if path.is_dir():
            return None
        with path.open("rb") as file:
            if not path.is_file():  # a pipe can be read once
                return Source(name, content=file.read())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DataError(f"{shown(name, 300)} cannot be read: {error.strerror or error}") from None
    return _member(Source(name, path))


def _from_file(file: Any) -> Source:
    name = getattr(file, "name", None)
    content = file.read()
    if isinstance(content, str):
        content = content.encode()
    if not isinstance(content, bytes | bytearray | memoryview):
        raise InvalidTypeError(f"{type(file).__name__}.read() must give bytes or text")
    return _member(Source(name if isinstance(name, str) else "the file", content=bytes(content)))


def _member(source: Source) -> Source:
    """The one table in a zip archive; anything else as it is."""
    if source.start(4) not in (b"PK\x03\x04", b"PK\x05\x06"):
        return source
    import zipfile

    try:
        with zipfile.ZipFile(source.path or io.BytesIO(source.content)) as archive:
            names = [
                name
                for name in archive.namelist()
                if not name.endswith("/") and not name.startswith("__MACOSX/")
            ]
            if {"[Content_Types].xml", "mimetype"} & set(names):
                return source  # a workbook
            if len(names) != 1:
                listed = ", ".join(names[:5])
                raise DataError(
                    f"{source.name} is a zip archive of {len(names)} files ({listed}), and one "
                    "table is needed; unpack it and name one"
                )
            return Source(f"{names[0]} in {source.name}", content=archive.read(names[0]))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise DataError(
            f"{source.name} looks like an Excel workbook or a zip archive: save the table as CSV "
            f"({error})"
        ) from None


MARK = "\x1f"
"""What stands in place of several characters between values: ASCII's unit separator."""


def with_one_mark(text: str, separator: str) -> str:
    """Whole lines with the mark in place of a separator; "  " stands for two or more blanks."""
    if separator != "  ":
        return text.replace(separator, MARK)
    text = re.sub(r"(?m)^ +| +(?=\r?$)", "", text)
    return re.sub(" {2,}", MARK, text)


class TextBytes(io.RawIOBase):
    """The text of a source as bytes in UTF-8, whatever its encoding, without a mark before it.

    Where several characters separate values, one stands in their place.

    Parameters
    ----------
    source : Source
        What is read.
    encoding : str
        In which it is written.
    """

    def __init__(self, source: Source, encoding: str) -> None:
        super().__init__()
        import codecs

        self._file, self._rest, self._begun = source.open(), b"", False
        self._several, self._cut = source.separator, b""
        plain = encoding in ("utf-8", "utf-8-sig")
        self._decoder = None if plain else codecs.getincrementaldecoder(encoding)()

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, as many as there are of about that size."""
        if self._several is None:
            return self._next(size)
        data, end = self._cut, 0
        while not end:  # whole lines
            block = self._next(size)
            data += block
            end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1 if block else len(data)
            if not data:
                return b""
        self._cut = data[end:]
        return with_one_mark(data[:end].decode(), self._several).encode()

    def _next(self, size: int) -> bytes:
        data: Any = self._file.read(None if size < 0 else size)
        if self._decoder:
            text = self._decoder.decode(data, final=not data or size < 0)
            while not text and data:
                data = self._file.read(max(size, 4))
                text = self._decoder.decode(data, final=not data)
            data = text.lstrip("\ufeff").encode() if not self._begun else text.encode()
        elif not self._begun:
            while data.startswith(b"\xef\xbb\xbf"):
                data = data[3:]
        self._begun = True
        return data

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as there is something; how many bytes."""
        if not self._rest:
            self._rest = self.read(len(buffer))
        n = min(len(buffer), len(self._rest))
        buffer[:n], self._rest = self._rest[:n], self._rest[n:]
        return n

    def close(self) -> None:
        """Close the file below, too."""
        if not self.closed:
            self._file.close()
        super().close()
