"""Random weights whose variance is set by the width of the layer."""

from abc import abstractmethod
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from ..errors import require_choice
from ..typing import Array
from .base import Draw, Initializer


@dataclass(frozen=True)
class VarianceScaling(Initializer):
    """Weights with the mean 0 and a variance that follows from n_in and n_out.

    Parameters
    ----------
    distribution : {"uniform", "normal"}, default "uniform"
        Uniform weights lie within sqrt(3 variance) of 0.
    """

    distribution: Literal["uniform", "normal"] = "uniform"

    def __post_init__(self) -> None:
        known = ("uniform", "normal")
        require_choice("distribution", self.distribution, known)

    @abstractmethod
    def variance(self, n_in: int, n_out: int) -> float:
        """The variance of each weight."""

    def sample(self, shape: tuple[int, int], draw: Draw) -> Array:
        """Independent weights of that variance."""
        std = sqrt(self.variance(*shape))
        n = shape[0] * shape[1]
        if self.distribution == "normal":
            return std * draw.normal(n).reshape(shape)
        return std * sqrt(3.0) * (2.0 * draw.uniform(n).reshape(shape) - 1.0)
