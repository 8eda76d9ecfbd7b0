"""Adamax."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..typing import Array
from .base import MomentOptimizer


@final
@dataclass(frozen=True)
class Adamax(MomentOptimizer):
    """Adam with the largest recent gradient, u <- max(beta2 u, abs(g)), in place of the root.

    Parameters
    ----------
    learning_rate : float, default 0.002
        The largest length of a step; > 0.
    beta1, beta2 : float, default 0.9 and 0.999
        How much of the average, and of the maximum, is kept; in [0, 1).
    eps : float, default 1e-8
        Keeps the division finite while every gradient has been 0; the paper has none.
    """

    learning_rate: float = 0.002

    source = "Kingma & Ba 2015, section 7.1"

    @property
    def latex(self) -> str:
        """The update."""
        return (
            r"m \leftarrow \beta_1 m + (1 - \beta_1) g,\quad u \leftarrow \max(\beta_2 u, |g|),"
            r"\quad p \leftarrow p - \frac{\eta}{1 - \beta_1^t} \frac{m}{u + \varepsilon}"
        )

    def update(
        self,
        gradient: Array,
        optimizer_state: Array,
        parameters: Array,
        t: int,
        learning_rate: float | Array,
    ) -> tuple[Array, Array]:
        """One step of at most the learning rate."""
        m = self.beta1 * optimizer_state[0] + (1.0 - self.beta1) * gradient
        u = np.maximum(self.beta2 * optimizer_state[1], np.abs(gradient))
        step = (learning_rate / (1.0 - self.beta1**t)) * m / (u + self.eps)
        return parameters - step, np.stack([m, u])
