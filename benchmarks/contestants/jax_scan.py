"""JAX: the whole fit is one compiled function, a scan over batches within a scan over epochs."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..workloads import Array, Workload

NAME = "JAX scan"
VERSION = f"JAX {jax.__version__}"

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")


def why_not(task: Workload, threads: int) -> str:
    return ""


def prepare(task: Workload, threads: int) -> Callable[[], Any]:
    X, y = jnp.asarray(task.X), jnp.asarray(task.y)
    start = ([jnp.asarray(w) for w in task.W], [jnp.asarray(c) for c in task.b])
    if task.kind == "predict":
        outputs = jax.jit(lambda P, X: forward(task, P, X))
        n, size = len(task.X), task.batch
        parts = [task.X[s : s + size] for s in range(0, n, size)]
        return lambda: np.concatenate([np.asarray(outputs(start, part)) for part in parts])
    fit = fit_of(task)
    if task.kind == "many":
        fit = jax.vmap(fit, in_axes=(0, 0, None, None))
    compiled = jax.jit(fit)
    rate = jnp.asarray(np.asarray(task.learning_rate, task.dtype))

    def run() -> tuple[list[Array], list[Array]]:
        W, b = compiled(start, rate, X, y)
        return [np.asarray(w) for w in W], [np.asarray(c) for c in b]

    return run


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
}


def forward(task: Workload, P: Any, a: Any) -> Any:
    """The outputs; before the last activation where the loss takes that (as logits)."""
    W, b = P
    for k, name in enumerate(task.activations):
        a = a @ W[k] + b[k] if b else a @ W[k]
        last = k == len(task.activations) - 1
        if name in ACTIVATIONS and not (last and "cross_entropy" in task.loss):
            a = ACTIVATIONS[name](a)
    return a


def loss(task: Workload, P: Any, X: Any, y: Any) -> Any:
    a = forward(task, P, X)
    if task.loss == "cross_entropy":
        return -(jax.nn.log_softmax(a) * y).sum(axis=1).mean()
    if task.loss == "binary_cross_entropy":
        return (jnp.logaddexp(0.0, a) - a * y).mean()
    squares = (a - y) ** 2
    if task.loss == "sum_squared_error":
        return squares.sum()
    return (0.5 if task.loss.startswith("half") else 1.0) * squares.mean()


def fit_of(task: Workload) -> Callable[[Any, Any, Any, Any], Any]:
    """fit(initial parameters, learning rate, X, y) of a workload."""
    n, size = len(task.X), task.batch
    whole = n // size * size
    gradient = jax.grad(lambda P, X, y: loss(task, P, X, y))
    one = task.dtype.type(1)

    def update(carry: Any, X: Any, y: Any, rate: Any) -> Any:
        P, m, v, t = carry
        g = gradient(P, X, y)
        if task.optimizer == "sgd":
            return jax.tree.map(lambda p, g: p - rate * g, P, g), m, v, t
        t = t + one
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        corrected = rate * jnp.sqrt(one - 0.999**t) / (one - 0.9**t)
        P = jax.tree.map(lambda p, m, v: p - corrected * m / (jnp.sqrt(v) + 1e-8), P, m, v)
        return P, m, v, t

    def fit(P: Any, rate: Any, X: Any, y: Any) -> Any:
        def on_slices(carry: Any, _: Any) -> Any:
            parts = (
                X[:whole].reshape(-1, size, X.shape[1]),
                y[:whole].reshape(-1, size, y.shape[1]),
            )
            carry, _ = lax.scan(lambda c, xy: (update(c, *xy, rate), None), carry, parts)
            return (update(carry, X[whole:], y[whole:], rate) if whole < n else carry), None

        def on_orders(carry: Any, key: Any) -> Any:
            order = jax.random.permutation(key, n)
            parts = order[:whole].reshape(-1, size)
            carry, _ = lax.scan(
                lambda c, rows: (update(c, X[rows], y[rows], rate), None), carry, parts
            )
            rest = order[whole:]
            return (update(carry, X[rest], y[rest], rate) if whole < n else carry), None

        zeros = jax.tree.map(jnp.zeros_like, P) if task.optimizer == "adam" else None
        start = (P, zeros, zeros, task.dtype.type(0))
        if task.shuffle:
            keys = jax.random.split(jax.random.key(0), task.epochs)
            return lax.scan(on_orders, start, keys)[0][0]
        return lax.scan(on_slices, start, None, length=task.epochs)[0][0]

    return fit
