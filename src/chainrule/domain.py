"""Sets of numbers: the range of an activation, the domain of a loss, the targets it takes."""

from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np

from .typing import Array


class Domain(Protocol):
    """A set of output rows, with a name for messages."""

    def holds(self, values: Array) -> bool:
        """Whether every row of an (n, n_out) array lies in the set."""
        ...

    def includes(self, other: "Domain") -> bool:
        """Whether the other set is a subset of this one."""
        ...


@dataclass(frozen=True)
class Interval:
    """Numbers between two bounds, which belong to it where `closed` says so."""

    low: float = -inf
    high: float = inf
    closed: tuple[bool, bool] = (False, False)

    def holds(self, values: Array) -> bool:
        """Whether every number of the array is finite and lies between the bounds."""
        low = values >= self.low if self.closed[0] else values > self.low
        high = values <= self.high if self.closed[1] else values < self.high
        return bool(np.all(low & high))

    def includes(self, other: Domain) -> bool:
        """Whether the other set's numbers all lie in this interval."""
        if isinstance(other, Simplex):
            return self.includes(CLOSED_UNIT if other.closed else UNIT)
        if isinstance(other, Points):
            return self.holds(np.array(other.values))
        if not isinstance(other, Interval):
            return False
        low = other.low > self.low or (other.low == self.low and self.closed[0] >= other.closed[0])
        high = other.high < self.high or (
            other.high == self.high and self.closed[1] >= other.closed[1]
        )
        return low and high

    def __str__(self) -> str:
        if (self.low, self.high) == (-inf, inf):
            return "all real numbers"
        left, right = "[" if self.closed[0] else "(", "]" if self.closed[1] else ")"
        return f"{left}{self.low:g}, {self.high:g}{right}"


@dataclass(frozen=True)
class Simplex:
    """Rows of positive numbers with the sum 1: probabilities of classes that exclude each other."""

    closed: bool = False

    def holds(self, values: Array) -> bool:
        """Whether every row is non-negative and sums to 1 within rounding."""
        positive = values >= 0 if self.closed else values > 0
        return bool(np.all(positive) and np.all(np.abs(values.sum(axis=-1) - 1) <= 1e-4))

    def includes(self, other: Domain) -> bool:
        """Whether the other set is a simplex, too."""
        return isinstance(other, Simplex) and self.closed >= other.closed

    def __str__(self) -> str:
        return "rows of probabilities with the sum 1"


@dataclass(frozen=True)
class Points:
    """A finite set of numbers."""

    values: tuple[float, ...]

    def holds(self, values: Array) -> bool:
        """Whether every number of the array is one of the points."""
        return bool(np.isin(values, self.values).all())

    def includes(self, other: Domain) -> bool:
        """Whether the other set's points are all among these."""
        return isinstance(other, Points) and set(other.values) <= set(self.values)

    def __str__(self) -> str:
        return "one of " + ", ".join(f"{v:g}" for v in self.values)


REALS = Interval()
POSITIVE = Interval(low=0)
NON_NEGATIVE = Interval(low=0, closed=(True, False))
UNIT = Interval(0, 1)
CLOSED_UNIT = Interval(0, 1, (True, True))
