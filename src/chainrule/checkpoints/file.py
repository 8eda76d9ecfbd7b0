"""The file: one or more trainings, each with its state, curves and identity."""

import os
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from ..errors import ChainruleError, CheckpointError, InvalidTypeError, shown
from ..files import FileKind, read, write
from ..parameters import Layout
from ..plan import RuleState, State
from ..plan.checks import check_parts
from ..typing import Array

CHECKPOINT_FILE = FileKind(
    noun="checkpoint",
    family="chainrule-checkpoint-",
    newest=1,
    oldest=1,
    error=CheckpointError,
    made_by="a training with checkpoint=",
    remedy="begin anew",
    finite=False,  # inside an epoch that will turn out to diverge
)

_FIELDS = {"identity", "state", "start", "stopped", "diverged", "engine", "companion"}


class Snapshot(NamedTuple):
    """One training as it stands.

    Parameters
    ----------
    identity : mapping of str to str
        What it belongs to.
    state : State
    curves : mapping of str to ndarray
        The curves so far, by name.
    start : int
        The epoch at which the training began: that of the state it was given.
    stopped : str
        Why it ended before its last epoch, in words; "" if it did not.
    diverged : bool
    engine : str
        The engine that ran.
    companion : plain data
        What else goes on with it: an estimator's scores.
    """

    identity: Mapping[str, str]
    state: State
    curves: Mapping[str, Array]
    start: int = 0
    stopped: str = ""
    diverged: bool = False
    engine: str = ""
    companion: Any = None


class Stored(NamedTuple):
    """A snapshot whose state waits for the network that it is one of."""

    source: str
    snapshot: Mapping[str, Any]
    arrays: Mapping[str, Array]

    @property
    def identity(self) -> Mapping[str, str]:
        """What it belongs to."""
        return dict(self.snapshot["identity"])

    @property
    def companion(self) -> Any:
        """What else goes on with it."""
        return self.snapshot["companion"]

    def build(self, layout: Layout, kinds: Mapping[str, type[RuleState]]) -> Snapshot:
        """The snapshot, for a network's layout and the classes of its rules' states."""
        own = self.snapshot
        try:
            state = State.from_data(layout, own["state"], _named("state.", self.arrays), kinds)
            check_parts(state)
            curves = _named("curve.", self.arrays)
            if any(curve.ndim != 1 or curve.dtype != np.float64 for curve in curves.values()):
                raise CheckpointError("a curve is no list of numbers")
        except (ChainruleError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise CHECKPOINT_FILE.damaged(self.source, error) from None
        others = {name: own[name] for name in _FIELDS - {"state"}}
        return Snapshot(state=state, curves=curves, **others)


def write_snapshots(path: str | os.PathLike[str], snapshots: Sequence[Snapshot]) -> None:
    """Write a checkpoint, whole or not at all.

    Raises
    ------
    WriteError
        If the file cannot be written.
    InvalidTypeError
        If a rule of one's own remembers something that is no number, word or array.
    """
    arrays: dict[str, Array] = {}
    members = []
    for k, snapshot in enumerate(snapshots):
        plain, own = snapshot.state.to_data()
        arrays |= {f"{k}.state.{name}": array for name, array in own.items()}
        for name, curve in snapshot.curves.items():
            arrays[f"{k}.curve.{name}"] = np.asarray(curve, np.float64)
        others = {name: getattr(snapshot, name) for name in _FIELDS - {"state"}}
        members.append(_encoded({**others, "state": plain}, f"members[{k}]"))
    write(path, CHECKPOINT_FILE, {"members": members}, arrays)


def read_snapshots(source: str) -> list[Stored]:
    """The trainings of a checkpoint, in their order.

    Raises
    ------
    CheckpointError
        If there is no such file, it is truncated, no checkpoint, or of a newer format.
    """
    content = read(source, CHECKPOINT_FILE)
    try:
        if set(content.parts) != {"members"}:
            raise CheckpointError(f"its parts are {shown(sorted(content.parts))}")
        members = [_decoded(member) for member in content.parts["members"]]
        by_member: list[dict[str, Array]] = [{} for _ in members]
        for name, array in content.arrays.items():
            number, _, rest = name.partition(".")
            by_member[int(number)][rest] = array
        for member in members:
            _check(member)
    except (ChainruleError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise CHECKPOINT_FILE.damaged(source, error, content.written_by) from None
    return [Stored(source, *both) for both in zip(members, by_member, strict=True)]


def _check(member: Mapping[str, Any]) -> None:
    if set(member) != _FIELDS:
        raise CheckpointError(f"a training has the fields {shown(sorted(member))}")
    identity = member["identity"]
    words = isinstance(identity, dict) and all(isinstance(v, str) for v in identity.values())
    fits = (
        words
        and type(member["start"]) is int
        and type(member["diverged"]) is bool
        and type(member["stopped"]) is type(member["engine"]) is str
        and isinstance(member["state"], dict)
    )
    if not fits:
        raise CheckpointError("a training has fields of other types")


def _named(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {n.removeprefix(prefix): array for n, array in arrays.items() if n.startswith(prefix)}


def _encoded(value: Any, where: str) -> Any:
    """Numbers, words, lists and mappings as JSON has them: nan and infinity by their names."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not isfinite(value):
        return {"float": repr(float(value))}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_encoded(item, f"{where}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _encoded(item, f"{where}.{key}") for key, item in value.items()}
    raise InvalidTypeError(
        f"{where} (={shown(value)}) cannot be written to a checkpoint: it is no number, word or "
        f"array but a {type(value).__name__}"
    )


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"float"}:
        if value["float"] not in ("nan", "inf", "-inf"):
            raise CheckpointError(f"{shown(value['float'])} is no number")
        return float(value["float"])
    return {key: _decoded(item) for key, item in value.items()}
