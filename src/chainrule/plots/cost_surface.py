"""The cost as a landscape over two parameters."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from ..diagnose import snapshot
from ..errors import ShapeError, require_choice, require_function, require_text
from ..losses import Loss
from ..subject import network_of
from ..typing import Array, ArrayLike, float_array
from .arguments import answer, drawable, names_of, require_some, spaced, two_ranges
from .display import Display
from .section import Section
from .style import BLACK, SEQUENTIAL, axes_or_new, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Kind = Literal["3d", "contour"]
Range = Sequence[float]


class CostSurfaceDisplay(Display):
    """C(p, q) on a grid: as a surface in three dimensions, or from above.

    Parameters
    ----------
    x, y : array_like, shape (nx,) and (ny,)
        The values of both parameters.
    values : array_like, shape (ny, nx)
        The cost at each pair.
    names : (str, str), default ("x", "y")
        The parameters' names.
    cost : str, default "cost"
        What the cost is.
    at : (float, float, float), optional
        The present values of both parameters and their cost; it has a mark, as the lowest point of
        the grid has.

    Raises
    ------
    ShapeError
        If values has another shape.
    """

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        values: ArrayLike,
        names: tuple[str, str] = ("x", "y"),
        cost: str = "cost",
        at: tuple[float, float, float] | None = None,
    ) -> None:
        require_text("cost", cost)
        self.at = at
        self.x, self.y = drawable("x", x), drawable("y", y)
        self.values = float_array("values", values, np.float64)
        if self.values.shape != (self.y.size, self.x.size):
            raise ShapeError(
                f"values has the shape {self.values.shape}, but y and x need "
                f"{(self.y.size, self.x.size)}"
            )
        first, second = names_of("names", names, 2, "parameters")
        self.names = (first, second)
        self.cost = cost

    @property
    def lowest(self) -> tuple[float, float, float]:
        """The lowest point of the grid: both parameters and the cost."""
        j, i = np.unravel_index(int(np.nanargmin(self.values)), self.values.shape)
        return float(self.x[i]), float(self.y[j]), float(self.values[j, i])

    @classmethod
    def over(
        cls,
        function: Callable[[Array], float],
        x_range: Range,
        y_range: Range,
        names: tuple[str, str] = ("x", "y"),
        cost: str = "cost",
        resolution: int = 61,
    ) -> Self:
        """The numbers of a function of two numbers, not drawn yet."""
        require_function("function", function, "a vector of two numbers")
        x = spaced("x_range", x_range, resolution)
        y = spaced("y_range", y_range, resolution)
        values = np.array([[answer("function", function(np.array([p, q]))) for p in x] for q in y])
        require_some("function", values)
        return cls(x, y, values, names, cost)

    @classmethod
    def from_function(
        cls,
        function: Callable[[Array], float],
        x_range: Range = (-5, 5),
        y_range: Range = (-5, 5),
        *,
        names: tuple[str, str] = ("x", "y"),
        cost: str = "cost",
        resolution: int = 61,
        kind: Kind = "3d",
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw any function of a vector of two numbers."""
        return cls.over(function, x_range, y_range, names, cost, resolution).plot(ax, kind=kind)

    @classmethod
    def from_network(
        cls,
        network: Any,
        X: Any,
        y: Any,
        names: tuple[str, str] = ("w1", "b1"),
        *,
        loss: str | Loss | None = None,
        parameters: Any = None,
        ranges: tuple[Range | None, Range | None] = (None, None),
        resolution: int = 61,
        kind: Kind = "3d",
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw the cost of a network over any two of its parameters; the others stay.

        Parameters
        ----------
        network : Network, TrainingResult, pipeline or estimator
        X, y : array_like
            The samples that the cost is taken over.
        names : (str, str), default ("w1", "b1")
            Which parameters.
        loss : str or Loss, optional
            Needed for a network; a result brings its own.
        parameters : Parameters, mapping or vector, optional
            Where the other parameters stay; needed for a network.
        ranges : pair of (low, high), optional
            By default 2 to both sides of the present values, or their own size.
        resolution : int, default 61
            Points along each side of the grid.
        kind : {"3d", "contour"}, default "3d"
        ax : matplotlib Axes, optional
            Three-dimensional for "3d".
        """
        look = snapshot(network, X, y, loss=loss, parameters=parameters)
        section = Section(look, names_of("names", names, 2, "parameters"))
        sides = two_ranges("ranges", ranges)
        x_range, y_range = (section.range_around(i, sides[i]) for i in (0, 1))
        grid = cls.over(section, x_range, y_range, names, section.cost_label, resolution)
        p, q = section.start.tolist()
        grid.at = (p, q, section(section.start))
        return grid.plot(ax, kind=kind)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        names: tuple[str, str] = ("w1", "b1"),
        **options: Any,
    ) -> Self:
        """Draw the cost of whatever was fitted; a pipeline finds its targets in the table.

        Options are those of `from_network`.
        """
        network_of(estimator, "estimator")  # raises unless it has one
        return cls.from_network(estimator, X, y, names, **options)

    def plot(self, ax: "Axes | None" = None, *, kind: Kind = "3d") -> Self:
        """Draw the surface."""
        require_choice("kind", kind, ("3d", "contour"))
        if kind == "3d":
            ax = axes_or_new(ax, (6.4, 5.0), "3d")
            draw_surface(ax, self)
        else:
            ax = axes_or_new(ax, (6.0, 4.8))
            draw_contours(ax, self)
        self._mark(ax, kind)
        ax.set_title(f"Cost over {self.names[0]} and {self.names[1]}")
        return self.on(ax)

    def _mark(self, ax: Any, kind: Kind) -> None:
        """The present values and the lowest point, above whatever hides them."""
        marks = [("*", self.lowest, 13, "lowest on this grid")]
        if self.at is not None:
            marks.append(("s", self.at, 7, "here"))
        for marker, (p, q, cost), size, what in marks:
            place = ([p], [q], [cost]) if kind == "3d" else ([p], [q])
            label = f"{what}: ({p:.3g}, {q:.3g}), {cost:.3g}"
            ax.plot(*place, marker, color=BLACK, mec="white", ms=size, label=label, zorder=10)
        ax.legend(loc="upper left", fontsize="small", framealpha=0.9)


def draw_surface(ax: Any, grid: CostSurfaceDisplay, alpha: float = 0.85) -> None:
    """The surface with its mesh, on three-dimensional axes."""
    p, q = np.meshgrid(grid.x, grid.y)
    ax.plot_surface(
        p, q, grid.values, cmap=SEQUENTIAL, alpha=alpha, linewidth=0.2, edgecolor="#00000055",
        rcount=40, ccount=40,
    )  # fmt: skip
    ax.set_xlabel(grid.names[0], labelpad=6)
    ax.set_ylabel(grid.names[1], labelpad=6)
    ax.set_zlabel(grid.cost, labelpad=8)
    ax.locator_params(nbins=5)
    ax.set_box_aspect(None, zoom=0.88)


def draw_contours(ax: Any, grid: CostSurfaceDisplay) -> None:
    """Filled contours with a colour bar.

    Levels grow with the square of their number, so that those of a parabola are evenly spaced and
    the bottom of a valley can be seen.
    """
    from matplotlib.colors import PowerNorm

    values = np.where(np.isfinite(grid.values), grid.values, np.nan)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    levels = low + (max(high - low, 1e-9 * abs(low)) or 1.0) * np.linspace(0.0, 1.0, 17) ** 2
    norm = PowerNorm(0.5, low, levels[-1])
    drawn = ax.contourf(grid.x, grid.y, values, levels=levels, cmap=SEQUENTIAL, norm=norm)
    ax.contour(drawn, levels=levels, colors="white", linewidths=0.4, alpha=0.7)
    ticks = levels[[0, 4, 8, 12, 16]]
    bar = ax.figure.colorbar(drawn, ax=ax, label=grid.cost, ticks=ticks)
    bar.ax.set_yticklabels([f"{tick:.3g}" for tick in ticks])
    tidy(ax, "", *grid.names, grid=False)
