"""Training of many networks at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from ..errors import (
    ChainruleError,
    InvalidTypeError,
    InvalidValueError,
    SlowEngineWarning,
    TrainingInterrupted,
    items_of,
    require_function,
    shown,
    warn,
)
from ..network import Network
from ..objective import Objective
from ..plan import Data, Plan, State
from ..plan.data import check_weights
from ..registry import unknown
from ..schedules import ConstantRate
from ..typing import ArrayLike
from .fit import SLOW, Fit
from .keeper import Keeper, keeper_of, sigterm_interrupts
from .options import RunOptions
from .result import TrainingResult
from .results import TrainingResults
from .train import start_state, train, watch_for, weighted

_NUMBERS = 2**22
"""Learning rates of some epochs that fits trained together may have: 32 MB."""

_EPOCHS = 100
"""The epochs whose learning rates are made at once, or more."""


def train_many(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    settings: Iterable[Mapping[str, Any]],
    *,
    threads: int | None = None,
    progress: Callable[[int, int], Any] | None = None,
    checkpoint: Any = None,
    **common: Any,
) -> TrainingResults:
    """Train many networks, each as `train` would by itself, to the last bit.

    Small networks leave most of a processor idle when they are trained one after the other from
    Python. Here the threads share the fits: hundreds of learning rates, seeds or folds take about
    as long as their arithmetic.

    Parameters
    ----------
    network : Network
    X : array_like, shape (n, n_in)
        The rows that all fits share; checked once.
    y : array_like, shape (n, n_out), or (n,) for one output
    settings : iterable of mappings
        One for each fit: the arguments of `train` that are its own, such as
        ``{"optimizer": SGD(0.1), "seed": 3}``. A fit may have its own ``network``, ``X`` and ``y``,
        too, or ``rows``: the numbers of the rows of X, y and sample_weight that it learns from, or
        a boolean mask (folds, bootstrap samples).
    threads : int, optional
        The largest number of threads.
    progress : callable, optional
        ``progress(done, fits)`` is called now and then, and at the end: the fits done, and all.
    checkpoint : path or Checkpoint, optional
        One file for all fits, as in `train`; its interval is in epochs or seconds.
    **common
        The arguments of `train` that all fits share: ``loss``, ``epochs``, ...

    Returns
    -------
    TrainingResults
        A list in the order of the settings, with all parameters, predictions and curves as arrays,
        and as a table. A fit that diverges does not stop the others; it warns, and
        its result says so.

    Raises
    ------
    ChainruleError
        If a setting is wrong; nothing has been trained then. The message names the fit.
    TrainingInterrupted
        On Ctrl-C. Its result has the results so far; a fit that had not begun has an
        empty history.

    Notes
    -----
    Fits that Python has to look at after every epoch (callbacks, metrics, stop rules of one's own,
    ``order``), L-BFGS, sparse matrices and whatever the compiled engine cannot run are trained one
    after the other, after all others.

    Examples
    --------
    >>> import chainrule as cr
    >>> network = cr.Network([cr.Dense(1, 1)])
    >>> rates = [0.01, 0.1, 0.2]
    >>> results = cr.train_many(network, [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0],
    ...     [{"optimizer": cr.SGD(rate)} for rate in rates],
    ...     loss="mean_squared_error", epochs=100, batch_size="full", seed=0)
    >>> [f"{result.history.loss[-1]:.1e}" for result in results]
    ['1.3e-02', '4.6e-07', '2.6e-12']
    """
    if progress is not None:
        require_function("progress", progress, "the fits done and all fits")
    fits: list[Fit] = []
    keeper = None if checkpoint is None else keeper_of(checkpoint)
    settings = list(items_of("settings", settings, "mappings, one for each fit"))
    try:
        for fit, state in prepared_fits(network, X, y, settings, threads, common, keeper):
            fit.state = state
            fits.append(fit)
        if keeper is not None:
            keeper.begin(fits)
        with sigterm_interrupts() if keeper else nullcontext():
            results = _all(fits, _Counter(progress, len(fits)), keeper)
        return TrainingResults(results, settings)
    except KeyboardInterrupt:
        raise TrainingInterrupted(
            "interrupted; the results so far are in the exception's .result",
            TrainingResults([fit.result() for fit in fits], settings[: len(fits)]),
        ) from None


def _all(
    fits: list[Fit], counter: "_Counter", keeper: Keeper | None = None
) -> list[TrainingResult]:
    """Train them all; an interrupt leaves each with what it has learned."""
    together = [fit for fit in fits if fit.runs_by_itself and fit.plan.order is None]
    alone = {id(fit) for fit in fits}
    for group in _groups(together):
        if len(group) >= group[0].engine.threads_used > 0:
            alone -= {id(fit) for fit in group}
            if keeper is None:
                _advance(group, counter)
            else:
                _advance_with_checkpoints(group, counter, keeper)
        # Too few to share out: each has all threads for itself.
    results, slow = [], _Slow(len(alone))
    for fit in fits:
        if id(fit) in alone:
            fit.warn_when_slow = fit.warn_when_slow and not slow.warned
            fit.keeper = keeper
            results.append(fit.run(fit.state))
            slow.add(fit)
            counter.base += 1
            counter(0)
        else:
            results.append(fit.finish())
    return results


_PLAN = ("optimizer", "schedule", "batch_size", "shuffle", "seed", "clip_norm", "order")
_WATCH = ("validation", "metrics", "stop", "callbacks")
_RUN = ("epochs", "engine", "divergence")


def prepared_fits(
    network: Network,
    X: Any,
    y: Any,
    settings: Iterable[Mapping[str, Any]],
    threads: int | None,
    common: Mapping[str, Any],
    keeper: Keeper | None = None,
) -> Iterator[tuple[Fit, State]]:
    """Every fit and where it starts."""
    defaults = {
        k: v for k, v in (train.__kwdefaults__ or {}).items() if k not in ("threads", "checkpoint")
    }
    names = {*defaults, "loss", "network", "X", "y", "rows"}
    shared = {**defaults, "network": network, "X": X, "y": y, **common}
    rows = _Rows()
    for i, own in enumerate(settings):
        if not isinstance(own, Mapping):
            raise InvalidTypeError(
                f"settings[{i}] (={shown(own)}) must be a mapping such as {{'seed': {i}}}"
            )
        given = {**shared, **own}
        for name in given if i == 0 else own:
            if name not in names:
                raise unknown("argument of train", name, sorted(names))
        if "loss" not in given:
            raise InvalidTypeError("loss is missing: give it to train_many or in every setting")
        seed = given["seed"] if keeper is None else keeper.seed(given["seed"], i)
        try:
            prepared = _prepare({**given, "seed": seed}, threads, rows)
        except ChainruleError as error:
            error.add_note(f"in settings[{i}]")
            raise
        yield prepared


def _prepare(given: Mapping[str, Any], threads: int | None, rows: "_Rows") -> tuple[Fit, State]:
    """One fit and where it starts, from the arguments of `train`, in the steps of `train`."""

    def of(names: tuple[str, ...]) -> dict[str, Any]:
        return {name: given[name] for name in names}

    options = RunOptions(threads=threads, **of(_RUN))
    options.check()
    objective = Objective(given["network"], given["loss"], given["penalties"])
    table = given["X"], given["y"], given["sample_weight"], given["dtype"]
    data = weighted(rows.check(given.get("rows"), objective, *table), given["class_weight"])
    plan = Plan(objective, dtype=data.X.dtype, **of(_PLAN))
    state = start_state(plan, data, given["initial"])
    plan = plan.until(state.epoch + given["epochs"], data.n)
    return Fit(plan, data, watch_for(plan, *of(_WATCH).values()), options), state


class _Rows:
    """Data that several fits share are checked and cut once."""

    def __init__(self) -> None:
        self.known: dict[tuple[Any, ...], tuple[Data, tuple[Any, ...]]] = {}

    def check(
        self, rows: Any, objective: Objective, X: Any, y: Any, sample_weight: Any, dtype: Any
    ) -> Data:
        """As `Data.check`, of some rows or all."""
        network, loss = objective.network, objective.loss
        key = (id(X), id(y), id(sample_weight), dtype, network.n_in, network.n_out, loss)
        given = (X, y, sample_weight, rows)  # held on to, so that no other gets their id
        if key not in self.known:
            self.known[key] = Data.check(objective, X, y, sample_weight, dtype), given
        data = self.known[key][0]
        if rows is None:
            return data
        part = (*key, id(rows))
        if part not in self.known:
            self.known[part] = _cut(data, rows), given
        return self.known[part][0]


def _cut(data: Data, rows: Any) -> Data:
    index = np.asarray(rows)
    if index.dtype == bool and index.shape == (data.n,):
        index = np.flatnonzero(index)
    if index.ndim != 1 or index.dtype.kind not in "iu" or len(index) == 0:
        raise InvalidValueError(f"rows must be row numbers or a mask of {data.n} rows, at least 1")
    if index.min() < -data.n or index.max() >= data.n:
        raise InvalidValueError(f"rows must be numbers from 0 to {data.n - 1}")
    part = data.dense(index) if not data.is_sparse else Data(data.X[index], data.y[index])
    weight = None if data.sample_weight is None else data.sample_weight[index]
    return Data(part.X, part.y, check_weights(weight, len(index), data.X.dtype))


def _groups(fits: list[Fit]) -> Iterator[list[Fit]]:
    """The fits by their kind of engine, in groups whose learning rates fit into some megabytes."""
    kinds: dict[type, list[Fit]] = {}
    for fit in fits:
        kinds.setdefault(type(fit.engine), []).append(fit)
    for of_kind in kinds.values():
        group: list[Fit] = []
        numbers = 0
        for fit in of_kind:
            size = min(fit.epochs, _EPOCHS) * fit.plan.n_batches(fit.data.n)
            size = 1 if isinstance(fit.plan.schedule, ConstantRate) else size
            if group and numbers + size > _NUMBERS:
                yield group
                group, numbers = [], 0
            group.append(fit)
            numbers += size
        if group:
            yield group


def _advance(group: list[Fit], counter: "_Counter") -> None:
    """All epochs of some fits."""
    work = [(fit.session, fit.state, fit.epochs) for fit in group]
    reports, interrupted = group[0].engine.advance_many(work, counter)
    for fit, report in zip(group, reports, strict=True):
        fit.take(report)
        fit.release()
    if interrupted:
        raise KeyboardInterrupt
    counter.base += len(group)
    counter(0)


def _advance_with_checkpoints(group: list[Fit], counter: "_Counter", keeper: Keeper) -> None:
    """All epochs that are left of some fits, some at a time, with checkpoints between them."""
    seconds = 1.0
    with keeper.at_the_end():
        while going := [fit for fit in group if keeper.left(fit) > 0]:
            epochs = keeper.epochs_at_once(seconds)
            work = [(f.session, f.state, min(epochs, keeper.left(f))) for f in going]
            begun = perf_counter()
            reports, interrupted = group[0].engine.advance_many(work)
            seconds = (perf_counter() - begun) / epochs
            for fit, report in zip(going, reports, strict=True):
                fit.take(report)
                if keeper.left(fit) == 0:
                    fit.release()
            if interrupted:
                raise KeyboardInterrupt
            furthest = max(group, key=lambda fit: fit.state.update)
            keeper.write_if_due(furthest.state.update, furthest.state.epoch)
            counter(len(group) - sum(keeper.left(fit) > 0 for fit in group))
    counter.base += len(group)
    counter(0)


@dataclass
class _Slow:
    """The time on the slow engine, of which one warning says enough for all fits."""

    fits: int
    seconds: float = 0.0
    warned: bool = False

    def add(self, fit: Fit) -> None:
        """Count a fit that has ended; warn after a second of them, unless one of them has."""
        if self.warned or not (fit.options.engine == "auto" and fit.engine_reason):
            return
        self.seconds += sum(fit.history.seconds)
        self.warned = not fit.warn_when_slow
        if not self.warned and self.seconds > SLOW:
            self.warned = True
            warn(
                f"{self.fits} fits run one after the other on the slow reference engine: "
                f"{fit.engine_reason}",
                SlowEngineWarning,
            )


@dataclass
class _Counter:
    """Counts the fits that are done, for `progress`."""

    progress: Callable[[int, int], Any] | None
    fits: int
    base: int = 0

    def __call__(self, done: int) -> None:
        if self.progress is not None:
            self.progress(self.base + done, self.fits)
