"""Training: a loop around `engine.advance`."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from ..errors import (
    DataError,
    InvalidValueError,
    require,
    require_integer,
)
from ..losses import Loss
from ..network import Network
from ..objective import Objective
from ..optimizers import Optimizer
from ..parameters import as_parameters
from ..penalties import Penalty
from ..plan import Data, Order, Plan, State
from ..plan.data import check_weights
from ..schedules import Schedule
from ..typing import ArrayLike, all_finite
from .fit import Fit
from .metrics import Metric
from .progress import Callback
from .result import TrainingResult
from .stopping import StopRule
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
        How often (more) to go through all rows.
    batch_size : int or "full", default 32
        Rows of one update.
    shuffle : bool, default True
        Whether each epoch takes the rows in a new random order.
    seed : int, optional
        Decides initial parameters, orders and masks; a new one by default, told in
        ``result.plan.seed``.
    initial : Parameters, mapping, vector or State, optional
        Where to start: parameters, or the whole state of an earlier fit to go on with. By default
        each layer's initializer.
    penalties : Penalty or sequence of penalties, default ()
        `L1` and `L2` on the weights.
    schedule : str or Schedule, default "constant"
        How the learning rate changes.
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
        Who computes.
    threads : int, optional
        At most so many threads.
    divergence : {"warn", "ignore"}, default "warn"
        Whether a fit that diverged warns; its result says so in any case.

    Returns
    -------
    TrainingResult
        Parameters, history, state; nothing that was given is written to.

    Raises
    ------
    ChainruleError
        If something given is wrong; the message says what, and the way out.
    TrainingInterrupted
        On Ctrl-C, with the result so far.

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
    fit, state = prepare(
        network,
        X,
        y,
        loss=loss,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        initial=initial,
        penalties=penalties,
        schedule=schedule,
        sample_weight=sample_weight,
        class_weight=class_weight,
        validation=validation,
        metrics=metrics,
        stop=stop,
        callbacks=callbacks,
        clip_norm=clip_norm,
        dtype=dtype,
        order=order,
        engine=engine,
        threads=threads,
        divergence=divergence,
    )
    return fit.run(state)


def prepare(
    network: Network,
    X: Any,
    y: Any,
    *,
    loss: Any,
    optimizer: Any,
    epochs: int,
    batch_size: Any,
    shuffle: bool,
    seed: Any,
    initial: Any,
    penalties: Any,
    schedule: Any,
    sample_weight: Any,
    class_weight: ClassWeight | None,
    validation: Any,
    metrics: Any,
    stop: Any,
    callbacks: Any,
    clip_norm: float | None,
    dtype: Any,
    order: Order | None,
    engine: str,
    threads: int | None,
    divergence: str,
    check: Callable[..., Data] = Data.check,
) -> tuple[Fit, State]:
    """The fit that `train` runs, and where it starts; `check` makes the data."""
    require_integer("epochs", epochs, at_least=0)
    if threads is not None:
        require_integer("threads", threads, at_least=1)
    objective = Objective(network, loss, penalties)
    data = check(objective, X, y, sample_weight, dtype)
    if class_weight is not None:
        weights = class_sample_weight(data.y, class_weight)
        if data.sample_weight is not None:
            weights = weights * data.sample_weight
        data = Data(data.X, data.y, check_weights(weights, data.n, data.X.dtype))
    plan = Plan(
        objective, optimizer, schedule, batch_size, shuffle, seed, clip_norm, data.X.dtype, order
    )
    require(divergence in ("warn", "ignore"), "divergence", divergence, "be 'warn' or 'ignore'")
    fit = Fit(plan, data, epochs, engine, threads)
    fit.watch(validation, metrics, stop, callbacks)
    fit.warn_when_diverged = divergence == "warn"
    return fit, _start(plan, initial)


def _start(plan: Plan, initial: Any) -> State:
    network = plan.objective.network
    if isinstance(initial, State):
        state = initial.copy()
        state.parameters = as_parameters(network.layout, state.parameters, plan.dtype)
        fresh = State.start(plan, state.parameters)
        if state.slots.shape != fresh.slots.shape:
            raise InvalidValueError(
                f"the state remembers {len(state.slots)} numbers a parameter, but "
                f"{type(plan.optimizer).__name__} needs {len(fresh.slots)}: it belongs to another "
                "optimizer; start from initial=state.parameters"
            )
        state.slots = state.slots.astype(plan.dtype)
        return state
    if initial is None:
        parameters = network.initial_parameters(plan.seed, plan.dtype)
    else:
        parameters = as_parameters(network.layout, initial, plan.dtype)
        if not all_finite(parameters.vector):
            raise DataError("initial parameters must be finite")
    return State(parameters, plan.optimizer.start(parameters.vector))
