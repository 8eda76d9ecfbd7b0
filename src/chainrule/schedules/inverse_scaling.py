"""Decay with a power of time."""

from dataclasses import dataclass
from typing import final

from ..errors import require_number
from .base import Schedule, Unit, check_unit


@final
@dataclass(frozen=True)
class InverseScaling(Schedule):
    """1 / (step + 1)^power: slow enough for convergence where power <= 1.

    Parameters
    ----------
    power : float, default 0.5
        The exponent; > 0.
    unit : {"sample", "epoch", "update"}, default "sample"
        What a step is; scikit-learn's "invscaling" counts samples.
    """

    power: float = 0.5
    unit: Unit = "sample"

    latex = r"f_k = (k + 1)^{-p}"
    source = "Robbins & Monro 1951"

    def __post_init__(self) -> None:
        require_number("power", self.power, above=0)
        check_unit(self.unit)

    def factor(self, step: int) -> float:
        """1 / (step + 1)^power."""
        return float((step + 1.0) ** -float(self.power))
