"""Points of well-known shapes, as functions of their number, a noise and a seed."""

from collections.abc import Callable

import numpy as np

from ..random import Purpose, normal, uniform
from ..typing import Array
from .playground_data import PlaygroundData


def uniform_in(seed: int, position: int, n: int, low: float, high: float) -> Array:
    """n numbers between two, all alike likely."""
    return low + (high - low) * uniform(seed, Purpose.PARAMETERS, position, n)


def noise_of(seed: int, position: int, n: int, noise: float) -> Array:
    """n normal numbers with that standard deviation."""
    return noise * normal(seed, Purpose.PARAMETERS, position, n)


def _classes(X: Array, y: Array, noise: float, seed: int) -> PlaygroundData:
    moved = X + np.column_stack([noise_of(seed, 10 + i, len(X), noise) for i in range(2)])
    return PlaygroundData(moved, y.astype(float), "binary", ("x1", "x2"), classes=("0", "1"))


def _circle(n: int, noise: float, seed: int) -> PlaygroundData:
    y = np.arange(n) % 2
    radius = np.where(y == 1, uniform_in(seed, 0, n, 0.0, 0.5), uniform_in(seed, 1, n, 0.7, 1.0))
    angle = uniform_in(seed, 2, n, 0.0, 2 * np.pi)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _classes(X, y, noise, seed)


def _xor(n: int, noise: float, seed: int) -> PlaygroundData:
    X = np.column_stack([uniform_in(seed, i, n, -1.0, 1.0) for i in range(2)])
    return _classes(X + 0.05 * np.sign(X), X[:, 0] * X[:, 1] < 0, noise, seed)


def _gauss(n: int, noise: float, seed: int) -> PlaygroundData:
    y = np.arange(n) % 2
    X = np.where(y == 1, 0.5, -0.5)[:, None] * np.ones(2)
    return _classes(
        X + np.column_stack([noise_of(seed, i, n, 0.2) for i in range(2)]), y, noise, seed
    )


def _spiral(n: int, noise: float, seed: int) -> PlaygroundData:
    y = np.arange(n) % 2
    t = np.sqrt(uniform_in(seed, 0, n, 0.01, 1.0))  # evenly along the arm
    angle = 3.5 * np.pi * t + np.pi * y
    X = t[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _classes(X, y, 0.3 * noise, seed)


def _moons(n: int, noise: float, seed: int) -> PlaygroundData:
    y = np.arange(n) % 2
    angle = uniform_in(seed, 0, n, 0.0, np.pi)
    x1 = np.where(y == 1, 0.5 - np.cos(angle) / 1.5, -0.1 + np.cos(angle) / 1.5 - 0.1)
    x2 = np.where(y == 1, 0.25 - np.sin(angle) / 1.5, -0.25 + np.sin(angle) / 1.5)
    return _classes(np.column_stack([x1, x2]), y, noise, seed)


def _quantity(x: Array, y: Array, noise: float, seed: int) -> PlaygroundData:
    spread = float(y.std()) or 1.0
    return PlaygroundData(
        x[:, None], y + spread * noise_of(seed, 10, len(y), noise), "regression", ("x",)
    )


def _line(n: int, noise: float, seed: int) -> PlaygroundData:
    x = uniform_in(seed, 0, n, -1.0, 1.0)
    return _quantity(x, 0.7 * x + 0.2, noise, seed)


def _wave(n: int, noise: float, seed: int) -> PlaygroundData:
    x = uniform_in(seed, 0, n, -1.0, 1.0)
    return _quantity(x, np.sin(2 * np.pi * x), noise, seed)


SHAPES: dict[str, Callable[[int, float, int], PlaygroundData]] = {
    "circle": _circle, "xor": _xor, "gauss": _gauss, "spiral": _spiral, "moons": _moons,
    "line": _line, "wave": _wave,
}  # fmt: skip
"""What makes n rows with a noise and a seed."""
