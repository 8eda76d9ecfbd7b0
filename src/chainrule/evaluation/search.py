"""Random search over the settings of a fit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np

from ..errors import ChainruleError, InvalidValueError, require_function, require_integer
from ..formatting import number
from ..random import check_seed
from ..tables.columns import number_array
from ..tables.words import count
from .cross_validation import FoldFits, checked_folds, decoded_for_folds, run_fold, targets_of
from .evaluate import metrics_of
from .fit_options import FitOptions
from .folds import Fold, make_folds
from .parallel import Beside, IsOver
from .scores import finite_or_none
from .space import DEFAULT_SPACE, checked_space, draw
from .trials_file import TrialsFile, table_hash


@dataclass(frozen=True)
class Trial:
    """Some settings, and how good fits with them are.

    Attributes
    ----------
    number : int
        From 1.
    settings : dict
    score : float or None
        The mean of the metric over the folds; None where a fit failed.
    std : float or None
        Over the folds.
    epochs : float
        The mean over the folds.
    seconds : float
        How long the fits took.
    error : str
        Why it failed, "" where it did not.
    """

    number: int
    settings: Mapping[str, Any]
    score: float | None
    std: float | None
    epochs: float
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class SearchResult:
    """What `tune` found; `print` shows it as a table.

    Attributes
    ----------
    trials : tuple of Trial
        The best one first; those that failed last.
    metric : str
    greater_is_better : bool
    guess : float
        The score of the trivial guess.
    seed : int
    """

    trials: tuple[Trial, ...]
    metric: str
    greater_is_better: bool
    guess: float
    seed: int

    @property
    def best(self) -> Trial:
        """The trial with the best score."""
        return self.trials[0]

    def to_dict(self) -> dict[str, Any]:
        """As plain data, which JSON can hold."""
        return {
            "metric": self.metric,
            "greater_is_better": self.greater_is_better,
            "guess": finite_or_none(self.guess),
            "seed": self.seed,
            "trials": [{**vars(trial), "settings": dict(trial.settings)} for trial in self.trials],
        }

    def __str__(self) -> str:
        lines = [f"{count(len(self.trials), 'trial')}, {self.metric}, guess {number(self.guess)}"]
        for t in self.trials:
            score = t.error or "failed" if t.score is None else f"{number(t.score)} +- {t.std:.2g}"
            settings = ", ".join(f"{name}={value}" for name, value in t.settings.items())
            lines.append(f"{t.number:4}  {score}  {settings}")
        return "\n".join(lines)


def tune(
    frame: Any,
    target: str | Sequence[str],
    space: Mapping[str, Any] | None = None,
    *,
    trials: int = 20,
    folds: int = 3,
    group: str | None = None,
    time: str | None = None,
    metric: str | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    client: Any = None,
    results: Any = None,
    progress: Callable[[int, int], Any] | None = None,
    **options: Any,
) -> SearchResult:
    """Try settings at random and cross-validate each.

    Random search (Bergstra & Bengio 2012) tries as many values of the setting that matters as there
    are trials, where a grid tries a few. The settings of a trial are a function of the seed and of
    its number, and its folds are those of every other trial, so that scores compare. The best score
    of many is too good by luck: test the model that is made with it on rows that no trial has seen.

    Parameters
    ----------
    frame : whatever `read_table` takes
    target : str or sequence of str
    space : mapping, optional
        From names of arguments of `Pipeline.fit` to a list of values or an `Interval`; by default
        `DEFAULT_SPACE`.
    trials : int, default 20
    folds, group, time, metric
        As in `cross_validate`; the metric is that of the first target.
    seed : int, optional
        Decides the trials, the folds and the fits; a new one by default.
    jobs : int, optional
        How many trials go on at the same time; by default one for each processor.
    client : distributed.Client, optional
        A cluster whose workers make the trials, as in `cross_validate`.
    results : path, optional
        A file that each trial is written to as it ends. Where it is there already, from the same
        search, only the trials that it lacks are made: so a search that was killed goes on, and one
        that is done is made longer.
    progress : callable, optional
        ``progress(done, trials)`` is called after each trial.
    **options
        What all fits share: arguments of `Pipeline.fit`.

    Raises
    ------
    DataError
        As `cross_validate`; if `results` is the file of another search.
    ClusterError
        If the cluster of `client` cannot be used, or is lost.

    Examples
    --------
    >>> import chainrule as cr
    >>> found = cr.tune("iris", "species", {"hidden": [(4,), (16,)]}, trials=2, epochs=5, seed=0)
    >>> len(found.trials), found.metric
    (2, 'accuracy')
    """
    chosen = checked_space(DEFAULT_SPACE if space is None else space)
    require_integer("trials", trials, at_least=1, at_most=10**6)
    require_integer("folds", folds, at_least=2)
    if progress is not None:
        require_function("progress", progress, "the trials done and all trials")
    how, beside = FitOptions.of(options), Beside(jobs, client)
    how.changed(dict.fromkeys(chosen))
    decoded = decoded_for_folds(frame, target, how, group)
    file = None if results is None else TrialsFile(results)
    seed = check_seed(file.seed if file is not None and seed is None else seed)
    cut = checked_folds(decoded, make_folds(decoded, folds, seed, group=group, time=time))
    first, *others = targets_of(decoded, decoded.rows)
    head = metrics_of(metric, [first])[0][0]
    metrics = [[head], *metrics_of(None, others)]
    known: dict[int, Trial] = {}
    if file is not None:
        identity = {
            "space": repr(chosen), "options": repr(sorted(options.items())), "metric": head.name,
            "folds": folds, "group": group, "time": time, "seed": seed,
            "table": table_hash(decoded.table), "target": decoded.schema.target,
        }  # fmt: skip
        known = {
            t["number"]: Trial(settings=draw(chosen, seed, t["number"]), **t)
            for t in file.begin(identity)
        }
    missing = [number for number in range(1, trials + 1) if number not in known]
    how = how.with_threads(beside.threads(len(missing)))
    search = _Search(cut, FoldFits(decoded, how, metrics, seed, group, time))

    def done(_: int, trial: Trial) -> None:
        known[trial.number] = trial
        if file is not None:
            file.add({**vars(trial), "settings": dict(trial.settings)})
        if progress is not None:
            progress(sum(k in known for k in range(1, trials + 1)), trials)

    beside.run(make_trial, [(k, draw(chosen, seed, k)) for k in missing], search, done)
    sign = -1.0 if head.greater_is_better else 1.0
    ranked = sorted(
        (known[number] for number in range(1, trials + 1)),
        key=lambda t: (t.score is None, sign * (t.score or 0.0), t.number),
    )
    if ranked[0].score is None:
        raise InvalidValueError(f"every trial failed, the first one because {ranked[0].error}")
    return SearchResult(tuple(ranked), head.name, head.greater_is_better, search.guess(), seed)


@dataclass(frozen=True)
class _Search:
    """What the trials of a search share."""

    folds: Sequence[Fold]
    fits: FoldFits

    def guess(self) -> float:
        """The trivial guess's score, the mean over the folds."""
        decoded, found = self.fits.decoded, []
        for fold in self.folds:
            target = targets_of(decoded, fold.training)[0]
            values = decoded.targets[target.name].take(number_array(fold.test))
            y, guess = target.encode(values), target.baseline(len(fold.test))
            found.append(self.fits.metrics[0][0](target.outputs(guess), target.outputs(y)))
        return float(np.mean(found))


def make_trial(drawn: tuple[int, Mapping[str, Any]], search: _Search, is_over: IsOver) -> Trial:
    """Fit with the settings of a trial, of that number, to every fold."""
    number, settings = drawn
    started, values, epochs, error = perf_counter(), [], [], ""
    try:
        fits = replace(search.fits, how=search.fits.how.changed(settings))
        for fold in search.folds:
            result = run_fold(fold, fits, is_over)
            values.append(result.evaluation.head.value)
            epochs.append(result.epochs)
    except ChainruleError as failure:
        error = str(failure)
    seconds = perf_counter() - started
    if not error and not np.isfinite(values).all():
        error = "a fit diverged"
    score, std = (None, None) if error else (float(np.mean(values)), float(np.std(values, ddof=1)))
    return Trial(number, dict(settings), score, std, float(np.mean(epochs or [0])), seconds, error)
