"""The same descent with different learning rates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from ..diagnose import snapshot
from ..errors import (
    DataError,
    InvalidValueError,
    items_of,
    require_choice,
    require_instance,
    require_number,
    require_text,
)
from ..losses import Loss
from ..optimizers import SGD
from ..optimizers.base import ElementwiseOptimizer
from ..optimizers.minimize import Path, minimize
from ..subject import subject_of
from ..typing import Array, ArrayLike
from .arguments import answer, require_some
from .display import Display
from .section import Section
from .style import (
    BLACK,
    GREY,
    LARGEST,
    axes_or_new,
    log_axis,
    log_scale_suits,
    new_figure,
    pens,
    several_axes,
    tidy,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Kind = Literal["curves", "steps"]


class LearningRateComparisonDisplay(Display):
    """Too small, right and too large: the cost by step, or the steps along one parameter.

    Parameters
    ----------
    paths : mapping of float to Path
        For each learning rate the path of the descent.
    slice : (ndarray, ndarray), optional
        The parameter's values and the cost there, for paths along one parameter.
    name : str, default "x"
        That parameter's name.
    cost : str, default "cost"
        What the cost is.
    """

    def __init__(
        self,
        paths: Mapping[float, Path],
        slice: tuple[Array, Array] | None = None,
        name: str = "x",
        cost: str = "cost",
    ) -> None:
        if not paths:
            raise DataError("paths is empty: no learning rate to compare")
        self.paths = dict(paths)
        self.slice, self.name, self.cost = slice, name, cost

    @classmethod
    def from_function(
        cls,
        function: Callable[[Array], float],
        gradient: Callable[[Array], ArrayLike],
        start: ArrayLike,
        learning_rates: Sequence[float],
        *,
        optimizer: ElementwiseOptimizer | None = None,
        steps: int = 20,
        name: str = "x",
        cost: str = "cost",
        kind: Kind | None = None,
        ax: Any = None,
    ) -> Self:
        """Descend any function with each learning rate.

        Parameters
        ----------
        function, gradient : callable
            C(p) and dC/dp of a vector.
        start : array_like, shape (n,)
            With one number the steps can be shown on the curve itself.
        learning_rates : sequence of float
        optimizer : ElementwiseOptimizer, default SGD
            The rule; its own learning rate is not used.
        steps : int, default 20
        name, cost : str
            For the labels.
        kind : {"curves", "steps"}, optional
            "steps", one picture for each learning rate, is the default for one number.
        ax : matplotlib Axes, or one for each learning rate for "steps", optional
        """
        rule = SGD() if optimizer is None else optimizer
        require_instance("optimizer", rule, ElementwiseOptimizer, "an optimizer, such as SGD(0.1)")
        learning_rates = items_of("learning_rates", learning_rates, "a sequence of numbers")
        if not learning_rates:
            raise DataError("learning_rates is empty: no learning rate to compare")
        for rate in learning_rates:
            require_number("learning_rates", rate, above=0.0)
        require_text("name", name)
        require_text("cost", cost)
        with np.errstate(over="ignore", invalid="ignore"):
            paths = {
                float(rate): minimize(
                    function, gradient, start, replace(rule, learning_rate=rate), steps
                )
                for rate in learning_rates
            }
        one = np.size(start) == 1
        curve = _slice(function, paths) if one else None
        if kind is None:
            kind = "steps" if one else "curves"
        return cls(paths, curve, name, cost).plot(ax, kind=kind)

    @classmethod
    def from_network(
        cls,
        network: Any,
        X: Any,
        y: Any,
        learning_rates: Sequence[float],
        *,
        loss: str | Loss | None,
        initial: Any,
        name: str | None = None,
        optimizer: ElementwiseOptimizer | None = None,
        steps: int = 100,
        kind: Kind | None = None,
        ax: Any = None,
    ) -> Self:
        """Descend a network's cost, on all samples, with each learning rate.

        With the name of one parameter the others stay, and the steps can be shown on the curve;
        else all trainable parameters move.
        """
        look = snapshot(network, X, y, loss=loss, parameters=initial)
        section = Section(look, None if name is None else [name])
        return cls.from_function(
            section, section.gradient, section.start, learning_rates, optimizer=optimizer,
            steps=steps, name=name or "parameters", cost=section.cost_label, kind=kind, ax=ax,
        )  # fmt: skip

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        learning_rates: Sequence[float] = (0.001, 0.01, 0.1, 1.0),
        *,
        initial: Any = None,
        **options: Any,
    ) -> Self:
        """Descend the cost of a fitted network again, from its start, with each learning rate.

        Parameters
        ----------
        estimator : TrainingResult, pipeline or estimator
        X, y
            The rows that the cost is taken over.
        learning_rates : sequence of float, default (0.001, 0.01, 0.1, 1)
        initial : Parameters, mapping or vector, optional
            By default where a network with the fit's seed begins.
        **options
            As of `from_network`.
        """
        subject = subject_of(estimator, initial, name="estimator")
        if initial is None:
            seed = 0 if subject.plan is None else subject.plan.seed
            initial = subject.network.initial_parameters(seed)
        return cls.from_network(
            estimator, X, y, learning_rates, loss=subject.loss, initial=initial, **options
        )

    def plot(self, ax: Any = None, *, kind: Kind = "curves") -> Self:
        """Draw the cost by step on one axes, or the steps, each learning rate on its own axes."""
        known = ("curves", "steps")
        require_choice("kind", kind, known)
        return self._plot_curves(ax) if kind == "curves" else self._plot_steps(ax)

    def _plot_curves(self, ax: "Axes | None") -> Self:
        ax = axes_or_new(ax)
        for (rate, path), pen in zip(self.paths.items(), pens(len(self.paths)), strict=True):
            values = np.where(np.abs(path.values) < LARGEST, path.values, np.nan)
            ax.plot(
                values, color=pen.color, linestyle=pen.linestyle, linewidth=1.8, label=f"{rate:g}"
            )
        every = np.concatenate([path.values for path in self.paths.values()])
        if log_scale_suits(every):
            log_axis(ax, every)
        tidy(ax, "Learning rates compared", "step", self.cost)
        ax.legend(title="learning rate", frameon=False)
        return self.on(ax)

    def _plot_steps(self, ax: Any) -> Self:
        if self.slice is None:
            raise InvalidValueError("kind (='steps') must be 'curves' for more than one parameter")
        n = len(self.paths)
        if ax is None:
            grid = new_figure((3.6 * n + 0.8, 3.6)).subplots(1, n, sharey=True, squeeze=False)[0]
        else:
            grid = several_axes(ax, n, "learning rates")
        x, values = self.slice
        for one, (rate, path), pen in zip(grid, self.paths.items(), pens(n), strict=True):
            one.plot(x, values, color=GREY, linewidth=1.4, label="cost")
            p, c = path.points[:, 0], path.values
            one.plot(p, c, color=pen.color, marker="o", ms=4, lw=1.2, label=f"{len(p) - 1} steps")
            one.plot(p[0], c[0], "s", color=BLACK, markersize=7, label="start")
            one.set_xlim(x[0], x[-1])
            height = float(values.max() - values.min())
            one.set_ylim(float(values.min()) - 0.05 * height, float(values.max()) + 0.3 * height)
            tidy(one, f"learning rate {rate:g}", self.name, self.cost if one is grid[0] else "")
            one.legend(frameon=False, loc="upper center", fontsize="small")
        self.ax_, self.figure_ = grid, grid[0].figure
        return self


def _slice(function: Callable[[Array], float], paths: Mapping[float, Path]) -> tuple[Array, Array]:
    """The function around the start of the descents, three times as far as their best point.

    Where all climb at once they have jumped across the valley: its middle is half of the jump.
    """
    require_some("function", np.concatenate([path.values for path in paths.values()]))
    start = float(next(iter(paths.values())).points[0, 0])
    best = min(paths.values(), key=lambda path: float(np.nanmin(path.values)))
    lowest = float(best.points[int(np.nanargmin(best.values)), 0])
    if lowest == start and len(best.points) > 1:
        lowest = float(best.points[:2, 0].mean())
    reach = 1.6 * max(abs(start - lowest), 1e-6)
    x = np.linspace(lowest - reach, lowest + reach, 201)
    return x, np.array([answer("function", function(np.array([p]))) for p in x])
