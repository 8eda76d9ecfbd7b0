"""A network's outputs for the rows of a table."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ..errors import DataError
from ..typing import Array
from .encoder import Encoder
from .read import Table
from .unseen import Unusual

BLOCK = 1 << 15
"""So many rows are encoded and predicted at a time: memory does not grow with the table."""
_MOST_THREADS = 2
"""One predicts while the other encodes; more would wait for Python's lock."""


def run_in_blocks(
    encoder: Encoder,
    predictor: Callable[[Array], Array],
    table: Table,
    dtype: Any,
    threads: Callable[[], int],
) -> tuple[Array, dict[str, Unusual]]:
    """The outputs for all rows, and what is unusual in each column.

    Threads share the rows of a block, so that two need no more memory than one. `threads`, called
    for several blocks only, is how many there may be.

    Raises
    ------
    DataError
        As `Encoder.transform`.
    """
    n = len(table)

    def run(rows: Table) -> tuple[Array, dict[str, Unusual]]:
        X, found = encoder.inputs(rows, dtype)
        return predictor(X), found

    if n <= BLOCK:
        return run(table)
    side_by_side = min(threads(), _MOST_THREADS)
    step = BLOCK // side_by_side
    outputs, unusual = [], dict[str, Unusual]()
    try:
        with ThreadPoolExecutor(side_by_side) as pool:
            each = pool.map if side_by_side > 1 else map
            for a, found in each(run, (table[i : i + step] for i in range(0, n, step))):
                outputs.append(a)
                unusual = {k: unusual.get(k, Unusual()).plus(one) for k, one in found.items()}
    except DataError:
        encoder.inputs(table, dtype)  # tells a row's number in the whole table
        raise
    return np.concatenate(outputs), unusual
