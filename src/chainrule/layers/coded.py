"""What layers that take categories as codes share."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import items_of, require_integer
from ..typing import Array, BoolArray, IntArray
from .base import Layer


class CodedLayer(Layer):
    """A layer whose inputs are codes: 0, 1, 2, ... for the categories of a column.

    Any other number (a fraction, -1, one that is too large) is a category that is unknown.

    Parameters
    ----------
    sizes : sequence of int
        For each input, how many categories it has.
    """

    smallest = 1

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes: tuple[int, ...] = items_of("sizes", sizes, "whole numbers such as (3, 12)")
        for i, size in enumerate(self.sizes):
            require_integer(f"sizes[{i}]", size, at_least=self.smallest, at_most=2**31)
        self.sizes = tuple(map(int, self.sizes))
        require_integer("the number of sizes", len(self.sizes), at_least=1)
        self.n_in = len(self.sizes)

    def config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"sizes": self.sizes}

    def backward_to_codes(self, grad: Array) -> Array:
        """dL/dX: 0, since a code is a name and not a quantity."""
        return np.zeros((len(grad), len(self.sizes)), grad.dtype)


def codes_of(x: Array, size: int) -> tuple[IntArray, BoolArray]:
    """The codes of a column as integers, and which of them are known; others are 0."""
    with np.errstate(invalid="ignore"):
        known = (x >= 0) & (x < size) & (x == np.floor(x))
    return np.where(known, x, 0).astype(np.int64), known
