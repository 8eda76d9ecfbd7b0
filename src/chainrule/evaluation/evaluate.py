"""Scores of a model on a table, with their spread, beside the trivial guess."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..errors import InvalidValueError, items_of, require_integer, require_number
from ..random import check_seed
from ..registry import unknown
from ..tables import NumericTarget, read_table
from ..tables.naming import column_name
from ..tables.scoring import Judged, judge
from ..tables.target import Target
from ..tables.target_group import parts_of
from ..tables.validation import column_of_weights
from ..training import METRICS, Metric
from ..training.scores import confusion
from ..typing import Array
from .bootstrap import interval, resampled
from .models import pipeline_of
from .scores import Evaluation, Score, TargetEvaluation, trivial_guess

RESAMPLES = 1000
LEVEL = 0.95


def evaluate(
    model: Any,
    frame: Any,
    *,
    metrics: str | Iterable[str | Metric] | None = None,
    weight: str | None = None,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int | None = 0,
) -> Evaluation:
    """How good a model's predictions of a table are, and how sure that is.

    Each score stands beside that of the trivial guess (the most frequent label of the rows learned
    from, with its frequencies as probabilities, or their mean) and has an interval: the rows are
    drawn anew, with replacement, and the score is computed of each resample (the bootstrap, Efron
    1979). The interval says how much of the score is luck of the rows; it does not say what another
    training would give (`cross_validate` does).

    Parameters
    ----------
    model : Pipeline, TabularClassifier or TabularRegressor
        What was fitted to a table.
    frame : whatever `read_table` takes
        Rows with a target; those without are left out.
    metrics : str, Metric or iterable of them, optional
        Which, the first one as the head; by default all that the task has. For several targets each
        has those that suit it.
    weight : str, optional
        A column of the table that says what each row counts.
    resamples : int, default 1000
        How many resamples; 0 for no intervals.
    level : float, default 0.95
        The share of the resampled scores inside of the interval.
    seed : int, default 0
        Decides the resamples.

    Raises
    ------
    DataError
        As `Pipeline.predict`; if the target is missing everywhere, or has a label that training had
        not.
    InvalidValueError
        If a metric does not suit a target.

    Examples
    --------
    >>> import chainrule as cr
    >>> pipeline = cr.Pipeline.fit("iris", "species", epochs=30, seed=0)
    >>> found = cr.evaluate(pipeline, "iris", metrics=["accuracy", "log_loss"], resamples=200)
    >>> score = found["species"]["accuracy"]
    >>> score.low <= score.value <= score.high, score.beats_the_guess
    (True, True)
    """
    pipeline = pipeline_of("model", model)
    require_integer("resamples", resamples, at_least=0, at_most=10**6)
    require_number("level", level, above=0, below=1)
    seed, table = check_seed(seed), read_table(frame, lenient=True)
    chosen = metrics_of(metrics, parts_of(pipeline.target))
    weights = None if weight is None else column_of_weights(table, column_name("weight", weight))
    return evaluated(
        judge(pipeline.target, pipeline.schema.targets, table, pipeline.outputs(table)),
        chosen, weights, resamples, level, seed,
    )  # fmt: skip


def evaluated(
    judged: Sequence[Judged],
    metrics: Sequence[Sequence[Metric]],
    weights: Array | None = None,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
    *,
    head_alone: bool = False,
) -> Evaluation:
    """The evaluation of outputs that are there already, with the metrics of each target.

    With `head_alone` the first metric of each target has an interval, and the others have none.
    """
    found = []
    for one, own in zip(judged, metrics, strict=True):
        w = None if weights is None else weights[one.rows]
        drawn = own[:1] if head_alone else own
        spread = resampled(drawn, one.a, one.y, w, resamples, seed)
        scores = []
        for j, metric in enumerate(own):
            low, high = interval(spread[:, j], level) if j < len(drawn) else (None, None)
            value, guess = (metric(outputs, one.y, w) for outputs in (one.a, one.guess))
            scores.append(Score(metric.name, value, guess, low, high, metric.greater_is_better))
        name, task = one.target.name, one.target.task
        found.append(
            TargetEvaluation(
                name, task, len(one.y), trivial_guess(one.target), tuple(scores), *_mistakes(one)
            )
        )
    return Evaluation(tuple(found), resamples, float(level))


def metrics_of(given: Any, targets: Sequence[Target]) -> list[list[Metric]]:
    """The metrics of each target: those given, or else all of its task.

    Raises
    ------
    InvalidValueError
        If a metric suits no target, or a target has none.
    """
    if given is None:
        return [[METRICS[name] for name in target.metrics] for target in targets]
    single = isinstance(given, str | Metric)
    names = [given] if single else items_of("metrics", given, "names of metrics")
    found = [METRICS.get_object(name, "metrics") for name in names]
    if not found:
        raise InvalidValueError("metrics (=()) must name at least one")
    chosen = [[metric for metric in found if _suits(metric, target)] for target in targets]
    for metric in found:
        if not any(metric in own for own in chosen):
            task = " and ".join(sorted({target.task for target in targets}))
            known = [name for name in METRICS if any(_suits(METRICS[name], t) for t in targets)]
            raise unknown(f"metric of {task}, in metrics", metric.name, known)
    for target, own in zip(targets, chosen, strict=True):
        if not own:
            raise InvalidValueError(
                f"metrics (={[metric.name for metric in found]}) must hold one for the "
                f"{target.task} of {target.name!r}, too, such as {target.metrics[0]}"
            )
    return chosen


def _suits(metric: Metric, target: Target) -> bool:
    """Whether a metric of the registry is one of the target's task; one's own always is."""
    if METRICS.objects.get(metric.name) is not metric:
        return True
    of_numbers = metric.name in NumericTarget.metrics
    if isinstance(target, NumericTarget) or of_numbers:
        return isinstance(target, NumericTarget) and of_numbers
    two_only = metric.name in ("precision", "recall", "f1", "roc_auc")
    return target.n_out <= 2 or not two_only


def _mistakes(one: Judged) -> tuple[Any, ...]:
    """Labels, the confusion table, and the sizes of errors."""
    if isinstance(one.target, NumericTarget):
        errors = (one.a - one.y)[:, 0]
        half, most = np.quantile(np.abs(errors), [0.5, 0.9]).tolist()
        largest = float(errors[np.abs(errors).argmax()])
        sizes = {"mean": float(errors.mean()), "half": half, "nine of ten": most}
        return (), (), {**sizes, "largest": largest}
    table = confusion(one.a, one.y, np.ones(len(one.y))).astype(int)
    return tuple(map(str, one.target.labels)), tuple(map(tuple, table.tolist())), {}
