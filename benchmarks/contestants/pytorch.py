"""PyTorch, eager: fused optimizers, slices of tensors; torch.func for many networks."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..workloads import Array, Workload

NAME = "PyTorch eager"
VERSION = f"PyTorch {torch.__version__}"


def why_not(task: Workload, threads: int) -> str:
    return ""


def prepare(task: Workload, threads: int) -> Callable[[], Any]:
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    if task.kind == "predict":
        W, b = tensors(task.W), tensors(task.b)

        def predict() -> Array:
            with torch.inference_mode():
                X = torch.from_numpy(task.X)
                return torch.cat(
                    [forward(task, W, b, part) for part in X.split(task.batch)]
                ).numpy()

        return predict
    X = torch.from_numpy(task.X)
    y = torch.from_numpy(task.labels if task.loss == "cross_entropy" else task.y)
    return (lambda: many(task, X, y)) if task.kind == "many" else (lambda: fit(task, X, y))


def tensors(arrays: list[Array]) -> list[Tensor]:
    return [torch.from_numpy(array.copy()) for array in arrays]


def arrays(found: list[Tensor], n: int) -> tuple[list[Array], list[Array]]:
    learned = [t.detach().numpy() for t in found]
    return learned[:n], learned[n:]


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "half_mean_squared_error": lambda a, y: 0.5 * functional.mse_loss(a, y),
    "mean_squared_error": functional.mse_loss,
    "sum_squared_error": lambda a, y: functional.mse_loss(a, y, reduction="sum"),
    "cross_entropy": functional.cross_entropy,
    "binary_cross_entropy": functional.binary_cross_entropy_with_logits,
}


def forward(task: Workload, W: Any, b: Any, a: Tensor) -> Tensor:
    """The outputs; before the last activation where the loss takes that (as logits)."""
    for k, name in enumerate(task.activations):
        a = torch.addmm(b[k], a, W[k]) if b else a @ W[k]
        last = k == len(task.activations) - 1
        if name in ACTIVATIONS and not (last and "cross_entropy" in task.loss):
            a = ACTIVATIONS[name](a)
    return a


def fit(task: Workload, X: Tensor, y: Tensor) -> tuple[list[Array], list[Array]]:
    W, b, loss = tensors(task.W), tensors(task.b), LOSSES[task.loss]
    parameters = [p.requires_grad_() for p in W + b]
    rule = torch.optim.Adam if task.optimizer == "adam" else torch.optim.SGD
    optimizer = rule(parameters, lr=task.learning_rate, fused=True)
    generator = torch.Generator().manual_seed(0)
    for _ in range(task.epochs):
        order = torch.randperm(len(X), generator=generator) if task.shuffle else None
        for s in range(0, len(X), task.batch):
            rows = slice(s, s + task.batch) if order is None else order[s : s + task.batch]
            optimizer.zero_grad(set_to_none=True)
            loss(forward(task, W, b, X[rows]), y[rows]).backward()
            optimizer.step()
    return arrays(parameters, len(W))


def many(task: Workload, X: Tensor, y: Tensor) -> tuple[list[Array], list[Array]]:
    """All networks at once: the gradient of one, mapped over the first axis."""
    n = len(task.W)

    def loss(*parameters: Tensor) -> Tensor:
        return LOSSES[task.loss](forward(task, parameters[:n], parameters[n:], X), y)

    parameters = tensors(task.W + task.b)
    positions = tuple(range(len(parameters)))
    gradient = torch.func.vmap(torch.func.grad(loss, argnums=positions))
    rate = torch.from_numpy(np.asarray(task.learning_rate))
    rates = [rate.reshape(-1, *[1] * (p.ndim - 1)) for p in parameters]
    for _ in range(task.epochs):
        for p, g, r in zip(parameters, gradient(*parameters), rates, strict=True):
            p.sub_(r * g)
    return arrays(parameters, n)
