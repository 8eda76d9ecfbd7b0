"""Exponential decay."""

from dataclasses import dataclass
from typing import final

from ..errors import require_number
from .base import Schedule, Unit, check_unit


@final
@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """rate^step: the same percentage less at every step.

    Parameters
    ----------
    rate : float, default 0.95
        The factor of one step; in (0, 1].
    unit : {"epoch", "update", "sample"}, default "epoch"
        What a step is.
    """

    rate: float = 0.95
    unit: Unit = "epoch"

    latex = r"f_k = r^k"
    source = "Bottou 2012, Stochastic gradient descent tricks"

    def __post_init__(self) -> None:
        require_number("rate", self.rate, above=0, at_most=1)
        check_unit(self.unit)

    def factor(self, step: int) -> float:
        """rate^step."""
        return float(self.rate**step)
