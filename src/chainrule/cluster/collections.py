"""What estimators are given as collections of Dask: fitted and predicted in partitions."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import DataError, InvalidTypeError, ShapeError, shown
from ..tables import Pipeline
from ..typing import Array
from .partitions import delayed_partitions, is_collection
from .tables import options_in_parts, table_in_parts, train_table
from .workers import Workers


def few_rows(X: Any) -> Any:
    """Two rows of the kind that a collection has: made up, in its columns and types.

    Raises
    ------
    ShapeError
        If it is an array with other than two dimensions, or with an unknown number of columns.
    """
    if hasattr(X, "_meta_nonempty"):
        return X._meta_nonempty
    if X.ndim != 2 or np.isnan(X.shape[1]):
        raise ShapeError(
            f"X has the shape {X.shape}, but must have rows and a known number of columns"
        )
    return np.zeros((2, X.shape[1]), X.dtype)


def check_collections(client: Any, X: Any, y: Any, sample_weight: Any) -> None:
    """Raise unless all are collections of Dask that are cut alike, and there is a client."""
    given = {"X": X, "y": y} | ({} if sample_weight is None else {"sample_weight": sample_weight})
    for name, value in given.items():
        if not is_collection(value):
            raise InvalidTypeError(
                f"{name} (={type(value).__name__}) must be a collection of Dask where client= "
                "is given or another of X, y and sample_weight is one; without them leave client "
                "out, and the fit is one of this process, or ask for several networks by "
                'preset="best", members= or folds='
            )
    if client is None:
        raise InvalidTypeError(
            "client must be given for collections of Dask: fit(X, y, client=Client(...)); or give "
            "X.compute() and y.compute(), if they fit into memory"
        )
    counts = {name: int(value.npartitions) for name, value in given.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} has {n}" for name, n in counts.items())
        raise ShapeError(
            f"the partitions must be the same for all, but {told}; take all from one collection, "
            "or repartition them alike"
        )
    known = {
        name: value.divisions for name, value in given.items() if getattr(value, "divisions", None)
    }
    fixed = {name: d for name, d in known.items() if d[0] is not None}
    if len(set(fixed.values())) > 1:
        told = " and ".join(f"{name} at {shown(d)}" for name, d in fixed.items())
        raise DataError(
            f"the partitions are cut at other rows: {told}; take all from one collection, or "
            "repartition(divisions=...) them alike"
        )


def fit_columns(
    X: Any,
    y: Any,
    options: Mapping[str, Any],
    *,
    columns: Sequence[str],
    client: Any,
    sample_weight: Any = None,
    shards: int | None = None,
) -> Pipeline:
    """A pipeline from inputs, targets and weights that are collections of their own.

    Parameters
    ----------
    options : mapping
        Arguments of `Pipeline.fit`.
    columns : sequence of str
        The names of the columns of X.
    """
    targets = target_names(y, columns)
    workers = Workers(client)
    given, names = [X, y], [list(columns), targets]
    # A worker says how many threads it has.
    left = options_in_parts({k: v for k, v in options.items() if k != "threads"})
    if sample_weight is not None:
        weight = "sample_weight"
        while weight in (*columns, *targets):
            weight += "_"
        given, names = [*given, sample_weight], [*names, [weight]]
        left["weight"] = weight
    groups = [delayed_partitions(n[0], value) for n, value in zip(names, given, strict=True)]
    table, left = table_in_parts(workers, groups, names, targets, {**left, "shards": shards})
    return train_table(table, **left)


def target_names(y: Any, columns: Sequence[str]) -> list[str]:
    """Names for the columns of y that those of X have not."""
    if hasattr(y, "columns"):
        names = [str(name) for name in y.columns]
    elif y.ndim == 2 and y.shape[1] > 1:
        names = [f"target {j + 1}" for j in range(y.shape[1])]
    else:
        own = getattr(y, "name", None)
        names = [own if isinstance(own, str) and own and not hasattr(y, "chunks") else "target"]
    free: list[str] = []
    for name in names:
        while name in (*columns, *free):
            name += "_"
        free.append(name)
    return free


def mapped(method: Callable[[Any], Any], X: Any) -> Any:
    """What a method gives for the rows of a collection, as one in the same partitions."""
    with warnings.catch_warnings():  # what is made up may look unusual
        warnings.simplefilter("ignore")
        few = method(few_rows(X))
    if isinstance(few, list) or not isinstance(few, np.ndarray):
        raise InvalidTypeError(
            "X must be in memory for several targets; or map the method over X.to_delayed()"
        )
    if hasattr(X, "map_blocks"):
        blocks = X.rechunk({1: -1})
        if few.ndim == 1:
            return blocks.map_blocks(method, dtype=few.dtype, drop_axis=1)
        chunks = blocks.chunks[0], (few.shape[1],)
        return blocks.map_blocks(method, dtype=few.dtype, chunks=chunks)
    return X.map_partitions(_framed, method, few[:0], meta=_indexed(few, few_rows(X)).iloc[:0])


def _framed(part: Any, method: Callable[[Any], Any], none: Array) -> Any:
    """A method's results with the index of a partition, a data frame of pandas."""
    return _indexed(method(part) if len(part) else none, part)


def _indexed(found: Array, part: Any) -> Any:
    frame = type(part)(found, index=part.index)
    return frame[0] if found.ndim == 1 else frame
