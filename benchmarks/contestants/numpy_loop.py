"""NumPy as a tutorial writes it: a Python loop over the batches, whole-array operations."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..workloads import Array, Workload

NAME = "NumPy loop"
VERSION = f"NumPy {np.__version__}"


def why_not(task: Workload, threads: int) -> str:
    return ""


def prepare(task: Workload, threads: int) -> Callable[[], Any]:
    if task.kind == "predict":
        return lambda: np.concatenate(
            [forward(task, task.W, task.b, X)[-1] for X in blocks(task.X, task.batch)]
        )
    if task.kind == "many":

        def one_by_one() -> tuple[list[Array], list[Array]]:
            W, b = [w.copy() for w in task.W], [c.copy() for c in task.b]
            for i, rate in enumerate(task.learning_rate):
                train(task, [w[i] for w in W], [c[i] for c in b], rate)
            return W, b

        return one_by_one

    def fit() -> tuple[list[Array], list[Array]]:
        W, b = [w.copy() for w in task.W], [c.copy() for c in task.b]
        train(task, W, b, task.dtype.type(task.learning_rate))
        return W, b

    return fit


def train(task: Workload, W: list[Array], b: list[Array], rate: Any) -> None:
    """Change the parameters in place."""
    step = (adam if task.optimizer == "adam" else sgd)(W + b, rate)
    for rows in batches(task):
        step(gradient(task, W, b, task.X[rows], task.y[rows]))


def batches(task: Workload) -> Iterator[Any]:
    n, size = len(task.X), task.batch
    rng = np.random.default_rng(0)
    for _ in range(task.epochs):
        order = rng.permutation(n) if task.shuffle else None
        for s in range(0, n, size):
            yield slice(s, s + size) if order is None else order[s : s + size]


def blocks(X: Array, size: int) -> list[Array]:
    return [X[s : s + size] for s in range(0, len(X), size)]


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "softmax": softmax,
}
DERIVATIVES: dict[str, Callable[[Array], Array]] = {  # from the activation a
    "relu": lambda a: a > 0,
    "tanh": lambda a: 1 - a * a,
    "sigmoid": lambda a: a * (1 - a),
}


def forward(task: Workload, W: list[Array], b: list[Array], X: Array) -> list[Array]:
    """The inputs and the activations of every layer."""
    a = [X]
    for k, name in enumerate(task.activations):
        z = a[-1] @ W[k]
        a.append(ACTIVATIONS[name](z + b[k] if b else z))
    return a


def gradient(task: Workload, W: list[Array], b: list[Array], X: Array, y: Array) -> list[Array]:
    """Backpropagation: the gradients of W, then of b."""
    a = forward(task, W, b, X)
    delta = a[-1] - y
    if task.loss in ("mean_squared_error", "sum_squared_error"):
        delta = 2 * delta
    if not task.loss.startswith("sum"):
        delta /= len(X)
    if task.activations[-1] in DERIVATIVES and "cross_entropy" not in task.loss:
        delta = delta * DERIVATIVES[task.activations[-1]](a[-1])
    grad_W, grad_b = [], []
    for k in reversed(range(len(W))):
        grad_W.append(a[k].T @ delta)
        if b:
            grad_b.append(delta.sum(axis=0))
        if k:
            delta = (delta @ W[k].T) * DERIVATIVES[task.activations[k - 1]](a[k])
    return grad_W[::-1] + grad_b[::-1]


def sgd(parameters: list[Array], rate: Any) -> Callable[[list[Array]], None]:
    def step(gradients: list[Array]) -> None:
        for p, g in zip(parameters, gradients, strict=True):
            p -= rate * g

    return step


def adam(parameters: list[Array], rate: Any) -> Callable[[list[Array]], None]:
    m = [np.zeros_like(p) for p in parameters]
    v = [np.zeros_like(p) for p in parameters]
    t = 0

    def step(gradients: list[Array]) -> None:
        nonlocal t
        t += 1
        corrected = type(rate)(rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t))
        for k, g in enumerate(gradients):
            m[k] = 0.9 * m[k] + 0.1 * g
            v[k] = 0.999 * v[k] + 0.001 * (g * g)
            parameters[k] -= corrected * m[k] / (np.sqrt(v[k]) + 1e-8)

    return step
