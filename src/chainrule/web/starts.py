"""Settings to begin with: one for each data set, and what lessons change of them."""

from typing import Any, NamedTuple

import numpy as np


class DatasetEntry(NamedTuple):
    """A data set as a page lists it."""

    name: str
    title: str
    task: str
    inputs: list[str]
    fields: list[str]
    group: str


_SHAPE = ["n", "noise", "seed", "validation"]
_XX = ["x1", "x2"]
DATASETS = [
    DatasetEntry("circle", "Circle", "binary", _XX, _SHAPE, "shapes"),
    DatasetEntry("xor", "Exclusive or", "binary", _XX, _SHAPE, "shapes"),
    DatasetEntry("gauss", "Two clouds", "binary", _XX, _SHAPE, "shapes"),
    DatasetEntry("spiral", "Spiral", "binary", _XX, _SHAPE, "shapes"),
    DatasetEntry("moons", "Moons", "binary", _XX, _SHAPE, "shapes"),
    DatasetEntry("line", "Line", "regression", ["x"], _SHAPE, "curves"),
    DatasetEntry("wave", "Wave", "regression", ["x"], _SHAPE, "curves"),
    DatasetEntry(
        "formula", "A formula", "regression", ["x"], ["formula", "low", "high", *_SHAPE], "curves"
    ),
    DatasetEntry("lesson_line", "Lesson: the line", "regression", ["x"], [], "lessons"),
    DatasetEntry(
        "lesson_people", "Lesson: the people", "binary", ["weight", "height"], [], "lessons"
    ),
    DatasetEntry(
        "lesson_iris", "Lesson: the irises", "binary", ["sepal length", "petal length"], [],
        "lessons",
    ),
    DatasetEntry("equation", "Lesson: the equation", "regression", ["256", "212"], [], "lessons"),
    DatasetEntry("points", "Drawn by hand", "binary", _XX, ["task", "seed", "validation"], "own"),
    DatasetEntry(
        "table", "A table", "classes", [], ["target", "features", "seed", "validation"], "own"
    ),
]  # fmt: skip
"""The data sets, in the order in which they are listed."""


def _dense(units: int, activation: str) -> dict[str, Any]:
    return {"kind": "dense", "units": units, "activation": activation}


_CLASSES: dict[str, Any] = {
    "layers": [_dense(4, "tanh"), _dense(2, "tanh"), _dense(1, "sigmoid")],
    "loss": {"name": "binary_cross_entropy"},
    "optimizer": {"type": "SGD", "learning_rate": 0.3, "momentum": 0.9},
    "batch_size": 16,
}
_CURVE: dict[str, Any] = {
    "layers": [_dense(8, "tanh"), _dense(1, "identity")],
    "loss": {"name": "mean_squared_error"},
    "optimizer": {"type": "Adam", "learning_rate": 0.02},
    "batch_size": 16,
}
_LINE: dict[str, Any] = {
    "layers": [_dense(1, "identity")],
    "loss": {"name": "half_mean_squared_error"},
    "optimizer": {"type": "SGD", "learning_rate": 0.1},
    "batch_size": "full",
}
_SPIRAL = {**_CLASSES, "layers": [_dense(8, "tanh"), _dense(8, "tanh"), _dense(1, "sigmoid")]}
_SPIRAL["optimizer"] = {"type": "Adam", "learning_rate": 0.02}


def _initial(seed: int, names: list[str]) -> dict[str, float]:
    """The weights that a lesson draws, one after the other."""
    draw = np.random.RandomState(seed)
    return {name: float(draw.normal()) for name in names}


def _lesson_line() -> dict[str, Any]:
    """One neuron, two points: as the lesson of the line trains it."""
    draw = np.random.RandomState(42)
    draw.rand(2, 1)
    start = {"layers[0].W[0, 0]": float(draw.randn()), "layers[0].b[0]": float(draw.randn())}
    return {**_LINE, "data": {"kind": "lesson_line"}, "initial": start}


def _lesson_people() -> dict[str, Any]:
    """Four people and a 2-2-1 network: as the lesson of the people trains it."""
    names = ["w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"]
    return {
        "data": {"kind": "lesson_people"},
        "layers": [_dense(2, "sigmoid"), _dense(1, "sigmoid")],
        "loss": {"name": "mean_squared_error"},
        "optimizer": {"type": "SGD", "learning_rate": 0.1},
        "batch_size": 1,
        "shuffle": False,
        "initial": _initial(44, names),
    }


def _lesson_iris() -> dict[str, Any]:
    """Two kinds of irises and one neuron: as the lesson of the irises trains it."""
    return {
        "data": {"kind": "lesson_iris"},
        "layers": [{**_dense(1, "sigmoid"), "initializer": "zeros"}],
        "loss": {"name": "mean_absolute_error"},
        "optimizer": {"type": "SGD", "learning_rate": 0.5},
        "batch_size": "full",
    }


def _shape(kind: str, more: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {**more, "data": {"kind": kind, "n": 200, "validation": 0.3, **data}}


_POINTS = [[-0.5, -0.4, 0.0], [-0.3, 0.2, 0.0], [0.4, 0.3, 1.0], [0.6, -0.2, 1.0]]
_STARTS: dict[str, dict[str, Any]] = {
    "circle": _shape("circle", _CLASSES),
    "xor": _shape("xor", _CLASSES),
    "gauss": _shape("gauss", _CLASSES),
    "spiral": _shape("spiral", _SPIRAL),
    "moons": _shape("moons", _CLASSES),
    "line": _shape("line", _LINE),
    "wave": _shape("wave", _CURVE),
    "formula": _shape("formula", _CURVE, formula="sin(5x) * x"),
    "lesson_line": _lesson_line(),
    "lesson_people": _lesson_people(),
    "lesson_iris": _lesson_iris(),
    "iris_perceptron": {
        "data": {"kind": "lesson_iris"},
        "learner": {"name": "perceptron_rule", "learning_rate": 0.01},
    },
    "equation": {
        "data": {"kind": "equation"},
        "learner": {"name": "guessing"},
        "seed": 1,
    },
    "equation_in_turn": {"data": {"kind": "equation"}, "learner": {"name": "alternating"}},
    "points": {**_CLASSES, "data": {"kind": "points", "points": _POINTS}},
    "table": {},
}


def start(name: str) -> dict[str, Any]:
    """What to change of the settings to begin with a data set, or with a step of a lesson.

    Examples
    --------
    >>> start("lesson_line")["optimizer"]
    {'type': 'SGD', 'learning_rate': 0.1}
    """
    always = {"learner": {"name": "gradient"}, "initial": None, "shuffle": True, "epochs": None}
    return {**always, **_STARTS[name]}


def table_settings(task: str) -> dict[str, Any]:
    """Layers and all else for a table, by its task."""
    output = _dense(1, "softmax" if task == "classes" else "identity")
    return {
        "layers": [_dense(8, "tanh"), output],
        "loss": {"name": "cross_entropy" if task == "classes" else "mean_squared_error"},
        "optimizer": {"type": "Adam", "learning_rate": 0.01},
        "batch_size": 32,
    }
