"""The quantile loss."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..errors import InvalidTypeError, require_number
from ..typing import Array
from .base import ElementwiseLoss


@final
@dataclass(frozen=True)
class Quantile(ElementwiseLoss):
    """q (y - a) where a < y, else (1 - q) (a - y): predicts the q-th quantile of y.

    Parameters
    ----------
    quantile : float or tuple of floats, default 0.5
        The quantile, between 0 and 1; a tuple gives each output its own, for intervals.
    """

    quantile: float | tuple[float, ...] = 0.5

    latex = r"\begin{cases} q\,(y - a) & a < y \\ (1 - q)\,(a - y) & a \ge y \end{cases}"
    latex_derivative = r"\begin{cases} -q & a < y \\ 0 & a = y \\ 1 - q & a > y \end{cases}"
    source = "Koenker & Bassett 1978"

    def __post_init__(self) -> None:
        super().__post_init__()
        quantiles = self.quantile if isinstance(self.quantile, tuple) else (self.quantile,)
        if not quantiles:
            raise InvalidTypeError("quantile (=()) must name at least one quantile")
        for q in quantiles:
            require_number("quantile", q, above=0, below=1)

    @property
    def n_out(self) -> int | None:
        """As many as there are quantiles; any number for a single one."""
        return len(self.quantile) if isinstance(self.quantile, tuple) else None

    def letters(self, j: int) -> dict[str, float]:
        """q, the quantile of the j-th output."""
        numbers = super().letters(j)
        return numbers | {"q": numbers.pop("quantile")}

    def _q(self, a: Array) -> Array:
        return np.asarray(self.quantile, dtype=a.dtype)

    def term(self, a: Array, y: Array) -> Array:
        """max(q (y - a), (1 - q) (a - y))."""
        q = self._q(a)
        return np.maximum(q * (y - a), (1.0 - q) * (a - y))

    def derivative(self, a: Array, y: Array) -> Array:
        """-q below y, 1 - q above it, and 0, one of the subgradients, at y."""
        q = self._q(a)
        return np.where(a < y, -q, np.where(a > y, 1.0 - q, 0.0)).astype(a.dtype)

    def kinks(self, a: Array, y: Array) -> Array:
        """a - y."""
        return a - y
