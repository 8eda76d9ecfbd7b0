"""Adam, and AdamW."""

from dataclasses import KW_ONLY, dataclass
from math import sqrt
from typing import Literal, final

import numpy as np

from ..errors import require_choice
from ..typing import Array
from .base import MomentOptimizer


@final
@dataclass(frozen=True)
class Adam(MomentOptimizer):
    """m and v average the gradient and its square; p <- p - eta m^ / (sqrt(v^) + eps).

    m^ = m / (1 - beta1^t) and v^ = v / (1 - beta2^t) make up for the start at 0.

    Parameters
    ----------
    learning_rate : float, default 0.001
        About the length of a step; > 0.
    beta1, beta2 : float, default 0.9 and 0.999
        How much of each average is kept; in [0, 1).
    eps : float, default 1e-8
        Keeps the division finite; > 0.
    epsilon : {"outside", "hat"}, default "outside"
        "outside" is Algorithm 1 of the paper, above. "hat" is the variant of the paper's section 2,
        p <- p - eta sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + eps), which scikit-learn and
        TensorFlow use: there eps counts for more in the first updates.
    """

    learning_rate: float = 0.001
    _: KW_ONLY
    epsilon: Literal["outside", "hat"] = "outside"

    source = "Kingma & Ba 2015"

    @property
    def latex(self) -> str:
        """The update in the form that `epsilon` names."""
        step = (
            r"p \leftarrow p - \eta \frac{m / (1 - \beta_1^t)}"
            r"{\sqrt{v / (1 - \beta_2^t)} + \varepsilon}"
        )
        if self.epsilon == "hat":
            step = (
                r"p \leftarrow p - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}"
                r" \frac{m}{\sqrt{v} + \hat\varepsilon}"
            )
        moments = (
            r"m \leftarrow \beta_1 m + (1 - \beta_1) g,"
            r"\quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2"
        )
        return rf"{moments},\quad {step}"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_choice("epsilon", self.epsilon, ("outside", "hat"), "be 'outside' or 'hat'")

    def update(
        self,
        gradient: Array,
        optimizer_state: Array,
        parameters: Array,
        t: int,
        learning_rate: float | Array,
    ) -> tuple[Array, Array]:
        """One step of about the same length for every parameter."""
        m = self.beta1 * optimizer_state[0] + (1.0 - self.beta1) * gradient
        v = self.beta2 * optimizer_state[1] + (1.0 - self.beta2) * (gradient * gradient)
        c1, c2 = 1.0 - self.beta1**t, 1.0 - self.beta2**t
        # Both forms are eta / c1 * m / (sqrt(v) / sqrt(c2) + e): "hat" has e = eps / sqrt(c2).
        root = sqrt(c2)
        eps = self.eps if self.epsilon == "outside" else self.eps / root
        step = (learning_rate / c1) * m / (np.sqrt(v) * (1.0 / root) + eps)
        return parameters - step, np.stack([m, v])


def AdamW(learning_rate: float = 0.001, *, weight_decay: float = 0.01, **others: float) -> Adam:
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019).

    Parameters
    ----------
    learning_rate : float, default 0.001
        About the length of a step; > 0.
    weight_decay : float, default 0.01
        What each update takes off a weight, in units of learning_rate * weight.
    **others
        `Adam`'s other parameters.
    """
    return Adam(learning_rate, weight_decay=weight_decay, **others)  # type: ignore[arg-type]
