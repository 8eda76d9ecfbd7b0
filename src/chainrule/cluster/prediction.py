"""Predictions and scores of partitions, where they lie."""

from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import DataWarning, InvalidTypeError, require_boolean, shown, warn
from ..tables import ClassTarget, Pipeline, read_table
from ..tables.scoring import scores_by_target
from ..tables.target_group import TargetGroup, parts_of, split_outputs
from ..tables.unseen import Unusual, unseen_in_words
from ..typing import Array
from .collections import mapped
from .partitions import delayed_partitions, is_collection
from .tables import as_frame
from .workers import Workers


def predict(model: Any, frame: Any, *, proba: bool = False) -> Any:
    """Predictions for the rows of a Dask collection, as one in the same partitions.

    Nothing is computed yet: ``.compute()`` brings all to this process, ``.to_parquet(folder)``
    has the workers write them.

    Parameters
    ----------
    model : Pipeline, or what has a method `predict` of rows of numbers
        Such as `TrainingResult`, `MLPClassifier`: for an array of Dask.
    frame : Dask data frame or array, or the path of Parquet files
    proba : bool, default False
        Whether the probability of each class is wanted, too: of a pipeline columns beside the
        predictions, of an estimator an array in their place.

    Returns
    -------
    Dask data frame or array
        Of a pipeline a data frame with the column "prediction" (of several targets "prediction of
        TARGET"), and "probability of CLASS".

    Raises
    ------
    InvalidTypeError
        If the model or the collection is no such thing.
    """
    require_boolean("proba", proba)
    pipeline = getattr(model, "pipeline_", model)
    if isinstance(pipeline, Pipeline):
        found = as_frame(frame)
        sample, dtype = found._meta_nonempty, pipeline.parameters.vector.dtype
        meta = _columns(
            pipeline, np.zeros((len(sample), pipeline.network.n_out), dtype), proba, sample
        )
        return found.map_partitions(predicted, pipeline, proba, meta=meta.iloc[:0])
    if not (is_collection(frame) and hasattr(frame, "map_blocks") and hasattr(model, "predict")):
        raise InvalidTypeError(
            f"model (={shown(model)}) must be a Pipeline for a data frame, or predict the rows of "
            "an array of Dask"
        )
    return mapped(model.predict_proba if proba else model.predict, frame)


def predicted(part: Any, pipeline: Pipeline, proba: bool) -> Any:
    """The predictions for one partition, a data frame of pandas, with its index."""
    return _columns(pipeline, outputs(part, pipeline)[0], proba, part)


def outputs(part: Any, pipeline: Pipeline) -> tuple[Array, dict[str, Unusual]]:
    """The network's outputs for one partition, and what is unusual in it."""
    if len(part) == 0:
        return np.zeros((0, pipeline.network.n_out), pipeline.parameters.vector.dtype), {}
    return pipeline.run(read_table(part, lenient=True))


def _columns(pipeline: Pipeline, a: Array, proba: bool, part: Any) -> Any:
    several = isinstance(pipeline.target, TargetGroup)
    columns: dict[str, Any] = {}
    split = list(zip(parts_of(pipeline.target), split_outputs(pipeline.target, a), strict=True))
    for target, own in split:
        name = f"prediction of {target.name}" if several else "prediction"
        columns[name] = target.predictions(own)
    for target, own in split if proba else []:
        if isinstance(target, ClassTarget):
            names = target.output_names if several else target.labels
            columns |= {f"probability of {c}": own[:, j] for j, c in enumerate(names)}
    return type(part)(columns, index=part.index)


def evaluate(model: Any, frame: Any, *, client: Any) -> dict[str, Any]:
    """How good the predictions of a table in partitions are: `Pipeline.evaluate`, on a cluster.

    The rows stay where they are. Outputs and targets, a few numbers a row, come together on one
    worker, since areas under curves need their order; the client has the scores alone.

    Parameters
    ----------
    model : Pipeline, `TabularClassifier` or `TabularRegressor`
    frame : Dask data frame, or the path of Parquet files
    client : distributed.Client

    Returns
    -------
    dict
        As `Pipeline.evaluate`.

    Raises
    ------
    DataError
        As `Pipeline.evaluate`.
    ClusterError
        If the cluster is lost.
    """
    pipeline = getattr(model, "pipeline_", model)
    if not isinstance(pipeline, Pipeline):
        raise InvalidTypeError(f"model (={shown(model)}) must be a Pipeline or hold one")
    workers = Workers(client)
    partitions = delayed_partitions("frame", as_frame(frame))

    def submit() -> Any:
        known = workers.submit("model", _plain, pipeline)
        parts = workers.map(
            "outputs",
            with_targets,
            [row[0] for row in workers.compute([partitions])],
            pipeline=known,
        )
        return workers.submit("scores", scores, parts, known)

    found, unusual = workers.result(submit)
    for note in unseen_in_words(unusual):
        warn(note, DataWarning)
    return found if isinstance(pipeline.target, TargetGroup) else found[pipeline.target.name]


def _plain(pipeline: Pipeline) -> Pipeline:
    return pipeline


def with_targets(part: Any, pipeline: Pipeline) -> tuple[Any, Array, dict[str, Unusual]]:
    """A partition's columns of targets, its outputs, and what is unusual in it."""
    a, unusual = outputs(part, pipeline)
    names = [target.name for target in parts_of(pipeline.target)]
    table = read_table(part).to_native().select(names) if len(part) else None
    return table, a, unusual


def scores(
    parts: list[tuple[Any, Array, dict[str, Unusual]]], pipeline: Pipeline
) -> tuple[dict[str, Any], dict[str, Unusual]]:
    """The scores of each target over all partitions."""
    filled = [part for part in parts if part[0] is not None]
    tables = pa.concat_tables([table for table, _, _ in filled], promote_options="permissive")
    unusual: dict[str, Unusual] = {}
    for _, _, found in filled:
        unusual = {n: unusual.get(n, Unusual()).plus(one) for n, one in found.items()}
    a = np.concatenate([own for _, own, _ in filled])
    return (
        scores_by_target(pipeline.target, pipeline.schema.targets, read_table(tables), a),
        unusual,
    )
