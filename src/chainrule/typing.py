"""The array types that signatures use, and how what a person gives becomes one."""

from math import hypot, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InvalidTypeError, InvalidValueError, plain_line, shown

Array = NDArray[Any]
"""A float32 or float64 array: rows are samples, columns features or units."""

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def float_type(dtype: Any) -> Any:
    """The dtype float32 or float64; raise for any other."""
    if dtype is FLOAT64 or dtype is FLOAT32:
        return dtype
    try:
        kind = None if dtype is None else np.dtype(dtype)
    except Exception:  # whatever NumPy finds wrong with it
        kind = None
    if kind not in (np.float32, np.float64):
        raise InvalidValueError(f"dtype (={shown(dtype)}) must be float32 or float64")
    return kind


def float_array(name: str, value: ArrayLike, dtype: Any = None) -> Array:
    """Numbers as a float array: float32 stays, all else becomes float64, unless a dtype is given.

    Raises
    ------
    InvalidTypeError
        If they are no real numbers (text, dates, complex numbers, objects), or rows of different
        lengths; the message says the name.
    """
    if type(value) is np.ndarray:
        own = value.dtype
        if (own is FLOAT64 or own is FLOAT32) and (dtype is None or dtype is own):
            return value
    if dtype is not None:
        dtype = float_type(dtype)
    try:
        array = np.asarray(value)
        kind, size = array.dtype.kind, array.dtype.itemsize
        if kind == "O":
            array = array.astype(np.float64)
    except Exception as error:  # lists of other lengths, numbers too large, an object's own error
        raise InvalidTypeError(
            f"{name} must be an array of numbers: {plain_line(str(error))}"
        ) from None
    if kind not in "biufO":
        raise InvalidTypeError(
            f"{name} has the type {array.dtype}, but must hold real numbers"
            + ("; cr.Pipeline takes tables with text and dates" if kind in "USTMm" else "")
        )
    if dtype is None:
        dtype = np.float32 if (kind, size) == ("f", 4) else np.float64
    with np.errstate(over="ignore"):  # what becomes infinite is for the caller to refuse
        return np.asarray(array, dtype=dtype)


_FEW, _MANY = 16, 10_000
"""Up to so few numbers are sooner taken one by one than as an array. For more than many, BLAS may
wake a thread of its own, which then waits at full speed and takes a processor from training."""


def norm(vector: Array) -> float:
    """The Euclidean norm; nan or infinite if a number is, or if its square is too large."""
    if vector.size <= _FEW:
        return hypot(*vector.tolist())
    if vector.size <= _MANY:
        return sqrt(np.vdot(vector, vector))
    return sqrt(np.einsum("i,i->", vector, vector))


__all__ = [
    "Array",
    "ArrayLike",
    "BoolArray",
    "IntArray",
    "float_array",
    "float_type",
    "norm",
]
