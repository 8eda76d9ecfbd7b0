"""The perceptron rule: learn from every mistake, and from nothing else."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import (
    ChainruleError,
    DataError,
    InvalidValueError,
    ShapeError,
    items_of,
    require_integer,
    require_number,
    shown,
)
from ..neuron import Neuron
from ..typing import Array, ArrayLike, IntArray, float_array


@dataclass(frozen=True)
class PerceptronFit:
    """A threshold neuron and how it was learned.

    Attributes
    ----------
    weights : ndarray, shape (epochs + 1, n_in)
        The start and the weights after every epoch.
    biases : ndarray, shape (epochs + 1,)
        The biases alike.
    errors : ndarray, shape (epochs,)
        How many rows were taken for the wrong class in each epoch, each counted as it was met.
    """

    weights: Array
    biases: Array
    errors: IntArray

    @property
    def neuron(self) -> Neuron:
        """The neuron after the last epoch."""
        return Neuron(self.weights[-1], float(self.biases[-1]), "step")

    @property
    def separated(self) -> bool:
        """Whether the last epoch had no mistake, so that the classes are told apart for good."""
        return len(self.errors) > 0 and self.errors[-1] == 0


def perceptron_rule(
    X: ArrayLike,
    y: ArrayLike,
    *,
    learning_rate: float = 1.0,
    epochs: int = 10,
    initial: tuple[ArrayLike, float] | None = None,
) -> PerceptronFit:
    """Train a threshold neuron row by row: w <- w + eta (y - a) x, b <- b + eta (y - a).

    a = step(w . x + b) with step(0) = 1, so only mistakes change anything. If a line separates the
    classes, the number of mistakes is finite (Novikoff 1962); if none does, the weights never
    rest. From zeros, the learning rate scales the weights and changes no decision.

    Parameters
    ----------
    X : array_like, shape (n, n_in)
        The inputs; they are met in their order, in every epoch.
    y : array_like, shape (n,)
        The classes, 0 or 1.
    learning_rate : float, default 1
        The eta; > 0.
    epochs : int, default 10
        How often to go through all rows.
    initial : (weights, bias), optional
        Where to start; zeros by default.

    Returns
    -------
    PerceptronFit

    Raises
    ------
    ShapeError, DataError, InvalidValueError
        If the shapes do not fit, a number is not finite, or a class is neither 0 nor 1.

    Notes
    -----
    Rosenblatt 1958.

    Examples
    --------
    >>> from chainrule.gradient_free import perceptron_rule
    >>> fit = perceptron_rule([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])
    >>> fit.errors.tolist(), fit.neuron
    ([2, 3, 3, 2, 1, 0, 0, 0, 0, 0], Neuron([2.0, 1.0], -3.0, 'step'))
    """
    X, y = float_array("X", X, np.float64), float_array("y", y, np.float64)
    if X.ndim != 2 or len(X) == 0:
        raise ShapeError(f"X has the shape {X.shape}, but must have rows and columns")
    if y.shape != (len(X),):
        raise ShapeError(f"y has the shape {y.shape}, but X has {len(X)} rows")
    if not np.isfinite(X).all():
        raise DataError("X must be finite; fill or drop missing values first")
    if not np.isin(y, (0.0, 1.0)).all():
        raise InvalidValueError(f"y must be 0 or 1, but has the values {np.unique(y)[:5].tolist()}")
    require_number("learning_rate", learning_rate, above=0)
    require_integer("epochs", epochs, at_least=0)
    learning_rate = float(learning_rate)
    start = Neuron(np.zeros(X.shape[1])) if initial is None else _start(initial)
    if len(start.weights) != X.shape[1]:
        raise ShapeError(f"initial has {len(start.weights)} weights, but X {X.shape[1]} columns")

    w, b = start.weights.copy(), start.bias
    weights, biases, errors = [w.copy()], [b], []
    for _ in range(epochs):
        mistakes = 0
        for x, target in zip(X, y, strict=True):
            a = 1.0 if x @ w + b >= 0 else 0.0
            if a != target:
                w += learning_rate * (target - a) * x
                b += learning_rate * (target - a)
                mistakes += 1
        weights.append(w.copy())
        biases.append(b)
        errors.append(mistakes)
    return PerceptronFit(np.array(weights), np.array(biases), np.array(errors, dtype=np.int64))


def _start(initial: Any) -> Neuron:
    """The neuron of weights and a bias."""
    pair = items_of("initial", initial, "(weights, bias)")
    if len(pair) != 2:
        raise InvalidValueError(f"initial (={shown(initial)}) must be (weights, bias)")
    try:
        return Neuron(*pair)
    except ChainruleError as error:
        raise type(error)(f"initial: {error}") from None
