"""Hidden units that do the same and will do the same for ever."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..typing import Array
from .finding import Finding
from .snapshot import Snapshot, require_snapshot

_EQUAL = 1e-9
"""Weights are equal within this share of the largest one: rounding may tell them apart by 1e-16."""


@dataclass(frozen=True)
class SymmetricUnits(Finding):
    """Units of one layer with equal weights in and equal weights out.

    Exchanging two of them changes nothing, so their gradients are equal and no gradient step can
    ever tell them apart: together they are worth one unit.

    Attributes
    ----------
    layer : str
        The layer.
    groups : tuple of tuple of str
        The names of the units that are alike, group by group: h1, h2, ...
    """

    title = "symmetric units"
    remedy = "random initial weights tell units apart: leave out initial, or use another seed"

    layer: str
    groups: tuple[tuple[str, ...], ...]

    @property
    def problem(self) -> bool:
        """Any two units are alike."""
        return bool(self.groups)

    def __str__(self) -> str:
        if not self.groups:
            return f"{self.layer}: none"
        alike = "; ".join(", ".join(group) for group in self.groups)
        return f"{self.layer}: units that are alike and stay so: {alike}"


def symmetric_units(look: Snapshot) -> list[SymmetricUnits]:
    """Groups of symmetric units in each hidden layer with weights.

    A layer is left out where a later one tells its units apart, as a dropout's random masks do.
    """
    require_snapshot(look)
    layers = [layer.inner for layer in look.network.layers]
    with_weights = sorted({W.layer for _, W, _, _ in look.network.layout.units})
    found = []
    for i, after in pairwise(with_weights):
        if not all(layer.permutable for layer in layers[i : after + 1]):
            continue
        # All numbers that belong to a unit: its column here and in between, its row after.
        after_W = look.parameters.layer(after)["W"]
        arrays = [a for k in range(i, after) for a in look.parameters.layer(k).values()]
        columns = [np.atleast_2d(a) for a in arrays if a.shape[-1] == len(after_W)]
        unit = np.concatenate([*columns, after_W.T]).T
        names = [name for name, W, _, _ in look.network.layout.units if W.layer == i]
        groups = tuple(tuple(names[j] for j in group) for group in _groups(unit))
        found.append(SymmetricUnits(look.layer_name(i), groups))
    return found


def _groups(rows: Array) -> tuple[tuple[int, ...], ...]:
    """Which rows are equal, as groups of at least two."""
    tolerance = _EQUAL * float(np.abs(rows).max(initial=0.0))
    groups: list[tuple[int, ...]] = []
    left = np.arange(len(rows))
    while len(left):
        alike = np.abs(rows[left] - rows[left[0]]).max(axis=1) <= tolerance
        groups.append(tuple(left[alike].tolist()))
        left = left[~alike]
    return tuple(group for group in groups if len(group) > 1)
