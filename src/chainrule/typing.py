"""The array types that signatures use."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
"""A float32 or float64 array: rows are samples, columns features or units."""

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

__all__ = ["Array", "ArrayLike", "BoolArray", "IntArray"]
