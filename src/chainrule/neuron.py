"""One neuron, for people."""

from typing import Any, final

import numpy as np

from .activations import ACTIVATIONS, Activation
from .errors import DataError, ShapeError, require_number, shown
from .typing import Array, ArrayLike, float_array


@final
class Neuron:
    """a = f(x . w + b): multiplies, sums, activates.

    Parameters
    ----------
    weights : array_like, shape (n_in,)
        One weight for each input.
    bias : float, default 0
        What is added to the sum.
    activation : str or Activation, default "identity"
        The function f.

    Raises
    ------
    DataError, InvalidValueError
        If a weight or the bias is not finite.

    Examples
    --------
    >>> from chainrule import Neuron
    >>> Neuron([0, 1], 4, "sigmoid")([2, 3])
    0.9990889488055994
    >>> Neuron([1, -1, 5], activation="relu")([2, 3, 4])
    19.0
    """

    def __init__(
        self,
        weights: ArrayLike,
        bias: float = 0.0,
        activation: str | Activation = "identity",
    ) -> None:
        self.weights: Array = np.atleast_1d(float_array("weights", weights, np.float64))
        require_number("bias", bias)
        self.bias = float(bias)
        self.activation = ACTIVATIONS.get_object(activation)
        if self.weights.ndim != 1:
            raise ShapeError(f"weights has the shape {self.weights.shape}, but must be a vector")
        if not np.isfinite(self.weights).all():
            raise DataError(f"weights (={shown(weights)}) must be finite")

    def pre_activation(self, x: ArrayLike) -> Any:
        """z = x . w + b, for one input of shape (n_in,) or for rows of shape (n, n_in)."""
        X = float_array("x", x, np.float64)
        if X.ndim == 0 or X.shape[-1] != len(self.weights):
            raise ShapeError(
                f"x has the shape {X.shape}, but the neuron has {len(self.weights)} weights"
            )
        with np.errstate(over="ignore", invalid="ignore"):  # as everywhere: infinite, or nan
            return X @ self.weights + self.bias

    def __call__(self, x: ArrayLike) -> Any:
        """a = f(z): a float for one input, an array of shape (n,) for rows."""
        z = np.asarray(self.pre_activation(x))
        a = self.activation.value(z.reshape(-1, 1)).reshape(z.shape)
        return float(a) if a.ndim == 0 else a

    def __repr__(self) -> str:
        name = self.activation.name
        return f"Neuron({self.weights.tolist()}, {self.bias!r}, {name!r})"
