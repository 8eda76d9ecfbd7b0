"""What a loss is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from ..domain import REALS, Domain
from ..errors import require, require_number
from ..typing import Array


@dataclass(frozen=True, kw_only=True)
class Loss(ABC):
    """How wrong the outputs a of a sample are, given its targets y; both have shape (n, n_out).

    The loss of a sample is summed over its outputs.

    Parameters
    ----------
    factor : float, default 1
        What the formula is multiplied by: 1/2 makes the derivative of a square tidy.
    reduction : {"mean", "sum"}, default "mean"
        How the samples of a batch become one number: "mean" divides their weighted sum by the sum
        of the sample weights, "sum" does not. Part of the meaning of a learning rate.

    Raises
    ------
    InvalidValueError
        If the factor is not positive or the reduction unknown.
    """

    factor: float = 1.0
    reduction: Literal["mean", "sum"] = "mean"

    latex: ClassVar[str]
    """One output's loss as LaTeX, without the factor."""
    latex_derivative: ClassVar[str]
    source: ClassVar[str]
    domain: ClassVar[Domain] = REALS
    """The outputs that the formula is meant for; an activation's range must lie in it."""
    targets: ClassVar[Domain] = REALS

    def __post_init__(self) -> None:
        require_number("factor", self.factor, above=0)
        known = ("mean", "sum")
        require(self.reduction in known, "reduction", self.reduction, f"be one of {known}")

    @property
    def n_out(self) -> int | None:
        """How many outputs it is for; None for any number."""
        return None

    @abstractmethod
    def value(self, a: Array, y: Array) -> Array:
        """The loss of every sample, shape (n,)."""

    @abstractmethod
    def gradient(self, a: Array, y: Array) -> Array:
        """d loss_i / d a_i, shape (n, n_out): averaging and weights are the caller's."""


class ElementwiseLoss(Loss):
    """A loss that is a sum of one term for each output."""

    @abstractmethod
    def term(self, a: Array, y: Array) -> Array:
        """The term of every output, without the factor."""

    @abstractmethod
    def derivative(self, a: Array, y: Array) -> Array:
        """d term / da."""

    def value(self, a: Array, y: Array) -> Array:
        """The factor times the sum of the terms over the outputs."""
        total: Array = self.term(a, y).sum(axis=1)
        return self.factor * total

    def gradient(self, a: Array, y: Array) -> Array:
        """The factor times the derivative of each term."""
        return self.factor * self.derivative(a, y)


def weighted_total(values: Array, weights: Array | None, reduction: str) -> tuple[float, float]:
    """The weighted sum of the samples' losses, divided as the reduction says, and the divisor.

    A batch whose weights sum to 0 has the loss 0 and the divisor 1.
    """
    total = float(values.sum() if weights is None else values @ weights)
    if reduction == "sum":
        return total, 1.0
    divisor = sum_of_weights(len(values), weights) or 1.0
    return total / divisor, divisor


def sum_of_weights(n: int, weights: Array | None) -> float:
    """What n samples count together: n if they have no weights."""
    return float(n if weights is None else weights.sum())
