"""Cosine waves, each twice as long as the one before."""

from dataclasses import dataclass, replace
from math import cos, log2, pi
from typing import final

from ..errors import require_integer
from .base import Schedule, Unit, check_unit, known_steps


@final
@dataclass(frozen=True)
class CosLog(Schedule):
    """(1 - cos(2 pi log2(1 + (2^cycles - 1) t))) / 2 with t = step / steps, then 0.

    The factor goes from 0 to 1 and back to 0 in every cycle, and each cycle is twice as long as the
    one before. Training visits good parameters early, leaves them again with a large rate, and ends
    with the longest descent; the ends of the cycles are natural places to stop.

    Parameters
    ----------
    steps : int, optional
        Steps of all cycles together; by default until training ends, after all the epochs that
        `train` is asked for.
    cycles : int, default 4
        How often the factor rises and falls: 4 is the coslog4 of the source.
    unit : {"epoch", "update", "sample"}, default "epoch"
        What a step is. The source changes the rate with every update: where there are few epochs,
        "update" keeps the first cycles smooth. The very first step has the factor 0.

    Raises
    ------
    InvalidValueError
        If steps or cycles are below 1, or the unit is unknown.
    """

    steps: int | None = None
    cycles: int = 4
    unit: Unit = "epoch"

    latex = r"f_k = \tfrac12 (1 - \cos(2 \pi \log_2(1 + (2^c - 1) \min(k / n, 1))))"
    source = "Holzmüller, Grinsztajn & Steinwart 2024, Better by Default (coslog4)"

    def __post_init__(self) -> None:
        if self.steps is not None:
            require_integer("steps", self.steps, at_least=1)
        require_integer("cycles", self.cycles, at_least=1, at_most=50)
        check_unit(self.unit)

    def until(self, end: int) -> Schedule:
        """The last cycle ends at the end, unless there are steps."""
        return self if self.steps is not None else replace(self, steps=max(end, 1))

    def factor(self, step: int) -> float:
        """(1 - cos(2 pi log2(1 + (2^cycles - 1) min(step / steps, 1)))) / 2."""
        share = min(step / known_steps(self, self.steps), 1.0)
        return 0.5 * (1.0 - cos(2.0 * pi * log2(1.0 + (2.0**self.cycles - 1.0) * share)))
