"""Tabular estimators on collections of Dask: `fit(X, y, client=...)`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import TrainingInterrupted
from ..tables import ClassTarget, Pipeline
from ..tables.target_group import parts_of
from ..typing import Array
from .frames import check_table


def is_collection(value: Any) -> bool:
    """Whether it is a collection of Dask; nothing is imported to find out."""
    return hasattr(value, "__dask_graph__") and hasattr(value, "to_delayed")


def fit_partitions(
    estimator: Any,
    X: Any,
    y: Any,
    sample_weight: Any,
    client: Any,
    shards: int | None,
    checkpoint: Any,
) -> Any:
    """Fit a tabular estimator on the workers of a client.

    Raises
    ------
    ChainruleError
        If there is no client, or X, y and the weights are not cut alike.
    """
    from ..cluster.collections import check_collections, few_rows, fit_columns

    check_collections(client, X, y, sample_weight)
    check_table(estimator, few_rows(X), reset=True)
    try:
        pipeline = fit_columns(
            X,
            y,
            {**estimator._options(), "checkpoint": checkpoint},
            columns=estimator._columns,
            client=client,
            sample_weight=sample_weight,
            shards=shards,
        )
    except TrainingInterrupted as stop:
        estimator._adopt(stop.result, _labels(stop.result))
        raise
    estimator._adopt(pipeline, _labels(pipeline))
    return estimator


def _labels(pipeline: Pipeline) -> list[Array]:
    """The labels of each target that is classes."""
    parts = parts_of(pipeline.target)
    return [np.array(part.labels) for part in parts if isinstance(part, ClassTarget)]


def mapped(method: Callable[[Any], Any], X: Any) -> Any:
    """What a method gives for the rows of a collection, as one in the same partitions."""
    from ..cluster.collections import mapped

    return mapped(method, X)
