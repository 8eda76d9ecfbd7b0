"""Whether a table fits into memory."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..errors import DataError
from .opening import Source
from .scan_groups import files_of


def why_not_in_memory(source: Any, available: int | None = None) -> str:
    """Why a table would not fit into memory, in words; "" if it would, or nobody knows.

    A table takes about 32 bytes for each value while it is read, encoded and learned from. It is
    taken to fit if that is less than half of what is available.

    Parameters
    ----------
    source : whatever `scan_table` takes
    available : int, optional
        Bytes; by default what the system says.
    """
    if not isinstance(source, str | os.PathLike):
        return ""
    available = available_memory() if available is None else available
    try:
        paths, _ = files_of(source)
        needed = sum(map(_bytes_in_memory, paths))
    except (DataError, OSError, pa.ArrowException):
        return ""  # reading it says what is wrong
    if available is None or 2 * needed <= available:
        return ""
    return (
        f"in memory it would take about {needed / 1e9:.2g} GB, more than half of the "
        f"{available / 1e9:.2g} GB that are available"
    )


_BYTES_OF_A_VALUE = 32
"""Measured by `python -m benchmarks.scan`: 1,300 MB for 4 million rows of 10 columns."""
_BYTES_OF_TEXT = 6
"""Bytes in memory for each byte of a text, of which a value has about five."""


def _bytes_in_memory(path: Path) -> int:
    size = path.stat().st_size
    if not path.is_file():
        return 0
    source = Source(str(path), path)
    start = source.start()
    if start.startswith(b"PAR1"):
        from pyarrow import parquet

        found = parquet.read_metadata(path)
        return int(found.num_rows * found.num_columns * _BYTES_OF_A_VALUE)
    if start.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return 4 * size
    return size * _BYTES_OF_TEXT * (4 if source.compression else 1)


def available_memory() -> int | None:
    """The bytes that a process may still take, as far as the system says."""
    found: list[int] = []
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            lines: Sequence[str] = [line for line in file if line.startswith("MemAvailable:")]
        found += [int(line.split()[1]) * 1024 for line in lines]
    except (OSError, ValueError):
        names = getattr(os, "sysconf_names", {})
        if "SC_PHYS_PAGES" in names:  # half of all, where nobody says what is free
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2)
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            found.append(limit)
    except ImportError:  # Windows
        pass
    try:
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as file:
            most = file.read().strip()
        with open("/sys/fs/cgroup/memory.current", encoding="ascii") as file:
            now = int(file.read())
        found += [max(int(most) - now, 0)] if most.isdigit() else []
    except (OSError, ValueError):
        pass
    return min(found) if found else None
