"""Arrays as the core reads and writes them."""

from typing import Any

import numpy as np

from ...plan import Data, SelectedRows
from ...typing import Array, IntArray


def copied(array: Array, dtype: Any) -> Array:
    """A copy to write to; a larger one begins with a cache line, as vectors are read best."""
    if array.size < 1024:
        return array.copy() if array.dtype is dtype else array.astype(dtype, "C")
    size = array.size * np.dtype(dtype).itemsize
    room = np.empty(size + 64, np.uint8)
    start = -room.ctypes.data % 64
    copy = room[start : start + size].view(dtype).reshape(array.shape)
    copy[...] = array
    return copy


def ready(array: Array, dtype: Any) -> Array:
    """An array as the core reads it, of that type and C-contiguous: copied only if need be."""
    if array.dtype is dtype and array.flags.carray:
        return array
    return np.require(array, dtype, ["C", "A"])


def ready_rows(data: Data, dtype: Any) -> tuple[Array, Array, Array | None]:
    """The arrays of a table's rows, as the core reads them; a copy of selected ones."""
    X: Any = data.X
    w = data.sample_weight
    X = X[:] if type(X) is SelectedRows else X
    return ready(X, dtype), ready(data.y, dtype), None if w is None else ready(w, dtype)


def selection(data: Data) -> tuple[Data, IntArray | None]:
    """Rows of arrays, and the numbers of those that are meant; None for all, in order."""
    X: Any = data.X
    if type(X) is not SelectedRows:
        return data, None
    w = data.sample_weight
    return Data(X.X, X.spread(data.y), None if w is None else X.spread(w)), X.rows
