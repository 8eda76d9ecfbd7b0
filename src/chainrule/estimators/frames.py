"""Tables for the tabular estimators: frames, mappings and arrays with the columns of the fit."""

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
from sklearn.base import is_classifier
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d, validate_data

from ..errors import DataError, ShapeError, shown
from ..plan.data import is_sparse
from ..tables import read_table
from ..tables.columns import as_texts, to_numpy
from ..typing import Array
from .inputs import refuse_lazy


def check_table(estimator: Any, X: Any, *, reset: bool = False) -> Any:
    """X as a pyarrow table with tidy columns, checked against those of the fit.

    Parameters
    ----------
    estimator : estimator
        Whose ``n_features_in_`` and ``feature_names_in_`` are set or compared.
    X : data frame, mapping or array_like, shape (n, n_features)
        What has no names of text for its columns gets x0, x1, ... in a first fit, and the names of
        that fit later: ``feature_names_in_`` may be None then, as SHAP sets it.
    reset : bool, default False
        Whether this is a first fit.

    Raises
    ------
    DataError
        If a column cannot be read.
    TypeError, ValueError
        If X is no table, or its columns are not those of the fit; the message names them.
    """
    refuse_lazy(X, "X")
    if isinstance(X, Mapping) and not is_sparse(X):  # a dictionary of keys is both
        table = read_table(X).to_native()
        validate_data(estimator, table, reset=reset, skip_check_array=True)
    elif nw.dependencies.is_into_dataframe(X):
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        table = read_table(X).to_native()
    else:
        rows = {"ensure_min_samples": 2 if reset else 1, "ensure_all_finite": False}
        X = validate_data(estimator, X, reset=reset, dtype=None, **rows)
        table = read_table({f"x{i}": X[:, i] for i in range(X.shape[1])}).to_native()
    if reset:
        names = getattr(estimator, "feature_names_in_", None)
        unnamed = [f"x{i}" for i in range(estimator.n_features_in_)]
        estimator._columns = unnamed if names is None else list(names)
    return table.rename_columns(estimator._columns)


def check_target(estimator: Any, y: Any, table: Any) -> tuple[Array, Any, str]:
    """The different values of y, y as a tidy column, and a name that no column of the table has.

    Raises
    ------
    DataError
        If a value is missing, values are of different kinds, or a table would confuse labels.
    ValueError
        If y is not one column with a value for every row of the table, or holds no classes where
        they are wanted.
    """
    if y is None:
        raise DataError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None"
        )
    name = y.name if isinstance(getattr(y, "name", None), str) and y.name else "target"
    while name in table.column_names:
        name += "_"
    vector = column_or_1d(y, warn=True)
    if len(vector) != table.num_rows:
        raise ShapeError(f"y has {len(vector)} rows, but X has {table.num_rows}")
    column = read_table({name: vector}).to_native()[name]
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
    return values, column, name
