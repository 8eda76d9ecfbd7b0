"""Cross-validation: what another training, on other rows, would give."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import DataError, DataWarning, require_function, require_integer, warn
from ..formatting import number
from ..random import check_seed
from ..tables import DecodedTable, Pipeline, decode_table
from ..tables.columns import number_array
from ..tables.naming import column_name, column_names
from ..tables.scoring import judge_target
from ..tables.target import Target, fit_target
from ..tables.target_checks import check_target_values
from ..tables.target_group import parts_of, split_outputs
from ..tables.words import count
from ..training import Metric
from ..typing import IntArray
from .evaluate import evaluated, metrics_of
from .fit_options import FitOptions, rows_to_test
from .folds import Fold, make_folds
from .models import outputs_of
from .parallel import Beside, IsOver
from .scores import Evaluation, finite_or_none, reaches


@dataclass(frozen=True)
class FoldResult:
    """One fold: how good the fit to its training rows is on its test rows.

    Attributes
    ----------
    evaluation : Evaluation
        Without intervals.
    n_training, n_test : int
        How many rows it learned from (those that decide when to stop among them), and was tested
        on.
    epochs, best_epoch : int
    """

    evaluation: Evaluation
    n_training: int
    n_test: int
    epochs: int
    best_epoch: int


@dataclass(frozen=True)
class Spread:
    """One metric of one target over the folds.

    Attributes
    ----------
    target, metric : str
    mean, std : float
        Over the folds; std with the divisor n - 1.
    guess : float
        The mean of the trivial guess's.
    values : tuple of float
        Of each fold.
    greater_is_better : bool
    """

    target: str
    metric: str
    mean: float
    std: float
    guess: float
    values: tuple[float, ...]
    greater_is_better: bool

    def reaches(self, wanted: float) -> bool:
        """Whether the mean is at least as good as the one wanted."""
        return reaches(self.mean, wanted, self.greater_is_better)


@dataclass(frozen=True)
class CrossValidation:
    """What `cross_validate` found; `print` shows it as a table.

    Attributes
    ----------
    folds : tuple of FoldResult
    seed : int
        Decided the folds and the fits.
    """

    folds: tuple[FoldResult, ...]
    seed: int

    @property
    def spreads(self) -> list[Spread]:
        """Mean and standard deviation of each metric of each target."""
        found = []
        for t, target in enumerate(self.folds[0].evaluation.targets):
            for m, score in enumerate(target.scores):
                own = [fold.evaluation.targets[t].scores[m] for fold in self.folds]
                values = [one.value for one in own]
                found.append(
                    Spread(
                        target.name,
                        score.metric,
                        float(np.mean(values)),
                        float(np.std(values, ddof=1)),
                        float(np.mean([one.guess for one in own])),
                        tuple(values),
                        score.greater_is_better,
                    )
                )
        return found

    @property
    def head(self) -> Spread:
        """The first metric of the first target."""
        return self.spreads[0]

    def to_dict(self) -> dict[str, Any]:
        """As plain data, which JSON can hold."""
        return {
            "seed": self.seed,
            "scores": [
                {
                    "target": s.target,
                    "metric": s.metric,
                    **{k: finite_or_none(getattr(s, k)) for k in ("mean", "std", "guess")},
                    "values": [finite_or_none(value) for value in s.values],
                }
                for s in self.spreads
            ],
            "folds": [
                {
                    "training_rows": fold.n_training,
                    "test_rows": fold.n_test,
                    "epochs": fold.epochs,
                    "best_epoch": fold.best_epoch,
                }
                for fold in self.folds
            ],
        }

    def __str__(self) -> str:
        lines = [f"{count(len(self.folds), 'fold')}, seed {self.seed}"]
        width = max(len(s.metric) for s in self.spreads)
        lines += [
            f"{s.target}  {s.metric:{width}}  {number(s.mean)} +- {s.std:.2g}  "
            f"guess {number(s.guess)}"
            for s in self.spreads
        ]
        return "\n".join(lines)


def cross_validate(
    frame: Any,
    target: str | Sequence[str],
    *,
    folds: int = 5,
    group: str | None = None,
    time: str | None = None,
    metrics: str | Iterable[str | Metric] | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    client: Any = None,
    progress: Callable[[int, int], Any] | None = None,
    **options: Any,
) -> CrossValidation:
    """Fit to all folds but one and test on that one, for each in turn.

    What a column holds is decided from the whole table, as in a fit; medians, levels and means come
    from the rows that a fold learns from, and so do the rows that decide when to stop. The same
    seed gives the same numbers, whatever the number of jobs or workers.

    Parameters
    ----------
    frame : whatever `read_table` takes
    target : str or sequence of str
    folds, group, time
        As in `make_folds`. The column of groups is not learned from; that of times is, unless it is
        in `drop`.
    metrics
        As in `evaluate`.
    seed : int, optional
        Decides the folds and the fits; a new one by default.
    jobs : int, optional
        How many fits go on at the same time; by default one for each processor.
    client : distributed.Client, optional
        A cluster whose workers make the fits, in the place of this process; the table goes to each
        worker once. A worker that is lost costs its fits, which others make again.
    progress : callable, optional
        ``progress(done, folds)`` is called after each fold.
    **options
        How each fold is fitted: the arguments of `Pipeline.fit`.

    Raises
    ------
    DataError
        As `Pipeline.fit` and `make_folds`.
    ClusterError
        If the cluster of `client` cannot be used, or is lost.

    Warns
    -----
    DataWarning
        If rows of a test are left out, because training has no row of their class.

    Examples
    --------
    >>> import chainrule as cr
    >>> found = cr.cross_validate("iris", "species", folds=3, epochs=30, seed=0)
    >>> found.head.metric, found.head.mean > found.head.guess
    ('accuracy', True)
    """
    require_integer("folds", folds, at_least=2)
    if progress is not None:
        require_function("progress", progress, "the folds done and all folds")
    seed, how, beside = check_seed(seed), FitOptions.of(options), Beside(jobs, client)
    decoded = decoded_for_folds(frame, target, how, group)
    cut = make_folds(decoded, folds, seed, group=group, time=time)
    chosen = metrics_of(metrics, targets_of(decoded, decoded.rows))
    found: dict[int, FoldResult] = {}

    def done(k: int, result: FoldResult) -> None:
        found[k] = result
        if progress is not None:
            progress(len(found), len(cut))

    how = how.with_threads(beside.threads(len(cut)))
    shared = FoldFits(decoded, how, chosen, seed, group, time)
    beside.run(run_fold, checked_folds(decoded, cut), shared, done)
    return CrossValidation(tuple(found[k] for k in range(len(cut))), seed)


def decoded_for_folds(
    frame: Any, target: str | Sequence[str], how: FitOptions, group: str | None
) -> DecodedTable:
    """A table as its fits see it: without the column of groups."""
    looking = dict(how.looking)
    if group is not None:
        looking["drop"] = (
            *column_names("drop", looking.get("drop", ())),
            column_name("group", group),
        )
    return decode_table(frame, target, **looking)


def targets_of(decoded: DecodedTable, rows: IntArray) -> list[Target]:
    """The targets as some rows of a table have them."""
    return [
        fit_target(
            decoded.targets[one.name].take(number_array(rows)), one.name, one.task, one.format
        )
        for one in decoded.schema.targets
    ]


def checked_folds(decoded: DecodedTable, folds: Sequence[Fold]) -> list[Fold]:
    """The folds, without test rows of classes that training lacks.

    Raises
    ------
    DataError
        If a fold can learn nothing, or no row is left to test on.
    """
    found = []
    for k, (training, test) in enumerate(folds):
        for one in decoded.schema.targets:
            values = decoded.targets[one.name].take(number_array(training))
            try:
                check_target_values(values, one.name, one.task)
            except DataError as error:
                raise DataError(f"fold {k + 1} of {len(folds)}: {error}") from None
        kept: IntArray = rows_to_test(decoded, training, test)
        if len(kept) == 0:
            raise DataError(f"fold {k + 1} of {len(folds)} tests classes alone that it lacks")
        if n := len(test) - len(kept):
            warn(
                f"fold {k + 1}: {count(n, 'row')} of the test left out, of classes that the rows "
                "learned from lack",
                DataWarning,
            )
        found.append(Fold(training, kept))
    return found


@dataclass(frozen=True)
class FoldFits:
    """What the fits to all folds of a table share."""

    decoded: DecodedTable
    how: FitOptions
    metrics: Sequence[Sequence[Metric]]
    seed: int
    group: str | None
    time: str | None


def run_fold(fold: Fold, fits: FoldFits, is_over: IsOver) -> FoldResult:
    """Fit to a fold's training rows and evaluate on its test rows."""
    decoded, how = fits.decoded, fits.how
    data = how.training_set(decoded, fold.training, fits.seed, fits.group, fits.time)
    pipeline = Pipeline.train(data, callbacks=[is_over], **how.training)
    outputs = outputs_of(pipeline, pipeline.encoder.encode(decoded, fold.test))
    rows, target = number_array(fold.test), pipeline.target
    judged = [
        judge_target(part, decoded.targets[part.name].take(rows), own)
        for part, own in zip(parts_of(target), split_outputs(target, outputs), strict=True)
    ]
    summary = pipeline.summary
    return FoldResult(
        evaluated(judged, fits.metrics, resamples=0),
        len(fold.training),
        len(fold.test),
        summary["epochs"],
        summary["best_epoch"],
    )
