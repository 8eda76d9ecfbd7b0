"""A category whose levels have an order, as inputs of a network."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from ..errors import require
from ..typing import Array, IntArray
from .columns import Labels, counted_places, labels_of, number_array, places_of
from .fields import check_fields
from .unseen import Unusual

MAX_STEPS = 100
"""Of more levels some share a step, which they divide evenly."""


@dataclass(frozen=True)
class OrderedEncoder:
    """One input for each step from a level to the next: 1 at or above it, -1 below it.

    So neighbours differ in one input, and what is learned of a step counts for all levels beyond it
    (a thermometer code). Levels between two steps, which the rows learned from do not have, lie
    evenly between -1 and 1. A missing value and a level that is none of them are 0 in all steps;
    the last input is 1 where the value is missing, and is there only if training rows had missing
    values.

    Parameters
    ----------
    name : str
        The column.
    levels : tuple of str
        All levels that are known, in their order.
    steps : tuple of int
        The places of those that begin a step, in ascending order; the lowest one begins none.
    missing : bool
        Whether training rows had missing values.
    """

    name: str
    levels: tuple[str, ...]
    steps: tuple[int, ...]
    missing: bool

    def __post_init__(self) -> None:
        check_fields(self)
        different = len(set(self.levels)) == len(self.levels) > 1
        require(different, "levels", self.levels, "be two different texts or more")
        ends = (-1, *self.steps, len(self.levels))
        ascending = len(self.steps) > 1 and all(a < b for a, b in pairwise(ends))
        require(ascending, "steps", self.steps, "be ascending places of levels")

    @staticmethod
    def fit(labels: Labels, name: str, levels: tuple[str, ...]) -> "OrderedEncoder":
        """Steps between the levels that occur; between all, if fewer than two do."""
        texts, codes = labels
        places = places_of(texts, levels)
        used = np.unique(places[np.unique(codes[codes >= 0])])
        used = used[used >= 0]
        if len(used) < 2:
            used = np.arange(len(levels))
        if len(used) > MAX_STEPS + 1:
            used = used[np.linspace(0, len(used) - 1, MAX_STEPS + 1).astype(np.int64)]
        missing = bool((codes < 0).any())
        return OrderedEncoder(name, levels, tuple(used.tolist()), missing)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        names = [f"{self.name} >= {self.levels[k]}" for k in self.steps[1:]]
        return (*names, *([f"{self.name} is missing"] if self.missing else []))

    @property
    def n_inputs(self) -> int:
        """How many inputs it has."""
        return len(self.steps) - 1 + self.missing

    @cached_property
    def rows(self) -> Array:
        """The inputs of each level, then of an unknown one and of a missing value."""
        begin, end = np.array(self.steps[:-1]), np.array(self.steps[1:])
        places = np.arange(len(self.levels))[:, None]
        rows = np.zeros((len(self.levels) + 2, self.n_inputs))
        rows[:-2, : len(begin)] = 2 * np.clip((places - begin) / (end - begin), 0, 1) - 1
        if self.missing:
            rows[-1, -1] = 1.0
        return rows

    def read(self, column: Any) -> Labels:
        """A column's different texts, and each row's place in them."""
        return labels_of(column)

    def prepare(self, labels: Labels) -> tuple[IntArray, Unusual]:
        """Each row's place in `rows`, as `write` takes it, and what was unusual."""
        texts, codes = labels
        places, n_missing, unknown, n_unknown = counted_places(labels, self.levels)
        places[places < 0] = len(self.levels)
        unseen = texts.take(number_array(unknown)).to_pylist() if unknown else []
        found = Unusual(
            n_missing=0 if self.missing else n_missing,
            n_filled=n_missing if self.missing else 0,
            n_unseen=n_unknown,
            unseen=tuple(unseen),
        )
        return np.append(places, len(self.levels) + 1)[codes], found

    def write(self, places: IntArray, out: Array) -> None:
        """Write the inputs of some rows, shape (n, n_inputs)."""
        out[:] = self.rows[places]

    write_codes = write

    @property
    def sizes(self) -> tuple[int, ...]:
        """What `OneHot` takes: 0 for a number."""
        return (0,) * self.n_inputs
