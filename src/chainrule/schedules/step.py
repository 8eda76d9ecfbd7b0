"""Decay in stairs."""

from dataclasses import dataclass
from typing import final

from ..errors import require_integer, require_number
from .base import Schedule, Unit, check_unit


@final
@dataclass(frozen=True)
class StepDecay(Schedule):
    """rate^floor(step / every): constant for a while, then lower at once.

    Parameters
    ----------
    every : int, default 10
        Steps between two drops.
    rate : float, default 0.5
        The factor of one drop; in (0, 1].
    unit : {"epoch", "update", "sample"}, default "epoch"
        What a step is.
    """

    every: int = 10
    rate: float = 0.5
    unit: Unit = "epoch"

    latex = r"f_k = r^{\lfloor k / n \rfloor}"
    source = "Krizhevsky, Sutskever & Hinton 2012"

    def __post_init__(self) -> None:
        require_integer("every", self.every, at_least=1)
        require_number("rate", self.rate, above=0, at_most=1)
        check_unit(self.unit)

    def factor(self, step: int) -> float:
        """rate^floor(step / every)."""
        return float(self.rate ** (step // self.every))
