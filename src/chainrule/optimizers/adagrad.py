"""Adagrad."""

from dataclasses import KW_ONLY, dataclass
from typing import final

import numpy as np

from ..errors import require_number
from ..typing import Array
from .base import ElementwiseOptimizer


@final
@dataclass(frozen=True)
class Adagrad(ElementwiseOptimizer):
    """s <- s + g^2, p <- p - eta g / (sqrt(s) + eps): steps shrink where gradients have been large.

    Parameters
    ----------
    learning_rate : float, default 0.01
        The length of the first step; > 0.
    eps : float, default 1e-10
        Keeps the division finite; > 0.
    """

    learning_rate: float = 0.01
    _: KW_ONLY
    eps: float = 1e-10

    n_slots = 1
    source = "Duchi, Hazan & Singer 2011"

    @property
    def latex(self) -> str:
        """The update."""
        return r"s \leftarrow s + g^2,\quad p \leftarrow p - \eta \frac{g}{\sqrt{s} + \varepsilon}"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("eps", self.eps, above=0)

    def update(
        self,
        gradient: Array,
        optimizer_state: Array,
        parameters: Array,
        t: int,
        learning_rate: float | Array,
    ) -> tuple[Array, Array]:
        """One step, divided by the root of all squared gradients so far."""
        s = optimizer_state[0] + gradient * gradient
        return parameters - learning_rate * gradient / (np.sqrt(s) + self.eps), s[None]
