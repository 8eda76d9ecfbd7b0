"""Cosine decay."""

from dataclasses import dataclass, replace
from math import cos, pi
from typing import final

from ..errors import require_integer, require_number
from .base import Schedule, Unit, check_unit, known_steps


@final
@dataclass(frozen=True)
class CosineDecay(Schedule):
    """floor + (1 - floor) (1 + cos(pi step / steps)) / 2, then the floor.

    Parameters
    ----------
    steps : int, optional
        Steps until the floor is reached; by default it is reached when training ends, after all
        the epochs that `train` is asked for.
    floor : float, default 0
        The last factor; in [0, 1].
    unit : {"epoch", "update", "sample"}, default "epoch"
        What a step is.
    """

    steps: int | None = None
    floor: float = 0.0
    unit: Unit = "epoch"

    latex = r"f_k = f_\infty + \tfrac12 (1 - f_\infty) (1 + \cos(\pi \min(k / n, 1)))"
    source = "Loshchilov & Hutter 2017, SGDR (one period)"

    def __post_init__(self) -> None:
        if self.steps is not None:
            require_integer("steps", self.steps, at_least=1)
        require_number("floor", self.floor, at_least=0, at_most=1)
        check_unit(self.unit)

    def until(self, end: int) -> Schedule:
        """The floor at the end, unless there are steps."""
        return self if self.steps is not None else replace(self, steps=max(end, 1))

    def factor(self, step: int) -> float:
        """floor + (1 - floor) (1 + cos(pi min(step / steps, 1))) / 2."""
        share = min(step / known_steps(self, self.steps), 1.0)
        return self.floor + 0.5 * (1.0 - self.floor) * (1.0 + cos(pi * share))
