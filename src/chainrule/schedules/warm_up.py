"""A slow start."""

from dataclasses import dataclass, field, replace
from typing import final

from ..errors import InvalidTypeError, require_integer, shown
from .base import Schedule, Unit
from .constant import ConstantRate


@final
@dataclass(frozen=True)
class WarmUp(Schedule):
    """(step + 1) / steps for the first steps, then another schedule from its beginning.

    Parameters
    ----------
    steps : int
        Steps until the full rate is reached.
    then : Schedule, default ConstantRate()
        What follows; its unit is the unit of the warm-up, too.
    """

    steps: int
    then: Schedule = field(default_factory=ConstantRate)

    latex = r"f_k = \min\bigl((k + 1) / n, 1\bigr)"
    source = "Goyal et al. 2017, Accurate, large minibatch SGD"

    def __post_init__(self) -> None:
        require_integer("steps", self.steps, at_least=1)
        if not isinstance(self.then, Schedule):
            raise InvalidTypeError(f"then (={shown(self.then)}) must be a Schedule")

    @property
    def unit(self) -> Unit:
        """The unit of the schedule that follows."""
        return self.then.unit

    def until(self, end: int) -> Schedule:
        """What follows lasts until the end."""
        then = self.then.until(end - self.steps)
        return self if then is self.then else replace(self, then=then)

    def factor(self, step: int) -> float:
        """(step + 1) / steps, then the other schedule's factor."""
        if step < self.steps:
            return (step + 1) / self.steps
        return self.then.factor(step - self.steps)
