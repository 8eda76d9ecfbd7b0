"""The loss of one or several fits, epoch by epoch."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from ..errors import DataError, InvalidTypeError, require, require_choice, shown
from ..losses import LOSSES
from ..training import History, TrainingResult
from ..typing import Array, float_array
from .display import Display
from .style import LARGEST, VERMILION, Pen, axes_or_new, log_axis, log_scale_suits, pens, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Fit = History | TrainingResult | Sequence[History | TrainingResult]
_INSIDE, _IN_A_COLUMN = 8, 24
"""The most lines of a legend inside of the axes, and of a column of one beside them."""
Scale = Literal["auto", "linear", "log"]


class LearningCurveDisplay(Display):
    """Curves of a fit, or of several together; epoch 1 is the first.

    Beside the loss stands the validation loss, dashed, with a mark at the epoch that early stopping
    kept, or else at its lowest point, the best epoch. The loss of an epoch is taken before its
    updates, the validation loss after them. Where a fit diverged its curve ends in a cross. Of many
    fits together, the median is drawn, and a band from one quantile to another.

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
    kept : mapping of str to int, optional
        The epochs, from 1, whose parameters were kept.
    bands : mapping of str to (ndarray, ndarray), optional
        Lower and upper ends of a band around a curve, each of shape (n_epochs,).
    """

    def __init__(
        self,
        curves: Mapping[str, Array],
        validation: Mapping[str, Array] | None = None,
        name: str = "loss",
        penalised: Collection[str] = (),
        bands: Mapping[str, tuple[Array, Array]] | None = None,
        kept: Mapping[str, int] | None = None,
    ) -> None:
        self.kept = dict(kept or {})
        self.bands = dict(bands or {})
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
        quantiles: tuple[float, float] = (0.1, 0.9),
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw what `train` or `train_many` recorded.

        Parameters
        ----------
        history : History, TrainingResult or a list of them, or a mapping from names to these
            One fit, or several to compare; of a list, such as `train_many` returns, the median and
            a band.
        curve : str, default "loss"
            Which curve: "loss" (with the validation loss), a metric's name, "gradient_norm", ...
        scale : {"auto", "linear", "log"}, default "auto"
            The vertical axis; "auto" is logarithmic for positive numbers over two decades.
        quantiles : (float, float), default (0.1, 0.9)
            The ends of the band of a list.
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
        bands: dict[str, tuple[Array, Array]] = {}
        ends_of_band = float_array("quantiles", quantiles, np.float64)
        right = ends_of_band.shape == (2,) and 0 <= ends_of_band[0] <= ends_of_band[1] <= 1
        require(bool(right), "quantiles", quantiles, "be (low, high) in 0..1")
        low, high = ends_of_band.tolist()
        for name, fit in given.items():
            if isinstance(fit, Sequence) and _are_fits(fit):
                several = _several(name, fit, curve)
                label = f"{name}: " if name != "" else ""
                run = f"{label}median of {len(fit)} fits, {low:.0%} to {high:.0%}"
                middle, *ends = np.nanquantile(several, [0.5, low, high], axis=0)
                curves[run], bands[run] = middle, (ends[0], ends[1])
                continue
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
        kept = {
            str(name): fit.kept_epoch
            for name, fit in given.items()
            if isinstance(fit, TrainingResult)
            and fit.kept_epoch is not None
            and fit.kept_epoch <= len(fit.history.validation_loss)
        }
        return cls(curves, validation, label, penalised, bands, kept).plot(ax, scale=scale)

    @classmethod
    def from_estimator(cls, estimator: Any, **options: Any) -> Self:
        """Draw what a fit recorded; options as of `from_history`.

        Parameters
        ----------
        estimator : TrainingResult, pipeline or estimator, or a mapping from names to them

        Raises
        ------
        DataError
            If it has no history, as a pipeline that was loaded.
        """
        if isinstance(estimator, Mapping):
            if not estimator:
                raise DataError("estimator is an empty mapping: no fit to draw")
            return cls.from_history({k: _result(e) for k, e in estimator.items()}, **options)
        return cls.from_history(_result(estimator), **options)

    def plot(self, ax: "Axes | None" = None, *, scale: Scale = "auto") -> Self:
        """Draw the curves."""
        from matplotlib.ticker import MaxNLocator

        known = ("auto", "linear", "log")
        require_choice("scale", scale, known)
        new, ax = ax is None, axes_or_new(ax)
        for (run, values), pen in zip(self.curves.items(), pens(len(self.curves)), strict=True):
            self._draw(ax, run, values, pen)
        sides = [end for band in self.bands.values() for end in band]
        every = np.concatenate([*self.curves.values(), *self.validation.values(), *sides])
        if scale == "log" or (scale == "auto" and log_scale_suits(every)):
            log_axis(ax, every)
        title = "Learning curve" if len(self.curves) == 1 else "Learning curves"
        if not self.name.startswith("loss"):
            title = f"{self.name[:1].upper()}{self.name[1:]} by epoch"
        tidy(ax, title, "epoch", self.name)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        entries = len(ax.get_legend_handles_labels()[0])
        if entries <= _INSIDE:
            ax.legend(frameon=False)
        else:  # beside the curves, in small letters, in as many columns as it takes
            columns = -(-entries // _IN_A_COLUMN)
            ax.legend(frameon=False, fontsize="x-small", ncols=columns, loc="center left",
                      bbox_to_anchor=(1.0, 0.5))  # fmt: skip
            if new:
                figure: Any = ax.figure
                figure.set_figwidth(figure.get_figwidth() + 1.6 * columns)
        return self.on(ax)

    def _draw(self, ax: "Axes", run: str, values: Array, pen: Pen) -> None:
        """One fit: its curve, its validation curve and its best epoch."""
        validation = self.validation.get(run)
        alone = len(self.curves) == 1
        training = "training, with penalties" if run in self.penalised else "training"
        what = training if validation is not None else "" if run else self.name
        _line(ax, values, _label(run, what), pen.color, pen.linestyle)
        if run in self.bands:
            epochs = np.arange(1, len(values) + 1)
            ax.fill_between(epochs, *self.bands[run], color=pen.color, alpha=0.2, linewidth=0)
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
            best = self.kept.get(run, self.best_epoch[run])
            what = "best" if best == self.best_epoch[run] else "kept"
            label = _label(run, f"{what} epoch, {best}")
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
    where = f"history[{shown(name)}]" if name != "" else "history"
    if not isinstance(history, History):
        raise InvalidTypeError(
            f"{where} must be a History or a TrainingResult, not {type(fit).__name__}"
        )
    if not len(history):
        raise DataError(f"{where} has no epoch: nothing to draw")
    return history


def _result(estimator: Any) -> Any:
    """The result of training behind whatever was fitted."""
    found = estimator
    for name in ("pipeline_", "result_", "result"):
        found = getattr(found, name, found)
    if found is None and estimator is not None:
        raise DataError("the model was loaded and has no history: draw it where it was fitted")
    several = isinstance(found, Sequence) and len(found) > 0 and _are_fits(found)
    if not (several or isinstance(found, History | TrainingResult)):
        raise InvalidTypeError(
            f"estimator (={shown(estimator)}) must be what was fitted, not "
            f"{type(estimator).__name__}"
        )
    return found


def _are_fits(fits: Sequence[object]) -> bool:
    return all(isinstance(fit, History | TrainingResult) for fit in fits)


def _several(name: object, fits: Sequence[Any], curve: str) -> Array:
    """A curve of several fits, shape (n_fits, n_epochs); nan where one has ended or diverged."""
    if not len(fits):
        raise DataError(f"history[{shown(name)}] is an empty list: no fit to draw")
    curves = [_history(f"{name}[{i}]", fit).curve(curve) for i, fit in enumerate(fits)]
    table = np.full((len(curves), max(map(len, curves))), np.nan)
    for row, values in zip(table, curves, strict=True):
        row[: len(values)] = values
    known = np.flatnonzero(np.isfinite(table).any(axis=0))
    if not len(known):
        raise DataError(f"history[{shown(name)}]: every fit diverged in its first epoch")
    return table[:, : int(known[-1]) + 1]


def _loss_label(fits: list[Any]) -> str:
    """The word loss, and the loss's name where all fits say the same one."""
    fits = [one for fit in fits for one in (fit if isinstance(fit, Sequence) else [fit])]
    losses = {fit.plan.objective.loss if isinstance(fit, TrainingResult) else None for fit in fits}
    loss = losses.pop() if len(losses) == 1 else None
    names = [name.replace("_", " ") for name, known in LOSSES.items() if known == loss]
    return f"loss ({names[0]})" if names else "loss"
