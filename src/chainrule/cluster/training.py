"""`train`, for rows that lie on a cluster."""

from collections.abc import Sequence
from typing import Any, Literal

from ..losses import Loss
from ..network import Network
from ..objective import Objective
from ..optimizers import Optimizer
from ..penalties import Penalty
from ..schedules import Schedule
from ..training import Callback, Metric, StopRule, TrainingResult
from ..training.options import RunOptions
from ..typing import ArrayLike
from .averaging import Averaging
from .fitting import Sharing, train_in_rounds
from .partitions import Blocks, delayed_partitions
from .workers import Workers


def train(
    network: Network,
    X: Any,
    y: Any,
    *,
    client: Any,
    loss: str | Loss,
    shards: int | None = None,
    optimizer: str | Optimizer = "adam",
    epochs: int = 100,
    batch_size: int | Literal["full"] = 256,
    shuffle: bool = True,
    seed: int | None = None,
    initial: Any = None,
    penalties: Penalty | str | Sequence[Penalty | str] = (),
    schedule: str | Schedule = "constant",
    sample_weight: Any = None,
    validation: Sequence[ArrayLike] | None = None,
    metrics: Sequence[str | Metric] = (),
    stop: StopRule | Sequence[StopRule] = (),
    callbacks: Sequence[Callback] = (),
    clip_norm: float | None = None,
    dtype: Any = None,
    engine: str = "auto",
    divergence: Literal["warn", "ignore"] = "warn",
    checkpoint: Any = None,
    averaging: Averaging | None = None,
) -> TrainingResult:
    """Train one network on rows that lie in partitions on a cluster.

    The rows are dealt out to shards. In a round each shard trains for some updates from the common
    parameters; their mean is where the next round begins (`Averaging`). The same data, seed and
    shards give the same bits on any number of workers, whatever becomes of them meanwhile; one
    shard gives the bits of `chainrule.train`.

    Parameters
    ----------
    network : Network
    X, y, sample_weight : Dask array or data frame, or array_like
        Rows as in `chainrule.train`, in the same partitions. They stay on the workers.
    client : distributed.Client
    loss, optimizer, epochs, seed, initial, penalties, clip_norm, dtype, engine, divergence
        As in `chainrule.train`.
    shards : int, optional
        By default one for each 50,000 rows, 64 at most. More shards use more workers.
    batch_size : int or "full", default 256
        Rows of one update of all shards together: it is divided among them.
    schedule : str or Schedule, default "constant"
        Its steps are epochs or updates.
    validation : (X, y) or (X, y, sample_weight), optional
        Rows in memory; one worker evaluates them after each epoch.
    metrics, stop, callbacks
        As in `chainrule.train`; metrics need validation rows, and seconds are those on the clock.
    checkpoint : path or Checkpoint, optional
        A file from which training goes on, on this or another cluster, to the same bits. It is
        written between rounds.
    averaging : Averaging, optional
        In place of the measured rule for `shards`.

    Returns
    -------
    TrainingResult
        A plain one: nothing in it needs the cluster.

    Raises
    ------
    ChainruleError
        If something given is wrong, before the first round; partitions are named by their number.
    ClusterError
        If the cluster is lost.
    TrainingInterrupted
        On Ctrl-C, with the result after the last whole epoch.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule import cluster
    >>> from distributed import Client
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0]
    >>> how = {"loss": "mse", "optimizer": cr.SGD(0.1), "epochs": 20, "batch_size": 2, "seed": 0}
    >>> network = cr.Network([cr.Dense(1, 1)])
    >>> with Client(processes=False, dashboard_address=":0") as client:
    ...     one = cluster.train(network, X, y, client=client, shards=1, **how)
    ...     two = cluster.train(network, X, y, client=client, shards=2, **how)
    >>> one.parameters == cr.train(network, X, y, **how).parameters, len(two.history)
    (True, 20)
    """
    objective = Objective(network, loss, penalties)
    workers = Workers(client)
    given = {"X": X, "y": y}
    if sample_weight is not None:
        given["sample_weight"] = sample_weight
    return train_in_rounds(
        workers,
        lambda: Blocks(
            workers,
            objective,
            {name: delayed_partitions(name, value) for name, value in given.items()},
            Blocks.type_of(X) if dtype is None else dtype,
        ),
        Sharing(shards, averaging),
        RunOptions(epochs, engine, None, divergence),
        {
            "objective": objective,
            "optimizer": optimizer,
            "schedule": schedule,
            "batch_size": batch_size,
            "shuffle": shuffle,
            "seed": seed,
            "clip_norm": clip_norm,
        },
        (validation, metrics, stop, callbacks),
        initial=initial,
        checkpoint=checkpoint,
    )
