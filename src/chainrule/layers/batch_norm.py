"""Batch normalisation."""

from typing import Any, final

import numpy as np

from ..activations import Activation
from ..errors import require_number
from ..parameters import ParameterSpec
from ..random import Key
from ..rules import Rule, own, weight
from ..typing import Array
from .base import Activated, Views
from .normalisation import Normalisation, standardize, standardize_vjp


@final
class BatchNorm(Normalisation):
    """z = gamma x^ + beta; x^ has mean 0 and variance 1 over the batch, for every unit.

    At evaluation the mean and the variance are running ones, updated after each training pass:
    r <- momentum r + (1 - momentum) batch's (the variance of the batch with n - 1). Sample weights
    do not enter. A frozen layer uses the running ones in training, too.

    Parameters
    ----------
    n : int
        Inputs and outputs.
    activation : str or Activation, default "identity"
        What follows.
    eps : float, default 1e-5
        Keeps the division finite; > 0.
    momentum : float, default 0.9
        How much of the running statistics is kept; in [0, 1).

    Notes
    -----
    Ioffe & Szegedy 2015.
    """

    latex = (
        r"a = f(\gamma \hat x + \beta),"
        r"\quad \hat x = \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}}"
    )

    at_evaluation = "batch normalisation is at evaluation: it uses its running statistics"

    def __init__(
        self,
        n: int,
        activation: str | Activation = "identity",
        *,
        eps: float = 1e-5,
        momentum: float = 0.9,
    ) -> None:
        super().__init__(n, activation, eps=eps)
        require_number("momentum", momentum, at_least=0, below=1)
        self.momentum = float(momentum)

    def config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().config(), "momentum": self.momentum}

    def specs(self) -> dict[str, ParameterSpec]:
        """gamma, beta, and the running mean and variance, which no gradient changes."""
        running = ParameterSpec((self.n,), penalised=False, trainable=False)
        return {**super().specs(), "mean": running, "variance": running}

    def initial(self, seed: int, position: int) -> dict[str, Array]:
        """gamma = 1, beta = 0, running mean 0 and variance 1."""
        running = {"mean": np.zeros(self.n), "variance": np.ones(self.n)}
        return {**super().initial(seed, position), **running}

    def pre_activation(self, views: Views, X: Array, key: Key | None) -> tuple[Array, Any]:
        """gamma x^ + beta, by the batch's statistics in training and by the running ones else."""
        if key is None:
            inverse_std = 1.0 / np.sqrt(views["variance"] + self.eps)
            x_hat = (X - views["mean"]) * inverse_std
            return self.scale(views, x_hat), (x_hat, inverse_std, None)
        x_hat, inverse_std, mean, variance = standardize(X, 0, self.eps)
        return self.scale(views, x_hat), (x_hat, inverse_std, (mean[0], variance[0]))

    def backward_z(
        self, views: Views, cache: Activated, grad_z: Array
    ) -> tuple[Array, dict[str, Array]]:
        """Through the batch's mean and variance in training; a mere scaling at evaluation."""
        x_hat, inverse_std, batch = cache.memo
        gradients = self.scale_gradients(x_hat, grad_z)
        gradients.update({k: np.zeros(self.n, grad_z.dtype) for k in ("mean", "variance")})
        grad = grad_z * views["gamma"]
        if batch is None:
            return grad * inverse_std, gradients
        return standardize_vjp(x_hat, inverse_std, grad, 0), gradients

    def statistics(self, views: Views, cache: Activated) -> dict[str, Array]:
        """The running mean and variance after this batch."""
        batch = cache.memo[2]
        if batch is None:
            return {}
        n = len(cache.X)
        mean, variance = batch[0], batch[1] * (n / max(n - 1, 1))
        keep = self.momentum
        return {
            "mean": keep * views["mean"] + (1.0 - keep) * mean,
            "variance": keep * views["variance"] + (1.0 - keep) * variance,
        }

    # --- what explanations ask --------------------------------------------------------------

    def jacobian(self, views: Views, x: Array) -> Array:
        """dz_j/dx_j = gamma_j / sqrt(variance_j + eps), with the running variance."""
        scale: Array = views["gamma"] * (1.0 / np.sqrt(views["variance"] + self.eps))
        return scale

    def jacobian_rule(self, views: Views, x: Array, j: int, i: int) -> Rule:
        """The same as a formula."""
        letters = {
            "gamma": weight("gamma", j),
            "v": own("variance", r"\sigma^2", views["variance"][j], j),
            "varepsilon": own("ε", r"\varepsilon", self.eps),
        }
        return Rule(
            r"\frac{\gamma}{\sqrt{v + \varepsilon}}",
            letters,
            "batch normalisation by its running statistics, {unit}",
            ("γ / √(variance + ε)", r"\frac{\gamma}{\sqrt{\sigma^2 + \varepsilon}}"),
        )

    def why_no_gradient(self, key: str) -> str:
        """The running statistics have none."""
        if key not in ("mean", "variance"):
            return super().why_no_gradient(key)
        return (
            "is a running statistic: it follows the data and no gradient, and its derivative is "
            "not computed"
        )
