"""The rows that are explained: arrays, or rows of a table in the columns' own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import DataError, InvalidTypeError, InvalidValueError, require_integer
from ..plan import Data
from ..plan.data import check_finite, check_weights
from ..typing import Array
from .estimators import as_rows
from .subject import Subject


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
    given: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    if subject.pipeline is not None and not isinstance(x, np.ndarray):
        X, table_y, given, notes, n = _from_table(subject.pipeline, x, row, with_targets, y is None)
        y = table_y if y is None else _table_targets(subject, y)
        row_labels = _labels(labels, n, row)
    else:
        reader = subject.reader
        X = as_rows(x) if reader is None else reader.rows(x)
        n = len(X)
        if y is not None:
            y = y if reader is None else reader.targets(y, subject.network, subject.loss)
            y = _numbers("y", y)
            if y.ndim == 0 or (y.ndim == 1 and n == 1 and len(y) == subject.network.n_out):
                y = y.reshape(1, -1)
        if row is not None:
            _check_row(row, n)
        row_labels = _labels(labels, n, row)
        if row is not None:
            X = X[row : row + 1]
            y = None if y is None else y[row : row + 1]
            if sample_weight is not None and np.ndim(sample_weight) == 1:
                sample_weight = np.asarray(sample_weight)[row : row + 1]
    if subject.reader is not None and subject.reader.before is not None:
        notes = ("the inputs are what the steps before the network make of the row",)
    if sample_weight is not None and np.ndim(sample_weight) == 0:
        sample_weight = [sample_weight]
    if not with_targets:
        X = subject.network.check_input(X, np.float64)
        check_finite("x", X)
        weights = check_weights(sample_weight, len(X), np.float64)
        return Rows(X, None, weights, row_labels, given, notes)
    if y is None:
        raise InvalidTypeError("y (=None) must be given: the loss compares outputs with targets")
    data = Data.check(subject.objective, X, y, sample_weight, np.float64)
    return Rows(data.X, data.y, data.sample_weight, row_labels, given, notes)


def _numbers(name: str, values: Any) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{name} (={values!r}) must hold numbers") from None


def _table_targets(subject: Subject, y: Any) -> Array:
    """Targets as the network takes them, or labels and values as the table has them."""
    given, n_out = np.asarray(y), subject.network.n_out
    if given.ndim == 2 and given.shape[1] == n_out and given.dtype.kind in "fiub":
        return given.astype(np.float64)
    from ..tables import read_table

    name = subject.pipeline.target.name
    values = read_table({name: given.reshape(-1).tolist()}).to_native()[name]
    encoded: Array = subject.pipeline.target.encode(values)
    return encoded


def _check_row(row: int, n: int) -> None:
    require_integer("row", row, at_least=0)
    if row >= n:
        raise InvalidValueError(f"row (={row}) must be from 0 to {n - 1}: there are {n} rows")


def _labels(labels: Sequence[str], n: int, row: int | None) -> tuple[str, ...]:
    if labels and len(labels) != n:
        raise InvalidValueError(f"labels has {len(labels)} names, but there are {n} rows")
    all_labels = tuple(labels) or (tuple(f"x[{i}]" for i in range(n)) if n > 1 else ("",))
    return all_labels if row is None else all_labels[row : row + 1]


def _from_table(
    pipeline: Any, source: Any, row: int | None, with_targets: bool, read_targets: bool
) -> tuple[Array, Array | None, tuple[tuple[str, str], ...], tuple[str, ...], int]:
    from ..tables import read_table
    from ..tables.schema import check_columns

    table = read_table(source)
    n = len(table)
    if row is not None:
        _check_row(row, n)
        table = table[[row]]
    X, notes = pipeline.encoder.transform(table, np.float64)
    y = None
    if with_targets and read_targets:
        name = pipeline.target.name
        check_columns(table, [name])
        values = table.to_native()[name]
        if values.null_count:
            raise InvalidValueError(
                f"the target {name!r} is missing in a row to be explained; of such a row the "
                "prediction can be explained, the loss cannot"
            )
        y = pipeline.target.encode(values)
    given: tuple[tuple[str, str], ...] = ()
    if len(table) == 1:
        native = table.to_native()
        values = {c.name: native[c.name][0].as_py() for c in pipeline.encoder.columns}
        given = tuple((k, "missing" if v is None else str(v)) for k, v in values.items())
    return X, y, given, tuple(notes), n
