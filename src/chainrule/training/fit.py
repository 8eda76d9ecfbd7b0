"""One fit: the loop around an engine, and what is looked at in between."""

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..engines import Engine, Report, Watch, choose_engine
from ..errors import DivergenceWarning, InvalidTypeError, SlowEngineWarning, TrainingInterrupted
from ..optimizers import LBFGS
from ..plan import Data, Plan, State
from ..typing import ArrayLike
from .history import History
from .lbfgs import check_lbfgs, run_lbfgs
from .metrics import METRICS, Metric
from .parts import PartsEngine, engine_for_sparse
from .progress import Callback, Progress
from .result import TrainingResult
from .stopping import EarlyStopping, StopRule, as_rules, check_monitored

_NOTHING = Watch()

_AT_ONCE = 0.1
"""Seconds of epochs that an engine is asked for at once, when nothing must look in between."""


class Fit:
    """One call of `train`: what is watched, and what has been recorded."""

    def __init__(
        self, plan: Plan, data: Data, epochs: int, engine: str, threads: int | None
    ) -> None:
        self.plan, self.data, self.epochs = plan, data, epochs
        self.lbfgs = type(plan.optimizer) is LBFGS
        if self.lbfgs:
            check_lbfgs(plan)
        # L-BFGS needs gradients alone, which an engine gives for any elementwise optimizer.
        trial = Plan(plan.objective, dtype=plan.dtype, seed=0) if self.lbfgs else plan
        self.engine: Engine
        sparse = data.is_sparse
        sample = data.dense(slice(0, 1)) if sparse else data
        self.engine, self.engine_reason = choose_engine(engine, trial, sample, threads)
        if sparse:
            self.engine = engine_for_sparse(self.engine, engine, plan.objective.network, data)
        self.warn_when_slow = engine == "auto" and bool(self.engine_reason)
        self.history = History()
        self.watched = []
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
            if self.validation.is_sparse and not self.data.is_sparse:
                self.engine = PartsEngine(self.engine)
        names = [metrics] if isinstance(metrics, str | Metric) else metrics
        self.metrics = list(map(METRICS.get_object, names))
        self.history.rising = {metric.name for metric in self.metrics if metric.greater_is_better}
        self.rules = as_rules(stop)
        if self.rules:
            curves = {"loss", "gradient_norm", *(m.name for m in self.metrics)}
            if self.validation is not None:
                curves.add("validation_loss")
            check_monitored(self.rules, curves)
        given: Any = callbacks
        if type(given) is not tuple and (callable(given) or not isinstance(given, Iterable)):
            given = (given,)
        self.callbacks: list[Callback] = list(given)
        for callback in self.callbacks:
            if not callable(callback):
                raise InvalidTypeError(f"callbacks (={callback!r}) must be functions of a Progress")

    @property
    def looks_at_every_epoch(self) -> bool:
        """Whether Python must be asked after every single epoch."""
        if self.callbacks or self.metrics:
            return True
        if not self.rules and self.validation is None:
            return False
        asked = not self.engine.watches
        return (asked and self.validation is not None) or any(
            rule.every_epoch and (asked or rule.watched({}) is None) for rule in self.rules
        )

    def watch_for(self) -> Watch:
        """What the engine is to look at by itself."""
        self.watched = []
        if not self.rules:
            return _NOTHING if self.validation is None else Watch(self.validation)
        watched = []
        if not any(rule.every_epoch and rule.watched({}) is None for rule in self.rules):
            for i, rule in enumerate(self.rules):
                told = rule.watched(self.state.stopping.get(i, {}))
                if told is not None:
                    watched.append(told)
                    self.watched.append(i)
        return Watch(self.validation, tuple(watched))

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
        return self.finish()

    @property
    def runs_by_itself(self) -> bool:
        """Whether an engine can do all its epochs in one go, and Python need not look."""
        if not self.engine.watches or self.lbfgs or self.plan.order is not None:
            return False
        return not self.looks_at_every_epoch and (
            not self.rules or all(rule.watched({}) is not None for rule in self.rules)
        )

    def take(self, report: Report) -> None:
        """All epochs at once, from an engine that did them."""
        try:
            self.after(report)
        except KeyboardInterrupt:
            self.stopped = f"interrupted in epoch {len(self.history) + 1}"

    def finish(self, stacklevel: int = 4) -> TrainingResult:
        """The result, and a warning if it diverged."""
        if self.diverged and self.warn_when_diverged:
            self.warn_of_divergence(stacklevel + 1)
        return self.result()

    stop_asked = False
    watched: list[int]
    warn_when_diverged = True

    def loop(self) -> None:
        """Ask the engine for epochs, as many at once as take a moment."""
        left = at_once = self.epochs
        one_by_one = False
        if not self.runs_by_itself:
            one_by_one = self.looks_at_every_epoch
            at_once = 1 if one_by_one else max(1, int(_AT_ONCE / self.seconds_guessed))
        while left > 0:
            epochs = min(at_once, left)
            arguments = self.plan, self.state, self.data, epochs
            if self.engine.watches:
                engine: Any = self.engine  # a WatchingEngine
                report = engine.advance(*arguments, self.watch_for())
            else:
                report = self.engine.advance(*arguments)
            if self.after(report):
                return
            left -= epochs
            if left > 0 and not one_by_one:
                per_epoch = max(float(report.seconds[-1]), 1e-7)
                at_once = max(1, int(_AT_ONCE / per_epoch))

    @property
    def seconds_guessed(self) -> float:
        """About how long an epoch may take: rather too long, at 2e9 operations a second."""
        n = self.data.n
        size = self.plan.objective.network.layout.size
        return 1e-6 * self.plan.n_batches(n) + 3e-9 * n * size

    def record(self, report: Report) -> None:
        """The state and the curves of the epochs that were completed, or diverged."""
        self.state = report.state
        self.history.record(report.curves)

    def after(self, report: Report) -> bool:
        """Record a report, and look at it; whether to stop."""
        self.record(report)
        history = self.history
        if report.validation_losses is not None and self.validation is not None:
            history.validation_loss.extend(report.validation_losses.tolist())
        if self.watched:
            self.remember(report)
        if report.ended == "interrupted":
            raise KeyboardInterrupt
        if report.ended == "diverged":
            self.diverged = self.stop_asked = True
            self.stopped = f"a number was no longer finite in epoch {len(history)}"
            return True
        if self.metrics or self.validation is not None:
            self.measure()
        self.warn_of_slowness()
        return bool(self.rules or self.callbacks) and self.stops(report)

    def stops(self, report: Report) -> bool:
        """What the rules and the callbacks say after a report; whether one says stop."""
        history = self.history
        reasons = []
        if report.ended == "stopped":
            i = self.watched[report.rule]
            reasons.append(self.rules[i].reason(self.state.stopping.get(i, {})))
        for i, rule in enumerate(self.rules):
            if i not in self.watched:
                memory = self.state.stopping.setdefault(i, {})
                reasons.append(rule.check(history, self.state, memory))
        if self.callbacks:
            progress = Progress(len(history), self.epochs, history, self.state, self.plan)
            reasons += ["a callback asked for it" for f in self.callbacks if f(progress) is True]
        for reason in filter(None, reasons):
            self.stopped, self.stop_asked = reason, True
            return True
        return False

    def remember(self, report: Report) -> None:
        """What the engine has seen for the rules."""
        layout = self.state.parameters.layout
        for i, now in zip(self.watched, report.rules, strict=True):
            memory = self.state.stopping.setdefault(i, {})
            self.rules[i].remember(now, memory, layout)

    def measure(self) -> None:
        """The validation loss and the metrics of the newest parameters; they may be infinite."""
        network, parameters = self.plan.objective.network, self.state.parameters
        with np.errstate(all="ignore"):
            if self.validation is not None and (self.lbfgs or not self.engine.watches):
                v = self.validation
                value = self.engine.value(
                    self.plan.objective, parameters, v.X, v.y, v.sample_weight
                )
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
            parameters.copy(),
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

    def warn_of_divergence(self, stacklevel: int) -> None:
        """Say in which epoch, what was kept, and what helps."""
        epoch = len(self.history)
        rate = getattr(self.plan.optimizer, "learning_rate", None)
        steps = "" if rate is None else f"a learning rate below {rate:g}, clip_norm=1, "
        warnings.warn(
            f"the loss or a parameter was no longer finite in epoch {epoch}; the parameters from "
            f"before it are kept. What helps: {steps}inputs scaled to about -1..1",
            DivergenceWarning,
            stacklevel=stacklevel,
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
