"""Nadam."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..typing import Array
from .base import MomentOptimizer


@final
@dataclass(frozen=True)
class Nadam(MomentOptimizer):
    """Adam that looks ahead: its m^ is beta1 m / (1 - beta1^(t+1)) + (1 - beta1) g / (1 - beta1^t).

    Parameters
    ----------
    learning_rate : float, default 0.002
        About the length of a step; > 0.
    beta1, beta2 : float, default 0.9 and 0.999
        How much of each average is kept; in [0, 1).
    eps : float, default 1e-8
        Keeps the division finite; > 0.
    """

    learning_rate: float = 0.002

    source = "Dozat 2016, with a constant momentum"

    @property
    def latex(self) -> str:
        """The update."""
        return (
            r"\hat m = \frac{\beta_1 m}{1 - \beta_1^{t+1}} + \frac{(1 - \beta_1) g}{1 - \beta_1^t},"
            r"\quad p \leftarrow p - \eta \frac{\hat m}{\sqrt{v / (1 - \beta_2^t)} + \varepsilon}"
        )

    def update(
        self,
        gradient: Array,
        slots: Array,
        parameters: Array,
        t: int,
        learning_rate: float | Array,
    ) -> tuple[Array, Array]:
        """One step, along the momentum that the next one will have."""
        m = self.beta1 * slots[0] + (1.0 - self.beta1) * gradient
        v = self.beta2 * slots[1] + (1.0 - self.beta2) * (gradient * gradient)
        ahead = self.beta1 / (1.0 - self.beta1 ** (t + 1)) * m
        ahead = ahead + (1.0 - self.beta1) / (1.0 - self.beta1**t) * gradient
        root = np.sqrt(v * (1.0 / (1.0 - self.beta2**t)))
        return parameters - learning_rate * ahead / (root + self.eps), np.stack([m, v])
