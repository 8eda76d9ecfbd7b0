"""Learning without gradients: the error by step, and the way through the plane."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from ..errors import DataError, ShapeError, require_choice
from ..gradient_free import Adjustment, Guesses, LinearEquation
from ..optimizers.minimize import Path
from ..typing import Array
from .display import Display
from .style import BLACK, GREY, Pen, axes_or_new, legend_below, pens, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Search = Adjustment | Guesses | Path
Kind = Literal["error", "plane"]


class SearchDisplay(Display):
    """How an equation was solved, or was not, by one way or several.

    Parameters
    ----------
    equation : LinearEquation
        What was to be solved.
    points : mapping of str to ndarray, shape (n_steps, n)
        The points that each way visited.
    guesses : frozenset of str
        Which of them are guesses, without an order.
    periods : mapping of str to int, optional
        After how many steps the last point returns, for those that ended in a cycle.
    """

    def __init__(
        self,
        equation: LinearEquation,
        points: Mapping[str, Array],
        guesses: frozenset[str] = frozenset(),
        periods: Mapping[str, int] | None = None,
    ) -> None:
        if not points:
            raise DataError("points is empty: nothing to draw")
        for name, visited in points.items():
            if visited.ndim != 2 or visited.shape[1] != equation.n:
                raise ShapeError(
                    f"points[{name!r}] has the shape {visited.shape}, but the equation has "
                    f"{equation.n} unknowns"
                )
        self.equation = equation
        self.points = dict(points)
        self.guesses = guesses
        self.periods = dict(periods or {})
        self.errors = {name: equation.errors(visited) for name, visited in points.items()}

    @classmethod
    def from_searches(
        cls,
        equation: LinearEquation,
        searches: Mapping[str, Search],
        *,
        kind: Kind = "error",
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw what `guess`, `adjust_in_turn` or `minimize` returned.

        Parameters
        ----------
        equation : LinearEquation
        searches : mapping of str to Adjustment, Guesses or Path
        kind : {"error", "plane"}, default "error"
            The error by step, or the points in the plane of two unknowns with the line of all
            solutions.
        ax : matplotlib Axes, optional

        Raises
        ------
        ShapeError
            If the plane is asked for with other than two unknowns, or points do not fit.
        """
        points = {str(name): search.points for name, search in searches.items()}
        unordered = {str(name) for name, search in searches.items() if isinstance(search, Guesses)}
        periods = {
            str(name): search.period
            for name, search in searches.items()
            if isinstance(search, Adjustment) and search.period is not None
        }
        return cls(equation, points, frozenset(unordered), periods).plot(ax, kind=kind)

    def plot(self, ax: "Axes | None" = None, *, kind: Kind = "error") -> Self:
        """Draw the errors or the plane."""
        require_choice("kind", kind, ("error", "plane"))
        if kind == "plane" and self.equation.n != 2:
            raise ShapeError(f"the equation has {self.equation.n} unknowns, a plane shows 2")
        ax = axes_or_new(ax, (6.8, 5.0))
        (self._plot_errors if kind == "error" else self._plot_plane)(ax)
        legend_below(ax)
        return self.on(ax)

    def _plot_errors(self, ax: "Axes") -> None:
        ax.axhline(0.0, color=BLACK, linewidth=0.8)
        longest = max(map(len, self.errors.values()))
        for name, pen, width in self._pens():
            errors = self.errors[name]
            if name in self.guesses:
                ax.plot(errors, pen.marker, color=pen.color, markersize=4, label=name)
                continue
            ax.plot(errors, color=pen.color, linestyle=pen.linestyle, linewidth=width, label=name)
            if name in self.periods and len(errors) < longest:
                # The cycle goes on for ever.
                k = np.arange(len(errors) - 1, longest)
                period = self.periods[name]
                again = errors[len(errors) - 1 - period + (k - (len(errors) - 1)) % period]
                ax.plot(k, again, color=pen.color, linewidth=0.7)
        every = np.concatenate(list(self.errors.values()))
        if np.abs(every).max() > 100:
            ax.set_yscale("symlog", linthresh=1.0)
        tidy(ax, "Error by step", "step", "error, left side less right side")

    def _plot_plane(self, ax: "Axes") -> None:
        every = np.concatenate(list(self.points.values()))
        low, high = every.min(axis=0), every.max(axis=0)
        margin = 0.1 * np.maximum(high - low, 1.0)
        (c, d), target = self.equation.coefficients, self.equation.target
        x = np.array([low[0] - margin[0], high[0] + margin[0]])
        label = f"{c:g}x {'+' if d > 0 else '-'} {abs(d):g}y = {target:g}"
        ax.plot(x, (target - c * x) / d, color=GREY, linewidth=2.5, label=label)
        for name, pen, width in self._pens():
            points = self.points[name]
            if name in self.guesses:
                ax.plot(*points.T, pen.marker, color=pen.color, ms=5, label=name)
                continue
            marker = "." if len(points) < 40 else ""
            ax.plot(*points.T, color=pen.color, marker=marker, linewidth=width, label=name)
            ax.plot(*points[-1], "*", color=pen.color, mec="white", ms=15, zorder=4)
        ax.set_xlim(x[0], x[1])
        ax.set_ylim(low[1] - margin[1], high[1] + margin[1])
        tidy(ax, "The way to a solution (stars: where it ends)", "x", "y")

    def _pens(self) -> list[tuple[str, Pen, float]]:
        """Each name with its pen; later lines are thinner, to leave those below in sight."""
        n = len(self.points)
        widths = np.linspace(1.2 + 0.7 * min(n - 1, 4), 1.2, n)
        return list(zip(self.points, pens(n), widths.tolist(), strict=True))
