"""Cosine decay."""

from dataclasses import dataclass
from math import cos, pi
from typing import final

from ..errors import require_integer, require_number
from .base import Schedule, Unit, check_unit


@final
@dataclass(frozen=True)
class CosineDecay(Schedule):
    """floor + (1 - floor) (1 + cos(pi step / steps)) / 2, then the floor.

    Parameters
    ----------
    steps : int
        Steps until the floor is reached.
    floor : float, default 0
        The last factor; in [0, 1].
    unit : {"epoch", "update", "sample"}, default "epoch"
        What a step is.
    """

    steps: int
    floor: float = 0.0
    unit: Unit = "epoch"

    latex = r"f_k = f_\infty + \tfrac12 (1 - f_\infty) (1 + \cos(\pi \min(k / n, 1)))"
    source = "Loshchilov & Hutter 2017, SGDR (one period)"

    def __post_init__(self) -> None:
        require_integer("steps", self.steps, at_least=1)
        require_number("floor", self.floor, at_least=0, at_most=1)
        check_unit(self.unit)

    def factor(self, step: int) -> float:
        """floor + (1 - floor) (1 + cos(pi min(step / steps, 1))) / 2."""
        return self.floor + 0.5 * (1.0 - self.floor) * (1.0 + cos(pi * min(step / self.steps, 1.0)))
