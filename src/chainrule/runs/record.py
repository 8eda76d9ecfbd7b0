"""Runs as they lie on disk: listed, read, compared."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import DataError, items_of, path_of, plain_line, require_instance, shown
from ..registry import nearest
from .folder import FORMAT


@dataclass(frozen=True)
class RunRecord:
    """One run.

    Attributes
    ----------
    name : str
    path : str
        Its folder.
    status : str
        "running" (or killed), "finished", "interrupted", "diverged", "failed".
    started : str
        When, in UTC.
    epochs : int
        How many are in its history.
    settings : dict
    facts : dict
        Everything in ``run.json``.
    """

    name: str
    path: str
    status: str
    started: str
    epochs: int
    settings: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def scores(self) -> dict[str, dict[str, Any]]:
        """The first score of each target, by its name: metric, value, guess, low, high."""
        targets = self.facts.get("evaluation", {}).get("targets", ())
        return {one["target"]: one["scores"][0] for one in targets}


def read_run(path: str | os.PathLike[str]) -> RunRecord:
    """A run from its folder.

    Raises
    ------
    DataError
        If there is none, or it is damaged.
    """
    folder = Path(path_of("path", path))
    try:
        facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        if facts["format"] != FORMAT:
            raise DataError(
                f"{plain_line(str(folder))} has the format {shown(facts['format'])}, and this "
                f"version reads {FORMAT}"
            )
        record = RunRecord(
            str(facts["name"]),
            str(folder),
            str(facts["status"]),
            str(facts["started"]),
            int(facts.get("epochs") or _count_lines(folder / "history.jsonl")),
            dict(facts["settings"]),
            dict(facts),
        )
        dict(record.scores)
    except DataError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"there is no run in the folder {plain_line(str(folder))}") from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise DataError(f"the run in {plain_line(str(folder))} cannot be read") from None
    return record


def list_runs(folder: str | os.PathLike[str]) -> list[RunRecord]:
    """The runs in a folder, in the order in which they were begun; what is no run is passed over.

    Raises
    ------
    DataError
        If there is no such folder.
    """
    place = Path(path_of("folder", folder))
    if not os.path.isdir(place):
        raise DataError(f"there is no folder {shown(str(place))}; chainrule fit makes one")
    found = [read_run(run.parent) for run in place.glob("*/run.json")]
    return sorted(found, key=lambda run: (run.started, len(run.name), run.name))


def find_run(folder: str | os.PathLike[str], name: str) -> RunRecord:
    """The run of that name in a folder, or in the folder that the name itself is.

    Raises
    ------
    DataError
        If there is none; the message gives the nearest name.
    """
    if (Path(name) / "run.json").is_file():
        return read_run(name)
    known = {run.name: run for run in list_runs(folder)}
    if name not in known:
        listed = ", ".join(known) or "none"
        hint = nearest(name, known) or "."
        raise DataError(f"there is no run {shown(name)} in {folder}{hint} There are: {listed}")
    return known[name]


def compare_runs(runs: Sequence[RunRecord]) -> dict[str, list[Any]]:
    """What differs between runs: each setting that is not the same in all, then data and scores.

    Returns
    -------
    dict of str to list
        A value for each run, None where it has none.
    """
    runs = items_of("runs", runs, "what list_runs returned")
    for run in runs:
        require_instance("runs", run, RunRecord, "what list_runs returned")
    found: dict[str, list[Any]] = {
        "status": [run.status for run in runs],
        "started": [run.started for run in runs],
    }
    for name in dict.fromkeys(name for run in runs for name in run.settings):
        values = [run.settings.get(name) for run in runs]
        if any(value != values[0] for value in values):
            found[name] = values
    data = [run.facts.get("data", {}).get("sha256") for run in runs]
    if any(one != data[0] for one in data):
        found["data, sha256"] = [str(one)[:12] for one in data]
    found["epochs"] = [run.epochs for run in runs]
    found["seconds"] = [run.facts.get("seconds") for run in runs]
    for run in runs:
        for target, score in run.scores.items():
            key = f"{score['metric']} of {target}"
            found.setdefault(key, [_score(one, target, score["metric"]) for one in runs])
    return found


def _score(run: RunRecord, target: str, metric: str) -> Any:
    for one in run.facts.get("evaluation", {}).get("targets", ()):
        if one["target"] == target:
            for score in one["scores"]:
                if score["metric"] == metric:
                    return score["value"]
    return None


def _count_lines(path: Path) -> int:
    try:
        return path.read_bytes().count(b"\n")
    except OSError:
        return 0
