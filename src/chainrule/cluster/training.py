"""`train`, for rows that lie on a cluster."""

from collections.abc import Sequence
from typing import Any, Literal

from ..errors import InvalidTypeError, items_of, require_integer
from ..losses import Loss
from ..network import Network
from ..objective import Objective
from ..optimizers import Optimizer
from ..penalties import Penalty
from ..plan import Plan
from ..random import check_seed
from ..schedules import Schedule
from ..training import Callback, Metric, StopRule, TrainingResult
from ..training.fit import RunOptions
from ..training.keeper import sigterm_interrupts
from ..training.train import start_state
from ..training.watch import Watch
from ..typing import ArrayLike
from . import shard_tasks
from .averaging import Averaging
from .checkpointing import RoundKeeper
from .partitions import Blocks
from .rounds import ClusterFit, Rounds
from .rule import check_divisible, choose_averaging, choose_shards
from .sharding import check_pieces, make_shards
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
    >>> with Client(processes=False, dashboard_address=None) as client:
    ...     one = cluster.train(network, X, y, client=client, shards=1, **how)
    ...     two = cluster.train(network, X, y, client=client, shards=2, **how)
    >>> one.parameters == cr.train(network, X, y, **how).parameters, len(two.history)
    (True, 20)
    """
    options = RunOptions(epochs, engine, None, divergence)
    options.check()
    objective = Objective(network, loss, penalties)
    keeper = None if checkpoint is None else RoundKeeper(checkpoint)
    seed = check_seed(seed if keeper is None else keeper.seed(seed))
    if shards is not None:
        require_integer("shards", shards, at_least=1)
    workers = Workers(client)
    given = {"X": X, "y": y}
    if sample_weight is not None:
        given["sample_weight"] = sample_weight
    blocks = Blocks(workers, objective, given, dtype)
    plan = Plan(objective, optimizer, schedule, batch_size, shuffle, seed, clip_norm, blocks.dtype)
    if averaging is None:
        shards = choose_shards(blocks.n) if shards is None else shards
        averaging = choose_averaging(plan, blocks.n, shards)
    check_divisible(plan, averaging)
    check_pieces(len(blocks.lengths), averaging.shards)
    state = start_state(plan, blocks.sample, initial)
    watch = Watch(
        plan, validation, items_of("metrics", metrics, "names or Metrics"), stop, callbacks,
        engine_evaluates=False,
    )  # fmt: skip
    if watch.metrics and watch.validation is None:
        raise InvalidTypeError(
            "metrics need validation=(X, y): rows in shards are only learned from"
        )
    fit = ClusterFit(plan.until(state.epoch + epochs, blocks.n), blocks.sample, watch, options)
    fit.state = state
    largest = -(-blocks.n // averaging.shards)
    local = Plan(**{**vars(plan), "batch_size": averaging.batch_size})
    local = local.until(state.epoch + epochs, largest)

    def shards_again() -> list[Any]:
        return make_shards(workers, blocks.take(), blocks.lengths, seed, averaging.shards)

    make_validation = None
    if watch.validation is not None:
        v = watch.validation
        rows = v.X, v.y, v.sample_weight

        def make_validation() -> Any:
            return workers.submit("validation-rows", shard_tasks.hold, rows)

    rounds = Rounds(workers, fit, averaging, local, shards_again, make_validation)
    if keeper is not None:
        keeper.take_up_rounds(rounds, blocks.in_words())
    try:
        if keeper is None:
            rounds.run()
        else:
            with sigterm_interrupts(), keeper.at_the_end():
                rounds.run()
    except KeyboardInterrupt:
        fit.interrupt()
    return fit.finish()
