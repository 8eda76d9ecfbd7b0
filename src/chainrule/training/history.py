"""What happened, epoch by epoch."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import nan
from typing import TYPE_CHECKING, Any

from ..errors import InvalidValueError, as_float, require_instance, require_mapping, shown
from ..registry import unknown
from ..typing import Array
from .frames import data_frame

_REPORTED = ("loss", "gradient_norm", "learning_rate", "seconds")
"""The curves that engines report, in the order of `Report.curves`."""

_CURVES = ("loss", "validation_loss", *_REPORTED[1:])


@dataclass
class History:
    """The curves of a fit: one number for each epoch.

    Attributes
    ----------
    loss : list of float
        The weighted mean (for a sum loss: the sum) of the batch losses, penalties included, each
        taken before its update. nan in an epoch that diverged.
    validation_loss : list of float
        The loss on the validation data after the epoch, without penalties; empty without such
        data.
    metrics : dict of str to list of float
        Each metric after the epoch, on the validation data where there is any, else on the
        training data.
    gradient_norm : list of float
        The Euclidean norm of the gradient at the epoch's last update, before clipping.
    learning_rate : list of float
        The learning rate of the epoch's last update; nan for L-BFGS, which has none.
    seconds : list of float
        How long the engine worked on each epoch.
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    gradient_norm: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    rising: set[str] = field(default_factory=set)
    """The metrics for which greater is better."""

    def __len__(self) -> int:
        reported = vars(self).get("_reported")
        return len(self.loss) if reported is None else int(reported.shape[1])

    def __repr__(self) -> str:
        """The last number of each curve."""
        curves = {**{name: getattr(self, name) for name in _CURVES}, **self.metrics}
        last = [f"{name}={curve[-1]:.6g}" for name, curve in curves.items() if curve]
        return f"History({', '.join([f'{len(self)} epochs', *last])})"

    def to_frame(self) -> Any:
        """The curves as a pandas data frame: a row for each epoch, from 1, a column for each curve.

        Raises
        ------
        MissingLibraryError
            Without pandas.

        Examples
        --------
        >>> from chainrule import History
        >>> frame = History(loss=[3.0, 2.0], validation_loss=[4.0, 3.5]).to_frame()
        >>> list(frame.columns), frame.loc[2].tolist()
        (['loss', 'validation_loss'], [2.0, 3.5])
        """
        curves = {**{name: getattr(self, name) for name in _CURVES}, **self.metrics}
        n = len(self)
        # nan before the first epoch of a curve that began later, as after another fit's.
        filled = {name: [nan] * (n - len(c)) + list(c) for name, c in curves.items() if c}
        return data_frame(filled, "epoch", range(1, n + 1))

    def record(self, curves: Array) -> None:
        """Put newer epochs behind the others: the rows of `Report.curves`, shape (4, k).

        The first ones stay an array until somebody asks for a list: making lists of a thousand
        epochs takes half as long as training one neuron for them.
        """
        own = vars(self)
        if "_reported" in own or self.loss:
            for name, curve in zip(_REPORTED, curves.tolist(), strict=True):
                getattr(self, name).extend(curve)
            return
        # At once, so that an interrupt finds either the lists or the array.
        self.__dict__ = {
            "validation_loss": self.validation_loss,
            "metrics": self.metrics,
            "rising": self.rising,
            "_reported": curves,
        }

    def __dir__(self) -> list[str]:
        """The curves among the names, as lists or not."""
        return sorted({*super().__dir__(), *_REPORTED})

    if not TYPE_CHECKING:  # which is to go on refusing names that there are not

        def __getattr__(self, name: str) -> Any:
            """A curve that is an array so far: all of them become lists, for good."""
            own = vars(self)
            reported = own.get("_reported")
            if name in _REPORTED and reported is not None:
                for each, curve in zip(_REPORTED, reported.tolist(), strict=True):
                    own.setdefault(each, curve)
                own.pop("_reported", None)
            if name not in own:
                raise AttributeError(f"History has no attribute {name!r}", name=name, obj=self)
            return own[name]

    def without_times(self) -> "History":
        """The same curves with nan for every second: equal for equal fits."""
        return replace(self, seconds=[nan] * len(self))

    def extend(self, later: "History") -> None:
        """Put another fit's curves behind these."""
        for name in _CURVES:
            getattr(self, name).extend(getattr(later, name))
        for name, curve in later.metrics.items():
            self.metrics.setdefault(name, []).extend(curve)

    def curve(self, name: str) -> Sequence[float]:
        """The curve of that name: "loss", "validation_loss", a metric's name, ...

        Raises
        ------
        UnknownNameError
            If no such curve was recorded.
        """
        curves = {**{name: getattr(self, name) for name in _CURVES}, **self.metrics}
        if not (isinstance(name, str) and curves.get(name)):
            recorded = [key for key, curve in curves.items() if curve]
            raise unknown("curve", name, recorded)
        found: Sequence[float] = curves[name]
        return found


def check_history(history: Any) -> None:
    """Raise unless it is a history whose curves are lists of numbers that fit each other."""
    require_instance("history", history, History, "a History")
    curves = {name: getattr(history, name) for name in _CURVES}
    require_mapping("history.metrics", history.metrics)
    for name, curve in {**curves, **history.metrics}.items():
        require_instance(f"history's {shown(name)}", curve, list, "a list of numbers")
        for value in curve:
            as_float(f"a number of history's {shown(name)}", value)
        longest = len(history.loss)
        if len(curve) > longest or (name in _REPORTED and len(curve) != longest):
            raise InvalidValueError(
                f"history's {shown(name)} has {len(curve)} epochs, and its loss {longest}"
            )
    require_instance("history.rising", history.rising, set, "a set of names")
