"""No change."""

from dataclasses import dataclass
from typing import final

from .base import Schedule, Unit


@final
@dataclass(frozen=True)
class ConstantRate(Schedule):
    """The factor 1 for ever: the learning rate stays as it is."""

    latex = r"f_k = 1"
    source = "gradient descent"

    @property
    def unit(self) -> Unit:
        """Steps are updates; it makes no difference."""
        return "update"

    def factor(self, step: int) -> float:
        """1."""
        return 1.0
