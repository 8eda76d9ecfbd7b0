"""Whether a contestant did the work: the loss of what it learned, in float64."""

from typing import Any

import numpy as np

from .workloads import Array, Workload

_ROWS = 4096
"""Rows at once, so that the check takes little memory."""


def final_loss(task: Workload, answer: Any) -> float:
    """The loss on all rows of the parameters (W, b) that were learned, or of the predictions."""
    total = 0.0
    for start in range(0, len(task.X), _ROWS):
        rows = slice(start, start + _ROWS)
        if task.kind == "predict":
            outputs = np.asarray(answer, np.float64).reshape(task.y.shape)
            total += float(_losses(task, outputs[rows], task.y[rows]).sum())
        else:
            z = _pre_activation(task, *answer, task.X[rows])
            total += float(_losses(task, z, task.y[rows]).sum())
    if task.loss.startswith("sum"):
        return total
    return total / (len(task.X) * task.networks)


def _pre_activation(task: Workload, W: Any, b: Any, X: Array) -> Array:
    """z of the last layer; with many networks, of each of them."""
    a = X.astype(np.float64)
    for k, start in enumerate(task.W):
        z = a @ np.asarray(W[k], np.float64).reshape(start.shape)
        if task.b:
            z = z + np.asarray(b[k], np.float64).reshape(task.b[k].shape)[..., None, :]
        a = z if k == len(task.W) - 1 else _ACTIVATIONS[task.activations[k]](z)
    return a


_ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": lambda z: np.maximum(z, 0.0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 0.5 + 0.5 * np.tanh(0.5 * z),
}


def _losses(task: Workload, z: Array, y: Array) -> Array:
    """The loss of every row."""
    if task.loss == "cross_entropy":
        top = z.max(axis=-1, keepdims=True)
        return top[..., 0] + np.log(np.exp(z - top).sum(axis=-1)) - (z * y).sum(axis=-1)
    if task.loss == "binary_cross_entropy":
        return (np.logaddexp(0.0, z) - z * y).sum(axis=-1)
    factor = 0.5 if task.loss.startswith("half") else 1.0
    a = _ACTIVATIONS[task.activations[-1]](z)
    return factor * ((a - y) ** 2).sum(axis=-1)


def tolerance(task: Workload) -> float:
    """How far, relatively, a final loss may be from the judge's.

    Float64 keeps ten digits or more over these fits. In float32, rounding errors grow along the
    path, and Adam divides small gradients by small numbers. Another order of the rows is another
    path to about the same place.
    """
    if task.shuffle:
        return 0.2
    if task.dtype == np.float64:
        return 1e-6
    return 1e-5 if task.kind == "predict" else 0.05


def verdict(task: Workload, loss: float, expected: float) -> str:
    """An empty string if a final loss is right, else what is wrong with it."""
    if abs(loss - expected) <= tolerance(task) * abs(expected):
        return ""
    return f"computes something else: final loss {loss:.6g}, expected {expected:.6g}"
