"""Some rows of an array, by their numbers."""

from typing import Any, final

import numpy as np

from ..errors import InvalidValueError
from ..typing import Array, IntArray


@final
class SelectedRows:
    """The rows of an array that are learned from, where others are held out.

    Row k is ``X[rows[k]]``. It stands for an array of inputs in `Data`: rows are copied only when
    they are asked for, a batch at a time.

    Parameters
    ----------
    X : ndarray, shape (n, n_in)
    rows : ndarray of int
        Different row numbers from 0 to n - 1.
    """

    def __init__(self, X: Array, rows: IntArray) -> None:
        chosen = np.zeros(len(X), dtype=bool)
        numbers = rows.ndim == 1 and rows.dtype.kind in "iu"
        if numbers and len(rows) and rows.min() >= 0 and rows.max() < len(X):
            chosen[rows] = True
        if not numbers or chosen.sum() != len(rows):
            raise InvalidValueError(f"rows must be different row numbers from 0 to {len(X) - 1}")
        self.X, self.rows = X, np.ascontiguousarray(rows, dtype=np.int64)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, n_in)."""
        return len(self.rows), int(self.X.shape[1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """The array's."""
        return self.X.dtype

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, at: Any) -> Array:
        """A copy of some of the rows."""
        return self.X[self.rows[at]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """A copy of all of them."""
        return self[:].astype(dtype or self.dtype, copy=False)

    def spread(self, array: Array) -> Array:
        """What belongs to these rows, in an array for all rows of X; 0 for the others."""
        spread = np.zeros((len(self.X), *array.shape[1:]), array.dtype)
        spread[self.rows] = array
        return spread
