"""One fit: the loop around a session, and what is looked at in between."""

from dataclasses import replace
from time import perf_counter

import numpy as np

from ..engines import Engine, Report, Session, choose_engine
from ..engines.chunked import ChunkedEngine, engine_for_sparse
from ..engines.streamed import StreamedEngine
from ..errors import DivergenceWarning, SlowEngineWarning, TrainingInterrupted, warn
from ..optimizers import LBFGS
from ..plan import Data, Plan, State, StreamedData
from ..typing import norm
from .batches_of_one import warn_of_single_rows
from .history import History
from .keeper import Keeper
from .lbfgs import check_lbfgs, run_lbfgs
from .options import RunOptions
from .progress import Progress
from .result import TrainingResult, copied_into, spare_vector
from .stopping import EarlyStopping
from .watch import Watch

_AT_ONCE = 0.1
"""Seconds of epochs that an engine is asked for at once, when Python looks in between."""

_LARGE = 1e4
"""The norm of the parameters from which outputs are looked at in any case."""

_A_MOMENT = 5e-3
"""Seconds of training beside which a look at a few rows counts for nothing."""

_MANY_EPOCHS, _SOME_ROWS = 20, 256
"""After that many epochs all rows are looked at, else only some."""

SLOW = 1.0
"""Seconds on the reference engine after which it is worth a warning."""


def engine_for(
    plan: Plan, data: Data, validation: Data | None, name: str, threads: int | None
) -> tuple[Engine, str]:
    """The engine for a plan and its rows, which may be sparse; why it is not the fastest one."""
    if type(data) is Data and type(data.X) is np.ndarray and validation is None:
        return choose_engine(name, plan, data, threads)
    sparse, streamed = data.is_sparse, isinstance(data, StreamedData)
    sample = data.dense(slice(0, 1)) if sparse or streamed else data
    engine, why = choose_engine(name, plan, sample, threads)
    if streamed:
        engine = StreamedEngine(engine)
    elif sparse:
        engine = engine_for_sparse(engine, name, plan.objective.network, data)
    elif validation is not None and validation.is_sparse:
        engine = ChunkedEngine(engine)
    return engine, why


class Fit:
    """One call of `train`: what is done, how it runs, and what has been recorded."""

    diverged = stop_asked = False
    alone = settled = True
    keeper: Keeper | None = None
    _session: Session | None = None

    def __init__(self, plan: Plan, data: Data, watch: Watch, options: RunOptions) -> None:
        self.plan, self.data, self.watch, self.options = plan, data, watch, options
        self.epochs = options.epochs
        self.lbfgs, trial = type(plan.optimizer) is LBFGS, plan
        if self.lbfgs:
            check_lbfgs(plan)
            # It needs gradients alone, which an engine gives for any elementwise optimizer.
            trial = Plan(plan.objective, dtype=plan.dtype, seed=0)
        self.engine, self.engine_reason = engine_for(
            trial, data, watch.validation, options.engine, options.threads
        )
        warn_of_single_rows(plan, data)
        self.warn_when_slow = options.engine == "auto" and bool(self.engine_reason)
        self.history = History()
        if watch.metrics:
            self.history.rising = {m.name for m in watch.metrics if m.greater_is_better}
        self.stopped = f"all {self.epochs} epochs are done"
        self.begun = perf_counter()
        self.looks = bool(watch.metrics or watch.rules or self.lbfgs)
        self.spare = spare_vector(plan)

    @property
    def session(self) -> Session:
        """The engine's session for this fit, made when it is first needed."""
        if self._session is None:
            self._session = self.engine.session(self.plan, self.data, self.watch.monitor)
        return self._session

    def release(self) -> None:
        """Give up the session, and what it has prepared."""
        self._session = None

    @property
    def runs_by_itself(self) -> bool:
        """Whether an engine can do all its epochs in one go, and Python need not look."""
        looks = self.watch.every_epoch or self.watch.in_between or self.warn_when_slow
        return not (looks or self.lbfgs)

    def run(self, state: State) -> TrainingResult:
        """Epoch after epoch, until all are done or something says stop."""
        self.state = state
        try:
            if self.lbfgs:
                arguments = self.plan, state, self.data, self.epochs, self.after
                why = run_lbfgs(self.engine, *arguments, self.options.threads)
                if len(self.history) < self.epochs and not self.stop_asked and not self.diverged:
                    self.stopped = why
            elif self.keeper is not None:
                self.keeper.run(self)
            else:
                self.loop()
        except KeyboardInterrupt:
            self.interrupt()
        return self.finish()

    def take(self, report: Report) -> None:
        """All epochs at once, from an engine that did them together with others' ones."""
        self.alone = False
        try:
            self.after(report)
        except KeyboardInterrupt:
            if not self.stop_asked:
                self.stopped = f"interrupted in epoch {len(self.history) + 1}"

    def finish(self) -> TrainingResult:
        """The result, and a warning if it diverged."""
        if self.options.divergence == "warn":
            if self.diverged:
                self.warn_of_divergence()
            elif not self.outputs_are_finite():
                warn(
                    "the outputs for rows of X are not finite after the last update; what helps "
                    "against a fit that diverges helps here: a lower learning rate, inputs scaled "
                    "to about -1..1",
                    DivergenceWarning,
                )
        return self.result()

    def outputs_are_finite(self) -> bool:
        """Whether they are, as far as looking costs little beside the fit.

        The loss of an epoch is that before its updates, so that the last one may go unnoticed.
        """
        large = not norm(self.state.parameters.vector) < _LARGE
        if not (large or (self.alone and perf_counter() - self.begun > _A_MOMENT)):
            return True
        many = len(self.history) > _MANY_EPOCHS
        X = self.data.X[: self.data.n if many else min(self.data.n, _SOME_ROWS)]
        with np.errstate(all="ignore"):
            a = self.engine.predictor(self.plan.objective.network, self.state.parameters)(X)
        return bool(np.isfinite(a).all())

    def loop(self) -> None:
        """Ask the session for epochs, as many at once as take a moment."""
        left = self.epochs
        if self.runs_by_itself:
            if left > 0:  # the state was checked with the plan
                self.after(self.session.advance_checked(self.state, left, None))
            return
        one_by_one = self.watch.every_epoch
        at_once = 1 if one_by_one else max(1, int(_AT_ONCE / self.seconds_guessed))
        while left > 0:
            epochs = min(at_once, left)
            report = self.session.advance(self.state, epochs=epochs)
            if self.after(report):
                return
            left -= epochs
            if left > 0 and not one_by_one:
                per_epoch = max(float(report.seconds[-1]), 1e-7)
                at_once = max(1, int(_AT_ONCE / per_epoch))

    @property
    def seconds_guessed(self) -> float:
        """About how long an epoch may take: rather too long, at 2e9 operations a second.

        In Python an update alone takes hundreds of microseconds.
        """
        n = self.data.n
        size = self.plan.objective.network.layout.size
        update = 1e-6 if self.engine.name == "compiled" else 1e-3
        return update * self.plan.n_batches(n) + 3e-9 * n * size

    # --- after some epochs --------------------------------------------------------------------

    def after(self, report: Report) -> bool:
        """Record a report, and look at it; whether to stop."""
        self.settled = False
        self.state = report.state
        self.history.record(report.curves)
        if report.validation_losses is not None:
            self.history.validation_loss.extend(report.validation_losses.tolist())
        interrupted, reason = report.interrupted, ""
        if report.ended == "diverged":
            self.diverged = self.stop_asked = True
            self.stopped = f"a number was no longer finite in epoch {len(self.history)}"
        elif self.looks and report.curves.shape[1]:
            try:
                reason = self.look(report)
            except KeyboardInterrupt:  # an epoch counts once all of it is known: look again
                interrupted, reason = True, self.look(report)
        if reason:
            self.stopped, self.stop_asked = reason, True
        self.settled = True
        if interrupted:
            raise KeyboardInterrupt
        if self.watch.callbacks and not self.diverged and report.curves.shape[1]:
            self.call()
        if self.warn_when_slow:
            self.warn_of_slowness()
        return self.stop_asked

    def look(self, report: Report) -> str:
        """The metrics of the newest parameters, then the rules: the reason to stop, if any.

        It may be interrupted and begun again: nothing is appended, everything is set.
        """
        self.measure()
        watch, state = self.watch, report.state
        memories, reasons = dict(state.rules), {}
        if report.ended == "stopped":
            rule = watch.rules[report.rule]
            reasons[report.rule] = rule.reason(memories.get(report.rule) or rule.start())
        for name, rule in watch.rules.items():
            if name in watch.monitor.rules:
                continue
            before = memories.get(name) or rule.start()
            answer = rule.check(self.history, state, before)
            memory, reason = (before, answer) if isinstance(answer, str) else answer
            if memory is not before or name in memories:
                memories[name] = memory
            if reason:
                reasons[name] = reason
        self.state = replace(state, rules=memories) if memories else state
        return next((reasons[name] for name in watch.rules if name in reasons), "")

    def call(self) -> None:
        """The callbacks; one of them may ask to stop."""
        progress = Progress(len(self.history), self.epochs, self.history, self.state, self.plan)
        answers = [callback(progress) for callback in self.watch.callbacks]
        asked = any(isinstance(answer, bool | np.bool_) and answer for answer in answers)
        if asked and not self.stop_asked:
            self.stopped, self.stop_asked = "a callback asked for it", True

    def measure(self) -> None:
        """The metrics of the newest parameters, and what no engine evaluated; may be infinite."""
        watch, last = self.watch, len(self.history) - 1
        network, parameters = self.plan.objective.network, self.state.parameters
        if not (watch.metrics or self.lbfgs):
            return
        with np.errstate(all="ignore"):
            if self.lbfgs and watch.validation is not None:
                value = self.engine.value(self.plan.objective, parameters, watch.validation)
                self.history.validation_loss[last:] = [value]
            if watch.metrics:
                shown = watch.validation or self.data
                a = self.engine.predictor(network, parameters)(shown.X)
                for metric in watch.metrics:
                    score = metric(a, shown.y, shown.sample_weight)
                    self.history.metrics.setdefault(metric.name, [])[last:] = [score]

    # --- what comes of it ---------------------------------------------------------------------

    def result(self) -> TrainingResult:
        """What has been learned so far."""
        parameters = self.state.parameters
        for name, rule in self.watch.rules.items():
            memory = self.state.rules.get(name)
            if isinstance(rule, EarlyStopping) and rule.restore_best and memory is not None:
                parameters = parameters if memory.parameters is None else memory.parameters
        if self.spare is not None:
            spare, self.spare = self.spare, None
            parameters = copied_into(spare, parameters)
        else:
            parameters = parameters.copy()
        return TrainingResult(
            parameters,
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
        goes_on = "and train(..., initial=result.state) goes on from there"
        if self.lbfgs:
            goes_on = "but the memory of L-BFGS is not: going on starts with a gradient step"
        where = f"interrupted in epoch {done + 1} of {self.epochs}"
        if self.stop_asked:
            where = f"interrupted after the fit had ended ({self.stopped})"
        else:
            self.stopped = f"interrupted in epoch {done + 1}"
        raise TrainingInterrupted(
            f"{where}; what was learned is in the exception's .result, {goes_on}", self.result()
        ) from None

    def warn_of_divergence(self) -> None:
        """Say in which epoch, what was kept, and what helps."""
        epoch = len(self.history)
        rate = getattr(self.plan.optimizer, "learning_rate", None)
        steps = "" if rate is None else f"a learning rate below {rate:g}, clip_norm=1, "
        warn(
            "the loss or a parameter, or the optimizer's memory, was no longer finite in epoch "
            f"{epoch}; the parameters from before it are kept. What helps: {steps}inputs scaled to "
            "about -1..1",
            DivergenceWarning,
        )

    def warn_of_slowness(self) -> None:
        """Say once why the slow engine runs."""
        if sum(self.history.seconds) > SLOW:
            self.warn_when_slow = False
            warn(
                f"training runs on the slow reference engine: {self.engine_reason}",
                SlowEngineWarning,
            )
