"""Checkpoints of fits to tables: what was found in the table is part of what they belong to."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

from ..checkpoints.checkpoint import Checkpoint, as_checkpoint
from ..training.keeper import Keeper
from .target_group import targets_to_dict
from .training_set import TrainingSet


def begun_seed(checkpoint: Any, seed: int | None) -> int | None:
    """The seed given, or else that of the checkpoint that a fit goes on from."""
    return seed if checkpoint is None else Keeper(checkpoint).seed(seed)


def of_table(checkpoint: Any, data: TrainingSet) -> Checkpoint | None:
    """The checkpoint, which goes on with a table that was read in the same way alone."""
    if checkpoint is None:
        return None
    found = as_checkpoint(checkpoint)
    parts = [data.schema.to_dict(), data.encoder.to_dict(), targets_to_dict(data.target)]
    digest = sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    names = ", ".join(column.name for column in data.schema.features)
    schema = f"{data.schema.target} from {names}; sha256 {digest}"
    return replace(found, belongs_to={**found.belongs_to, "schema": schema})
