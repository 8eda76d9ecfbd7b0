"""The trials of a search on disk, one JSON object a line, so that it can go on."""

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ..errors import DataError, WriteError, path_of, plain_line, require, shown
from ..tables import Table

FORMAT = "chainrule-trials-1"
FIELDS = ("number", "score", "std", "epochs", "seconds", "error")
"""What is read of a trial; its settings follow from its number."""


class TrialsFile:
    """A file of trials; its first line says what they belong to.

    Parameters
    ----------
    path : path
        It is read if it is there.

    Raises
    ------
    DataError
        If it is there and is none.
    """

    def __init__(self, path: Any) -> None:
        self.path = path_of("results", path)
        self.identity: dict[str, Any] | None = None
        self.trials: list[dict[str, Any]] = []
        self._whole = 0
        try:
            with open(self.path, "rb") as file:
                lines = file.read().splitlines(keepends=True)
        except FileNotFoundError:
            require(not os.path.isdir(self.path), "results", self.path, "be a file")
            return
        except OSError as error:
            raise DataError(
                f"results (={shown(self.path)}) cannot be read: {error.strerror}"
            ) from None
        # What a kill has cut off is made again.
        whole = [line for line in lines if line.endswith(b"\n")]
        self._whole = sum(map(len, whole))
        if not whole and not lines:
            return
        try:
            head, *trials = map(json.loads, whole)
            if head["format"] != FORMAT:
                raise ValueError
            self.identity = dict(head["search"])
            self.trials = [{name: trial[name] for name in FIELDS} for trial in trials]
            if not all(type(trial["number"]) is int for trial in self.trials):
                raise ValueError
        except (ValueError, LookupError, TypeError):
            raise DataError(
                f"results (={shown(self.path)}) is no file of trials, or is damaged; name another "
                "file, or remove it"
            ) from None

    @property
    def seed(self) -> int | None:
        """The seed of the search that the file belongs to, if it is there."""
        return None if self.identity is None else self.identity.get("seed")

    def begin(self, identity: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The trials that are there; write the first line where the file is new.

        Raises
        ------
        DataError
            If it belongs to another search; the message says how they differ.
        """
        if self.identity is None:
            self._write({"format": FORMAT, "search": identity}, "wb")
            return []
        for name, value in json.loads(json.dumps(identity)).items():
            if (there := self.identity.get(name)) != value:
                raise DataError(
                    f"results (={shown(self.path)}) belongs to another search: {name} is "
                    f"{plain_line(str(there), 80)} there and {plain_line(str(value), 80)} here; "
                    "name another file, or remove it"
                )
        return self.trials

    def add(self, trial: Mapping[str, Any]) -> None:
        """Write a trial that has ended."""
        self._write(trial, "r+b")

    def _write(self, entry: Mapping[str, Any], mode: str) -> None:
        line = json.dumps(entry, default=repr).encode() + b"\n"
        try:
            with open(self.path, mode) as file:
                file.seek(self._whole)
                file.truncate()
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise WriteError(f"cannot write {plain_line(self.path)}: {error.strerror}") from None
        self._whole += len(line)


def table_hash(table: Table) -> str:
    """SHA-256 of a table's columns and rows, as pyarrow writes them."""
    import pyarrow as pa

    digest = sha256()
    native = table.to_native()

    class Sink:
        closed = False

        def write(self, content: Any) -> int:
            digest.update(content)
            return len(content)

        def flush(self) -> None: ...

        def close(self) -> None: ...

    with pa.ipc.new_stream(pa.PythonFile(Sink(), "w"), native.schema) as writer:
        writer.write_table(native.combine_chunks())
    return digest.hexdigest()
