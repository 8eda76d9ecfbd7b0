"""Numerical derivatives, and numbers that lie in a domain."""

from collections.abc import Callable

import numpy as np
import pytest

from chainrule.domain import Domain, Interval, Points, Simplex
from chainrule.typing import Array

# The five-point stencil f' = (f(x - 2h) - 8 f(x - h) + 8 f(x + h) - f(x + 2h)) / 12h is wrong by
# h^4 |f^(5)| / 30 and by about 1.5 eps |f| / h for rounding. With h = 1e-3 that is 3e-14 |f^(5)|
# and 3e-13 |f|: functions of order 1 with derivatives of order 10 are known to 1e-11.
STEP = 1e-3
STENCIL = ((-2, 1.0), (-1, -8.0), (1, 8.0), (2, -1.0))


@pytest.fixture(scope="session")
def derivative() -> Callable[..., Array]:
    """df/dx of an elementwise function, at every place of an array."""

    def of(f: Callable[[Array], Array], x: Array, h: float = STEP) -> Array:
        return sum(c * f(x + k * h) for k, c in STENCIL) / (12 * h)

    return of


@pytest.fixture(scope="session")
def gradient() -> Callable[..., Array]:
    """df/dp of a function with one value, by every number of an array of any shape."""

    def of(f: Callable[[Array], float], p: Array, h: float = STEP) -> Array:
        result = np.empty(p.shape)
        for place in np.ndindex(p.shape):
            total = 0.0
            for k, c in STENCIL:
                moved = p.copy()
                moved[place] += k * h
                total += c * f(moved)
            result[place] = total / (12 * h)
        return result

    return of


@pytest.fixture(scope="session")
def sample() -> Callable[..., Array]:
    """An array of numbers from a domain, well inside it where it is open."""

    def of(domain: Domain, rng: np.random.Generator, shape: tuple[int, int]) -> Array:
        match domain:
            case Points(values):
                return rng.choice(values, size=shape)
            case Simplex(closed=True):
                return np.eye(shape[1])[rng.integers(shape[1], size=shape[0])]
            case Simplex():
                e = np.exp(rng.uniform(-1, 1, size=shape))
                return e / e.sum(axis=1, keepdims=True)
            case Interval(low=0, high=1, closed=(True, True)):
                return rng.integers(2, size=shape).astype(float)
            case Interval(low=0, high=1):
                return rng.uniform(0.05, 0.95, size=shape)
            case Interval(low=0, closed=(True, _)):
                return rng.poisson(1.5, size=shape).astype(float)
            case Interval(low=0):
                return np.exp(rng.normal(size=shape))
            case Interval(low=low, high=high) if low == -np.inf and high == np.inf:
                return rng.normal(size=shape)
        raise NotImplementedError(f"say here how to sample {domain}")

    return of
