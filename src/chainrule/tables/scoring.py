"""How good predictions are, beside a trivial guess."""

from collections.abc import Iterable
from typing import Any

from ..training import METRICS
from ..typing import Array
from .columns import to_numpy
from .formats import typed_numbers
from .read import Table
from .schema import check_target
from .target import Target
from .target_checks import TargetSchema
from .target_group import Targets, parts_of, split_outputs

Scores = dict[str, float]


def scores_by_target(
    target: Targets,
    schemas: Iterable[TargetSchema],
    table: Table,
    a: Array,
    names: Iterable[str] | None = None,
) -> dict[str, Scores]:
    """The scores of each target, or of those named, from a network's outputs for a table's rows.

    Raises
    ------
    DataError
        If the table has no such column, or no value in it.
    """
    native, found = table.to_native(), {}
    for part, schema, own in zip(parts_of(target), schemas, split_outputs(target, a), strict=True):
        if names is not None and part.name not in names:
            continue
        check_target(table, part.name)
        # All rows are looked at, so that an error tells a row's number in the table.
        values = typed_numbers(native[part.name], schema.format, part.name)
        found[part.name] = _scores(part, values, own)
    return found


def _scores(target: Target, values: Any, a: Array) -> Scores:
    known = to_numpy(values.is_valid())
    y = target.outputs(target.encode(values)[known])
    a = target.outputs(a[known])
    guess = target.outputs(target.baseline(len(y)))
    scores = {name: METRICS[name](a, y) for name in target.metrics}
    baseline = {f"baseline_{name}": METRICS[name](guess, y) for name in target.metrics}
    return {"rows": len(y), **scores, **baseline}
