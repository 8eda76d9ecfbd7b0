"""What each column of a row adds to an output."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..errors import InvalidTypeError, require_integer
from ..explain.api import explain_columns
from ..explain.columns import SHOWN, ColumnExplanation
from ..subject import network_of
from .display import Display
from .style import BLUE, GREY, VERMILION, axes_or_new, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ContributionsDisplay(Display):
    """From the output at the inputs' means to that of a row, one bar for each column.

    Blue bars raise the output, vermilion ones lower it; a thin line shows the standard error where
    contributions were sampled.

    Parameters
    ----------
    explanation : ColumnExplanation
        As `explain_columns` returns it.
    """

    def __init__(self, explanation: ColumnExplanation) -> None:
        if not isinstance(explanation, ColumnExplanation):
            raise InvalidTypeError(
                f"explanation must be what explain_columns returned, not "
                f"{type(explanation).__name__}"
            )
        self.explanation = explanation

    @classmethod
    def from_explanation(
        cls, explanation: ColumnExplanation, *, top: int = SHOWN, ax: "Axes | None" = None
    ) -> Self:
        """Draw an explanation.

        Parameters
        ----------
        explanation : ColumnExplanation
        top : int, default 10
            How many columns have a bar of their own; the others share one.
        ax : matplotlib Axes, optional
        """
        return cls(explanation).plot(ax, top=top)

    @classmethod
    def from_estimator(
        cls, estimator: Any, x: Any, *, top: int = SHOWN, ax: "Axes | None" = None, **options: Any
    ) -> Self:
        """Explain a row of a pipeline, an estimator or a result, and draw it.

        Parameters
        ----------
        estimator : Pipeline, estimator or TrainingResult
        x : array_like or table
            The row, or several of which ``row=`` names one.
        top, ax
            As in `from_explanation`.
        **options
            As for `chainrule.explain_columns`.
        """
        network_of(estimator, "estimator")  # raises unless it has one
        return cls.from_explanation(explain_columns(estimator, x=x, **options), top=top, ax=ax)

    def plot(self, ax: "Axes | None" = None, *, top: int = SHOWN) -> Self:
        """Draw the bars, the largest on top."""
        require_integer("top", top, at_least=1)
        e = self.explanation
        shown, rest = e.contributions[:top], e.contributions[top:]
        names = [f"{c.column} = {c.shown}" for c in shown]
        values = [c.value for c in shown]
        errors = [c.error for c in shown]
        if rest:
            names.append(f"{len(rest)} other column{'s' * (len(rest) > 1)}")
            values.append(sum(c.value for c in rest))
            errors.append(None)
        n, new = len(values), ax is None
        ax = axes_or_new(ax, (7.0, 1.6 + 0.36 * n))
        ends = e.baseline + np.cumsum([0.0, *values])
        width = float(np.ptp(ends)) or 1.0
        for k, (start, value, error) in enumerate(zip(ends[:-1], values, errors, strict=True)):
            color = BLUE if value >= 0 else VERMILION
            ax.barh(k, value, left=start, color=color, height=0.62, xerr=error, ecolor=GREY)
            right = max(start, start + value) + (error or 0.0)
            ax.text(right + 0.01 * width, k, e.written(value, sign=True), va="center", fontsize=9)
        ax.vlines(ends[1:-1], np.arange(n - 1) - 0.31, np.arange(n - 1) + 1.31, color=GREY, lw=0.8)
        for at, style, what in ((e.baseline, ":", "every input at its mean"),
                                (e.output, "--", "this row")):  # fmt: skip
            label = f"{what}: {e.written(at)}"
            ax.axvline(at, color=GREY, linestyle=style, linewidth=1.2, label=label, zorder=0)
        ax.set_yticks(range(n), names)
        ax.set_ylim(n - 0.4, -0.6)
        ax.set_xlim(ends.min() - 0.04 * width, ends.max() + 0.16 * width)
        tidy(ax, f"{e.target} of {e.row or 'this row'}", e.target, "column")
        ax.grid(False, axis="y")
        if new:
            ax.figure.legend(loc="outside lower center", ncols=2, frameon=False)
        else:
            place = (0.5, -0.5 / (0.36 * n + 0.4))
            ax.legend(loc="upper center", bbox_to_anchor=place, ncols=2, frameon=False)
        return self.on(ax)
