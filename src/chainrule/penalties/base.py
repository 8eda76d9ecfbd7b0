"""What a penalty is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from ..errors import require_choice, require_number
from ..typing import Array


@dataclass(frozen=True)
class Penalty(ABC):
    """A price on large weights, added to the loss. Biases are free.

    Parameters
    ----------
    strength : float
        The price of a unit; >= 0.
    divisor : {"one", "batch"}, default "one"
        What the price is divided by: "one" adds the same penalty to every batch's loss; "batch"
        divides it by the sum of the batch's sample weights, as scikit-learn's MLP does.
    """

    strength: float
    divisor: Literal["one", "batch"] = "one"

    latex: ClassVar[str]
    latex_derivative: ClassVar[str]
    source: ClassVar[str]
    kinks: ClassVar[tuple[float, ...]] = ()
    """The weights at which its derivative jumps."""

    def __post_init__(self) -> None:
        require_number("strength", self.strength, at_least=0)
        require_choice("divisor", self.divisor, ("one", "batch"), "be 'one' or 'batch'")

    def scale(self, batch_weight: float) -> float:
        """strength / divisor, for a batch with that sum of sample weights."""
        return self.strength / (batch_weight if self.divisor == "batch" else 1.0)

    @abstractmethod
    def value(self, w: Array) -> float:
        """The penalty of the weights, for strength 1."""

    @abstractmethod
    def gradient(self, w: Array) -> Array:
        """Its derivative by each weight."""
