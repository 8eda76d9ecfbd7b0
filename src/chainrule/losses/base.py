"""What a loss is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar, Literal

import numpy as np

from ..domain import REALS, Domain
from ..errors import require_choice, require_number
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

    latex: ClassVar[str] = ""
    """One output's loss as LaTeX, without the factor; "" where none is stated."""
    latex_derivative: ClassVar[str] = ""
    source: ClassVar[str]
    domain: ClassVar[Domain] = REALS
    """The outputs that the formula is meant for; an activation's range must lie in it."""
    targets: ClassVar[Domain] = REALS

    def __post_init__(self) -> None:
        require_number("factor", self.factor, above=0)
        known = ("mean", "sum")
        require_choice("reduction", self.reduction, known)

    @property
    def n_out(self) -> int | None:
        """How many outputs it is for; None for any number."""
        return None

    @property
    def is_margin(self) -> bool:
        """Whether it takes the labels -1 and 1, and outputs of any size."""
        return not self.targets.holds(np.array([[1.0, 0.0]]))

    def encode(self, indicators: Array) -> Array:
        """Targets from 1 for what a row is and 0 for what it is not; a margin loss has -1 for 0."""
        return 2.0 * indicators - 1.0 if self.is_margin else indicators

    @property
    def smooths(self) -> bool:
        """Whether outputs are compared with something else than the targets themselves."""
        return False

    def smooth(self, y: Array) -> Array:
        """What outputs are compared with: the targets, moved where the loss smooths them."""
        return y

    def letters(self, j: int) -> dict[str, float]:
        """The numbers of its own in its formula at the j-th output, by letter."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        own = {k: v[j] if isinstance(v, tuple) else v for k, v in values.items()}
        return {k: float(v) for k, v in own.items() if isinstance(v, int | float)}

    def latex_at(self, y: float) -> str:
        """One output's loss as LaTeX for a target y, where terms that are 0 may be left out."""
        return self.latex

    def terms(self, a: Array, y: Array) -> Array | None:
        """What every output adds to its row's loss, shape (n, n_out); None where it is no sum."""
        return None

    def kinks(self, a: Array, y: Array) -> Array | None:
        """Numbers that change their sign where the derivative jumps, one for each output.

        None where it jumps nowhere.
        """
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

    def terms(self, a: Array, y: Array) -> Array:
        """The factor times each term."""
        return self.factor * self.term(a, y)

    def gradient(self, a: Array, y: Array) -> Array:
        """The factor times the derivative of each term."""
        return self.factor * self.derivative(a, y)


def weighted_total(values: Array, weights: Array | None, reduction: str) -> tuple[float, float]:
    """The weighted sum of the samples' losses, divided as the reduction says, and the divisor.

    A batch whose weights sum to 0 has the loss 0 and the divisor 1.
    """
    if weights is None:
        total = float(values.sum(dtype=np.float64))
    else:
        total = float(values.astype(np.float64, copy=False) @ weights)
    if reduction == "sum":
        return total, 1.0
    divisor = sum_of_weights(len(values), weights) or 1.0
    return total / divisor, divisor


def sum_of_weights(n: int, weights: Array | None) -> float:
    """What n samples count together: n if they have no weights."""
    return float(n if weights is None else weights.sum(dtype=np.float64))
