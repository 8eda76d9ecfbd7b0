"""How much a model's score depends on each column."""

from dataclasses import dataclass
from typing import Any

from ..random import check_seed
from ..tables import read_table
from ..tables.importance import permutation_importances
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
    seed, table = check_seed(seed), read_table(frame, lenient=True)
    measure = metrics_of(metric, parts_of(pipeline.target)[:1])[0][0]
    sign = 1.0 if measure.greater_is_better else -1.0
    X, _ = pipeline.encoder.inputs(table, pipeline.parameters.vector.dtype)
    known = judge(pipeline.target, pipeline.schema.targets, table, outputs_of(pipeline, X))[0]

    def score(inputs: Array) -> float:
        own = split_outputs(pipeline.target, outputs_of(pipeline, inputs))[0][known.rows]
        return sign * measure(known.target.outputs(own), known.y)

    found = permutation_importances(pipeline.encoder, score, X, repeats, seed)
    return [ColumnImportance(column, *losses) for column, losses in found.items()]
