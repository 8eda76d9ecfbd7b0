"""Layer normalisation."""

from typing import Any, final

import numpy as np

from ..random import Key
from ..rules import Rule, own, weight
from ..typing import Array
from .base import Activated, Views
from .normalisation import Normalisation, standardize, standardize_vjp


@final
class LayerNorm(Normalisation):
    """z = gamma x^ + beta; x^ has mean 0 and variance 1 over the units of each sample.

    The same in training and at evaluation, and the same for every batch size.

    Parameters
    ----------
    n : int
        Inputs and outputs.
    activation : str or Activation, default "identity"
        What follows.
    eps : float, default 1e-5
        Keeps the division finite; > 0.

    Notes
    -----
    Ba, Kiros & Hinton 2016.
    """

    latex = (
        r"a = f(\gamma \hat x + \beta),"
        r"\quad \hat x = \frac{x - \mu_i}{\sqrt{\sigma_i^2 + \varepsilon}}"
    )

    def pre_activation(self, views: Views, X: Array, key: Key | None) -> tuple[Array, Any]:
        """gamma x^ + beta."""
        x_hat, inverse_std, _, _ = standardize(X, 1, self.eps)
        return self.scale(views, x_hat), (x_hat, inverse_std)

    def backward_z(
        self, views: Views, cache: Activated, grad_z: Array
    ) -> tuple[Array, dict[str, Array]]:
        """Through each sample's own mean and variance."""
        x_hat, inverse_std = cache.memo
        grad = grad_z * views["gamma"]
        return standardize_vjp(x_hat, inverse_std, grad, 1), self.scale_gradients(x_hat, grad_z)

    # --- what explanations ask --------------------------------------------------------------

    def magnitude(self, views: Views, x: Array) -> Array:
        """gamma_j / s ([j = i] + 1/n + abs(x^_j x^_i) / n)."""
        x_hat, inverse_std = self.transform(views, x[None])[1].memo
        h, n = np.abs(x_hat[0]), self.n
        addends: Array = np.eye(n) + (1.0 + np.outer(h, h)) / n
        return np.abs(views["gamma"])[:, None] * inverse_std[0] * addends

    def jacobian_rule(self, views: Views, x: Array, j: int, i: int) -> Rule:
        """gamma_j ([j = i] - 1/n - x^_j x^_i / n) / s, with s = sqrt(variance + eps)."""
        _, inverse_std = self.transform(views, x[None])[1].memo
        letters = {
            "gamma": weight("gamma", j),
            "h": self.letter(views, x, j),
            "k": self.letter(views, x, i),
            "n": own("n", "n", self.n),
            "s": own("s", "s", 1.0 / inverse_std[0, 0]),
        }
        general = (
            "γ_j ([j = i] - 1/n - x̂_j x̂_i / n) / s",
            r"\frac{\gamma_j}{s}\left([j = i] - \frac1n - \frac{\hat x_j \hat x_i}{n}\right)",
        )
        same = int(i == j)
        return Rule(
            rf"\frac{{\gamma\,({same} - \frac{{1}}{{n}} - \frac{{h k}}{{n}})}}{{s}}",
            letters,
            "layer normalisation, {unit}",
            general,
        )
