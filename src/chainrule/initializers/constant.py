"""Every weight the same."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..errors import require_number
from ..typing import Array
from .base import Draw, Initializer


@final
@dataclass(frozen=True)
class Constant(Initializer):
    """Every weight the same number: units of a hidden layer then stay equal for ever.

    Parameters
    ----------
    value : float, default 0
        The number.
    """

    value: float = 0.0

    source = "for lessons, and for a single neuron, whose problem has no symmetry to break"

    def __post_init__(self) -> None:
        require_number("value", self.value)

    def sample(self, shape: tuple[int, int], draw: Draw) -> Array:
        """The value, in every place."""
        array = np.empty(shape)
        array.fill(self.value)
        return array
