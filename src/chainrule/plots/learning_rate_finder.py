"""The picture of the learning-rate finder."""

from typing import TYPE_CHECKING, Any, Self

from ..diagnose import LearningRateRange, learning_rate_finder
from ..diagnose.snapshot import snapshot_of
from ..errors import InvalidTypeError, shown
from ..subject import subject_of
from .display import Display
from .style import BLUE, GREEN, SKY, VERMILION, axes_or_new, log_axis, log_scale_suits, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class LearningRateFinderDisplay(Display):
    """The loss against the learning rate, with the lowest point and a tenth of its rate.

    Parameters
    ----------
    test : LearningRateRange
        What `chainrule.diagnose.learning_rate_finder` returned.
    """

    def __init__(self, test: LearningRateRange) -> None:
        if not isinstance(test, LearningRateRange):
            raise InvalidTypeError(
                f"test (={shown(test)}) must be what learning_rate_finder returned, not "
                f"{type(test).__name__}"
            )
        self.test = test

    @classmethod
    def from_test(cls, test: LearningRateRange, *, ax: "Axes | None" = None) -> Self:
        """Draw a learning-rate range test."""
        return cls(test).plot(ax)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, y: Any = None, *, ax: "Axes | None" = None, **options: Any
    ) -> Self:
        """Test learning rates for a fitted network, from its start, and draw the test.

        Parameters
        ----------
        estimator : TrainingResult, pipeline or estimator
            Its loss and its optimizer are taken.
        X, y
            The rows to learn from.
        ax : matplotlib Axes, optional
        **options
            As of `chainrule.diagnose.learning_rate_finder`.
        """
        subject = subject_of(estimator, name="estimator")
        look = snapshot_of(subject, X, y)
        if subject.plan is not None:
            options = {"optimizer": subject.plan.optimizer, "seed": subject.plan.seed, **options}
        test = learning_rate_finder(
            subject.network, look.data.X, look.data.y, loss=look.objective.loss, **options
        )
        return cls.from_test(test, ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the losses, their moving average and both marks."""
        ax = axes_or_new(ax)
        rates, losses, smoothed = self.test.learning_rates, self.test.losses, self.test.smoothed
        ax.plot(rates, losses, color=SKY, linewidth=1.0, label="loss of the batch")
        if (losses != smoothed).any():
            ax.plot(rates, smoothed, color=BLUE, linewidth=2.0, label="moving average")
        marks = (
            (self.test.lowest, GREEN, ":", "lowest"),
            (self.test.suggestion, VERMILION, "--", "a tenth of that"),
        )
        for rate, color, style, what in marks:
            ax.axvline(
                rate, color=color, linestyle=style, linewidth=1.6, label=f"{what}: {rate:.3g}"
            )
        ax.set_xscale("log")
        if log_scale_suits(losses):
            log_axis(ax, losses)
        tidy(ax, "Learning-rate range test", "learning rate", "loss")
        ax.legend(frameon=False)
        return self.on(ax)
