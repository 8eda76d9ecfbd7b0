"""Adjusting the unknowns in turn, by the sign of the error: learning, but not yet descent."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..errors import require, require_choice, require_instance, require_integer, require_number
from ..typing import Array, ArrayLike
from .equation import LinearEquation

Rule = Literal["fixed", "proportional", "halving"]
Ended = Literal["solved", "cycle", "diverged", "steps used up"]


@dataclass(frozen=True)
class Adjustment:
    """What adjusting in turn came to.

    Attributes
    ----------
    points : ndarray, shape (steps + 1, n)
        The start and the point after every step.
    errors : ndarray, shape (steps + 1,)
        The left side less the right at each.
    ended : {"solved", "cycle", "diverged", "steps used up"}
        Why it ended.
    period : int or None
        After how many steps the last point returns for ever, if it ended in a cycle.
    """

    points: Array
    errors: Array
    ended: Ended
    period: int | None = None

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.points) - 1

    @property
    def tail_error(self) -> float:
        """The largest error, without its sign, of the cycle; without one, of the last point."""
        return float(np.abs(self.errors[-(self.period or 1) :]).max())

    def __str__(self) -> str:
        after = f"after {self.steps} steps"
        if self.ended == "solved":
            return f"solved {after}: {self.points[-1].tolist()}"
        if self.ended == "cycle":
            return (
                f"a cycle of {self.period} steps, found {after}: the error reaches "
                f"{self.tail_error:.6g} for ever; a smaller step lowers it, "
                "halving the step removes it"
            )
        if self.ended == "diverged":
            return f"diverged {after}; a smaller step is needed"
        return f"not solved {after}: the error is {self.errors[-1]:.6g}"


def adjust_in_turn(
    equation: LinearEquation,
    start: ArrayLike,
    *,
    step: float = 1.0,
    rule: Rule = "fixed",
    first: int = 0,
    steps: int = 10_000,
    tolerance: float = 1e-9,
) -> Adjustment:
    """Change one unknown after the other, each so that the error becomes smaller.

    Unknown i moves by -step sign(e c_i): down where the error e is positive and c_i is, too. This
    is the sign of the gradient e c of e^2 / 2; "decrease where the error is positive" holds for
    positive coefficients alone.

    Parameters
    ----------
    equation : LinearEquation
        What is to be solved.
    start : array_like, shape (n,)
        Where to begin.
    step : float, default 1
        The length of a step; for "proportional" its ratio to the error.
    rule : {"fixed", "proportional", "halving"}, default "fixed"
        "fixed" keeps the length and so nearly always ends in a cycle. "proportional" moves by
        -step e sign(c_i): a turn through all unknowns multiplies the error by
        prod_i (1 - step abs(c_i)), and converges if that lies between -1 and 1. "halving" halves
        the step whenever the error changes its sign.
    first : int, default 0
        Which unknown is changed first.
    steps : int, default 10_000
        When to give up.
    tolerance : float, default 1e-9
        Solved if abs(error) <= tolerance.

    Returns
    -------
    Adjustment

    Raises
    ------
    InvalidValueError
        If a number is out of range or the rule unknown.
    ShapeError, DataError
        If the start does not fit the equation or is not finite.

    Examples
    --------
    >>> from chainrule.gradient_free import LinearEquation, adjust_in_turn
    >>> equation = LinearEquation([256, 212], 1492)
    >>> print(adjust_in_turn(equation, [0, 0]))
    solved after 10 steps: [5.0, 1.0]
    """
    require_instance("equation", equation, LinearEquation, "a LinearEquation")
    p = equation.check_point("start", start)
    require_number("step", step, above=0)
    known = ("fixed", "proportional", "halving")
    require_choice("rule", rule, known)
    require_integer("first", first, at_least=0)
    require(first < equation.n, "first", first, f"be < {equation.n}, the number of unknowns")
    require_integer("steps", steps, at_least=0)
    require_number("tolerance", tolerance, at_least=0)

    step, first = float(step), int(first)
    signs = np.sign(equation.coefficients)
    origin, counts = p, np.zeros(equation.n, dtype=np.int64)
    seen: dict[tuple[int, ...], int] = {}
    points, errors = [p], [float(equation.errors(p))]
    ended: Ended = "steps used up"
    period = None
    for t in range(steps + 1):
        e = errors[-1]
        if abs(e) <= tolerance:
            ended = "solved"
            break
        if not np.isfinite(e):
            ended = "diverged"
            break
        i = (first + t) % equation.n
        if rule == "fixed":
            # Whole steps are counted, so that rounding cannot hide that a state returns.
            state = (i, *counts.tolist())
            if state in seen:
                ended, period = "cycle", t - seen[state]
                break
            seen[state] = t
        if t == steps:
            break
        p = p.copy()
        if rule == "proportional":
            with np.errstate(over="ignore"):
                p[i] -= step * e * signs[i]
        elif rule == "fixed":
            counts[i] -= int(np.sign(e) * signs[i])
            p[i] = origin[i] + step * counts[i]
        else:
            p[i] -= step * np.sign(e) * signs[i]
        points.append(p)
        with np.errstate(over="ignore", invalid="ignore"):
            errors.append(float(equation.errors(p)))
        if rule == "halving" and errors[-1] * e < 0:
            step /= 2
    return Adjustment(np.array(points), np.array(errors), ended, period)
