"""The rows that a playground learns from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from ..errors import DataError, InvalidValueError, require, require_integer, require_number
from ..random import Purpose, check_seed, permutation
from ..tables import TrainingSet
from ..typing import Array
from .formula import parse_formula
from .playground_data import PlaygroundData, no_rows
from .shapes import SHAPES, noise_of, uniform_in


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


# --- everything else ------------------------------------------------------------------------------


def _from_formula(
    text: str, n: int, noise: float, seed: int, low: float, high: float
) -> PlaygroundData:
    require(low < high, "low", low, f"be below high (={high:g})")
    formula = parse_formula(text)
    X = np.column_stack([uniform_in(seed, i, n, low, high) for i in range(len(formula.inputs))])
    moved = X
    if formula.is_comparison:
        moved = X + np.column_stack(
            [noise_of(seed, 10 + i, n, noise) for i in range(X.shape[1])]
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
    y = y + (float(y.std()) or 1.0) * noise_of(seed, 20, len(y), noise)
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
    found = TrainingSet.prepare(
        frame, target, drop=drop, preset="plain", validation_fraction=validation, seed=seed
    )
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
        no_rows() if held is None else held[0].astype(np.float64),
        no_rows() if held is None else plain(held[1]),
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
