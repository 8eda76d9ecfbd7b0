"""chainrule: `train`, `train_many` and `TrainingResult.predict`."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.engines import compiled_engine

from ..workloads import Array, Workload

NAME = "chainrule"
ENGINE = compiled_engine(1)[0]
VERSION = f"chainrule {cr.__version__} ({getattr(ENGINE, 'instruction_set', 'no compiled engine')})"


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

        def together() -> tuple[list[Array], list[Array]]:
            rates = task.learning_rate.tolist()
            settings = [
                {"initial": start, "optimizer": _optimizer(task, rate)}
                for start, rate in zip(starts, rates, strict=True)
            ]
            fits = cr.train_many(
                network, task.X, task.y, settings, threads=threads, **_common(task, engine)
            )
            learned = [_arrays(task, result.parameters) for result in fits]
            return (
                [np.stack([W[k] for W, _ in learned]) for k in range(len(task.W))],
                [np.stack([b[k] for _, b in learned]) for k in range(len(task.b))],
            )

        return together
    start = _parameters(network, task.W, task.b)
    return lambda: _arrays(task, fit(network, start, task.learning_rate).parameters)


def note(task: Workload) -> str:
    network = _network(task)
    member = [W[0] if task.kind == "many" else W for W in task.W]
    biases = [b[0] if task.kind == "many" else b for b in task.b]
    result = _fit(task, "auto", 1, network, _parameters(network, member, biases), epochs=0)
    notes = ["train_many"] if task.kind == "many" else []
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
    common = _common(task, engine)
    if epochs is not None:
        common["epochs"] = epochs
    return cr.train(
        network,
        task.X,
        task.y,
        optimizer=_optimizer(task, learning_rate),
        initial=start,
        threads=threads,
        **common,
    )


def _optimizer(task: Workload, learning_rate: float) -> cr.Optimizer:
    return cr.Adam(learning_rate) if task.optimizer == "adam" else cr.SGD(learning_rate)


def _common(task: Workload, engine: str) -> dict[str, Any]:
    return {
        "loss": task.loss,
        "epochs": task.epochs,
        "batch_size": task.batch,
        "shuffle": task.shuffle,
        "seed": 0,
        "engine": engine,
    }


def _arrays(task: Workload, learned: cr.Parameters) -> tuple[list[Array], list[Array]]:
    layers = [learned.layer(k) for k in range(len(task.W))]
    return [layer["W"] for layer in layers], [layer["b"] for layer in layers if task.b]
