"""The cost along one parameter."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..diagnose import snapshot
from ..errors import ShapeError, require_function, require_text
from ..losses import Loss
from ..subject import network_of
from ..typing import ArrayLike, float_array
from .arguments import answer, drawable, require_some, spaced
from .display import Display
from .section import Section
from .style import BLUE, VERMILION, axes_or_new, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class CostSliceDisplay(Display):
    """C(p): a cut through the cost surface, with a mark where the parameter is now.

    Parameters
    ----------
    x : array_like, shape (n,)
        The values of the parameter.
    values : array_like, shape (n,)
        The cost at each.
    name : str, default "x"
        The parameter's name.
    cost : str, default "cost"
        What the cost is.
    at : (float, float), optional
        The present value and its cost.
    """

    def __init__(
        self,
        x: ArrayLike,
        values: ArrayLike,
        name: str = "x",
        cost: str = "cost",
        at: tuple[float, float] | None = None,
    ) -> None:
        require_text("name", name)
        require_text("cost", cost)
        self.x = drawable("x", x)
        self.values = float_array("values", values, np.float64)
        if self.x.ndim != 1 or self.values.shape != self.x.shape:
            raise ShapeError(
                f"values has the shape {self.values.shape}, but x has {self.x.shape}: "
                "both must be vectors of one length"
            )
        self.name, self.cost, self.at = name, cost, at

    @classmethod
    def from_function(
        cls,
        function: Callable[[float], float],
        x_range: Sequence[float] = (-5, 5),
        *,
        name: str = "x",
        cost: str = "cost",
        resolution: int = 201,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw any function of one number."""
        require_function("function", function, "a number")
        x = spaced("x_range", x_range, resolution)
        values = np.array([answer("function", function(float(p))) for p in x])
        require_some("function", values)
        return cls(x, values, name, cost).plot(ax)

    @classmethod
    def from_network(
        cls,
        network: Any,
        X: Any,
        y: Any,
        name: str = "w1",
        *,
        loss: str | Loss | None = None,
        parameters: Any = None,
        x_range: Sequence[float] | None = None,
        resolution: int = 201,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw the cost of a network over any one of its parameters; the others stay.

        The arguments are those of `CostSurfaceDisplay.from_network`, for one name.
        """
        look = snapshot(network, X, y, loss=loss, parameters=parameters)
        section = Section(look, [name])
        x = spaced("x_range", section.range_around(0, x_range), resolution)
        values = [section(np.array([p])) for p in x]
        at = (float(section.start[0]), section(section.start))
        return cls(x, values, name, section.cost_label, at).plot(ax)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, y: Any = None, name: str = "w1", **options: Any
    ) -> Self:
        """Draw the cost of whatever was fitted; a pipeline finds its targets in the table.

        Options are those of `from_network`.
        """
        network_of(estimator, "estimator")  # raises unless it has one
        return cls.from_network(estimator, X, y, name, **options)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the curve."""
        ax = axes_or_new(ax)
        ax.plot(self.x, self.values, color=BLUE, linewidth=1.8, label=f"{self.cost} C({self.name})")
        if self.at is not None:
            label = f"{self.name} = {self.at[0]:.4g}, C = {self.at[1]:.4g}"
            ax.plot(*self.at, "o", color=VERMILION, markersize=8, label=label)
        tidy(ax, f"Cost along {self.name}", self.name, self.cost)
        ax.legend(frameon=False)
        return self.on(ax)
