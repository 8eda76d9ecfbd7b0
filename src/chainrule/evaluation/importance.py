"""How much a model's score depends on each column."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import require_integer
from ..random import Purpose, check_seed, permutation
from ..tables import read_table
from ..tables.scoring import judge
from ..tables.target_group import parts_of, split_outputs
from ..typing import Array
from .evaluate import metrics_of
from .models import outputs_of, pipeline_of


@dataclass(frozen=True)
class ColumnImportance:
    """What shuffling a column costs.

    Attributes
    ----------
    column : str
    loss : float
        How much worse the score becomes, on average over the repeats; negative where it improves.
    std : float
        Over the repeats.
    """

    column: str
    loss: float
    std: float


def permutation_importance(
    model: Any,
    frame: Any,
    *,
    metric: str | None = None,
    repeats: int = 5,
    seed: int | None = 0,
) -> list[ColumnImportance]:
    """How much worse the score becomes when a column's values are shuffled among the rows.

    The shuffled column keeps its values and loses what it has to do with the target and with the
    other columns (Breiman 2001; Fisher, Rudin & Dominici 2019). Two columns that say the same
    share their importance, and either alone may look unimportant.

    Parameters
    ----------
    model : Pipeline, TabularClassifier or TabularRegressor
    frame : whatever `read_table` takes
        Rows with a target, best those that the model has not learned from.
    metric : str, optional
        By default the first one of the first target's task.
    repeats : int, default 5
        How often each column is shuffled.
    seed : int, default 0

    Returns
    -------
    list of ColumnImportance
        The most important column first.
    """
    pipeline = pipeline_of("model", model)
    require_integer("repeats", repeats, at_least=1, at_most=10**6)
    seed, table = check_seed(seed), read_table(frame, lenient=True)
    measure = metrics_of(metric, parts_of(pipeline.target)[:1])[0][0]
    sign = 1.0 if measure.greater_is_better else -1.0
    encoder = pipeline.encoder
    X, _ = encoder.inputs(table, pipeline.parameters.vector.dtype)

    known = judge(pipeline.target, pipeline.schema.targets, table, outputs_of(pipeline, X))[0]

    def score(inputs: Array) -> float:
        own = split_outputs(pipeline.target, outputs_of(pipeline, inputs))[0][known.rows]
        return sign * measure(known.target.outputs(own), known.y)

    found, start, whole = [], 0, score(X)
    for c, column in enumerate(encoder.columns):
        end = start + len(column.feature_names)
        losses = []
        for r in range(repeats):
            order = permutation(seed, c * repeats + r, len(X), Purpose.RESAMPLE)
            shuffled = X.copy()
            shuffled[:, start:end] = X[order, start:end]
            losses.append(whole - score(shuffled))
        found.append(ColumnImportance(column.name, float(np.mean(losses)), float(np.std(losses))))
        start = end
    return sorted(found, key=lambda one: -one.loss)
