"""What an initializer is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from ..random import Purpose, normal, uniform
from ..typing import Array


class Draw:
    """The random numbers of one array of parameters: a function of a seed and a place.

    Parameters
    ----------
    seed : int
    position : int
        The layer's.
    array : int, default 0
        Which of the layer's arrays: each has a sequence of its own.
    """

    def __init__(self, seed: int, position: int, array: int = 0) -> None:
        self.seed = seed
        self.position = position
        self.array = array

    def uniform(self, n: int) -> Array:
        """n numbers, uniform in [0, 1)."""
        return uniform(self.seed, Purpose.PARAMETERS, self.position, n, self.array)

    def normal(self, n: int) -> Array:
        """n standard normal numbers."""
        return normal(self.seed, Purpose.PARAMETERS, self.position, n, self.array)


@dataclass(frozen=True)
class Initializer(ABC):
    """How the weights W of a layer start, shape (n_in, n_out): fan-in n_in, fan-out n_out."""

    source: ClassVar[str]

    @abstractmethod
    def sample(self, shape: tuple[int, int], draw: Draw) -> Array:
        """A float64 array of that shape."""
