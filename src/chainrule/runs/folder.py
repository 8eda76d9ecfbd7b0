"""The folder of one run, written while it goes on."""

import json
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import Any, TextIO

from ..errors import WriteError, path_of, plain_line, require_mapping, require_text
from ..files import atomic_write
from ..training import History, Progress
from .settings import settings_text

FORMAT = "chainrule-run-1"
_CURVES = ("loss", "validation_loss", "learning_rate", "gradient_norm", "seconds")


class RunFolder:
    """A folder for one run below `parent`: ``parent/NAME-1``, or the next number that is free.

    It holds ``run.json`` (what it is, its state, its scores), ``settings.toml``, ``history.jsonl``
    (a line for each epoch, written as it ends), and whatever is added. The folder is a callback of
    a fit: ``Pipeline.fit(..., callbacks=[folder])``.

    Parameters
    ----------
    parent : path
        Made if it is not there.
    name : str
        What is tried: the name of a model, say.
    settings : mapping
        What decided the fit, as plain data.
    about : mapping, optional
        What else is known before it begins: the data, versions.

    Attributes
    ----------
    path : Path
        The folder.
    facts : dict
        What ``run.json`` holds.

    Raises
    ------
    WriteError
        If the folder cannot be made.

    Examples
    --------
    >>> import chainrule as cr
    >>> from tempfile import TemporaryDirectory
    >>> from chainrule.runs import RunFolder, list_runs
    >>> with TemporaryDirectory() as parent:
    ...     folder = RunFolder(parent, "iris", {"epochs": 3})
    ...     pipeline = cr.Pipeline.fit("iris", "species", epochs=3, seed=0, callbacks=[folder])
    ...     folder.finish("finished")
    ...     run = list_runs(parent)[0]
    >>> run.name, run.status, run.epochs
    ('iris-1', 'finished', 3)
    """

    def __init__(
        self,
        parent: str | os.PathLike[str],
        name: str,
        settings: Mapping[str, Any],
        about: Mapping[str, Any] | None = None,
    ) -> None:
        require_text("name", name)
        path_of("name", name or "run")
        require_mapping("settings", settings)
        about = {} if about is None else about
        require_mapping("about", about)
        text, place = settings_text(settings), Path(path_of("parent", parent))
        self._made_parent = not os.path.exists(place)
        try:
            place.mkdir(parents=True, exist_ok=True)
            self.path = _new_folder(place, name.replace(os.sep, "_") or "run")
        except OSError as error:
            raise WriteError(
                f"cannot make a folder for the run in {plain_line(str(place))}: "
                f"{error.strerror or error}"
            ) from None
        self.epochs = 0
        self._history: TextIO | None = None
        self._begun = monotonic()
        self.facts: dict[str, Any] = {
            "format": FORMAT,
            "name": self.path.name,
            "status": "running",
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "settings": dict(settings),
            **about,
        }
        try:
            self.write("settings.toml", text)
            self._write_facts()
        except BaseException:
            self.discard()
            raise

    def __call__(self, progress: Progress) -> None:
        """Write the epochs that are new."""
        self.record(progress.history)

    def record(self, history: History) -> None:
        """Write the epochs of a history that are not written yet."""
        new = range(self.epochs, len(history))
        if not new:
            return
        curves = {name: getattr(history, name) for name in _CURVES} | history.metrics
        lines = []
        for k in new:
            values = {name: curve[k] for name, curve in curves.items() if k < len(curve)}
            numbers = {n: v if isfinite(v) else None for n, v in values.items()}
            lines.append(json.dumps({"epoch": k + 1, **numbers}))
        try:
            if self._history is None:
                self._history = open(  # noqa: SIM115 - until the run has ended
                    self.path / "history.jsonl", "a", encoding="utf-8"
                )
            self._history.write("\n".join(lines) + "\n")
            self._history.flush()
        except OSError as error:
            raise WriteError(f"cannot write to {self.path}: {error.strerror}") from None
        self.epochs = len(history)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the run, whole or not at all; its path."""
        place = self.path / name
        with atomic_write(place) as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return place

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_history": None}

    def copy(self, source: str | os.PathLike[str]) -> Path:
        """Copy a file into the folder; its path there."""
        return self.write(Path(source).name, Path(source).read_bytes())

    def finish(self, status: str, **facts: Any) -> None:
        """Say how it ended: "finished", "interrupted", "diverged" or "failed", and what came out.

        Parameters
        ----------
        status : str
        **facts
            Plain data: scores, files.
        """
        require_text("status", status)
        self._close()
        seconds = round(monotonic() - self._begun, 3)
        self.facts.update(status=status, epochs=self.epochs, seconds=seconds, **facts)
        self._write_facts()

    def discard(self) -> None:
        """Remove the folder of a run that came to nothing."""
        self._close()
        shutil.rmtree(self.path, ignore_errors=True)
        if self._made_parent:
            try:
                self.path.parent.rmdir()
            except OSError:  # another run is there by now
                return

    def _close(self) -> None:
        if self._history is not None:
            self._history.close()
            self._history = None

    def _write_facts(self) -> None:
        self.write("run.json", json.dumps(self.facts, indent=2) + "\n")


def _new_folder(parent: Path, name: str) -> Path:
    taken = [path.name.removeprefix(f"{name}-") for path in parent.glob(f"{_literal(name)}-*")]
    number = max((int(end) for end in taken if end.isascii() and end.isdigit()), default=0) + 1
    while True:
        place = parent / f"{name}-{number}"
        try:
            place.mkdir()
        except FileExistsError:  # by a run beside this one
            number += 1
        else:
            return place


def _literal(name: str) -> str:
    from glob import escape

    return escape(name)
