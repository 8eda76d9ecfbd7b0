"""The rows that a playground learns from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from ..errors import DataError, InvalidValueError, require, require_integer, require_number
from ..losses import Loss
from ..random import Purpose, check_seed, normal, permutation, uniform
from ..tables import TrainingSet
from ..typing import Array
from .formula import parse_formula

Task = Literal["binary", "classes", "regression"]


def _no_rows() -> Array:
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class PlaygroundData:
    """Rows to learn from and rows held out, and what they are called.

    Attributes
    ----------
    X, y : ndarray, shape (n, n_in) and (n,)
        Inputs, and class numbers or quantities.
    X_validation, y_validation : ndarray
        The rows held out; perhaps none.
    task : {"binary", "classes", "regression"}
        Two classes and one output, several classes and an output for each, or a quantity.
    inputs : tuple of str
    classes : tuple of str
        The names of the classes; () for a quantity.
    target : str
        What is predicted.
    labels : tuple of str
        What the rows are called; () where they have no names.
    message : str
        What else is worth knowing.
    training_set : TrainingSet or None
        The table that they come from.
    """

    X: Array
    y: Array
    task: Task
    inputs: tuple[str, ...]
    X_validation: Array = field(default_factory=_no_rows)
    y_validation: Array = field(default_factory=_no_rows)
    classes: tuple[str, ...] = ()
    target: str = "y"
    labels: tuple[str, ...] = ()
    message: str = ""
    training_set: TrainingSet | None = None

    @property
    def n_out(self) -> int:
        """The outputs that a network for them has."""
        return len(self.classes) if self.task == "classes" else 1

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the outputs are called."""
        return self.classes if self.task == "classes" else (self.target,)

    def encode(self, y: Array, loss: Loss) -> Array:
        """Targets for a loss, shape (n, n_out): one-hot classes, 0 and 1 (-1 and 1), numbers."""
        if self.task == "regression":
            return y[:, None]
        indicators = np.eye(self.n_out)[y.astype(int)] if self.task == "classes" else y[:, None]
        return loss.encode(indicators)

    def training(self, loss: Loss) -> tuple[Array, Array]:
        """Inputs and targets to learn from."""
        return self.X, self.encode(self.y, loss)

    def validation(self, loss: Loss) -> tuple[Array, Array] | None:
        """Inputs and targets held out; None if there are none."""
        if not len(self.y_validation):
            return None
        return self.X_validation, self.encode(self.y_validation, loss)


def make_data(
    kind: str,
    *,
    n: int = 200,
    noise: float = 0.1,
    seed: int = 0,
    validation: float = 0.0,
    formula: str = "",
    low: float = -1.0,
    high: float = 1.0,
    points: Sequence[Sequence[float]] = (),
    task: Literal["binary", "regression"] = "binary",
    table: Any = None,
    target: str = "",
    features: Sequence[str] | None = None,
) -> PlaygroundData:
    """The data of a playground, by the same settings to the same numbers.

    Parameters
    ----------
    kind : str
        A shape of `SHAPES`, "formula", "points", "table", "lesson_line", "lesson_people",
        "lesson_iris" or "equation".
    n : int, default 200
        Rows of a shape or a formula.
    noise : float, default 0.1
        The standard deviation of what is added to the inputs of classes, and to a quantity (there
        in units of its own standard deviation).
    seed : int, default 0
        Decides points, noise and the rows held out.
    validation : float, default 0
        The share of rows held out, in [0, 1); at least one row is learned from.
    formula, low, high : str, float, float
        Of the kind "formula": what is computed, and the range of the inputs.
    points, task
        Of the kind "points": rows of inputs and y, and what y is.
    table, target, features
        Of the kind "table": whatever `read_table` takes, the column to predict, and the columns to
        predict it from (all others by default).

    Raises
    ------
    InvalidValueError, DataError
        If the kind is unknown, the formula cannot be read, or there is nothing to learn from.

    Examples
    --------
    >>> data = make_data("circle", n=100, validation=0.3, seed=1)
    >>> data.X.shape, len(data.y_validation), data.task
    ((70, 2), 30, 'binary')
    """
    require_integer("n", n, at_least=2)
    require_number("noise", noise, at_least=0)
    require_number("validation", validation, at_least=0, below=1)
    seed = check_seed(seed)
    if kind == "table":
        return _from_table(table, target, features, seed, validation)
    if kind in SHAPES:
        return _split(SHAPES[kind](n, noise, seed), validation, seed)
    if kind == "formula":
        return _split(_from_formula(formula, n, noise, seed, low, high), validation, seed)
    if kind == "points":
        return _split(_from_points(points, task), validation, seed)
    if kind == "equation":
        return PlaygroundData(
            np.array([[256.0, 212.0]]), np.array([1492.0]), "regression", ("256", "212"),
            target="1492",
            message="256 w1 + 212 w2 = 1492: the weights are the unknowns of the equation",
        )  # fmt: skip
    require(kind.startswith("lesson_"), "kind", kind, f"be one of {(*SHAPES, 'formula', 'table')}")
    return _from_lesson(kind.removeprefix("lesson_"))


# --- shapes ---------------------------------------------------------------------------------------


def _u(seed: int, position: int, n: int, low: float, high: float) -> Array:
    return low + (high - low) * uniform(seed, Purpose.PARAMETERS, position, n)


def _e(seed: int, position: int, n: int, noise: float) -> Array:
    return noise * normal(seed, Purpose.PARAMETERS, position, n)


def _classes(X: Array, y: Array, noise: float, seed: int) -> PlaygroundData:
    moved = X + np.column_stack([_e(seed, 10 + i, len(X), noise) for i in range(2)])
    return PlaygroundData(moved, y.astype(float), "binary", ("x1", "x2"), classes=("0", "1"))


def _circle(n: int, noise: float, seed: int) -> PlaygroundData:
    y = np.arange(n) % 2
    radius = np.where(y == 1, _u(seed, 0, n, 0.0, 0.5), _u(seed, 1, n, 0.7, 1.0))
    angle = _u(seed, 2, n, 0.0, 2 * np.pi)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _classes(X, y, noise, seed)


def _xor(n: int, noise: float, seed: int) -> PlaygroundData:
    X = np.column_stack([_u(seed, i, n, -1.0, 1.0) for i in range(2)])
    return _classes(X + 0.05 * np.sign(X), X[:, 0] * X[:, 1] < 0, noise, seed)


def _gauss(n: int, noise: float, seed: int) -> PlaygroundData:
    y = np.arange(n) % 2
    X = np.where(y == 1, 0.5, -0.5)[:, None] * np.ones(2)
    return _classes(X + np.column_stack([_e(seed, i, n, 0.2) for i in range(2)]), y, noise, seed)


def _spiral(n: int, noise: float, seed: int) -> PlaygroundData:
    y = np.arange(n) % 2
    t = np.sqrt(_u(seed, 0, n, 0.01, 1.0))  # evenly along the arm
    angle = 3.5 * np.pi * t + np.pi * y
    X = t[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _classes(X, y, 0.3 * noise, seed)


def _moons(n: int, noise: float, seed: int) -> PlaygroundData:
    y = np.arange(n) % 2
    angle = _u(seed, 0, n, 0.0, np.pi)
    x1 = np.where(y == 1, 0.5 - np.cos(angle) / 1.5, -0.1 + np.cos(angle) / 1.5 - 0.1)
    x2 = np.where(y == 1, 0.25 - np.sin(angle) / 1.5, -0.25 + np.sin(angle) / 1.5)
    return _classes(np.column_stack([x1, x2]), y, noise, seed)


def _quantity(x: Array, y: Array, noise: float, seed: int) -> PlaygroundData:
    spread = float(y.std()) or 1.0
    return PlaygroundData(
        x[:, None], y + spread * _e(seed, 10, len(y), noise), "regression", ("x",)
    )


def _line(n: int, noise: float, seed: int) -> PlaygroundData:
    x = _u(seed, 0, n, -1.0, 1.0)
    return _quantity(x, 0.7 * x + 0.2, noise, seed)


def _wave(n: int, noise: float, seed: int) -> PlaygroundData:
    x = _u(seed, 0, n, -1.0, 1.0)
    return _quantity(x, np.sin(2 * np.pi * x), noise, seed)


SHAPES: dict[str, Callable[[int, float, int], PlaygroundData]] = {
    "circle": _circle, "xor": _xor, "gauss": _gauss, "spiral": _spiral, "moons": _moons,
    "line": _line, "wave": _wave,
}  # fmt: skip
"""What makes n rows with a noise and a seed."""


# --- everything else ------------------------------------------------------------------------------


def _from_formula(
    text: str, n: int, noise: float, seed: int, low: float, high: float
) -> PlaygroundData:
    require(low < high, "low", low, f"be below high (={high:g})")
    formula = parse_formula(text)
    X = np.column_stack([_u(seed, i, n, low, high) for i in range(len(formula.inputs))])
    moved = X
    if formula.is_comparison:
        moved = X + np.column_stack(
            [_e(seed, 10 + i, n, noise) for i in range(X.shape[1])]
        )  # the classes overlap
    y = formula(X)
    fine = np.isfinite(y)
    if fine.sum() < 2:
        raise InvalidValueError(
            f"formula (={text!r}) has no number for inputs from {low:g} to {high:g}; choose others"
        )
    left = int((~fine).sum())
    said = f"{left} points without a value left out" if left else ""
    moved, y = moved[fine], y[fine]
    if formula.is_comparison:
        if y.min() == y.max():
            raise InvalidValueError(
                f"formula (={text!r}) is {'true' if y[0] else 'false'} everywhere from {low:g} to "
                f"{high:g}: there is one class; move the boundary or the range"
            )
        return PlaygroundData(
            moved, y, "binary", formula.inputs, classes=("false", "true"), message=said
        )
    y = y + (float(y.std()) or 1.0) * _e(seed, 20, len(y), noise)
    return PlaygroundData(moved, y, "regression", formula.inputs, message=said)


def _from_points(points: Sequence[Sequence[float]], task: str) -> PlaygroundData:
    if not points:
        raise DataError("there are no points; draw at least one")
    if len({len(p) for p in points}) != 1:
        raise DataError("all points must have as many numbers")
    rows = np.array(points, dtype=np.float64)
    if not np.isfinite(rows).all():
        raise DataError("the numbers of points must be finite")
    X, y = rows[:, :-1], rows[:, -1]
    names = ("x",) if X.shape[1] == 1 else tuple(f"x{i + 1}" for i in range(X.shape[1]))
    if task == "regression":
        return PlaygroundData(X, y, "regression", names)
    if not np.isin(y, (0.0, 1.0)).all():
        raise DataError("the class of a point must be 0 or 1")
    one = "all points are of one class; draw some of the other" if y.min() == y.max() else ""
    return PlaygroundData(X, y, "binary", names, classes=("0", "1"), message=one)


def _from_lesson(name: str) -> PlaygroundData:
    """The article's own data, as its lesson defines them."""
    from ..lessons import get_lesson
    from ..lessons.walk import execute

    block = get_lesson(name).data
    if block is None:
        raise InvalidValueError(f"the lesson {name!r} has no data")
    names: dict[str, Any] = {"__name__": name, "np": np, "rng": np.random.RandomState(42)}
    execute(block, names)
    if name == "line":
        return PlaygroundData(names["x"], names["y"][:, 0], "regression", ("x",))
    if name == "people":
        return PlaygroundData(
            names["X"], names["y"][:, 0], "binary", ("weight", "height"), target="woman",
            classes=("man", "woman"), labels=tuple(names["names"]),
        )  # fmt: skip
    return PlaygroundData(
        names["X"], names["y"], "binary", tuple(names["features"]), target="species",
        classes=tuple(names["classes"]),
    )  # fmt: skip


def _from_table(
    table: Any, target: str, features: Sequence[str] | None, seed: int, validation: float
) -> PlaygroundData:
    from ..tables import ClassTarget, read_table

    frame = read_table(table)
    drop = [] if features is None else [c for c in frame.columns if c not in (*features, target)]
    found = TrainingSet.prepare(frame, target, drop=drop, validation_fraction=validation, seed=seed)
    held = found.validation
    labelled = isinstance(found.target, ClassTarget)

    def plain(y: Array) -> Array:
        numbers: Array = y.argmax(axis=1) if labelled else y[:, 0]
        return numbers.astype(np.float64)

    return PlaygroundData(
        found.X.astype(np.float64),
        plain(found.y),
        "classes" if labelled else "regression",
        tuple(found.encoder.feature_names),
        _no_rows() if held is None else held[0].astype(np.float64),
        _no_rows() if held is None else plain(held[1]),
        tuple(map(str, found.target.labels)) if isinstance(found.target, ClassTarget) else (),
        target,
        message=found.schema.describe(8),
        training_set=found,
    )


def _split(data: PlaygroundData, validation: float, seed: int) -> PlaygroundData:
    """Some rows held out, those left in their order."""
    n = len(data.y)
    held = min(round(validation * n), n - 1)
    if held == 0:
        return data
    order = permutation(seed, 1, n, Purpose.SPLIT)
    out, kept = np.sort(order[:held]), np.sort(order[held:])
    labels = tuple(data.labels[i] for i in kept) if data.labels else ()
    return replace(
        data, X=data.X[kept], y=data.y[kept], X_validation=data.X[out], y_validation=data.y[out],
        labels=labels,
    )  # fmt: skip
