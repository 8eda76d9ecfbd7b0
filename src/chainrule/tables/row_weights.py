"""What a column of weights may hold."""

import numpy as np

from ..errors import DataError
from ..typing import Array, IntArray


def check_row_weights(weights: Array, name: str, rows: IntArray | None = None) -> None:
    """Raise unless all weights, or those of some rows, are finite numbers >= 0.

    Raises
    ------
    DataError
        The message names the column and the first row.
    """
    bad = ~(np.isfinite(weights) & (weights >= 0))
    rows = np.flatnonzero(bad) if rows is None else rows[bad[rows]]
    if len(rows):
        row = int(rows[0])
        raise DataError(
            f"the weight in row {row + 1} (column {name!r}) is {weights[row]:g}, but must be a "
            "finite number >= 0; correct it, or leave the row out"
        )
