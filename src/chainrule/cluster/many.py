"""`train_many`, with the fits spread over a cluster."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ..errors import TrainingInterrupted, items_of, require_function
from ..network import Network
from ..parameters import Parameters
from ..plan import State
from ..training import History, TrainingResult, TrainingResults
from ..training import train_many as local_train_many
from ..training.fit import Fit
from ..training.many import prepared_fits
from ..typing import ArrayLike
from .workers import Workers

_LANES = 16
"""Networks that a vector holds side by side, in float32 with AVX-512."""

_PACKS = 4
"""Packs for each thread: what a slow or lost worker leaves is shared by the others."""

_LARGEST = 128
"""A worker that is lost costs no more fits than that for each of its threads."""


def train_many(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    settings: Iterable[Mapping[str, Any]],
    *,
    client: Any,
    progress: Callable[[int, int], Any] | None = None,
    **common: Any,
) -> TrainingResults:
    """Train many networks on the workers of a cluster, each as `chainrule.train` would by itself.

    Fits go to the workers in packs, which fill their threads and the lanes of their vectors; the
    rows go to each worker once. A worker that is lost costs the packs that it had. Every fit has
    the bits of its single fit.

    Parameters
    ----------
    network, X, y, settings
        As in `chainrule.train_many`.
    client : distributed.Client
    progress : callable, optional
        ``progress(done, fits)`` is called whenever a pack is done.
    **common
        The arguments of `chainrule.train` that all fits share; ``checkpoint`` is none of them.

    Returns
    -------
    TrainingResults
        In the order of the settings.

    Raises
    ------
    ChainruleError
        If a setting is wrong; nothing has been trained then. The message names the fit.
    ClusterError
        If the cluster is lost.
    TrainingInterrupted
        On Ctrl-C. Its result has the packs that were done; other fits have an empty history.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule import cluster
    >>> from distributed import Client
    >>> network, X, y = cr.Network([cr.Dense(1, 1)]), [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> settings = [{"optimizer": cr.SGD(rate), "seed": 0} for rate in (0.01, 0.1, 0.2)]
    >>> with Client(processes=False, dashboard_address=":0") as client:
    ...     results = cluster.train_many(network, X, y, settings, client=client, loss="mse")
    >>> results[1].parameters == cr.train(network, X, y, loss="mse", **settings[1]).parameters
    True
    """
    if progress is not None:
        require_function("progress", progress, "the fits done and all fits")
    settings = list(items_of("settings", settings, "mappings, one for each fit"))
    # Checked here, before anything is sent; fits without a seed get theirs here, too.
    fits = []
    for fit, state in prepared_fits(network, X, y, settings, None, common):
        fit.state = state
        fits.append(fit)
    workers = Workers(client)
    shared = {"network": network, "X": X, "y": y, **common, "divergence": "ignore"}
    own = [{**each, "seed": fit.plan.seed} for each, fit in zip(settings, fits, strict=True)]
    packs = pack_slices(len(own), sum(workers.threads().values()))
    done: set[int] = set()
    results: list[TrainingResult] = [fit.result() for fit in fits]
    try:
        for number, ended in workers.each(train_pack, [own[pack] for pack in packs], shared):
            for k, end in enumerate(ended, packs[number].start):
                results[k] = _taken(fits[k], end)
                done.add(k)
            if progress is not None:
                progress(len(done), len(fits))
    except KeyboardInterrupt:
        raise TrainingInterrupted(
            f"interrupted; the results of {len(done)} of {len(fits)} fits are in the exception's "
            ".result",
            TrainingResults(results, settings),
        ) from None
    return TrainingResults(results, settings)


def pack_slices(fits: int, threads: int) -> list[slice]:
    """Which fits go together: whole lanes where there are many, an equal share where not."""
    size = -(-fits // max(threads, 1))
    if size > _LANES:
        size = min(max(size // _PACKS // _LANES, 1) * _LANES, _LARGEST)
    return [slice(k, min(k + size, fits)) for k in range(0, fits, size)]


class End(NamedTuple):
    """How a fit has ended, without what belongs to a worker."""

    state: State
    history: History
    stopped: str
    diverged: bool


def train_pack(settings: Sequence[Mapping[str, Any]], shared: Mapping[str, Any]) -> list[End]:
    """The fits of a pack, on one thread: a worker has a pack for each of its threads."""
    found = local_train_many(settings=settings, threads=1, **shared)
    return [End(r.state, r.history, r.stopped, r.diverged) for r in found]


def _taken(fit: Fit, end: End) -> TrainingResult:
    """The result of a fit as if it had been trained here."""
    parameters = Parameters(fit.plan.objective.network.layout, end.state.parameters.vector)
    fit.state = replace(end.state, parameters=parameters)
    fit.history, fit.stopped, fit.diverged = end.history, end.stopped, end.diverged
    fit.alone = False
    fit.warn_of_slowness()
    return fit.finish()
