"""What a model loses when a column says nothing any more."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import DataError, InvalidValueError, require_integer
from ..random import Purpose, check_seed, permutation
from ..training import METRICS, Metric
from ..typing import Array
from .encoder import Encoder
from .target import Target


def permutation_importances(
    encoder: Encoder, score: Callable[[Array], float], X: Array, repeats: int, seed: Any
) -> dict[str, tuple[float, float]]:
    """For each column what a score loses when its values change rows: mean and deviation.

    All inputs of a column move together. In descending order of the mean; below 0 where chance
    made it better.
    """
    require_integer("repeats", repeats, at_least=1, at_most=10**6)
    seed = check_seed(seed)
    whole = score(X)
    found: dict[str, tuple[float, float]] = {}
    start, moved = 0, X.copy()
    for k, column in enumerate(encoder.columns):
        part = slice(start, start + column.n_inputs)
        start = part.stop
        losses = []
        for repeat in range(repeats):
            order = permutation(seed, k * repeats + repeat, len(X), Purpose.RESAMPLE)
            moved[:, part] = X[order, part]
            losses.append(whole - score(moved))
        moved[:, part] = X[:, part]
        found[column.name] = float(np.mean(losses)), float(np.std(losses))
    return dict(sorted(found.items(), key=lambda entry: -entry[1][0]))


def metric_of(name: str | None, target: Target) -> Metric:
    """The metric of that name, or the first one that the target has."""
    metric = METRICS[name or target.metrics[0]]
    if metric.name not in target.metrics:
        raise InvalidValueError(
            f"metric (={name!r}) must be one of {', '.join(target.metrics)} for {target.name!r}"
        )
    return metric


def check_rows(n: int) -> None:
    """Raise unless there are rows with a target."""
    if n < 2:
        raise DataError(f"{n} rows with a target are too few to exchange values between them")
