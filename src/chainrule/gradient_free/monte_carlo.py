"""Monte-Carlo guessing: try at random until a guess is right. Nothing is learned on the way."""

from dataclasses import dataclass
from itertools import combinations
from math import ceil, factorial, inf, prod

import numpy as np

from ..errors import (
    InvalidValueError,
    require,
    require_boolean,
    require_instance,
    require_integer,
    require_number,
    shown,
)
from ..random import Purpose, check_seed, uniform
from ..typing import Array
from .equation import LinearEquation

_BLOCK = 1000
"""Guesses that are made at once."""
_MOST_POINTS = 10_000_000
"""Grids up to this size are counted through."""


@dataclass(frozen=True)
class Guesses:
    """What guessing came to.

    Attributes
    ----------
    points : ndarray, shape (tries, n)
        Every guess; the last one is right if `solved`.
    errors : ndarray, shape (tries,)
        The left side less the right at each.
    solved : bool
        Whether a guess was right.
    probability : float
        How likely one guess is right: exact, not estimated.
    """

    points: Array
    errors: Array
    solved: bool
    probability: float

    @property
    def tries(self) -> int:
        """How many guesses were made."""
        return len(self.points)

    @property
    def expected_tries(self) -> float:
        """1 / probability, the mean of a geometric distribution; infinite if nothing is right."""
        return 1.0 / self.probability if self.probability else inf


def guess(
    equation: LinearEquation,
    low: float = 0.0,
    high: float = 10.0,
    *,
    integers: bool = False,
    tolerance: float = 0.0,
    max_tries: int = 100_000,
    seed: int | None = None,
) -> Guesses:
    """Guess the unknowns, each independently and uniformly, until the error is small enough.

    Parameters
    ----------
    equation : LinearEquation
        What is to be solved.
    low, high : float, default 0 and 10
        Between which numbers to guess; for integers both are possible guesses.
    integers : bool, default False
        Whether to guess integers, of which an exact hit can be expected.
    tolerance : float, default 0
        A guess is right if abs(error) <= tolerance. Real numbers need one: a hit without it has
        the probability 0.
    max_tries : int, default 100_000
        When to give up.
    seed : int, optional
        Decides the guesses; a new one by default.

    Returns
    -------
    Guesses

    Raises
    ------
    InvalidValueError
        If the range is empty, or real numbers are guessed without a tolerance.

    Examples
    --------
    >>> from chainrule.gradient_free import LinearEquation, guess
    >>> guesses = guess(LinearEquation([256, 212], 1492), 0, 9, integers=True, seed=1)
    >>> guesses.probability, guesses.expected_tries, guesses.points[-1].tolist()
    (0.01, 100.0, [5.0, 1.0])
    """
    require_instance("equation", equation, LinearEquation, "a LinearEquation")
    require_boolean("integers", integers)
    require_number("low", low)
    require_number("high", high)
    require(low < high, "low", low, f"be < high (={shown(high)})")
    require_number("tolerance", tolerance, at_least=0)
    require_integer("max_tries", max_tries, at_least=1)
    seed, low, high = check_seed(seed), float(low), float(high)
    if integers and not (float(low).is_integer() and float(high).is_integer()):
        raise InvalidValueError(
            f"low (={shown(low)}) and high (={shown(high)}) must be integers, too"
        )
    if not integers and tolerance == 0:
        raise InvalidValueError(
            "tolerance (=0.0) must be > 0 for real numbers: they never hit exactly; "
            "guess integers with integers=True"
        )
    blocks: list[Array] = []
    right = np.zeros(0, dtype=np.int64)
    for block in range(ceil(max_tries / _BLOCK)):
        rows = min(_BLOCK, max_tries - block * _BLOCK)
        u = uniform(seed, Purpose.PARAMETERS, block, rows * equation.n).reshape(rows, equation.n)
        points = np.floor(low + (high - low + 1) * u) if integers else low + (high - low) * u
        right = np.flatnonzero(np.abs(equation.errors(points)) <= tolerance)
        blocks.append(points[: right[0] + 1] if len(right) else points)
        if len(right):
            break
    points = np.concatenate(blocks)
    probability = (
        _share_of_grid(equation, int(low), int(high), tolerance)
        if integers
        else _share_of_box(equation, low, high, tolerance)
    )
    return Guesses(points, equation.errors(points), len(right) > 0, probability)


def _share_of_grid(equation: LinearEquation, low: int, high: int, tolerance: float) -> float:
    """The share of right points among all points with integer coordinates in the range."""
    size = high - low + 1
    if size**equation.n > _MOST_POINTS:
        raise InvalidValueError(
            f"{size} integers for each of {equation.n} unknowns are too many to count through; "
            f"low and high must leave at most {_MOST_POINTS:,} points"
        )
    sums = np.zeros(1)
    for c in equation.coefficients:
        sums = (sums[:, None] + c * np.arange(low, high + 1)).ravel()
    return float(np.mean(np.abs(sums - equation.target) <= tolerance))


def _share_of_box(equation: LinearEquation, low: float, high: float, tolerance: float) -> float:
    """P(abs(c . p - target) <= tolerance) for p uniform in the box.

    With p = low + (high - low) u, or high - (high - low) u where c < 0, c . p is an offset plus
    k . u with positive k = abs(c) (high - low), and u uniform in the unit cube. Inclusion and
    exclusion of the cube's corners S gives
    P(k . u <= t) = 1 / (n! prod k) sum_S (-1)^|S| max(t - sum_S k, 0)^n.
    """
    c = equation.coefficients
    k = np.abs(c) * (high - low)
    offset = float(np.where(c > 0, c * low, c * high).sum())
    corners = [
        (float((-1) ** size), sum(chosen))
        for size in range(equation.n + 1)
        for chosen in combinations(k.tolist(), size)
    ]

    def cumulative(t: float) -> float:
        terms = (sign * max(t - corner, 0.0) ** equation.n for sign, corner in corners)
        return sum(terms) / (factorial(equation.n) * prod(k.tolist()))

    middle = equation.target - offset
    share = cumulative(middle + tolerance) - cumulative(middle - tolerance)
    return min(max(share, 0.0), 1.0)
