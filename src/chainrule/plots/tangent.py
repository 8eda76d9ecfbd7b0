"""A curve with its tangents: which way a weight must go."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..diagnose import snapshot
from ..errors import DataError, ShapeError, items_of, require_function, require_text
from ..subject import network_of
from ..typing import Array, ArrayLike
from .arguments import answers_along, drawable, spaced
from .display import Display
from .section import Section
from .style import GREY, axes_or_new, pens, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class TangentDisplay(Display):
    """y = f(x), tangents f(p) + f'(p) (x - p) at some points, and an arrow downhill at each.

    Parameters
    ----------
    x, values : array_like, shape (n,)
        The curve.
    at, heights, slopes : array_like, shape (k,)
        The points of the tangents, the function and its derivative there.
    """

    def __init__(
        self, x: ArrayLike, values: ArrayLike, at: ArrayLike, heights: ArrayLike, slopes: ArrayLike
    ) -> None:
        self.x, self.values = drawable("x", x), drawable("values", values)
        self.at, self.heights = drawable("at", at), drawable("heights", heights)
        self.slopes = drawable("slopes", slopes)
        if self.values.shape != self.x.shape:
            raise ShapeError(f"values has the shape {self.values.shape}, but x has {self.x.shape}")
        for name, array in (("heights", self.heights), ("slopes", self.slopes)):
            if array.shape != self.at.shape:
                raise ShapeError(f"{name} has the shape {array.shape}, but at has {self.at.shape}")

    @classmethod
    def from_function(
        cls,
        function: Callable[[Array], Array],
        derivative: Callable[[Array], Array],
        at: Sequence[float],
        x_range: Sequence[float] = (-8, 8),
        *,
        name: str = "weight",
        label: str = "error",
        resolution: int = 201,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw a function of one number with its tangents.

        Parameters
        ----------
        function, derivative : callable
            Both take and return an array.
        at : sequence of float
            Where the tangents touch.
        x_range : (low, high), default (-8, 8)
        name, label : str, default "weight" and "error"
            What x and y are.
        resolution : int, default 201
        ax : matplotlib Axes, optional
        """
        require_function("function", function, "an array")
        require_function("derivative", derivative, "an array")
        points = drawable("at", items_of("at", at, "a sequence of numbers"))
        if not points.size:
            raise DataError("at is empty: no point for a tangent")
        if points.ndim != 1:
            raise ShapeError(f"at has the shape {points.shape}, but must be a sequence of numbers")
        x = spaced("x_range", x_range, resolution)
        values, heights = (answers_along("function", function(p), p) for p in (x, points))
        slopes = answers_along("derivative", derivative(points), points)
        made = cls(x, values, points, heights, slopes)
        return made.plot(ax, name=name, label=label)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        name: str = "w1",
        *,
        x_range: Sequence[float] | None = None,
        resolution: int = 201,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw the cost of whatever was fitted along one parameter, with the tangent where it is.

        Parameters
        ----------
        estimator : TrainingResult, pipeline or estimator
        X, y
            The rows that the cost is taken over.
        name : str, default "w1"
            Which parameter; the others stay.
        x_range : (low, high), optional
            By default 2 to both sides of the present value, or its own size.
        resolution : int, default 201
        ax : matplotlib Axes, optional
        """
        network_of(estimator, "estimator")  # raises unless it has one
        section = Section(snapshot(estimator, X, y), [name])

        def each(f: Callable[[Array], Any]) -> Callable[[Array], Array]:
            return lambda p: np.array([float(np.squeeze(f(np.array([one])))) for one in p])

        return cls.from_function(
            each(section), each(section.gradient), section.start.tolist(),
            section.range_around(0, x_range), name=name, label=section.cost_label,
            resolution=resolution, ax=ax,
        )  # fmt: skip

    def tangent(self, k: int, x: ArrayLike) -> Array:
        """The tangent at point k: f(p) + f'(p) (x - p)."""
        line: Array = self.heights[k] + self.slopes[k] * (np.asarray(x) - self.at[k])
        return line

    def plot(self, ax: "Axes | None" = None, *, name: str = "weight", label: str = "error") -> Self:
        """Draw curve, tangents and arrows."""
        require_text("name", name)
        require_text("label", label)
        ax = axes_or_new(ax)
        ax.plot(self.x, self.values, color=GREY, linewidth=1.8, label=label)
        width = float(self.x[-1] - self.x[0])
        for k, pen in enumerate(pens(len(self.at))):
            p, height, slope = self.at[k], self.heights[k], self.slopes[k]
            ends = np.array([p - 0.25 * width, p + 0.25 * width])
            text = f"tangent at {p:g}, slope {slope:g}"
            ax.plot(ends, self.tangent(k, ends), color=pen.color, linewidth=1.6, label=text)
            ax.plot(p, height, pen.marker, color=pen.color, markersize=8)
            if slope == 0:
                continue
            ahead = p - np.sign(slope) * 0.14 * width
            arrow = {"arrowstyle": "-|>", "color": pen.color, "linewidth": 1.8}
            ax.annotate("", xy=(ahead, height), xytext=(p, height), arrowprops=arrow)
            side = -np.sign(slope)
            ax.annotate(
                f"{'decrease' if slope > 0 else 'increase'} {name}",
                xy=(p + 0.02 * side * width, height),
                xytext=(0, 6),
                textcoords="offset points",
                ha="left" if side > 0 else "right",
                color=pen.color,
            )
        low, high = float(self.values.min()), float(self.values.max())
        ax.set_ylim(low - 0.35 * (high - low), high + 0.05 * (high - low))
        ax.set_xlim(self.x[0], self.x[-1])
        tidy(ax, "Against the slope lies downhill", name, label)
        ax.legend(loc="upper center", framealpha=0.9, fontsize="small")
        return self.on(ax)
