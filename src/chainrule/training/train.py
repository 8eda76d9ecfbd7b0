"""Training: `train`, a loop around a session."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import Any, Literal

import numpy as np

from ..errors import DataError, InvalidTypeError
from ..losses import Loss
from ..network import Network
from ..objective import Objective
from ..optimizers import LBFGS, Optimizer
from ..parameters import as_parameters
from ..penalties import Penalty
from ..plan import Data, Order, Plan, State, StreamedData, check_finite_start, check_state
from ..plan.data import check_weights
from ..schedules import Schedule
from ..typing import ArrayLike, norm
from .fit import Fit
from .keeper import keeper_of
from .metrics import Metric
from .options import RunOptions
from .progress import Callback
from .result import TrainingResult
from .stopping import StopRule
from .watch import Watch
from .weights import ClassWeight, class_sample_weight


def train(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss,
    optimizer: str | Optimizer = "adam",
    epochs: int = 100,
    batch_size: int | Literal["full"] = 32,
    shuffle: bool = True,
    seed: int | None = None,
    initial: Any = None,
    penalties: Penalty | str | Sequence[Penalty | str] = (),
    schedule: str | Schedule = "constant",
    sample_weight: ArrayLike | None = None,
    class_weight: ClassWeight | None = None,
    validation: Sequence[ArrayLike] | None = None,
    metrics: Sequence[str | Metric] = (),
    stop: StopRule | Sequence[StopRule] = (),
    callbacks: Sequence[Callback] = (),
    clip_norm: float | None = None,
    dtype: Any = None,
    order: Order | None = None,
    engine: str = "auto",
    threads: int | None = None,
    divergence: Literal["warn", "ignore"] = "warn",
    checkpoint: Any = None,
) -> TrainingResult:
    """Train a network on rows of numbers.

    Parameters
    ----------
    network : Network
    X : array_like or SciPy sparse matrix, shape (n, n_in)
        The inputs; float32 is trained in float32, all else in float64. A sparse matrix is learned
        from in dense parts of a few megabytes.
    y : array_like, shape (n, n_out), or (n,) for one output
        The targets, one-hot for classes.
    loss : str or Loss
        What is minimised: ``mean_squared_error``, ``cross_entropy``, ...
    optimizer : str or Optimizer, default "adam"
        The rule for each step, with its learning rate: ``SGD(0.1)``.
    epochs : int, default 100
        The number of (further) passes over all rows.
    batch_size : int or "full", default 32
        Rows of one update.
    shuffle : bool, default True
        Whether each epoch takes the rows in a new random order.
    seed : int, optional
        Decides initial parameters, orders and masks; a new one by default, kept in
        ``result.plan.seed``.
    initial : Parameters, mapping, vector or State, optional
        Where to start: parameters, or the whole state of an earlier fit to go on with. By default
        each layer's initializer.
    penalties : Penalty or sequence of penalties, default ()
        `L1` and `L2` on the weights.
    schedule : str or Schedule, default "constant"
        How the learning rate changes: ``CosineDecay()`` falls until all epochs are done,
        ``CosineDecay(30)`` for 30 epochs, ``CosineDecay(30, unit="update")`` for 30 updates. The
        names stand for 100 epochs.
    sample_weight : array_like, shape (n,), optional
        What each sample counts.
    class_weight : mapping, sequence or "balanced", optional
        What each class counts, by its number; multiplies the sample weights.
    validation : (X, y) or (X, y, sample_weight), optional
        Rows that are not learned from: their loss and metrics are recorded after every epoch.
    metrics : sequence of str or Metric, default ()
        What else to record: ``accuracy``, ``r2``, ...; on the validation data where there is any.
    stop : StopRule or sequence of rules, default ()
        `EarlyStopping`, `Tolerance`, `Target`, `TimeLimit`.
    callbacks : sequence of callables, default ()
        Called with a `Progress` after every epoch; the fit ends when one returns True.
    clip_norm : float, optional
        The largest norm that a gradient may have.
    dtype : dtype, optional
        float32 or float64, to overrule X's.
    order : callable, optional
        ``order(epoch, n)`` gives the order of an epoch's rows, in place of `shuffle`.
    engine : {"auto", "compiled", "reference"}, default "auto"
        Which engine computes.
    threads : int, optional
        The largest number of threads.
    divergence : {"warn", "ignore"}, default "warn"
        Whether a fit that diverged warns; its result says so in any case.
    checkpoint : path or Checkpoint, optional
        A file from which training goes on after a power cut, to the same bits:
        ``Checkpoint(path, every="10 epochs", resume=True)``. `epochs` are then all of them, those
        before the cut included. A path alone is written every 30 seconds. Not for L-BFGS.

    Returns
    -------
    TrainingResult
        Parameters, history, state; nothing that was given is written to.

    Raises
    ------
    ChainruleError
        If something given is wrong; the message says what, and the way out.
    TrainingInterrupted
        On Ctrl-C, with the result so far; with a checkpoint on SIGTERM, too.

    Warns
    -----
    DivergenceWarning
        If a number was no longer finite; the parameters of the last finite epoch are kept.
    SlowEngineWarning
        If the reference engine had to step in and took longer than a second.

    Examples
    --------
    >>> import chainrule as cr
    >>> network = cr.Network([cr.Dense(1, 1)])
    >>> result = cr.train(network, [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0],
    ...     loss="mean_squared_error", optimizer=cr.SGD(0.1), epochs=500, batch_size="full", seed=0)
    >>> print(round(float(result.parameters["w1"]), 3), round(float(result.parameters["b1"]), 3))
    2.0 1.0
    """
    options = RunOptions(epochs, engine, threads, divergence)
    options.check()
    keeper = None if checkpoint is None else keeper_of(checkpoint)
    seed = seed if keeper is None else keeper.seed(seed)
    objective = Objective(network, loss, penalties)
    data = Data.check(objective, X, y, sample_weight, dtype)
    if class_weight is not None:
        data = weighted(data, class_weight)
    plan = Plan(
        objective, optimizer, schedule, batch_size, shuffle, seed, clip_norm, data.X.dtype, order
    )
    state = start_state(plan, data, initial)
    plan = plan.until(state.epoch + epochs, data.n)
    watch = watch_for(plan, validation, metrics, stop, callbacks)
    fit = Fit(plan, data, watch, options)
    if keeper is not None:
        fit.state = state
        keeper.begin([fit])
        fit.keeper, state = keeper, fit.state
    return fit.run(state)


def weighted(data: Data, class_weight: ClassWeight | None) -> Data:
    """The rows with their classes' weights as sample weights, times those that they have."""
    if class_weight is None:
        return data
    if isinstance(data, StreamedData):
        raise InvalidTypeError("class_weight must be None: a RowStream has its own weights")
    weights = class_sample_weight(data.y, class_weight)
    if data.sample_weight is not None:
        weights = weights * data.sample_weight
    return Data(data.X, data.y, check_weights(weights, data.n, data.X.dtype))


def watch_for(plan: Plan, validation: Any, metrics: Any, stop: Any, callbacks: Any) -> Watch:
    """What is looked at while a plan is carried out: arguments as of `Watch`."""
    # The empty tuple of the defaults is one object; an array could not be compared with it.
    if validation is None and metrics is stop is callbacks is _EMPTY:
        return _UNWATCHED
    epochs_of_engine = type(plan.optimizer) is not LBFGS
    return Watch(plan, validation, metrics, stop, callbacks, engine_evaluates=epochs_of_engine)


_EMPTY = ()
_UNWATCHED = Watch()


def start_state(plan: Plan, data: Data, initial: Any = None) -> State:
    """The state that a fit begins with: `initial` as in `train`."""
    network = plan.objective.network
    if isinstance(initial, State):
        check_state(plan, initial, data.n)
        check_finite_start(initial)
        state = initial.copy()
        parameters = as_parameters(network.layout, state.parameters, plan.dtype)
        optimizer_state = state.optimizer_state.astype(plan.dtype, copy=False)
        name = type(plan.optimizer).__name__
        return replace(
            state, parameters=parameters, optimizer_state=optimizer_state, optimizer=name
        )
    if initial is None:
        parameters = network.initial_parameters(plan.seed, plan.dtype)
    else:
        parameters = as_parameters(network.layout, initial, plan.dtype)
        if not (norm(parameters.vector) < inf or np.isfinite(parameters.vector).all()):
            raise DataError("initial parameters must be finite")
    memory = plan.optimizer.start(parameters.vector)
    return State(parameters, memory, optimizer=type(plan.optimizer).__name__)
