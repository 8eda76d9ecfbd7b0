"""Partitions of numbers: what `train` is given, as blocks of rows on the workers."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np

from ..checkpoints.identity import rows_in_words
from ..errors import (
    ChainruleError,
    DataError,
    DataWarning,
    InvalidTypeError,
    ShapeError,
    shown,
    warn,
)
from ..objective import Objective
from ..plan import Data
from ..typing import Array
from .shard_tasks import Rows
from .workers import Workers, dask_module


class Block(NamedTuple):
    """What is known of a partition: its rows and their hash, the first ones, or what is wrong."""

    rows: int
    digest: str = ""
    sample: Rows | None = None
    error: ChainruleError | None = None
    weight: float = 0.0
    """The sum of the weights."""


def is_collection(value: Any) -> bool:
    """Whether it is a collection of Dask; nothing is imported to find out."""
    return hasattr(value, "__dask_graph__") and hasattr(value, "to_delayed")


def delayed_partitions(name: str, value: Any) -> list[Any]:
    """The partitions of an array or data frame of Dask, or an array as one, in their order.

    Raises
    ------
    InvalidTypeError
        If it is none of these.
    """
    dask = dask_module("dask")
    if not is_collection(value):
        if hasattr(value, "__dask_graph__") or not hasattr(value, "__len__"):
            raise InvalidTypeError(
                f"{name} (={shown(value)}) must be an array or data frame, of Dask or in memory"
            )
        return [dask.delayed(value, pure=False, traverse=False)]
    if hasattr(value, "chunks"):  # an array: blocks of whole rows
        if value.ndim == 2 and value.numblocks[1] > 1:
            value = value.rechunk({1: -1})
        # X and y may share tasks, which must be the same in both.
        return [*value.to_delayed(optimize_graph=False).ravel()]
    return [*value.to_delayed()]


def partition_arrays(
    names: Sequence[str], given: Sequence[Any], objective: Objective, dtype: Any, k: int
) -> tuple[Rows | None, Block]:
    """One partition's X, y and weights, checked; else the error, which names the partition."""
    where = f"partition {k} of "
    try:
        for part in given:
            if isinstance(part, ChainruleError):  # found before
                raise part
        arrays = [np.asarray(part) for part in given]
        lengths = [len(array) for array in arrays]
        if len(set(lengths)) > 1:
            told = ", ".join(f"{n} rows in {name}" for n, name in zip(lengths, names, strict=True))
            raise ShapeError(
                f"partition {k} has {told}: X and y must be cut at the same rows; take both from "
                "one collection, or rechunk one as the other"
            )
        if lengths[0] == 0:
            return None, Block(0)
        data = Data.check(objective, arrays[0], arrays[1], None, dtype, where)
        w = checked_weights(arrays[2], data.X.dtype, k) if len(arrays) > 2 else None
    except ChainruleError as error:
        return None, Block(0, error=error)
    rows = data.X, data.y, w
    few = slice(0, 256)
    sample = data.X[few], data.y[few], None if w is None else w[few]
    checked = Data(*rows)
    return rows, Block(data.n, rows_in_words(checked), sample, weight=checked.weight)


def checked_weights(w: Array, dtype: Any, k: int) -> Array:
    """A partition's weights; that all are 0 is known only of all partitions."""
    if not (np.isfinite(w).all() and (w >= 0).all()):
        raise DataError(f"sample_weight of partition {k} must be finite numbers >= 0")
    return np.ascontiguousarray(w, dtype)


def rows_of(checked: tuple[Rows, Block]) -> Rows:
    """The rows of a partition."""
    return checked[0]


def block_of(checked: tuple[Rows, Block]) -> Block:
    """What is known of a partition."""
    return checked[1]


def say_empty(lengths: Sequence[int]) -> None:
    """Warn of partitions without rows; raise if there are no others."""
    empty = [k for k, n in enumerate(lengths) if n == 0]
    if len(empty) == len(lengths):
        raise DataError("there are no rows to learn from: all partitions are empty")
    if empty:
        told = ", ".join(map(str, empty[:5])) + (", ..." if len(empty) > 5 else "")
        warn(
            f"{len(empty)} of {len(lengths)} partitions are empty ({told}) and add nothing",
            DataWarning,
        )


class Blocks:
    """The rows of a fit as blocks on the workers, one for each partition.

    Parameters
    ----------
    workers : Workers
    objective : Objective
    columns : mapping of str to list of delayed
        The partitions of X, y and perhaps sample_weight.
    dtype : dtype
        That of the fit: `type_of` X.

    Raises
    ------
    ChainruleError
        If a partition is not what the network and the loss take; the message names it.
    """

    def __init__(
        self, workers: Workers, objective: Objective, columns: dict[str, list[Any]], dtype: Any
    ) -> None:
        self.workers, self.objective, self.dtype = workers, objective, dtype
        self.names, self.columns = [*columns], [*columns.values()]
        counts = {name: len(c) for name, c in zip(self.names, self.columns, strict=True)}
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{name} has {n}" for name, n in counts.items())
            raise ShapeError(
                f"the partitions must be the same for all, but {told}; take all from one "
                "collection, or repartition them alike"
            )
        self.futures: list[Any] = []
        blocks: list[Block] = workers.result(self.look)
        for block in blocks:
            if block.error is not None:
                raise block.error
        self.lengths = [block.rows for block in blocks]
        self.weight = float(sum(block.weight for block in blocks))
        self.digests = [block.digest for block in blocks]
        say_empty(self.lengths)
        sample = next(block.sample for block in blocks if block.sample is not None)
        self.sample = Data(*sample)

    @property
    def n(self) -> int:
        """The number of rows."""
        return sum(self.lengths)

    def look(self) -> list[Any]:
        """Begin to load the partitions; what is known of each."""
        parts = self.workers.compute(self.columns)
        checked = self.workers.map(
            "check",
            partition_arrays,
            [self.names] * len(parts),
            parts,
            [self.objective] * len(parts),
            [self.dtype] * len(parts),
            list(range(len(parts))),
        )
        self.futures = self.workers.map("rows", rows_of, checked)
        return self.workers.map("block", block_of, checked)

    def in_words(self) -> str:
        """The rows of all partitions as what a checkpoint belongs to."""
        digest = sha256("\n".join(filter(None, self.digests)).encode()).hexdigest()
        return f"{self.n} in {len(self.lengths)} partitions, sha256 {digest}"

    def take(self) -> list[Any]:
        """The futures of the rows, loaded anew once they were taken: who has taken them goes on."""
        if not self.futures:
            self.workers.wait(self.look())
        taken, self.futures = self.futures, []
        return taken

    @staticmethod
    def type_of(X: Any) -> Any:
        """float32 if all columns have it, else float64."""
        kinds = {X.dtype} if hasattr(X, "dtype") else set(getattr(X, "dtypes", [np.float64]))
        return np.float32 if kinds == {np.dtype(np.float32)} else np.float64
