"""Training: a loop around `engine.advance`."""

import warnings
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ..engines import Engine, Report, choose_engine
from ..errors import (
    DataError,
    DivergenceWarning,
    InvalidTypeError,
    InvalidValueError,
    SlowEngineWarning,
    TrainingInterrupted,
    require_integer,
)
from ..losses import Loss
from ..network import Network
from ..objective import Objective
from ..optimizers import LBFGS, Optimizer
from ..parameters import Parameters, as_parameters
from ..penalties import Penalty
from ..plan import Data, Order, Plan, State
from ..schedules import Schedule
from ..typing import ArrayLike
from .history import History
from .lbfgs import check_lbfgs, run_lbfgs
from .metrics import METRICS, Metric
from .progress import Callback, Progress
from .result import TrainingResult
from .stopping import EarlyStopping, StopRule, check_rules
from .weights import ClassWeight, class_sample_weight

_AT_ONCE = 0.1
"""Seconds of epochs that an engine is asked for at once, when nothing must look in between."""


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
) -> TrainingResult:
    """Train a network on rows of numbers.

    Parameters
    ----------
    network : Network
    X : array_like, shape (n, n_in)
        The inputs; float32 is trained in float32, all else in float64.
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
    require_integer("epochs", epochs, at_least=0)
    if threads is not None:
        require_integer("threads", threads, at_least=1)
    objective = Objective(network, loss, penalties)  # type: ignore[arg-type]
    data = Data.check(objective, X, y, sample_weight, dtype)
    if class_weight is not None:
        weights = class_sample_weight(data.y, class_weight)
        if data.sample_weight is not None:
            weights = weights * data.sample_weight
        data = Data(data.X, data.y, weights)
    plan = Plan(
        objective,
        optimizer,  # type: ignore[arg-type]
        schedule,  # type: ignore[arg-type]
        batch_size,
        shuffle,
        seed,  # type: ignore[arg-type]
        clip_norm,
        data.X.dtype,
        order,
    )
    fit = _Fit(plan, data, epochs, engine, threads)
    fit.watch(validation, metrics, stop, callbacks)
    return fit.run(_start(plan, initial))


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
        if not np.isfinite(parameters.vector).all():
            raise DataError("initial parameters must be finite")
    return State.start(plan, parameters)


class _Fit:
    """One call of `train`: what is watched, and what has been recorded."""

    def __init__(
        self, plan: Plan, data: Data, epochs: int, engine: str, threads: int | None
    ) -> None:
        self.plan, self.data, self.epochs = plan, data, epochs
        self.lbfgs = isinstance(plan.optimizer, LBFGS)
        if self.lbfgs:
            check_lbfgs(plan)
        # L-BFGS needs gradients alone, which an engine gives for any elementwise optimizer.
        trial = Plan(plan.objective, dtype=plan.dtype, seed=0) if self.lbfgs else plan
        self.engine: Engine
        self.engine, self.engine_reason = choose_engine(engine, trial, data, threads)
        self.warn_when_slow = engine == "auto" and bool(self.engine_reason)
        self.history = History()
        self.stopped = f"all {epochs} epochs are done"
        self.diverged = False

    def watch(
        self,
        validation: Sequence[ArrayLike] | None,
        metrics: Sequence[str | Metric],
        stop: StopRule | Sequence[StopRule],
        callbacks: Sequence[Callback],
    ) -> None:
        """What is looked at after each epoch."""
        self.validation: Data | None = None
        if validation is not None:
            if not isinstance(validation, tuple | list) or len(validation) not in (2, 3):
                raise InvalidTypeError("validation must be (X, y) or (X, y, sample_weight)")
            X, y, *weights = validation
            self.validation = Data.check(
                self.plan.objective,
                X,
                y,
                weights[0] if weights else None,
                self.plan.dtype,
                "validation ",
            )
        names = [metrics] if isinstance(metrics, str | Metric) else metrics
        self.metrics = [METRICS.get_object(metric) for metric in names]
        curves = {"loss", "gradient_norm", *(m.name for m in self.metrics)}
        if self.validation is not None:
            curves.add("validation_loss")
        self.rules = check_rules(stop, curves)
        self.callbacks = [callbacks] if callable(callbacks) else list(callbacks)
        for callback in self.callbacks:
            if not callable(callback):
                raise InvalidTypeError(f"callbacks (={callback!r}) must be functions of a Progress")

    @property
    def looks_at_every_epoch(self) -> bool:
        """Whether Python must be asked after every single epoch."""
        return (
            bool(self.callbacks or self.metrics)
            or self.validation is not None
            or any(rule.every_epoch for rule in self.rules)
        )

    def run(self, state: State) -> TrainingResult:
        """Epoch after epoch, until all are done or something says stop."""
        self.state = state
        try:
            if self.lbfgs:
                why = run_lbfgs(self.engine, self.plan, state, self.data, self.epochs, self.after)
                if len(self.history) < self.epochs and not self.stop_asked and not self.diverged:
                    self.stopped = why
            else:
                self.loop()
        except KeyboardInterrupt:
            self.interrupt()
        if self.diverged:
            self.warn_of_divergence()
        return self.result()

    stop_asked = False

    def loop(self) -> None:
        """Ask the engine for epochs, a few at once."""
        at_once = 1
        while len(self.history) < self.epochs:
            left = self.epochs - len(self.history)
            report = self.engine.advance(self.plan, self.state, self.data, min(at_once, left))
            if report.ended == "interrupted":
                self.state = report.state
                raise KeyboardInterrupt
            if self.after(report):
                return
            if not self.looks_at_every_epoch:
                per_epoch = max(float(report.seconds[-1]), 1e-7)
                at_once = max(1, int(_AT_ONCE / per_epoch))

    def after(self, report: Report) -> bool:
        """Record a report; whether to stop."""
        self.state = report.state
        history = self.history
        history.loss.extend(report.losses.tolist())
        history.gradient_norm.extend(report.gradient_norms.tolist())
        history.learning_rate.extend(report.learning_rates.tolist())
        history.seconds.extend(report.seconds.tolist())
        if report.ended == "diverged":
            self.diverged = self.stop_asked = True
            self.stopped = f"a number was no longer finite in epoch {len(history)}"
            return True
        self.measure()
        self.warn_of_slowness()
        reasons = [
            rule.check(history, self.state, self.state.stopping.setdefault(i, {}))
            for i, rule in enumerate(self.rules)
        ]
        progress = Progress(len(history), self.epochs, history, self.state, self.plan)
        reasons += ["a callback asked for it" for call in self.callbacks if call(progress) is True]
        for reason in filter(None, reasons):
            self.stopped, self.stop_asked = reason, True
            return True
        return False

    def measure(self) -> None:
        """The validation loss and the metrics of the newest parameters."""
        network, parameters = self.plan.objective.network, self.state.parameters
        if self.validation is not None:
            v = self.validation
            value = self.engine.value(self.plan.objective, parameters, v.X, v.y, v.sample_weight)
            self.history.validation_loss.append(value)
        if self.metrics:
            shown = self.validation or self.data
            a = self.engine.predictor(network, parameters)(shown.X)
            for metric in self.metrics:
                score = metric(a, shown.y, shown.sample_weight)
                self.history.metrics.setdefault(metric.name, []).append(score)

    def result(self) -> TrainingResult:
        """What has been learned so far."""
        parameters = self.state.parameters
        for i, rule in enumerate(self.rules):
            memory = self.state.stopping.get(i, {})
            if isinstance(rule, EarlyStopping) and rule.restore_best and "parameters" in memory:
                parameters = memory["parameters"]
        return TrainingResult(
            Parameters(parameters.layout, parameters.vector.copy()),
            self.history,
            self.state,
            self.plan,
            self.engine.name,
            self.engine_reason,
            self.stopped,
            self.diverged,
            self.engine,
        )

    def interrupt(self) -> None:
        """Raise `TrainingInterrupted` with the result so far."""
        done = len(self.history)
        self.stopped = f"interrupted in epoch {done + 1}"
        raise TrainingInterrupted(
            f"interrupted in epoch {done + 1} of {self.epochs}; what was learned is in the "
            "exception's .result, and train(..., initial=result.state) goes on from there",
            self.result(),
        ) from None

    def warn_of_divergence(self) -> None:
        """Say in which epoch, what was kept, and what helps."""
        epoch = len(self.history)
        rate = getattr(self.plan.optimizer, "learning_rate", None)
        lower = "" if rate is None else f"a learning rate below {rate:g}, "
        warnings.warn(
            f"the loss or a parameter was no longer finite in epoch {epoch}; the parameters from "
            f"before it are kept. What helps: {lower}clip_norm=1, inputs scaled to about -1..1",
            DivergenceWarning,
            stacklevel=4,
        )

    def warn_of_slowness(self) -> None:
        """Say once why the slow engine runs."""
        if self.warn_when_slow and sum(self.history.seconds) > 1.0:
            self.warn_when_slow = False
            warnings.warn(
                f"training runs on the slow reference engine: {self.engine_reason}",
                SlowEngineWarning,
                stacklevel=6,
            )
