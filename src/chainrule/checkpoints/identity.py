"""What a training is, in words: a checkpoint goes on with the same one, and with no other."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from ..errors import CheckpointError, plain_line
from ..plan import Data, Plan, StreamedData
from ..plan.data import is_sparse

Identity = Mapping[str, str]
"""Every part of a training by its name, in words."""

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_PLAIN = (bool, int, float, str, type(None), np.generic)


def identity_of(
    plan: Plan, data: Data, validation: Data | None = None, others: Identity | None = None
) -> dict[str, str]:
    """What decides the numbers of a training: plan, rows, and what else is named.

    Parameters
    ----------
    plan : Plan
    data : Data
        The rows that are learned from; their hash is part of it.
    validation : Data, optional
    others : mapping of str to str, optional
    """
    objective = plan.objective
    return {
        **(others or {}),
        "network": repr(objective.network.layers),
        "loss": described(objective.loss),
        "penalties": described(objective.penalties),
        "optimizer": described(plan.optimizer),
        "schedule": described(plan.schedule),
        "batch_size": str(plan.batch_size),
        "shuffle": str(plan.shuffle),
        "seed": str(plan.seed),
        "clip_norm": str(plan.clip_norm),
        "dtype": np.dtype(plan.dtype).name,
        "order": described(plan.order),
        "rows": rows_in_words(data),
        "validation": "none" if validation is None else rows_in_words(validation),
    }


def described(item: Any) -> str:
    """An object in words that another process says in the same way."""
    if isinstance(item, tuple | list):
        return "(" + ", ".join(map(described, item)) + ")"
    if is_dataclass(item) and not isinstance(item, type):
        values = {f.name: getattr(item, f.name) for f in fields(item)}
        kept = [
            f"{name}={described(value)}"
            for name, value in values.items()
            if isinstance(value, (*_PLAIN, tuple)) or is_dataclass(value)
        ]
        return f"{type(item).__name__}({', '.join(kept)})"
    if callable(item) and hasattr(item, "__qualname__"):
        return f"{item.__module__}.{item.__qualname__}"
    return _ADDRESS.sub("", repr(item))


def rows_in_words(data: Data) -> str:
    """Shape, type and SHA-256 of rows, their targets and weights; of a stream, those at hand."""
    if isinstance(data, StreamedData):
        at_hand = rows_in_words(Data(data.X, data.y, data.sample_weight))
        return f"{data.stream.identity}, buffer {data.stream.buffer}, at hand {at_hand}"
    digest = sha256()
    X: Any = data.X
    parts = (X.indptr, X.indices, X.data) if is_sparse(X) else (X,)
    for array in (*parts, data.y, data.sample_weight):
        if array is None:
            digest.update(b"none\n")
            continue
        array = np.ascontiguousarray(array)
        digest.update(f"{array.dtype.str} {array.shape}\n".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    n, n_in = X.shape
    return f"{n} x {n_in} and {data.y.shape[1]} targets, sha256 {digest.hexdigest()}"


def check_same(source: str, there: Identity, here: Identity) -> None:
    """Raise unless a checkpoint belongs to this training.

    Raises
    ------
    CheckpointError
        The message names what differs, and how.
    """
    different = [
        name for name in dict.fromkeys((*here, *there)) if there.get(name) != here.get(name)
    ]
    if not different:
        return
    details = "; ".join(
        f"{plain_line(name)} is {_short(there, name)} there and {_short(here, name)} here"
        for name in different[:3]
    )
    more = f"; and {len(different) - 3} more" if len(different) > 3 else ""
    raise CheckpointError(
        f"{plain_line(source)} belongs to another training: {details}{more}. Give what it was "
        "begun with, or another path to begin anew"
    )


def _short(identity: Identity, name: str) -> str:
    return plain_line(identity.get(name, "nothing"), 120)
