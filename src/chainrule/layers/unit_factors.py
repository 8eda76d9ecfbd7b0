"""What layers with one number for each unit share."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ..errors import require_integer, require_number
from ..parameters import ParameterSpec
from ..typing import Array
from .base import Layer


class UnitFactors(Layer):
    """A factor for each unit, 1 at the start, that no penalty touches.

    Parameters
    ----------
    n : int
        Inputs and outputs.
    learning_rate_factor : float, default 1
        What the learning rate of the factors is multiplied by.
    """

    key: ClassVar[str]
    """The name of the array."""
    permutable = True

    def __init__(self, n: int, *, learning_rate_factor: float = 1.0) -> None:
        require_integer("n", n, at_least=1)
        require_number("learning_rate_factor", learning_rate_factor, above=0)
        self.n_in = self.n_out = self.n = int(n)
        self.learning_rate_factor = float(learning_rate_factor)

    def config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"n": self.n, "learning_rate_factor": self.learning_rate_factor}

    def specs(self) -> dict[str, ParameterSpec]:
        """The factors."""
        return {self.key: ParameterSpec((self.n,), self.learning_rate_factor, penalised=False)}

    def initial(self, seed: int, position: int) -> dict[str, Array]:
        """1."""
        return {self.key: np.ones(self.n)}

    def units_of(self, key: str, index: tuple[int, ...]) -> Sequence[int]:
        """Each factor has a unit of its own."""
        return index
