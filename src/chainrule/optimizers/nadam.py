"""Nadam."""

from dataclasses import KW_ONLY, dataclass
from math import exp, expm1, log
from typing import final

import numpy as np

from ..errors import require_number
from ..typing import Array
from .base import MomentOptimizer

_LOG = log(0.96)
_TERMS = 50
"""Terms of the series for the product: the next one is below 2^-56."""


@final
@dataclass(frozen=True)
class Nadam(MomentOptimizer):
    """Adam that looks ahead, along the momentum that its next step will have.

    m^ = mu_(t+1) m / (1 - M_(t+1)) + (1 - mu_t) g / (1 - M_t), with the momentum mu_t and
    M_t = mu_1 mu_2 ... mu_t. By default mu_t = beta1, so that M_t = beta1^t.

    Parameters
    ----------
    learning_rate : float, default 0.002
        About the length of a step; > 0.
    beta1, beta2 : float, default 0.9 and 0.999
        How much of each average is kept; in [0, 1).
    eps : float, default 1e-8
        Keeps the division finite; > 0.
    momentum_decay : float, default 0
        The psi of a momentum that grows from about beta1 / 2 to beta1:
        mu_t = beta1 (1 - 0.96^(t psi) / 2), as Dozat proposes; >= 0, and 0 is a constant momentum.
        PyTorch's NAdam has 0.004, Keras' Nadam 1 (and eps=1e-7).
    """

    learning_rate: float = 0.002
    _: KW_ONLY
    momentum_decay: float = 0.0

    source = "Dozat 2016"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("momentum_decay", self.momentum_decay, at_least=0)

    @property
    def latex(self) -> str:
        """The update."""
        last = (
            r",\quad p \leftarrow p - \eta \frac{\hat m}{\sqrt{v / (1 - \beta_2^t)} + \varepsilon}"
        )
        if not self.momentum_decay:
            return (
                r"\hat m = \frac{\beta_1 m}{1 - \beta_1^{t+1}} + "
                r"\frac{(1 - \beta_1) g}{1 - \beta_1^t}" + last
            )
        return (
            r"\mu_t = \beta_1 (1 - \tfrac{1}{2} 0.96^{t \psi}),\quad "
            r"\hat m = \frac{\mu_{t+1} m}{1 - \mu_1 \cdots \mu_{t+1}} + "
            r"\frac{(1 - \mu_t) g}{1 - \mu_1 \cdots \mu_t}" + last
        )

    def momentum(self, t: int) -> float:
        """mu_t, the momentum of update t."""
        if not self.momentum_decay:
            return self.beta1
        return self.beta1 * (1.0 - 0.5 * exp(t * self.momentum_decay * _LOG))

    def momentum_product(self, t: int) -> float:
        """M_t = mu_1 mu_2 ... mu_t, without going through all of them.

        With q = 0.96^psi, log(1 - q^i / 2) = -sum_k q^(ik) / (k 2^k), and the sum over i = 1 ... t
        is geometric: log M_t = t log(beta1) - sum_k q^k (1 - q^(tk)) / ((1 - q^k) k 2^k).
        """
        if not (self.momentum_decay and self.beta1):
            return self.beta1**t
        rate = self.momentum_decay * _LOG
        total = t * log(self.beta1)
        for k in range(1, _TERMS + 1):
            share = exp(k * rate) * expm1(t * k * rate) / expm1(k * rate)
            total -= share / (k * 2.0**k)
        return exp(total)

    def update(
        self,
        gradient: Array,
        optimizer_state: Array,
        parameters: Array,
        t: int,
        learning_rate: float | Array,
    ) -> tuple[Array, Array]:
        """One step, along the momentum that the next one will have."""
        m = self.beta1 * optimizer_state[0] + (1.0 - self.beta1) * gradient
        v = self.beta2 * optimizer_state[1] + (1.0 - self.beta2) * (gradient * gradient)
        mu, after, product = self.momentum(t), self.momentum(t + 1), self.momentum_product(t)
        ahead = after / (1.0 - product * after) * m + (1.0 - mu) / (1.0 - product) * gradient
        root = np.sqrt(v * (1.0 / (1.0 - self.beta2**t)))
        return parameters - learning_rate * ahead / (root + self.eps), np.stack([m, v])
