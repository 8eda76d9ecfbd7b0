"""How many epochs a limit of time holds."""

from math import ceil, isfinite

from ..errors import InvalidValueError
from ..training import Callback, TrainingResult, train
from .deadline import Deadline, seconds_of_an_epoch
from .fits import Fits

_PROBED = 16
"""Updates whose time is taken, three times."""
_SAFE = 0.95
"""The share of the time that is planned with."""


def affordable_epochs(fits: Fits, deadline: Deadline) -> int:
    """As many epochs as fit into the limit, by the time of some updates.

    An ensemble has as many members as end in time, and all of them the same epochs: so many that no
    thread is idle in the end. Members that learn from all rows have one turn of the threads, or
    more.

    Raises
    ------
    InvalidValueError
        If there is no time for one.
    """
    data, recipe, run = fits.data, fits.recipe, fits.run
    epochs, several = recipe.epochs, recipe.members > 1
    epoch = _seconds_of_an_epoch(fits, alone=not data.folds and not several)
    left, n_fits = _SAFE * deadline.left, 1.0
    if not isfinite(epoch):  # it diverged
        return epochs
    if data.folds:
        share, rounds = 1 - 1 / data.folds, ceil(data.folds / run.n_threads)
        if run.ensemble:
            wanted = ceil(left / (epoch * share * max(epochs, 1)))
            n_fits = share * min(max(wanted, 1), rounds)
        else:
            n_fits = share * rounds + 1.0
    elif several:
        n_fits += (len(data.X) + len(data.held_out)) / len(data.X)
    affordable = int(left / (epoch * n_fits))
    if affordable < 1 <= epochs:
        raise InvalidValueError(
            f"time_limit (={deadline.limit:g}) is too short for one epoch of "
            f"{len(data.X):,} rows, which takes about {epoch * n_fits:.2g} s; give more time, "
            "fewer rows or smaller layers"
        )
    return min(epochs, affordable)


def _seconds_of_an_epoch(fits: Fits, *, alone: bool) -> float:
    """Of all rows: with all threads, or on one while the others are as busy."""
    data, run, rows = fits.data, fits.run, fits.recipe.batch_size
    n, threads = len(data.X), 1 if alone else run.n_threads
    part = n if isinstance(rows, str) else min(_PROBED * rows, n)
    validation = data.validation and tuple(x[: ceil(len(x) * part / n)] for x in data.validation)

    def fit(callback: Callback) -> TrainingResult:
        return train(
            fits.trained, data.X[:part], data.y[:part], epochs=3, seed=0, validation=validation,
            callbacks=[callback], engine=run.engine, threads=run.threads if alone else 1,
            divergence="ignore", **fits.common(n),
        )  # fmt: skip

    return seconds_of_an_epoch(fit, threads) * n / part
