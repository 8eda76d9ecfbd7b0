"""A network's outputs for the rows of a table."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import DataError
from ..typing import Array
from .encoder import Encoder
from .read import Table
from .unseen import Unusual

BLOCK = 1 << 15
"""So many rows are encoded and predicted at a time: memory does not grow with the table."""


def run_in_blocks(
    encoder: Encoder, predictor: Callable[[Array], Array], table: Table, dtype: Any
) -> tuple[Array, dict[str, Unusual]]:
    """The outputs for all rows, and what is unusual in each column.

    Raises
    ------
    DataError
        As `Encoder.transform`.
    """
    n = len(table)
    outputs, unusual = [], dict[str, Unusual]()
    try:
        for start in range(0, max(n, 1), BLOCK):
            X, found = encoder.inputs(table[start : start + BLOCK] if n > BLOCK else table, dtype)
            outputs.append(predictor(X))
            unusual = {name: unusual.get(name, Unusual()).plus(one) for name, one in found.items()}
    except DataError:
        if n > BLOCK:
            encoder.inputs(table, dtype)  # tells a row's number in the whole table
        raise
    return np.concatenate(outputs) if len(outputs) > 1 else outputs[0], unusual
