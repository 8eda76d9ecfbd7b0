"""chainrule: `train` and `TrainingResult.predict`."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

import chainrule as cr

from ..workloads import Array, Workload

NAME = "chainrule"
VERSION = f"chainrule {cr.__version__}"


def why_not(task: Workload, threads: int) -> str:
    return ""


def prepare(task: Workload, threads: int, engine: str = "auto") -> Callable[[], Any]:
    network, fit = _network(task), partial(_fit, task, engine, threads)
    if task.kind == "predict":
        return partial(fit(network, _parameters(network, task.W, task.b)).predict, task.X)
    if task.kind == "many":
        starts = [
            _parameters(network, [W[i] for W in task.W], [b[i] for b in task.b])
            for i in range(task.networks)
        ]

        def one_by_one() -> tuple[list[Array], list[Array]]:
            rates = task.learning_rate.tolist()
            fits = [fit(network, start, r) for start, r in zip(starts, rates, strict=True)]
            learned = [_arrays(task, result.parameters) for result in fits]
            return (
                [np.stack([W[k] for W, _ in learned]) for k in range(len(task.W))],
                [np.stack([b[k] for _, b in learned]) for k in range(len(task.b))],
            )

        return one_by_one
    start = _parameters(network, task.W, task.b)
    return lambda: _arrays(task, fit(network, start, task.learning_rate).parameters)


def note(task: Workload) -> str:
    network = _network(task)
    member = [W[0] if task.kind == "many" else W for W in task.W]
    biases = [b[0] if task.kind == "many" else b for b in task.b]
    result = _fit(task, "auto", 1, network, _parameters(network, member, biases), epochs=0)
    notes = ["single fits, one after the other"] if task.kind == "many" else []
    if result.engine != "compiled":
        notes.append(f"{result.engine} engine: {result.engine_reason}")
    return "; ".join(notes)


def _network(task: Workload) -> cr.Network:
    layers = zip(pairwise(task.sizes), task.activations, strict=True)
    return cr.Network([cr.Dense(i, o, f, bias=bool(task.b)) for (i, o), f in layers])


def _parameters(network: cr.Network, W: list[Array], b: list[Array]) -> cr.Parameters:
    arrays = [array.ravel() for k in range(len(W)) for array in (W[k], *b[k : k + 1])]
    return cr.Parameters(network.layout, np.concatenate(arrays))


def _fit(
    task: Workload,
    engine: str,
    threads: int,
    network: cr.Network,
    start: cr.Parameters,
    learning_rate: float = 1.0,
    epochs: int | None = None,
) -> cr.TrainingResult:
    return cr.train(
        network,
        task.X,
        task.y,
        loss=task.loss,
        optimizer=cr.Adam(learning_rate) if task.optimizer == "adam" else cr.SGD(learning_rate),
        epochs=task.epochs if epochs is None else epochs,
        batch_size=task.batch,
        shuffle=task.shuffle,
        seed=0,
        initial=start,
        engine=engine,
        threads=threads,
    )


def _arrays(task: Workload, learned: cr.Parameters) -> tuple[list[Array], list[Array]]:
    layers = [learned.layer(k) for k in range(len(task.W))]
    return [layer["W"] for layer in layers], [layer["b"] for layer in layers if task.b]
