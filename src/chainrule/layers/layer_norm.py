"""Layer normalisation."""

from typing import Any, final

from ..random import Key
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
