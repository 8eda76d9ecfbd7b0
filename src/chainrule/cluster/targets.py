"""Labels and targets of an estimator's rows, found and encoded where they lie."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import ChainruleError, DataError
from ..typing import Array, BoolArray
from .partitions import delayed_partitions
from .table_tasks import in_partition
from .workers import Workers, dask_module

_MOST_LABELS = 10_000
"""More are numbers, most likely, and would all come to the client."""


class Labels(NamedTuple):
    """The different labels of a partition, in ascending order, and how often each occurs."""

    values: Array
    counts: Array
    error: ChainruleError | None = None


def labels_of_part(y: Any, k: int) -> Labels:
    """The labels of one partition."""
    values = np.asarray(y).reshape(-1)
    try:
        missing = missing_labels(values)
        if missing.any():
            place = f"row {int(missing.argmax())} of partition {k} of y"
            raise DataError(f"{place} has no label; leave it out")
        try:
            found = Labels(*np.unique(values, return_counts=True))
        except TypeError:
            raise DataError(
                f"y holds labels of several types in partition {k}, such as texts and numbers; "
                "convert them to one"
            ) from None
        if len(found.values) > _MOST_LABELS:
            raise DataError(
                f"y has {len(found.values):,} different labels in partition {k}, but a classifier "
                f"takes {_MOST_LABELS:,} at most; MLPRegressor predicts numbers"
            )
    except DataError as error:
        return Labels(values[:0], values[:0], error)
    return found


def missing_labels(values: Array) -> BoolArray:
    """Which are nan, None or the like."""
    if values.dtype.kind == "O":
        return np.array([v is None or not _is_itself(v) for v in values.tolist()], bool)
    return np.asarray(values != values)


def _is_itself(value: Any) -> bool:
    try:
        return bool(value == value)
    except TypeError:  # of pandas.NA
        return False


def find_labels(workers: Workers, y: Any) -> Labels:
    """The labels of all partitions.

    Raises
    ------
    DataError
        If a label is missing, or a partition has labels of another type; the message names it.
    """
    if y.ndim == 2 and np.shape(y)[1] != 1:
        raise DataError(
            f"y must have one column of labels in partitions, but has {y.shape[1]}; rows with "
            "several labels are fitted in memory"
        )

    def look() -> list[Any]:
        parts = workers.compute([delayed_partitions("y", y)])
        return workers.map("labels", labels_of_part, [p for (p,) in parts], range(len(parts)))

    found: list[Labels] = workers.result(look)
    filled: dict[int, Labels] = {}
    for k, one in enumerate(found):
        if one.error is not None:
            raise one.error
        if len(one.values):
            filled[k] = one
    if not filled:
        raise DataError("there are no rows to learn from: all partitions are empty")
    first, *others = filled
    kind = _kind(filled[first].values)
    for k in others:
        if _kind(filled[k].values) != kind:
            raise DataError(
                f"y holds {_kind(filled[k].values)} in partition {k}, but {kind} in partition "
                f"{first}; convert one of them"
            )
    every = np.concatenate([one.values for one in filled.values()])
    values, place = np.unique(every, return_inverse=True)
    counts = np.zeros(len(values), np.int64)
    np.add.at(counts, place, np.concatenate([one.counts for one in filled.values()]))
    return Labels(values, counts)


def _kind(values: Array) -> str:
    kinds = {"b": "booleans", "i": "numbers", "u": "numbers", "f": "numbers"}
    if values.dtype.kind != "O":
        return kinds.get(values.dtype.kind, "texts")
    return "texts" if isinstance(values[0], str) else type(values[0]).__name__


def encoded_parts(y: Any, encoder: Any) -> list[Any]:
    """Delayed targets of each partition: `encoder._targets` of its labels or numbers."""
    delayed = dask_module("dask").delayed
    known, encode = delayed(encoder, pure=False, traverse=False), delayed(encoded_part, pure=False)
    return [encode(part, k, known) for k, part in enumerate(delayed_partitions("y", y))]


def encoded_part(y: Any, k: int, encoder: Any) -> Array | ChainruleError:
    """One partition's targets, or the error, which names it."""
    try:
        values = np.asarray(y)
        if values.ndim == 2 and values.shape[1] == 1:
            values = values[:, 0]
        targets: Array = encoder._encode_more(values, len(values), "y", "it")[1]
    except ChainruleError as error:
        return in_partition(error, k)
    return targets


def weighted_parts(
    y: Any, sample_weight: Any, labels: Array, per_label: Array, dtype: Any
) -> list[Any]:
    """Delayed weights of each partition: those of its labels, times its own, if there are."""
    weigh = dask_module("dask").delayed(weights_of_part, pure=False)
    ys = delayed_partitions("y", y)
    own: Sequence[Any] = [None] * len(ys)
    if sample_weight is not None:
        own = delayed_partitions("sample_weight", sample_weight)
    return [weigh(part, w, labels, per_label, dtype) for part, w in zip(ys, own, strict=True)]


def weights_of_part(y: Any, w: Any, labels: Array, per_label: Array, dtype: Any) -> Array:
    """What each row of a partition counts."""
    of_class = per_label[np.searchsorted(labels, np.asarray(y).reshape(-1))].astype(dtype)
    found: Array = of_class * (1.0 if w is None else np.asarray(w, dtype))
    return found
