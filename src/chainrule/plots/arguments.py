"""What pictures are given: numbers that can be drawn, ranges, names."""

from typing import Any

import numpy as np

from ..errors import (
    DataError,
    InvalidTypeError,
    InvalidValueError,
    ShapeError,
    as_float,
    items_of,
    require_integer,
    shown,
)
from ..typing import Array, float_array
from .style import LARGEST

MOST_POINTS = 100_000
"""The most points along a side of a grid."""


def drawable(name: str, given: Any) -> Array:
    """Numbers as float64; raise unless axes can show them: finite and of at most 1e200 in size."""
    array = float_array(name, given, np.float64)
    if not (np.abs(array) <= LARGEST).all():
        raise InvalidValueError(
            f"{name} (={shown(given)}) must hold finite numbers of at most {LARGEST:g} in size, "
            "to be drawn"
        )
    return array


def vector(name: str, given: Any) -> Array:
    """Numbers of shape (n,), (n, 1) or a sequence, as shape (n,)."""
    values = drawable(name, given)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise ShapeError(f"{name} has the shape {values.shape}, but must be one column")
    return values


def answer(name: str, returned: Any) -> float:
    """The number that a function of that name returned."""
    return as_float(f"what {name} returns", returned)


def answers_along(name: str, returned: Any, x: Array) -> Array:
    """The numbers that a function of that name returned, one for each of x."""
    values = drawable(f"what {name} returns", returned)
    if values.shape != x.shape:
        raise ShapeError(f"values has the shape {values.shape}, but {name} must return {x.shape}")
    return values


def require_some(name: str, values: Array) -> None:
    """Raise unless a function of that name returned a finite number somewhere."""
    if not np.isfinite(values).any():
        raise DataError(f"{name} returns no finite number here: nothing to draw")


def require_predictor(name: str, given: Any) -> None:
    """Raise unless it predicts."""
    if not callable(getattr(given, "predict", None)):
        raise InvalidTypeError(
            f"{name} (={shown(given)}) must have a method predict, not be {type(given).__name__}"
        )


def margins(name: str, values: Array) -> tuple[float, float]:
    """The range of some numbers and 15 % more to both sides."""
    if not values.size:
        raise DataError(f"{name} is empty: nothing to draw")
    margin = 0.15 * (float(np.ptp(values)) or 1.0)
    return float(values.min()) - margin, float(values.max()) + margin


def flat_range(name: str, given: Any) -> tuple[float, float]:
    """A range as (low, high); raise unless it is one."""
    numbers = drawable(name, items_of(name, given, "(low, high)"))
    if numbers.shape != (2,) or numbers[0] >= numbers[1]:
        raise InvalidValueError(f"{name} (={shown(given)}) must be (low, high) with low < high")
    return float(numbers[0]), float(numbers[1])


def two_ranges(name: str, given: Any) -> list[tuple[float, float] | None]:
    """A pair of ranges, of which each may be None."""
    pair = items_of(name, given, "a pair of (low, high) or None")
    if len(pair) != 2:
        raise ShapeError(f"{name} (={shown(given)}) must be a pair of (low, high) or None")
    return [None if one is None else flat_range(f"{name}[{i}]", one) for i, one in enumerate(pair)]


def spaced(name: str, given: Any, resolution: int) -> Array:
    """`resolution` numbers from the lower end of a range to its upper one."""
    require_integer("resolution", resolution, at_least=2, at_most=MOST_POINTS)
    return np.linspace(*flat_range(name, given), int(resolution))


def names_of(argument: str, given: Any, n: int, of: str) -> list[str]:
    """`n` names as texts; numbers, such as classes, are written out."""
    names = items_of(argument, given, "a sequence of names")
    for name in names:
        if not isinstance(name, str | int | float | np.generic):
            raise InvalidTypeError(f"{argument} (={shown(given)}) must hold names as texts")
    if len(names) != n:
        raise ShapeError(f"{argument} has {len(names)} names for {n} {of}")
    plain = [name.item() if isinstance(name, np.generic) else name for name in names]
    return [name if isinstance(name, str) else shown(name) for name in plain]
