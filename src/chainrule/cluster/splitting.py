"""Rows of a table in partitions held out: by their numbers, wherever they lie."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import require_integer, require_number
from ..random import check_seed
from ..typing import IntArray
from .partitions import delayed_partitions
from .sharding import row_words
from .tables import as_frame
from .workers import Workers, dask_module

_TEST = 4
"""The position of the words that say which rows are held out here."""


def split(
    frame: Any,
    fraction: float,
    *,
    client: Any,
    seed: int | None = None,
    most: int | None = None,
) -> tuple[Any, Any]:
    """Two Dask data frames with the rows of one: those to learn from, and those held out.

    Each row is held out, or is not, by the seed and its own number: the partitions change nothing,
    nor does the number of workers. Nothing but the number of rows is computed yet.

    Parameters
    ----------
    frame : Dask data frame, or the path of Parquet files
    fraction : float
        About which share of the rows is held out, in [0, 1].
    client : distributed.Client
    seed : int, optional
        A new one by default.
    most : int, optional
        About how many rows are held out at most.

    Raises
    ------
    InvalidValueError
        If `fraction` is no share.
    ClusterError
        If the cluster is lost.

    Examples
    --------
    >>> import dask.dataframe as dd, pandas as pd
    >>> from chainrule import cluster
    >>> from distributed import Client
    >>> table = dd.from_pandas(pd.DataFrame({"x": range(1000)}), npartitions=3)
    >>> with Client(processes=False, dashboard_address=":0") as client:
    ...     training, test = cluster.split(table, 0.2, client=client, seed=0)
    ...     len(training), len(test)
    (781, 219)
    """
    require_number("fraction", fraction, at_least=0, at_most=1)
    if most is not None:
        require_integer("most", most, at_least=1)
    whole, seed = as_frame(frame), check_seed(seed)
    lengths = partition_lengths(Workers(client), whole)
    share = fraction if most is None else min(fraction, most / max(sum(lengths), 1))
    return split_rows(whole, lengths, share, seed)


def split_rows(whole: Any, lengths: Sequence[int], share: float, seed: int) -> tuple[Any, Any]:
    """As `split`, of partitions whose lengths are known."""
    firsts = np.cumsum([0, *lengths])[:-1].tolist()
    part = dask_module("dask").delayed(rows_of_part, pure=False)

    def rows(held_out: bool) -> Any:
        parts = [
            part(own, first, seed, share, held_out)
            for own, first in zip(whole.to_delayed(), firsts, strict=True)
        ]
        dataframe = dask_module("dask.dataframe")
        return dataframe.from_delayed(parts, meta=whole._meta, verify_meta=False)

    return rows(held_out=False), rows(held_out=True)


def partition_lengths(workers: Workers, frame: Any) -> list[int]:
    """The rows of each partition; of Parquet files one column is read for it."""
    column = frame[list(frame.columns[:1])]

    def count() -> list[Any]:
        parts = workers.compute([delayed_partitions("frame", column)])
        return workers.map("length", len, [part for (part,) in parts])

    lengths: list[int] = workers.result(count)
    return lengths


def numbers_held_out(seed: int, n: int, share: float, first: int = 0) -> IntArray:
    """Which of n rows, counted from the first of them, `split` holds out."""
    return np.flatnonzero(row_words(seed, first, n, _TEST) < int(share * 2.0**32))


def rows_of_part(part: Any, first: int, seed: int, share: float, held_out: bool) -> Any:
    """The rows of a partition that are held out, or the others."""
    chosen = np.full(len(part), not held_out)
    chosen[numbers_held_out(seed, len(part), share, first)] = held_out
    return part[chosen]
