"""Independent normal weights."""

from dataclasses import dataclass
from typing import final

from ..errors import require_number
from ..typing import Array
from .base import Draw, Initializer


@final
@dataclass(frozen=True)
class Normal(Initializer):
    """Independent normal weights with mean 0 and a given standard deviation.

    Parameters
    ----------
    std : float, default 1
        The standard deviation; > 0.
    """

    std: float = 1.0

    source = "Rumelhart, Hinton & Williams 1986: small random weights"

    def __post_init__(self) -> None:
        require_number("std", self.std, above=0)

    def sample(self, shape: tuple[int, int], draw: Draw) -> Array:
        """std * N(0, 1)."""
        return self.std * draw.normal(shape[0] * shape[1]).reshape(shape)
