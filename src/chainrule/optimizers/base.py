"""What an optimizer is."""

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np

from ..errors import require_number
from ..typing import Array


@dataclass(frozen=True)
class Optimizer(ABC):
    """A rule that turns gradients into new parameters; what it remembers is kept elsewhere."""

    source: ClassVar[str]

    @property
    @abstractmethod
    def latex(self) -> str:
        """The update as LaTeX: g the gradient, p the parameters, eta the learning rate."""

    def start(self, parameters: Array) -> Array:
        """What it remembers at first, shape (n_slots, n_parameters): by default nothing."""
        return np.zeros((0, parameters.size), dtype=parameters.dtype)


@dataclass(frozen=True)
class ElementwiseOptimizer(Optimizer):
    """An optimizer in which each parameter's update depends on its own past gradients alone.

    Parameters
    ----------
    learning_rate : float
        The length of a step; > 0. A schedule multiplies it.
    weight_decay : float, default 0
        Decoupled weight decay (Loshchilov & Hutter 2019): before each update, weights (not
        biases) shrink by the factor 1 - learning_rate * weight_decay.
    """

    learning_rate: float
    _: KW_ONLY
    weight_decay: float = 0.0

    n_slots: ClassVar[int]
    """How many numbers it remembers for each parameter; all start at 0."""

    def __post_init__(self) -> None:
        require_number("learning_rate", self.learning_rate, above=0)
        require_number("weight_decay", self.weight_decay, at_least=0)

    def start(self, parameters: Array) -> Array:
        """The first state, zeros of shape (n_slots, n_parameters)."""
        return np.zeros((self.n_slots, parameters.size), dtype=parameters.dtype)

    @abstractmethod
    def update(
        self,
        gradient: Array,
        optimizer_state: Array,
        parameters: Array,
        t: int,
        learning_rate: float | Array,
    ) -> tuple[Array, Array]:
        """New parameters and new state; t = 1 is the first update. Writes to no argument."""


@dataclass(frozen=True)
class MomentOptimizer(ElementwiseOptimizer):
    """Adam and its relatives: an average of the gradient, and a measure of its size.

    Parameters
    ----------
    beta1, beta2 : float, default 0.9 and 0.999
        How much of either is kept; in [0, 1).
    eps : float, default 1e-8
        Keeps the division finite; > 0.
    """

    _: KW_ONLY
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    n_slots = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("beta1", self.beta1, at_least=0, below=1)
        require_number("beta2", self.beta2, at_least=0, below=1)
        require_number("eps", self.eps, above=0)
