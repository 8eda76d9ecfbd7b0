"""Tables for the tabular estimators: frames, mappings and arrays with the columns of the fit."""

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
from sklearn.base import is_classifier
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d, validate_data

from ..errors import ChainruleError, DataError, ShapeError, items_of, shown
from ..plan.data import is_sparse
from ..tables import read_table
from ..tables.columns import as_texts, to_numpy
from ..tables.naming import column_name
from ..typing import Array
from ._compat import naming
from .inputs import refuse_lazy


def check_table(estimator: Any, X: Any, *, reset: bool = False) -> Any:
    """X as a pyarrow table with tidy columns, checked against those of the fit.

    Parameters
    ----------
    estimator : estimator
        Whose ``n_features_in_`` and ``feature_names_in_`` are set or compared.
    X : data frame, mapping or array_like, shape (n, n_features)
        The columns of an array are called x0, x1, ..., integers and other names of a frame are
        taken as texts. In a later call what has no names of text gets those of the first fit:
        ``feature_names_in_`` may be None then, as SHAP sets it.
    reset : bool, default False
        Whether this is a first fit.

    Raises
    ------
    DataError
        If a column cannot be read.
    TypeError, ValueError
        If X is no table, or its columns are not those of the fit; the message names them.
    """
    with naming("X"):
        refuse_lazy(X, "X")
        if isinstance(X, Mapping) and not is_sparse(X):  # a dictionary of keys is both
            table = _read("X", X)
            validate_data(estimator, table, reset=reset, skip_check_array=True)
        elif nw.dependencies.is_into_dataframe(X):
            validate_data(estimator, X, reset=reset, skip_check_array=True)
            table = _read("X", X)
        else:
            rows = {"ensure_min_samples": 2 if reset else 1, "ensure_all_finite": False}
            X = validate_data(estimator, X, reset=reset, dtype=None, **rows)
            table = _read("X", {f"x{i}": X[:, i] for i in range(X.shape[1])})
    if reset:
        names = getattr(estimator, "feature_names_in_", None)
        estimator._columns = table.column_names if names is None else list(names)
    return table.rename_columns(estimator._columns)


def _read(name: str, columns: Any) -> Any:
    """A pyarrow table of some columns; what is wrong with them is said of the argument."""
    try:
        return read_table(columns).to_native()
    except ChainruleError as error:
        raise type(error)(f"{name}: {error}") from None


def names_in(columns: list[str], choice: str, given: Any) -> list[str]:
    """Columns by names or, of an array, whose columns have none, by their numbers."""
    found = []
    for one in items_of(choice, [given] if isinstance(given, str) else given, "names of columns"):
        name = column_name(choice, one)
        found.append(name if isinstance(one, str) or name in columns else f"x{name}")
    return found


def check_targets(estimator: Any, y: Any, table: Any) -> list[tuple[Array, Any, str]]:
    """Of each column of y: its different values, it as a tidy column, and a name of its own.

    Raises
    ------
    DataError
        If a value is missing, values are of different kinds, or a table would confuse labels.
    ValueError
        If y has not a value for every row of the table, or holds no classes where they are wanted.
    """
    if y is None:
        raise DataError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None"
        )
    taken, targets = list(table.column_names), []
    with naming("y"):
        for name, values in _columns_of(y):
            while name in taken:
                name += "_"
            taken.append(name)
            targets.append((*_checked(estimator, values, name, table.num_rows), name))
    if not targets:
        raise ShapeError("y has no columns: give a value, or several, for every row")
    return targets


def _columns_of(y: Any) -> list[tuple[str, Any]]:
    """The columns of y with their names: of what has more than one, else it as it is."""
    shape = y.shape if hasattr(y, "shape") else np.asarray(y, dtype=object).shape
    if len(shape) != 2 or shape[1] == 1 or is_sparse(y):
        name = getattr(y, "name", None)
        return [(name if isinstance(name, str) and name else "target", y)]
    if nw.dependencies.is_into_dataframe(y):
        frame = nw.from_native(y, eager_only=True)
        return [(str(column.name), column.to_numpy()) for column in frame.iter_columns()]
    array = np.asarray(y)
    return [(f"target {j + 1}", array[:, j]) for j in range(shape[1])]


def _checked(estimator: Any, y: Any, name: str, n: int) -> tuple[Array, Any]:
    """The different values of one target, and it as a tidy column."""
    vector = column_or_1d(y, warn=True)
    if len(vector) != n:
        raise ShapeError(f"y has {len(vector)} rows, but X has {n}")
    column = _read("y", {name: vector})[name]
    if column.null_count:
        row = int(to_numpy(column.is_null()).argmax())
        raise DataError(
            f"y is missing in row {row + 1} (={shown(vector[[row]].tolist()[0])}); leave out the "
            "rows without a target"
        )
    if is_classifier(estimator):
        check_classification_targets(vector)
    values = np.unique(vector)
    if is_classifier(estimator) and len(as_texts(column).unique()) < len(values):
        raise DataError(
            f"two of the labels {values.tolist()} are one in a table, where spaces around a text "
            "and the spellings 1 and 1.0 make no difference; rename one"
        )
    return values, column
