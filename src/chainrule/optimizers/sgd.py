"""Stochastic gradient descent, with momentum where it is wanted."""

from dataclasses import KW_ONLY, dataclass
from typing import final

import numpy as np

from ..errors import InvalidValueError, require_boolean, require_number
from ..typing import Array
from .base import ElementwiseOptimizer


@final
@dataclass(frozen=True)
class SGD(ElementwiseOptimizer):
    """p <- p - eta g; with momentum v <- mu v - eta g and p <- p + v.

    The velocity contains the learning rate, as in Sutskever et al. and scikit-learn (in PyTorch it
    does not; both are the same while the rate is constant). Nesterov's form looks ahead:
    p <- p + mu v - eta g.

    Parameters
    ----------
    learning_rate : float, default 0.01
        The length of a step; > 0.
    momentum : float, default 0
        How much of the last step is kept; in [0, 1).
    nesterov : bool, default False
        Whether to look ahead; needs a momentum.
    """

    learning_rate: float = 0.01
    _: KW_ONLY
    momentum: float = 0.0
    nesterov: bool = False

    n_slots = 1
    source = "Robbins & Monro 1951; Polyak 1964; Sutskever, Martens, Dahl & Hinton 2013"

    @property
    def latex(self) -> str:
        """The update without momentum, with it, or looking ahead."""
        if not self.momentum:
            return r"p \leftarrow p - \eta g"
        step = r"p \leftarrow p + \mu v - \eta g" if self.nesterov else r"p \leftarrow p + v"
        return rf"v \leftarrow \mu v - \eta g,\quad {step}"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("momentum", self.momentum, at_least=0, below=1)
        require_boolean("nesterov", self.nesterov)
        if self.nesterov and self.momentum == 0:
            raise InvalidValueError("nesterov (=True) needs a momentum > 0, such as momentum=0.9")

    def start(self, parameters: Array) -> Array:
        """Zeros; no slot where there is no momentum."""
        return np.zeros((1 if self.momentum else 0, parameters.size), dtype=parameters.dtype)

    def update(
        self,
        gradient: Array,
        optimizer_state: Array,
        parameters: Array,
        t: int,
        learning_rate: float | Array,
    ) -> tuple[Array, Array]:
        """One step down the gradient."""
        step = learning_rate * gradient
        if not self.momentum:
            return parameters - step, optimizer_state
        v = self.momentum * optimizer_state[0] - step
        if self.nesterov:
            return parameters + (self.momentum * v - step), v[None]
        return parameters + v, v[None]
