"""The path of a descent over its cost surface."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from ..diagnose import snapshot
from ..errors import ShapeError, require_choice, require_instance
from ..losses import Loss
from ..optimizers import SGD
from ..optimizers.base import ElementwiseOptimizer
from ..optimizers.minimize import Path, minimize
from ..subject import subject_of
from ..typing import Array
from .arguments import names_of, two_ranges
from .cost_surface import CostSurfaceDisplay, Range, draw_contours, draw_surface
from .display import Display
from .section import Section
from .style import BLACK, VERMILION, axes_or_new, new_figure, several_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Kind = Literal["3d", "above", "both"]
_MOST_DOTS = 100


class DescentPathDisplay(Display):
    """A path on its cost surface: in three dimensions, from above, or both side by side.

    Parameters
    ----------
    surface : CostSurfaceDisplay
        The cost on a grid.
    path : Path
        Points of two numbers each, and the cost at each, as `minimize` returns them.

    Raises
    ------
    ShapeError
        If the points are no pairs.
    """

    def __init__(self, surface: CostSurfaceDisplay, path: Path) -> None:
        require_instance("surface", surface, CostSurfaceDisplay, "a CostSurfaceDisplay")
        _check(path)
        self.surface = surface
        self.path = path

    @classmethod
    def from_path(
        cls,
        function: Callable[[Array], float],
        path: Path,
        *,
        ranges: tuple[Range | None, Range | None] = (None, None),
        names: tuple[str, str] = ("x", "y"),
        cost: str = "cost",
        resolution: int = 61,
        kind: Kind = "both",
        ax: "Axes | Sequence[Axes] | None" = None,
    ) -> Self:
        """Draw a path that `minimize` recorded, on the function that it went down.

        Parameters
        ----------
        function : callable
            C(p) of a vector of two numbers.
        path : Path
        ranges : pair of (low, high), optional
            The surface's sides; by default they hold the path with a margin of a fifth, and a
            descent's mirror image across its end.
        names : (str, str), default ("x", "y")
        cost : str, default "cost"
        resolution : int, default 61
        kind : {"3d", "above", "both"}, default "both"
        ax : matplotlib Axes, or a pair of them for "both", optional
        """
        _check(path)
        x_range, y_range = (
            given or _around(path.points[:, i])
            for i, given in enumerate(two_ranges("ranges", ranges))
        )
        surface = CostSurfaceDisplay.over(function, x_range, y_range, names, cost, resolution)
        return cls(surface, path).plot(ax, kind=kind)

    @classmethod
    def from_network(
        cls,
        network: Any,
        X: Any,
        y: Any,
        names: tuple[str, str] = ("w1", "b1"),
        *,
        loss: str | Loss | None,
        initial: Any,
        optimizer: ElementwiseOptimizer | None = None,
        steps: int = 100,
        ranges: tuple[Range | None, Range | None] = (None, None),
        resolution: int = 61,
        kind: Kind = "both",
        ax: "Axes | Sequence[Axes] | None" = None,
    ) -> Self:
        """Walk down a network's cost by two of its parameters, on all samples, and draw the path.

        The other parameters stay, so that the path lies on the surface. For a neuron with one
        input, these two are all there are.
        """
        pair = names_of("names", names, 2, "parameters")
        section = Section(snapshot(network, X, y, loss=loss, parameters=initial), pair)
        rule = SGD(0.1) if optimizer is None else optimizer
        path = minimize(section, section.gradient, section.start, rule, steps)
        return cls.from_path(
            section, path, ranges=ranges, names=names, cost=section.cost_label,
            resolution=resolution, kind=kind, ax=ax,
        )  # fmt: skip

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        names: tuple[str, str] = ("w1", "b1"),
        *,
        initial: Any = None,
        **options: Any,
    ) -> Self:
        """Walk down the cost of whatever was fitted, by two of its parameters.

        Parameters
        ----------
        estimator : TrainingResult, pipeline or estimator
        X, y
            The rows that the cost is taken over.
        names : (str, str), default ("w1", "b1")
        initial : Parameters, mapping or vector, optional
            By default both begin where a network with the fit's seed begins, and all others stay
            as they were learned.
        **options
            As of `from_network`.
        """
        subject = subject_of(estimator, initial, name="estimator")
        start = subject.parameters
        if initial is None:
            seed = 0 if subject.plan is None else subject.plan.seed
            fresh, start = subject.network.initial_parameters(seed), start.copy()
            for name in names_of("names", names, 2, "parameters"):
                start[name] = fresh[name]
        return cls.from_network(estimator, X, y, names, loss=subject.loss, initial=start, **options)

    def plot(self, ax: "Axes | Sequence[Axes] | None" = None, *, kind: Kind = "both") -> Self:
        """Draw the path; for "both" on a pair of axes, the first of them three-dimensional."""
        known = ("3d", "above", "both")
        require_choice("kind", kind, known)
        if kind != "both":
            one = axes_or_new(ax, (6.4, 5.0), "3d" if kind == "3d" else None)  # type: ignore[arg-type]
            (self._plot_3d if kind == "3d" else self._plot_above)(one)
            return self.on(one)
        if ax is None:
            figure = new_figure((11.0, 4.8))
            left, right = figure.add_subplot(1, 2, 1, projection="3d"), figure.add_subplot(1, 2, 2)
        else:
            pair = several_axes(ax, 2, "pictures")
            left, right = axes_or_new(pair[0], projection="3d"), pair[1]
        self._plot_3d(left)
        self._plot_above(right)
        self.ax_, self.figure_ = np.array([left, right], dtype=object), left.figure
        return self

    @property
    def _marker(self) -> str:
        """A dot for each point, unless they would run into a band."""
        return "o" if len(self.path.points) <= _MOST_DOTS else ""

    def _plot_3d(self, ax: Any) -> None:
        draw_surface(ax, self.surface, alpha=0.55)
        p, q = self.path.points.T
        c = self.path.values
        # Above the surface, where nothing hides it.
        ax.plot(p, q, c, color=VERMILION, marker=self._marker, ms=3.5, linewidth=1.6, zorder=10)
        ax.plot(p[:1], q[:1], c[:1], "s", color=BLACK, markersize=7, zorder=11)
        ax.plot(p[-1:], q[-1:], c[-1:], "*", color=BLACK, markersize=12, zorder=11)
        ax.set_title("Descent over the cost surface")

    def _plot_above(self, ax: Any) -> None:
        draw_contours(ax, self.surface)
        p, q = self.path.points.T
        n = len(p) - 1
        label = f"{n} step" if n == 1 else f"{n} steps"
        ax.plot(p, q, color="white", linewidth=4.0, zorder=2)
        ax.plot(p, q, color=VERMILION, marker=self._marker, ms=4, lw=1.8, label=label, zorder=3)
        ax.plot(p[0], q[0], "s", color=BLACK, mec="white", ms=8, label="start", zorder=4)
        ax.plot(p[-1], q[-1], "*", color=BLACK, mec="white", ms=14, label="end", zorder=4)
        ax.set_xlim(self.surface.x[0], self.surface.x[-1])
        ax.set_ylim(self.surface.y[0], self.surface.y[-1])
        ax.set_title("Descent, from above")
        ax.legend(loc="best", framealpha=0.9)


def _check(path: Any) -> None:
    """Raise unless it is a path in a plane."""
    require_instance("path", path, Path, "a Path, which minimize returns")
    if path.points.ndim != 2 or path.points.shape[1] != 2:
        raise ShapeError(f"path.points has the shape {path.points.shape}, but must be (n, 2)")


def _around(values: Array) -> tuple[float, float]:
    """The range of a coordinate and its mirror image across the end, and a fifth more."""
    reach = max(float(np.abs(values - values[-1]).max()), 1e-6)
    return float(values[-1]) - 1.2 * reach, float(values[-1]) + 1.2 * reach
