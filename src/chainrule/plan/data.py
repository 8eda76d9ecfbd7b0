"""The rows that are learned from."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..domain import REALS
from ..errors import DataError, InvalidValueError, ShapeError, require_instance, require_text
from ..losses import sum_of_weights
from ..network import Network
from ..objective import Objective
from ..typing import Array, ArrayLike, float_array
from .selected import SelectedRows

_FEW, _MANY = 10_000, 1_000_000
"""Fewer than a few numbers are sooner looked at one by one than added up without warnings; of more
than many, adding them up is worth another function."""


@dataclass(frozen=True, init=False)
class Data:
    """X of shape (n, n_in), y of shape (n, n_out) and sample weights of shape (n,) or None.

    All of one floating type and C-contiguous; X is used as it is where it fits, a memory map too.
    X may be a SciPy sparse matrix, in CSR form: then only its parts ever become dense. It may be
    `SelectedRows` of an array, which are not copied as a whole.
    """

    X: Array
    y: Array
    sample_weight: Array | None

    def __init__(self, X: Array, y: Array, sample_weight: Array | None = None) -> None:
        self.__dict__.update(X=X, y=y, sample_weight=sample_weight)

    @property
    def n(self) -> int:
        """The number of rows."""
        return int(self.X.shape[0])

    @property
    def is_sparse(self) -> bool:
        """Whether X is a sparse matrix."""
        return is_sparse(self.X)

    @property
    def weight(self) -> float:
        """The sum of the sample weights; without any, the number of rows."""
        return sum_of_weights(self.n, self.sample_weight)

    def share(self, objective: Objective) -> float:
        """What the loss of these rows counts in that of more rows: 1 for a sum, else `weight`."""
        return 1.0 if objective.loss.reduction == "sum" else self.weight

    def dense(self, rows: Any) -> "Data":
        """Some of the rows, by a slice or by their numbers, with a dense X."""
        w = self.sample_weight
        return Data(dense_rows(self.X, rows), self.y[rows], None if w is None else w[rows])

    @staticmethod
    def check(
        objective: Objective,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        dtype: Any = None,
        name: str = "",
    ) -> "Data":
        """Data that an objective can be trained or measured on.

        Parameters
        ----------
        objective : Objective
            Says how many columns are wanted, and which targets the loss takes.
        X : array_like or SciPy sparse matrix, shape (n, n_in)
            The inputs.
        y : array_like, shape (n, n_out) or (n,)
            The targets.
        sample_weight : array_like, shape (n,), optional
            What each sample counts.
        dtype : dtype, optional
            float32 or float64; by default X's own if it is float32, else float64.
        name : str, default ""
            What messages put before X and y: "validation ".

        Raises
        ------
        ShapeError, DataError, InvalidValueError
            If shapes do not fit, a number is not finite, or the loss cannot take a target.
        """
        if type(objective) is not Objective:
            require_instance("objective", objective, Objective, "an Objective")
        if type(name) is not str:
            require_text("name", name)
        if type(X) is not np.ndarray and hasattr(X, "as_data"):  # a RowStream
            streamed: Data = X.as_data(objective, y, sample_weight, dtype)
            return streamed
        network = objective.network
        rows = check_rows(network, X, dtype, f"{name}X")
        n = rows.shape[0]
        y = float_array(f"{name}y", y, rows.dtype)
        if not (y.ndim and y.flags.c_contiguous):
            y = np.ascontiguousarray(y)
        if y.ndim == 1 and network.n_out == 1:
            y = y[:, None]
        if n == 0:
            raise DataError(f"{name}X has the shape {rows.shape}: no rows to learn from")
        if y.shape != (n, network.n_out):
            raise _misfit(name, y, n, network.n_out)
        check_finite(f"{name}X", rows if isinstance(rows, np.ndarray) else _numbers_of(rows))
        check_finite(f"{name}y", y)
        loss = objective.loss
        if loss.targets is not REALS and not loss.targets.holds(y):
            raise InvalidValueError(
                f"{name}y must be {_described(loss.targets)} for {type(loss).__name__}, "
                f"but it has numbers from {y.min():g} to {y.max():g}"
            )
        if sample_weight is not None:
            sample_weight = check_weights(sample_weight, n, rows.dtype)
        return Data(rows, y, sample_weight)


def _numbers_of(rows: Any) -> Array:
    """The array with the numbers of selected or sparse rows."""
    numbers: Array = rows.X if isinstance(rows, SelectedRows) else rows.data
    return numbers


def _misfit(name: str, y: Array, n: int, n_out: int) -> ShapeError:
    """The error for targets that do not fit n rows or the network's outputs."""
    if len(y) != n:
        return ShapeError(f"{name}y has {len(y)} rows, but {name}X has {n}")
    hint = ""
    if y.ndim == 1 or y.shape[1] == 1:
        hint = f"; class numbers become one-hot rows with numpy.eye({n_out})[y]"
    return ShapeError(
        f"{name}y has the shape {y.shape}, but the network has {n_out} outputs "
        f"and takes ({n}, {n_out}){hint}"
    )


def is_sparse(X: Any) -> bool:
    """Whether X is a SciPy sparse matrix; nothing is imported to find out."""
    return type(X) is not np.ndarray and hasattr(X, "tocsr")


def dense_rows(X: Any, rows: Any) -> Array:
    """Some rows of a dense or sparse matrix, as a C-contiguous array."""
    part = X[rows]
    return np.ascontiguousarray(part.toarray() if is_sparse(part) else part)


def check_rows(network: Network, X: Any, dtype: Any = None, name: str = "X") -> Any:
    """X as `Network.check_input` gives it, C-contiguous; a sparse matrix as CSR."""
    if type(X) is SelectedRows:
        return SelectedRows(check_rows(network, X.X, dtype, name), X.rows)
    if type(X) is np.ndarray or not is_sparse(X):
        rows = network.check_input(X, dtype, name)
        return rows if rows.flags.c_contiguous else np.ascontiguousarray(rows)
    if dtype is None:
        dtype = np.float32 if X.dtype == np.float32 else np.float64
    network.check_input(np.broadcast_to(np.float32(0), X.shape), np.float32, name)
    return X.tocsr().astype(dtype, copy=False)


def _described(targets: object) -> str:
    text = str(targets)
    return f"in {text}" if text[0] in "([" else text


def check_finite(name: str, array: Array) -> None:
    """Raise `DataError` with the place of the first number that is nan or infinite."""
    if array.size < _FEW:
        if 0 not in np.isfinite(array).tobytes():  # for a few numbers three times as fast as `all`
            return
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(_sum(array)):
                return
    for start in range(0, len(array), 4096):
        bad = np.argwhere(~np.isfinite(array[start : start + 4096]))
        if len(bad):
            place = [int(bad[0][0]) + start, *map(int, bad[0][1:])]
            value = array[tuple(place)]
            raise DataError(
                f"{name}{place} (={value}) must be finite; fill or drop missing values first"
            )


def _sum(array: Array) -> float:
    """About the sum: that of large arrays in the time in which memory brings them."""
    if array.size < _MANY or not array.flags.c_contiguous:
        return float(array.sum())
    return float(np.einsum("i->", array.reshape(-1)))


def check_weights(sample_weight: ArrayLike | None, n: int, dtype: Any) -> Array | None:
    """Sample weights as a vector, or None; raise unless they are n numbers >= 0, not all 0."""
    if sample_weight is None:
        return None
    weights = np.ascontiguousarray(float_array("sample_weight", sample_weight, dtype))
    if weights.shape != (n,):
        raise ShapeError(f"sample_weight has the shape {weights.shape}, but X has {n} rows")
    check_finite("sample_weight", weights)
    if weights.min() < 0 or weights.max() == 0:
        raise InvalidValueError(
            f"sample_weight must be >= 0 and not all 0, but goes from {weights.min():g} to "
            f"{weights.max():g}"
        )
    total = float(weights.sum(dtype=np.float64))
    largest = 1e-3 / float(np.finfo(weights.dtype).tiny)
    if not 1 / largest <= total <= largest:
        raise InvalidValueError(
            f"sample_weight adds up to {total:g}, of which {weights.dtype} holds no inverse with "
            "all digits: only ratios of weights count, so divide them by their mean"
        )
    return weights
