"""Points with one input, and what a network makes of them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..errors import ShapeError, require_function, shown
from ..subject import network_of, subject_of
from ..typing import Array, ArrayLike
from .arguments import margins, require_predictor, spaced, vector
from .display import Display
from .frames import rows_like
from .style import BLACK, GREY, axes_or_new, pens, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_RESIDUALS = 50


class FitLineDisplay(Display):
    """Data points, predictions as lines, and for few points what is left between them.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        The points.
    grid : array_like, shape (m,)
        Where the lines are computed.
    lines : mapping of str to array_like, shape (m,)
        The predictions there, by name; the last one gets the residuals.
    truth : array_like, shape (m,), optional
        The function that the points come from.
    """

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        grid: ArrayLike,
        lines: Mapping[str, ArrayLike],
        truth: ArrayLike | None = None,
    ) -> None:
        self.x, self.y = vector("x", x), vector("y", y)
        self.grid = vector("grid", grid)
        if self.x.shape != self.y.shape:
            raise ShapeError(f"y has {len(self.y)} numbers, but x has {len(self.x)}")
        self.lines = {name: vector(f"lines[{shown(name)}]", line) for name, line in lines.items()}
        self.truth = None if truth is None else vector("truth", truth)
        others = {**self.lines, **({} if self.truth is None else {"truth": self.truth})}
        for name, line in others.items():
            if line.shape != self.grid.shape:
                raise ShapeError(f"{name} has {len(line)} numbers, but grid has {len(self.grid)}")

    @classmethod
    def from_points(cls, x: ArrayLike, y: ArrayLike, *, ax: "Axes | None" = None) -> Self:
        """Draw the points alone."""
        return cls(x, y, [], {}).plot(ax)

    @classmethod
    def from_network(
        cls,
        network: Any,
        X: ArrayLike,
        y: ArrayLike,
        parameters: Any = None,
        *,
        truth: Callable[[Array], Array] | None = None,
        resolution: int = 201,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw what a network with one input and one output predicts.

        Parameters
        ----------
        network : Network, or whatever was fitted
        X : array_like, shape (n, 1) or (n,)
            The inputs.
        y : array_like, shape (n, 1) or (n,)
            The targets.
        parameters : Parameters, vector, or a mapping from names to either, optional
            One line, or one for each name: ``{"first": start, "trained": result.parameters}``.
            What was learned by default.
        truth : callable, optional
            The function that the points come from, of an array.
        resolution : int, default 201
        ax : matplotlib Axes, optional

        Raises
        ------
        ShapeError
            If the network has more than one input or output.
        NotFittedError
            If a network comes without parameters.
        """
        known = network_of(network)
        if (known.n_in, known.n_out) != (1, 1):
            raise ShapeError(
                f"network has {known.n_in} inputs and {known.n_out} outputs, but a line needs "
                "one of each"
            )
        x = vector("X", X)
        grid = spaced("X", margins("X", x), resolution)
        named = {"prediction": parameters}
        if type(parameters) is dict and not any(
            name in known.layout.by_name for name in parameters
        ):
            named = parameters
        lines = {}
        for name, given in named.items():
            lines[name] = subject_of(network, given).predict(grid[:, None])[:, 0]
        if truth is not None:
            require_function("truth", truth, "an array")
        true = None if truth is None else truth(grid)
        return cls(x, y, grid, lines, true).plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: ArrayLike,
        *,
        resolution: int = 201,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw what a regressor with one input predicts.

        Parameters
        ----------
        estimator : regressor, pipeline or TrainingResult
            Whatever has a method ``predict``.
        X : array_like, data frame or mapping, shape (n, 1)
            The inputs; a frame or a mapping has one column.
        y : array_like, shape (n,)
            The targets.
        resolution : int, default 201
        ax : matplotlib Axes, optional
        """
        require_predictor("estimator", estimator)
        column = next(iter(X.values()), ()) if isinstance(X, Mapping) else X
        x = vector("X", column)
        grid = spaced("X", margins("X", x), resolution)
        answers = np.asarray(estimator.predict(rows_like(X, grid[:, None])), dtype=np.float64)
        return cls(x, y, grid, {"prediction": answers}).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw points and lines."""
        ax = axes_or_new(ax)
        if self.truth is not None:
            ax.plot(self.grid, self.truth, color=GREY, linestyle=":", linewidth=2.4, label="truth")
        for (name, line), pen in zip(self.lines.items(), pens(len(self.lines)), strict=True):
            ax.plot(
                self.grid, line, color=pen.color, linestyle=pen.linestyle, linewidth=1.8, label=name
            )
        if self.lines and len(self.x) <= _MOST_RESIDUALS:
            name, line = list(self.lines.items())[-1]
            on_line = np.interp(self.x, self.grid, line)
            label = f"error of {name}" if len(self.lines) > 1 else "error"
            ax.vlines(self.x, on_line, self.y, color=BLACK, linewidth=1.0, label=label)
        ax.plot(self.x, self.y, "o", color=BLACK, ms=6, mec="white", label="data", zorder=3)
        tidy(ax, "Data and prediction" if self.lines else "Data", "x", "y")
        ax.margins(0.1)
        ax.legend(framealpha=0.9)
        return self.on(ax)
