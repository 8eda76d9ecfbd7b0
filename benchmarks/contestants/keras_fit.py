"""Keras: `Model.fit` and `Model.predict` on JAX, or on PyTorch where JAX is not installed."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "jax" if find_spec("jax") else "torch")
import keras

from ..workloads import Array, Workload

NAME = f"Keras ({keras.backend.backend()})"
VERSION = f"Keras {keras.__version__}"


def why_not(task: Workload, threads: int) -> str:
    if task.kind == "fit" and task.optimizer != "adam":
        return "takes part in the fits with Adam and the predictions"
    return "trains one network at a time" if task.kind == "many" else ""


def prepare(task: Workload, threads: int) -> Callable[[], Any]:
    model = network(task)
    if task.kind == "predict":
        if len(task.X) == 1:
            return lambda: np.asarray(model(task.X))
        return lambda: model.predict(task.X, batch_size=task.batch, verbose=0)
    optimizer = keras.optimizers.Adam(task.learning_rate, epsilon=1e-8)
    classes = task.loss == "cross_entropy"
    model.compile(
        optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        if classes
        else lambda y, a: 0.5 * keras.ops.mean((a - y) ** 2, axis=-1),
    )
    optimizer.build(model.trainable_variables)
    zeros = [np.array(variable) for variable in optimizer.variables]

    def fit() -> tuple[list[Array], list[Array]]:
        start(model, task)
        for variable, value in zip(optimizer.variables, zeros, strict=True):
            variable.assign(value)
        y = task.labels if classes else task.y
        model.fit(
            task.X, y, batch_size=task.batch, epochs=task.epochs, shuffle=task.shuffle, verbose=0
        )
        learned = model.get_weights()
        return learned[0::2], learned[1::2]

    return fit


def network(task: Workload) -> Any:
    names = ["linear" if f in ("identity", "softmax") else f for f in task.activations]
    layers = [keras.layers.Dense(o, f) for o, f in zip(task.sizes[1:], names, strict=True)]
    model = keras.Sequential([keras.Input((task.sizes[0],)), *layers])
    start(model, task)
    return model


def start(model: Any, task: Workload) -> None:
    model.set_weights([array for pair in zip(task.W, task.b, strict=True) for array in pair])
