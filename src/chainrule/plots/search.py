"""Learning without gradients: the error by step, and the way through the plane."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from ..errors import (
    DataError,
    ShapeError,
    require_choice,
    require_instance,
    require_mapping,
    shown,
)
from ..gradient_free import Adjustment, Guesses, LinearEquation
from ..optimizers.minimize import Path
from ..typing import Array
from .display import Display
from .style import BLACK, GREY, Pen, axes_or_new, legend_below, new_figure, pens, several_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Search = Adjustment | Guesses | Path
Kind = Literal["error", "panels", "plane"]


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
        ax: Any = None,
    ) -> Self:
        """Draw what `guess`, `adjust_in_turn` or `minimize` returned.

        Parameters
        ----------
        equation : LinearEquation
        searches : mapping of str to Adjustment, Guesses or Path
        kind : {"error", "panels", "plane"}, default "error"
            The error by step, all in one picture or each way in a panel of its own; or the points
            in the plane of two unknowns with the line of all solutions.
        ax : matplotlib Axes, or one for each way for "panels", optional

        Raises
        ------
        ShapeError
            If the plane is asked for with other than two unknowns, or points do not fit.
        """
        require_instance("equation", equation, LinearEquation, "a LinearEquation")
        require_mapping("searches", searches)
        if not searches:
            raise DataError("searches is empty: nothing to draw")
        for name, search in searches.items():
            kinds = "what guess, adjust_in_turn or minimize returned"
            require_instance(f"searches[{shown(name)}]", search, Search, kinds)
        points = {str(name): search.points for name, search in searches.items()}
        unordered = {str(name) for name, search in searches.items() if isinstance(search, Guesses)}
        periods = {
            str(name): search.period
            for name, search in searches.items()
            if isinstance(search, Adjustment) and search.period is not None
        }
        return cls(equation, points, frozenset(unordered), periods).plot(ax, kind=kind)

    def plot(self, ax: Any = None, *, kind: Kind = "error") -> Self:
        """Draw the errors or the plane."""
        require_choice("kind", kind, ("error", "panels", "plane"))
        if kind == "plane" and self.equation.n != 2:
            raise ShapeError(f"the equation has {self.equation.n} unknowns, a plane shows 2")
        if kind == "panels":
            return self._plot_panels(ax)
        ax = axes_or_new(ax, (6.8, 5.0))
        if kind == "error":
            self._plot_errors(ax, self._pens())
            tidy(ax, "Error by step", "step", "error, left side less right side")
        else:
            self._plot_plane(ax)
        legend_below(ax)
        return self.on(ax)

    def _plot_panels(self, ax: Any) -> Self:
        """Each way by itself, with the same axes."""
        n = len(self.points)
        if ax is None:
            columns = min(n, 2)
            rows = -(-n // columns)
            figure = new_figure((4.4 * columns, 2.7 * rows + 0.2))
            ax = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
            for unused in ax[n:]:
                unused.remove()
            ax = ax[:n]
        grid = several_axes(ax, n, "ways")
        for one, (name, pen, _) in zip(grid, self._pens(), strict=True):
            self._plot_errors(one, [(name, pen, 1.6)])
            tidy(one, name, "step", "error")
        self.ax_, self.figure_ = grid, grid[0].figure
        return self

    def _plot_errors(self, ax: "Axes", ways: list[tuple[str, Pen, float]]) -> None:
        ax.axhline(0.0, color=BLACK, linewidth=0.8)
        longest = max(map(len, self.errors.values()))
        for name, pen, width in ways:
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
        ends = "" if set(self.points) <= self.guesses else " (stars: where they end)"
        tidy(ax, f"Ways to a solution{ends}" if ends else "Guesses and solutions", "x", "y")

    def _pens(self) -> list[tuple[str, Pen, float]]:
        """Each name with its pen; later lines are thinner, to leave those below in sight."""
        n = len(self.points)
        widths = np.linspace(1.2 + 0.7 * min(n - 1, 4), 1.2, n)
        return list(zip(self.points, pens(n), widths.tolist(), strict=True))
