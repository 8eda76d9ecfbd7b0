"""Tabular estimators on collections of Dask: `fit(X, y, client=...)`."""

from typing import Any

import numpy as np

from ..cluster.collections import check_collections, few_rows, fit_columns
from ..errors import TrainingInterrupted
from ..tables import ClassTarget, Pipeline
from ..tables.target_group import parts_of
from ..typing import Array
from .frames import check_table


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
