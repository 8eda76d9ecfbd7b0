"""RMSprop."""

from dataclasses import KW_ONLY, dataclass
from typing import final

import numpy as np

from ..errors import require_number
from ..typing import Array
from .base import ElementwiseOptimizer


@final
@dataclass(frozen=True)
class RMSprop(ElementwiseOptimizer):
    """s <- rho s + (1 - rho) g^2, p <- p - eta g / (sqrt(s) + eps): Adagrad with a short memory.

    Parameters
    ----------
    learning_rate : float, default 0.001
        The length of a step; > 0.
    rho : float, default 0.9
        How much of the average of squared gradients is kept; in [0, 1).
    eps : float, default 1e-8
        Keeps the division finite; > 0.
    """

    learning_rate: float = 0.001
    _: KW_ONLY
    rho: float = 0.9
    eps: float = 1e-8

    n_slots = 1
    source = "Tieleman & Hinton 2012, lecture 6.5"

    @property
    def latex(self) -> str:
        """The update."""
        return (
            r"s \leftarrow \rho s + (1 - \rho) g^2,"
            r"\quad p \leftarrow p - \eta \frac{g}{\sqrt{s} + \varepsilon}"
        )

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("rho", self.rho, at_least=0, below=1)
        require_number("eps", self.eps, above=0)

    def update(
        self,
        gradient: Array,
        optimizer_state: Array,
        parameters: Array,
        t: int,
        learning_rate: float | Array,
    ) -> tuple[Array, Array]:
        """One step, divided by the root of the recent mean of squared gradients."""
        s = self.rho * optimizer_state[0] + (1.0 - self.rho) * (gradient * gradient)
        return parameters - learning_rate * gradient / (np.sqrt(s) + self.eps), s[None]
