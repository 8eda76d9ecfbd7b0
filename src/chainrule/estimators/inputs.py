"""Tables as they come in: frames, arrays and sparse matrices, checked column by column."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from typing import Any

import narwhals as nw
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import column_or_1d, validate_data

from ..errors import DataError, ShapeError, shown
from ..plan.data import check_weights, is_sparse
from ..typing import Array, float_array
from ._compat import naming

_FLOATS = (np.float64, np.float32)
_WANTED: dict[str, Any] = {
    "accept_sparse": ["csr", "csc"],
    "dtype": _FLOATS,
    "ensure_all_finite": False,  # checked here, to name the column
}
_USE_TABULAR = (
    "encode it first, for example with sklearn.preprocessing.OneHotEncoder, or use "
    "chainrule's TabularClassifier or TabularRegressor, which take such columns as they are"
)


def check_X(estimator: Any, X: Any, *, reset: bool = False, name: str = "X") -> Any:
    """X as a float array or CSR matrix, its columns checked against those of the fit.

    Parameters
    ----------
    estimator : estimator
        Whose ``n_features_in_`` and ``feature_names_in_`` are set or compared.
    X : array_like, sparse matrix or data frame, shape (n, n_features)
        float32 stays, all else becomes float64.
    reset : bool, default False
        Whether this is a first fit.
    name : str, default "X"
        What messages call it.

    Raises
    ------
    DataError
        If a column is no number, or holds nan or infinity; the message names it.
    ValueError
        If the shape or the columns are not those of the fit.
    """
    with naming(name):
        check_columns(name, X)
        array = validate_data(estimator, X, reset=reset, **_WANTED)
    return _finite_rows(estimator, array, name)


def check_X_y(estimator: Any, X: Any, y: Any, *, reset: bool, numeric: bool) -> tuple[Any, Any]:
    """X as `check_X` gives it, and y with as many rows, of numbers where they are wanted."""
    with naming("X"):
        check_columns("X", X)
    with naming("X", "y"):
        if numeric:
            check_numbers("y", y)
        array, y = validate_data(
            estimator, X, y, reset=reset, multi_output=True, y_numeric=numeric, **_WANTED
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
    return _finite_rows(estimator, array, "X"), y


def check_columns(name: str, X: Any) -> None:
    """Raise `DataError` with the first column of a frame or an array that holds no numbers."""
    _refuse_categories(X, name)
    _refuse_text(X, name)


@contextmanager
def naming_columns(X: Any) -> Iterator[None]:
    """Let a `DataError` say which column of X is the reason, where another library would not."""
    with naming("X"):
        check_columns("X", X)
    try:
        yield
    except ValueError:
        check_X(BaseEstimator(), X, reset=True)
        raise


def array_of(name: str, values: Any) -> Any:
    """Rows of labels or numbers as an array; raise unless they are one."""
    with naming(name):
        array = np.asarray(values)
    if array.ndim == 0:
        raise ShapeError(f"{name} (={shown(values)}) must have a value for every row")
    return array


def check_numbers(name: str, y: Any) -> None:
    """Raise `DataError` with the place of the first target that is text or a date."""
    if y is None or is_sparse(y):
        return
    try:
        array = np.asarray(y)
    except ValueError:  # rows of different lengths: scikit-learn says so
        return
    kind = array.dtype.kind
    if kind in "biufc" or array.size == 0:  # complex numbers are refused by scikit-learn
        return
    for place, value in np.ndenumerate(array):
        if kind != "O" or isinstance(value, str | bytes):
            value = value.item() if hasattr(value, "item") else value
            raise DataError(
                f"{name} holds {value!r} in row {place[0] if place else 0}, but a regressor "
                f"predicts numbers: use {name}.astype(float) if it is one, or MLPClassifier for "
                "classes"
            )


def _finite_rows(estimator: Any, array: Any, name: str) -> Any:
    if is_sparse(array):
        array = array.tocsr()
    check_finite_columns(name, array, getattr(estimator, "feature_names_in_", None))
    return array


def _refuse_categories(X: Any, name: str) -> None:
    if type(X) is np.ndarray:
        return
    refuse_lazy(X, name)
    frame = nw.from_native(X, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        return
    for column, dtype in frame.schema.items():
        if dtype.is_numeric() or dtype == nw.Boolean:
            continue
        if dtype in (nw.Object, nw.Unknown):
            try:
                np.asarray(frame[column].to_numpy(), dtype=float)
            except (TypeError, ValueError):
                pass
            else:
                continue
        raise DataError(f"column {column!r} of {name} holds {dtype}, not numbers: {_USE_TABULAR}")


def _refuse_text(X: Any, name: str) -> None:
    """Name the column of the first text in an array that is no array of numbers."""
    if getattr(X, "dtype", None) in _FLOATS or is_sparse(X) or is_frame(X):
        return
    try:
        array = np.asarray(X)
    except ValueError:  # rows of different lengths: scikit-learn says so
        return
    if array.ndim != 2 or array.dtype.kind not in "OUS":
        return
    for (row, column), value in np.ndenumerate(array):
        if isinstance(value, str | bytes):
            try:
                float(value)
            except ValueError:
                raise DataError(
                    f"{name} holds the text '{value!s}' in column {column}, row {row}: "
                    f"{_USE_TABULAR}"
                ) from None


def is_frame(X: Any) -> bool:
    """Whether X is a data frame of any library."""
    return isinstance(nw.from_native(X, pass_through=True), nw.DataFrame)


def refuse_lazy(X: Any, name: str) -> None:
    """Raise `DataError` for a frame that has no rows yet."""
    if isinstance(nw.from_native(X, pass_through=True), nw.LazyFrame):
        raise DataError(f"{name} is a lazy frame, which has no rows yet; give {name}.collect()")


def check_finite_columns(name: str, X: Any, columns: Any = None) -> None:
    """Raise `DataError` with the column and the row of the first nan or infinity."""
    numbers = X.data if is_sparse(X) else X
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(numbers.sum(dtype=np.float64)):
            return
    place = _first_bad(X)
    if place is None:
        return
    row, column = place
    value = X[row, column]
    what = "NaN" if np.isnan(value) else "infinity"
    label = f"{column}" if columns is None else f"{column} ({columns[column]!r})"
    way_out = (
        "fill it first, for example with sklearn.impute.SimpleImputer, drop the row, or use "
        "chainrule's TabularClassifier or TabularRegressor, which take missing values"
        if what == "NaN"
        else "clip or drop it"
    )
    raise DataError(f"{name} contains {what} in column {label}, row {row}: {way_out}")


def _first_bad(X: Any) -> tuple[int, int] | None:
    if is_sparse(X):
        places = np.flatnonzero(~np.isfinite(X.data))
        if not len(places):
            return None
        row = int(np.searchsorted(X.indptr, places[0], side="right")) - 1
        return row, int(X.indices[places[0]])
    for start in range(0, len(X), 4096):
        bad = np.argwhere(~np.isfinite(X[start : start + 4096]))
        if len(bad):
            return start + int(bad[0][0]), int(bad[0][1])
    return None


_SMALL = 4096


def is_plain(X: Any, n_features: int) -> bool:
    """Whether X can be used as it is: a finite, C-contiguous float array with the right columns.

    The checks above cost more than the arithmetic of a few rows; this is the short way for the
    one type that needs no conversion. The sum of squares of a few numbers is finite only if every
    number is; where it overflows, the long way decides.
    """
    return (
        type(X) is np.ndarray
        and X.ndim == 2
        and X.dtype.type in _FLOATS
        and X.shape[1] == n_features
        and X.flags.c_contiguous
        and X.size > 0
        and (isfinite(np.vdot(X, X)) if X.size <= _SMALL else bool(np.isfinite(X).all()))
    )


def check_sample_weight(sample_weight: Any, n: int, dtype: Any) -> Array | None:
    """Sample weights as a vector; a number counts for every row, None is none at all."""
    if sample_weight is None:
        return None
    weights = float_array("sample_weight", sample_weight, np.float64)
    if weights.ndim == 0:
        weights = np.full(n, weights)
    if len(weights) and not weights.any():
        raise DataError("sample_weight must not be zero for every row: nothing would be learned")
    return check_weights(weights, n, dtype)
