"""The rows that are explained: arrays, or rows of a table in the columns' own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import DataError, InvalidTypeError, InvalidValueError, items_of, require_text, shown
from ...plan import Data
from ...plan.data import check_finite, check_weights
from ...subject import Subject
from ...typing import Array, float_array


@dataclass(frozen=True)
class Rows:
    """Checked rows in float64.

    Attributes
    ----------
    X : ndarray, shape (n, n_in)
    y : ndarray, shape (n, n_out), or None
        None where only a prediction is explained.
    sample_weight : ndarray, shape (n,), or None
    labels : tuple of str
        What each row is called.
    given : tuple of (str, str)
        For one row of a table: each column's name and its value as read.
    notes : tuple of str
        What was unusual in the rows, in words.
    """

    X: Array
    y: Array | None
    sample_weight: Array | None
    labels: tuple[str, ...]
    given: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def targets(self) -> Array:
        """The targets, where there are some."""
        assert self.y is not None
        return self.y


def rows_of(
    subject: Subject,
    x: Any,
    y: Any = None,
    *,
    row: int | None = None,
    sample_weight: Any = None,
    labels: Sequence[str] = (),
    with_targets: bool = True,
) -> Rows:
    """Rows for a subject.

    Raises
    ------
    ShapeError, DataError, InvalidValueError, InvalidTypeError
        If shapes do not fit, a number is not finite, a target is missing, or there is no such row.
    """
    if x is None:
        raise InvalidTypeError("x (=None) must be given: the row or the rows to explain")
    X, n, table_y, given, notes = subject.reader.rows(
        x, row, with_targets=with_targets and y is None
    )
    labels = items_of("labels", labels, "names of the rows")
    for label in labels:
        require_text("labels", label)
    if labels and len(labels) != n:
        raise InvalidValueError(f"labels has {len(labels)} names, but there are {n} rows")
    names = tuple(labels) or (tuple(f"x[{i}]" for i in range(n)) if n > 1 else ("",))
    y = table_y if y is None else _targets(subject, y, n)
    if sample_weight is not None:
        sample_weight = np.atleast_1d(float_array("sample_weight", sample_weight))
    if row is not None and n > 1:
        names = names[row : row + 1]
        y = _one_of(y, row, n)
        sample_weight = _one_of(sample_weight, row, n)
    if not with_targets:
        X = subject.network.check_input(X, np.float64)
        check_finite("x", X)
        weights = check_weights(sample_weight, len(X), np.float64)
        return Rows(X, None, weights, names, given, notes)
    if y is None:
        raise InvalidTypeError("y (=None) must be given: the loss compares outputs with targets")
    data = Data.check(subject.objective, X, y, sample_weight, np.float64)
    return Rows(data.X, data.y, data.sample_weight, names, given, notes)


def _targets(subject: Subject, y: Any, n: int) -> Array:
    y = subject.reader.targets(y, subject.loss)
    try:
        Y = float_array("y", y, np.float64)
    except InvalidTypeError:
        raise DataError(f"y (={shown(y)}) must hold numbers") from None
    if Y.ndim == 0 or (Y.ndim == 1 and n == 1 and len(Y) == subject.network.n_out):
        return Y.reshape(1, -1)
    return Y


def _one_of(values: Any, row: int, n: int) -> Any:
    """The value of one row; values that are of one row already stay."""
    if values is None or len(values) != n:
        return values
    return np.asarray(values)[row : row + 1]
