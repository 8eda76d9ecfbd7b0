"""Files that are written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

from ..errors import WriteError, path_of, plain_line, shown


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A binary file to write to, which takes its place under its name only when all is written.

    It is written beside its place, under a temporary name, flushed to the disk and then renamed.
    After an error, or Ctrl-C, the temporary file is gone and what stood at the place before is
    untouched. A symbolic link is followed; what is no regular file (a pipe, /dev/stdout) is
    written to directly.

    Raises
    ------
    WriteError
        If the folder does not exist or may not be written to, the place is a folder, or the disk
        is full.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with atomic_write(Path(folder) / "out.txt") as file:
    ...         _ = file.write(b"whole")
    ...     (Path(folder) / "out.txt").read_text()
    'whole'
    """
    text = path_of("path", path)
    try:
        place = Path(os.path.realpath(text))
        os.fsencode(place)
    except (OSError, ValueError) as error:
        reason = plain_line(str(error))
        raise WriteError(f"cannot write {shown(text)}: {reason}") from None
    try:
        if place.is_dir():
            raise IsADirectoryError(0, "it is a folder; name a file in it")
        if place.exists() and not place.is_file():
            with open(place, "wb") as file:
                yield file
            return
        with _beside(place) as (file, temporary):
            yield file
            file.flush()
            os.fsync(file.fileno())
            file.close()
            if place.exists():
                os.chmod(temporary, place.stat().st_mode)
            os.replace(temporary, place)
        _sync_folder(place.parent)
    except OSError as error:
        if isinstance(error, WriteError):
            raise
        raise WriteError(f"cannot write {plain_line(text)}: {_reason(error, place)}") from None


@contextmanager
def _beside(place: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """An open file under a temporary name, which is removed in any case.

    What a process that was killed has left of the same file is removed, too.
    """
    # Of bounded length, whatever the name, which may have all the bytes that a name can have.
    prefix = f".chainrule-{sha256(os.fsencode(place.name)).hexdigest()[:16]}-"
    for left in place.parent.glob(f"{prefix}*.tmp"):
        _remove_unless_in_use(left)
    file, temporary = _created(place.parent, prefix)
    try:
        with file:
            yield file, temporary
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _created(folder: Path, prefix: str) -> tuple[BinaryIO, Path]:
    """A new file, locked for as long as it is open."""
    while True:
        temporary = folder / f"{prefix}{token_hex(6)}.tmp"
        # "x": never another process's file; the umask decides who may read it.
        file = open(temporary, "xb")  # noqa: SIM115 - its caller closes it
        _lock(file)
        if temporary.exists():  # nobody took it for a file that was left, before it was locked
            return file, temporary
        file.close()


def _remove_unless_in_use(left: Path) -> None:
    with suppress(OSError), open(left, "rb") as file:
        if _lock(file):
            left.unlink()


def _lock(file: BinaryIO) -> bool:
    """Whether no other process holds the file; from now on this one does."""
    if fcntl is None:  # Windows removes no file that is open
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another process's; or a file system without locks, where nothing is removed
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Write the folder's new entry to the disk, where the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _reason(error: OSError, place: Path) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no folder {place.parent}; make it first"
    return error.strerror or str(error)
