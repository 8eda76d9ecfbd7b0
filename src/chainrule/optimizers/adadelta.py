"""Adadelta."""

from dataclasses import KW_ONLY, dataclass
from typing import final

import numpy as np

from ..errors import require_number
from ..typing import Array
from .base import ElementwiseOptimizer


@final
@dataclass(frozen=True)
class Adadelta(ElementwiseOptimizer):
    """A step of sqrt(d + eps) / sqrt(s + eps) g: d and s average squared steps and gradients.

    Parameters
    ----------
    learning_rate : float, default 1
        A factor on the step, which has the parameter's units already; > 0.
    rho : float, default 0.95
        How much of either average is kept; in [0, 1).
    eps : float, default 1e-6
        Starts the steps, and keeps the division finite; > 0.
    """

    learning_rate: float = 1.0
    _: KW_ONLY
    rho: float = 0.95
    eps: float = 1e-6

    n_slots = 2
    source = "Zeiler 2012"

    @property
    def latex(self) -> str:
        """The update."""
        return (
            r"s \leftarrow \rho s + (1 - \rho) g^2,"
            r"\quad \Delta = \frac{\sqrt{d + \varepsilon}}{\sqrt{s + \varepsilon}} g,"
            r"\quad d \leftarrow \rho d + (1 - \rho) \Delta^2,\quad p \leftarrow p - \eta \Delta"
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
        """One step in the parameter's own units."""
        s = self.rho * optimizer_state[0] + (1.0 - self.rho) * (gradient * gradient)
        step = np.sqrt(optimizer_state[1] + self.eps) / np.sqrt(s + self.eps) * gradient
        d = self.rho * optimizer_state[1] + (1.0 - self.rho) * (step * step)
        return parameters - learning_rate * step, np.stack([s, d])
