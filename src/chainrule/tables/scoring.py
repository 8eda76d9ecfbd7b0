"""How good predictions are, beside a trivial guess."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ..training import METRICS
from ..typing import Array, IntArray
from .columns import to_numpy
from .formats import typed_numbers
from .read import Table
from .schema import check_target
from .target import Target
from .target_checks import TargetSchema
from .target_group import Targets, parts_of, split_outputs

Scores = dict[str, float]


class Judged(NamedTuple):
    """One target's outputs beside the truth, for the rows of a table that have it.

    Probabilities and one-hot rows of classes, or values in the target's own unit.
    """

    target: Target
    rows: IntArray
    """The numbers of the rows."""
    y: Array
    a: Array
    guess: Array
    """The outputs of the trivial guess."""


def judge(
    target: Targets,
    schemas: Iterable[TargetSchema],
    table: Table,
    a: Array,
    names: Iterable[str] | None = None,
) -> list[Judged]:
    """Each target, or those named, beside the outputs that a network has for a table's rows.

    Raises
    ------
    DataError
        If the table has no such column, or no value in it.
    """
    native, found = table.to_native(), []
    for part, schema, own in zip(parts_of(target), schemas, split_outputs(target, a), strict=True):
        if names is not None and part.name not in names:
            continue
        check_target(table, part.name)
        # All rows are looked at, so that an error tells a row's number in the table.
        values = typed_numbers(native[part.name], schema.format, part.name)
        found.append(judge_target(part, values, own))
    return found


def judge_target(target: Target, values: Any, a: Array) -> Judged:
    """One target's values, a pyarrow array, beside its own outputs for the same rows."""
    rows = np.flatnonzero(to_numpy(values.is_valid()))
    y = target.outputs(target.encode(values)[rows])
    guess = target.outputs(target.baseline(len(y)))
    return Judged(target, rows, y, target.outputs(a[rows]), guess)


def scores_by_target(
    target: Targets,
    schemas: Iterable[TargetSchema],
    table: Table,
    a: Array,
    names: Iterable[str] | None = None,
) -> dict[str, Scores]:
    """The scores of each target, or of those named, by the names of metrics; raises as `judge`."""
    return {
        one.target.name: {
            "rows": len(one.y),
            **{name: METRICS[name](one.a, one.y) for name in one.target.metrics},
            **{f"baseline_{name}": METRICS[name](one.guess, one.y) for name in one.target.metrics},
        }
        for one in judge(target, schemas, table, a, names)
    }
