"""Rows of a table that has been read, by their numbers."""

from typing import Any

import numpy as np

from ..errors import InvalidValueError, require_instance, shown
from ..typing import IntArray
from .schema import DecodedTable


def row_numbers(decoded: Any, rows: Any) -> IntArray | None:
    """The numbers of some rows, None for all.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If `decoded` is no `DecodedTable`, or rows are not numbers of its rows.
    """
    require_instance("decoded", decoded, DecodedTable, "what decode_table returned")
    if rows is None:
        return None
    n = len(decoded.table)
    try:
        numbers = np.asarray(rows)
    except Exception:  # rows of other lengths, an object's own error
        numbers = np.empty(0)
    known = numbers.ndim == 1 and numbers.dtype.kind in "iu"
    if not known or (numbers.size and not 0 <= numbers.min() <= numbers.max() < n):
        raise InvalidValueError(f"rows (={shown(rows)}) must be numbers of rows, 0 to {n - 1}")
    return numbers.astype(np.int64, copy=False)
