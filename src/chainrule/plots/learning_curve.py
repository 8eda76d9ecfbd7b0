"""The loss of one or several fits, epoch by epoch."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from ..errors import DataError, InvalidTypeError, require_choice
from ..losses import LOSSES
from ..training import History, TrainingResult
from ..typing import Array
from .display import Display
from .style import LARGEST, VERMILION, Pen, axes_or_new, log_axis, log_scale_suits, pens, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Fit = History | TrainingResult
Scale = Literal["auto", "linear", "log"]


class LearningCurveDisplay(Display):
    """Curves of a fit, or of several together; epoch 1 is the first.

    Beside the loss stands the validation loss, dashed, with a mark at its lowest point, the best
    epoch. The loss of an epoch is taken before its updates, the validation loss after them. Where
    a fit diverged its curve ends in a cross.

    Parameters
    ----------
    curves : mapping of str to ndarray, shape (n_epochs,)
        The curve of each fit, by its name; "" for a single one.
    validation : mapping of str to ndarray, shape (n_epochs,)
        The validation losses of those fits that have some.
    name : str, default "loss"
        What the curves show: the label of the vertical axis.
    penalised : collection of str, default ()
        The fits whose loss contains penalties, which their validation loss does not.
    """

    def __init__(
        self,
        curves: Mapping[str, Array],
        validation: Mapping[str, Array] | None = None,
        name: str = "loss",
        penalised: Collection[str] = (),
    ) -> None:
        self.penalised = frozenset(penalised)
        self.curves = dict(curves)
        self.validation = dict(validation or {})
        self.name = name

    @property
    def best_epoch(self) -> dict[str, int]:
        """For each fit with validation data, the epoch (from 1) with the lowest loss on it."""
        return {
            run: int(np.nanargmin(curve)) + 1
            for run, curve in self.validation.items()
            if not np.isnan(curve).all()
        }

    @classmethod
    def from_history(
        cls,
        history: Fit | Mapping[str, Fit],
        *,
        curve: str = "loss",
        scale: Scale = "auto",
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw what `train` recorded.

        Parameters
        ----------
        history : History or TrainingResult, or a mapping from names to either
            One fit, or several to compare.
        curve : str, default "loss"
            Which curve: "loss" (with the validation loss), a metric's name, "gradient_norm", ...
        scale : {"auto", "linear", "log"}, default "auto"
            The vertical axis; "auto" is logarithmic for positive numbers over two decades.
        ax : matplotlib Axes, optional
            Where to draw.

        Raises
        ------
        DataError
            If a fit has no epoch.
        InvalidTypeError
            If something is neither a History nor a TrainingResult.
        UnknownNameError
            If no such curve was recorded.
        """
        given = history if isinstance(history, Mapping) else {"": history}
        if not given:
            raise DataError("history is an empty mapping: no fit to draw")
        curves: dict[str, Array] = {}
        validation: dict[str, Array] = {}
        for name, fit in given.items():
            found = _history(name, fit)
            curves[str(name)] = np.array(found.curve(curve), dtype=np.float64)
            if curve == "loss" and found.validation_loss:
                validation[str(name)] = np.array(found.validation_loss, dtype=np.float64)
        label = _loss_label(list(given.values())) if curve == "loss" else curve.replace("_", " ")
        penalised = [
            str(name)
            for name, fit in given.items()
            if isinstance(fit, TrainingResult) and fit.plan.objective.penalties
        ]
        return cls(curves, validation, label, penalised).plot(ax, scale=scale)

    def plot(self, ax: "Axes | None" = None, *, scale: Scale = "auto") -> Self:
        """Draw the curves."""
        from matplotlib.ticker import MaxNLocator

        known = ("auto", "linear", "log")
        require_choice("scale", scale, known)
        ax = axes_or_new(ax)
        for (run, values), pen in zip(self.curves.items(), pens(len(self.curves)), strict=True):
            self._draw(ax, run, values, pen)
        every = np.concatenate([*self.curves.values(), *self.validation.values()])
        if scale == "log" or (scale == "auto" and log_scale_suits(every)):
            log_axis(ax, every)
        title = "Learning curve" if len(self.curves) == 1 else "Learning curves"
        tidy(ax, title, "epoch", self.name)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        ax.legend(frameon=False)
        return self.on(ax)

    def _draw(self, ax: "Axes", run: str, values: Array, pen: Pen) -> None:
        """One fit: its curve, its validation curve and its best epoch."""
        validation = self.validation.get(run)
        alone = len(self.curves) == 1
        training = "training, with penalties" if run in self.penalised else "training"
        what = training if validation is not None else "" if run else self.name
        _line(ax, values, _label(run, what), pen.color, pen.linestyle)
        finite = np.flatnonzero(np.isfinite(values))
        if 0 < len(finite) < len(values):
            last = int(finite[-1])
            label = _label(run, f"diverged after epoch {last + 1}")
            ax.plot(
                last + 1,
                min(values[last], LARGEST),
                "x",
                clip_on=False,
                ms=9,
                mew=2,
                color=pen.color,
                label=label,
            )
        if validation is None:
            return
        color = VERMILION if alone else pen.color
        _line(ax, validation, _label(run, "validation"), color, "--")
        if run in self.best_epoch:
            best = self.best_epoch[run]
            label = _label(run, f"best epoch, {best}")
            mark: dict[str, Any] = {"ms": 8, "mec": "white", "color": color, "zorder": 3}
            ax.plot(best, validation[best - 1], pen.marker, label=label, **mark)


def _line(ax: "Axes", values: Array, label: str, color: str, linestyle: str) -> None:
    """A curve over the epochs 1, 2, ...; a dot where there is only one."""
    marker = "o" if len(values) == 1 else ""
    epochs = np.arange(1, len(values) + 1)
    ax.plot(
        epochs, values, label=label, color=color, linestyle=linestyle, linewidth=1.8, marker=marker
    )


def _label(run: str, what: str) -> str:
    return ": ".join(filter(None, (run, what)))


def _history(name: object, fit: Any) -> History:
    """The history of a fit that has at least one epoch."""
    history = fit.history if isinstance(fit, TrainingResult) else fit
    where = f"history[{name!r}]" if name != "" else "history"
    if not isinstance(history, History):
        raise InvalidTypeError(
            f"{where} must be a History or a TrainingResult, not {type(fit).__name__}"
        )
    if not len(history):
        raise DataError(f"{where} has no epoch: nothing to draw")
    return history


def _loss_label(fits: list[Any]) -> str:
    """The word loss, and the loss's name where all fits say the same one."""
    losses = {fit.plan.objective.loss if isinstance(fit, TrainingResult) else None for fit in fits}
    loss = losses.pop() if len(losses) == 1 else None
    names = [name.replace("_", " ") for name, known in LOSSES.items() if known == loss]
    return f"loss ({names[0]})" if names else "loss"
