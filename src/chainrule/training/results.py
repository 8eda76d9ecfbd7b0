"""What many fits give back."""

from collections.abc import Iterable, Mapping
from typing import Any, overload

import numpy as np

from ..errors import ShapeError
from ..typing import Array, ArrayLike
from .frames import data_frame
from .result import TrainingResult


class TrainingResults(list[TrainingResult]):
    """The results of `train_many`: a list, and all of them at once as arrays and as a table.

    Parameters
    ----------
    results : iterable of TrainingResult
    settings : iterable of mapping, optional
        What each fit had of its own; none by default.

    Attributes
    ----------
    settings : tuple of dict

    Examples
    --------
    >>> import chainrule as cr
    >>> results = cr.train_many(
    ...     cr.Network([cr.Dense(1, 1)]), [[0.0], [1.0]], [1.0, 3.0],
    ...     [{"seed": 0}, {"seed": 1}, {"seed": 2}], loss="mean_squared_error", epochs=5)
    >>> results.parameters.shape, results.predict([[0.0], [1.0]]).shape
    ((3, 2), (3, 2, 1))
    >>> results.curve("loss").shape
    (3, 5)
    """

    def __init__(
        self,
        results: Iterable[TrainingResult] = (),
        settings: Iterable[Mapping[str, Any]] | None = None,
    ) -> None:
        super().__init__(results)
        self.settings = tuple(map(dict, [{}] * len(self) if settings is None else settings))
        if len(self.settings) != len(self):
            raise ShapeError(f"there are {len(self.settings)} settings for {len(self)} results")

    @overload  # type: ignore[override]
    def __getitem__(self, index: int) -> TrainingResult: ...
    @overload
    def __getitem__(self, index: slice) -> "TrainingResults": ...

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        if isinstance(index, slice):
            return TrainingResults(found, self.settings[index])
        return found

    @property
    def parameters(self) -> Array:
        """The parameters of all fits, shape (n_fits, n_parameters).

        Raises
        ------
        ShapeError
            If the networks differ.
        """
        self._alike()
        return np.array([result.parameters.vector for result in self])

    def predict(self, X: ArrayLike) -> Array:
        """The outputs of all fits for the rows of X, shape (n_fits, n, n_out).

        Raises
        ------
        ShapeError
            If the networks have another number of outputs, or X does not fit.
        """
        outputs = {result.network.n_out for result in self}
        if len(outputs) > 1:
            raise ShapeError(f"the networks have {sorted(outputs)} outputs: predict one by one")
        return np.array([result.predict(X) for result in self])

    def curve(self, name: str = "loss") -> Array:
        """A curve of all fits, shape (n_fits, n_epochs): nan after a fit has ended.

        Parameters
        ----------
        name : str, default "loss"
            "loss", "validation_loss", "gradient_norm", a metric's name, ...

        Raises
        ------
        UnknownNameError
            If it was not recorded.
        """
        curves = [result.history.curve(name) if len(result.history) else [] for result in self]
        table = np.full((len(self), max(map(len, curves), default=0)), np.nan)
        for row, curve in zip(table, curves, strict=True):
            row[: len(curve)] = curve
        return table

    def to_frame(self) -> Any:
        """A pandas data frame: a row for each fit, with its settings and how it ended.

        Settings that are numbers, words or objects such as an optimizer have a column each; arrays
        (``rows``, ``X``, ...) are left out. Then come the seed, the epochs, the last loss, where
        there is one the best validation loss and its epoch, whether it diverged, and why it ended.

        Raises
        ------
        MissingLibraryError
            Without pandas.
        """
        names = dict.fromkeys(name for own in self.settings for name in own)
        columns: dict[str, list[Any]] = {
            name: [own.get(name) for own in self.settings]
            for name in names
            if not any(_is_several(own.get(name)) for own in self.settings)
        }
        columns["seed"] = [result.plan.seed for result in self]
        columns["epochs"] = [len(result.history) for result in self]
        columns["loss"] = [_last(result.history.loss) for result in self]
        if any(result.history.validation_loss for result in self):
            curves = [np.array(result.history.validation_loss) for result in self]
            known = [bool(np.isfinite(c).any()) for c in curves]
            columns["best_validation_loss"] = [
                float(np.nanmin(c)) if k else np.nan for c, k in zip(curves, known, strict=True)
            ]
            columns["best_epoch"] = [
                int(np.nanargmin(c)) + 1 if k else 0 for c, k in zip(curves, known, strict=True)
            ]
        columns["diverged"] = [result.diverged for result in self]
        columns["stopped"] = [result.stopped for result in self]
        return data_frame(columns, "fit", range(len(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        return TrainingResults, (list(self), self.settings)

    def __repr__(self) -> str:
        last = [_last(result.history.loss) for result in self]
        finite = [loss for loss in last if np.isfinite(loss)]
        losses = f", last loss {min(finite):.6g} to {max(finite):.6g}" if finite else ""
        diverged = sum(result.diverged for result in self)
        end = f", {diverged} diverged" if diverged else ""
        return f"TrainingResults({len(self)} fits{losses}{end})"

    def _alike(self) -> None:
        if any(result.network != self[0].network for result in self):
            raise ShapeError("the networks differ: take the parameters of each result by itself")


def _is_several(value: Any) -> bool:
    """Whether a setting is an array or the like, which has no place in a cell."""
    return hasattr(value, "__len__") and not isinstance(value, str)


def _last(curve: list[float]) -> float:
    return curve[-1] if curve else float("nan")
