"""Independent uniform weights."""

from dataclasses import dataclass
from typing import final

from ..errors import require, require_number, shown
from ..typing import Array
from .base import Draw, Initializer


@final
@dataclass(frozen=True)
class Uniform(Initializer):
    """Independent weights, uniform between two bounds.

    Parameters
    ----------
    low, high : float, default -0.05 and 0.05
        The bounds; low < high.
    """

    low: float = -0.05
    high: float = 0.05

    source = "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp"

    def __post_init__(self) -> None:
        require_number("low", self.low)
        require_number("high", self.high)
        require(self.low < self.high, "low", self.low, f"be < high (={shown(self.high)})")

    def sample(self, shape: tuple[int, int], draw: Draw) -> Array:
        """low + (high - low) * U(0, 1)."""
        return self.low + (self.high - self.low) * draw.uniform(shape[0] * shape[1]).reshape(shape)
