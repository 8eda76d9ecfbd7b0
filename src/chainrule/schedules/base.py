"""What a schedule is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from ..errors import InvalidValueError, require_choice

Unit = Literal["update", "epoch", "sample"]


@dataclass(frozen=True)
class Schedule(ABC):
    """A factor on the optimizer's learning rate that changes while training goes on.

    A schedule declares what its steps count: ``update`` (updates done so far), ``epoch`` (epochs
    done so far) or ``sample`` (samples seen before the epoch began, so that the rate changes once
    an epoch).
    """

    latex: ClassVar[str]
    source: ClassVar[str]

    @property
    @abstractmethod
    def unit(self) -> Unit:
        """What a step is."""

    @abstractmethod
    def factor(self, step: int) -> float:
        """The factor after that many steps; the first is step 0."""

    def until(self, end: int) -> "Schedule":
        """The same schedule for a training that ends at that step.

        Only a schedule that lasts until the end of training becomes another one.
        """
        return self


def known_steps(schedule: Schedule, steps: int | None) -> int:
    """The steps of a schedule; raise where they are to be those of a training."""
    if steps is None:
        raise InvalidValueError(
            f"steps (=None) of {type(schedule).__name__} means until training ends, which only "
            "train knows: give a number of steps here"
        )
    return steps


def check_unit(unit: str) -> None:
    """Raise unless the unit is known."""
    known = ("update", "epoch", "sample")
    require_choice("unit", unit, known)
