"""What a run was made with: the data's hash, and the versions of the libraries."""

import os
import platform
from hashlib import sha256
from importlib import metadata
from typing import Any

import narwhals as nw

from .. import __version__
from ..errors import path_of, require_instance
from ..tables import Table

_LIBRARIES = ("numpy", "pyarrow", "narwhals", "safetensors")


def data_hash(source: Any, table: Table) -> str:
    """SHA-256 of a file's bytes, or of a table as it was read where it is no single file.

    Parameters
    ----------
    source : whatever `read_table` takes
    table : narwhals.DataFrame
        What was read from it.
    """
    require_instance("table", table, nw.DataFrame, "what read_table returned")
    if isinstance(source, str | os.PathLike) and os.path.isfile(path_of("source", source)):
        digest = sha256()
        with open(source, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()
    from ..evaluation.trials_file import table_hash

    return table_hash(table)


def versions() -> dict[str, str]:
    """The versions of chainrule, Python, the system and the libraries that read and compute."""
    found = {"chainrule": __version__, "Python": platform.python_version()}
    for name in _LIBRARIES:
        found[name] = metadata.version(name)
    return {**found, "platform": platform.platform()}
