"""Linear decay."""

from dataclasses import dataclass, replace
from typing import final

from ..errors import require_integer, require_number
from .base import Schedule, Unit, check_unit, known_steps


@final
@dataclass(frozen=True)
class LinearDecay(Schedule):
    """1 - (1 - floor) step / steps, then the floor.

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

    latex = r"f_k = 1 - (1 - f_\infty) \min(k / n, 1)"
    source = "Bengio 2012, Practical recommendations for gradient-based training"

    def __post_init__(self) -> None:
        if self.steps is not None:
            require_integer("steps", self.steps, at_least=1)
        require_number("floor", self.floor, at_least=0, at_most=1)
        check_unit(self.unit)

    def until(self, end: int) -> Schedule:
        """The floor at the end, unless there are steps."""
        return self if self.steps is not None else replace(self, steps=max(end, 1))

    def factor(self, step: int) -> float:
        """1 - (1 - floor) min(step / steps, 1)."""
        return 1.0 - (1.0 - self.floor) * min(step / known_steps(self, self.steps), 1.0)
