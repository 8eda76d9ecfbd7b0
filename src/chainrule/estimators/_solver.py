"""One fit of an estimator: its job, its stop rules, the divisions of its rate, its display."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, inf
from typing import Any, final

from ..errors import InvalidValueError, TrainingInterrupted, warn
from ..losses import Loss
from ..network import Network
from ..objective import Objective
from ..optimizers import Optimizer
from ..penalties import Penalty
from ..plan import Data, RuleState, State
from ..training import (
    Callback,
    History,
    Metric,
    Progress,
    StopRule,
    Tolerance,
    TrainingResult,
    train,
)
from ..training.keeper import Keeper
from ..training.stopping import rule_names
from ._compat import FitDivergedWarning, NotConvergedWarning
from .display import Bar, iteration_line, score_line
from .options import (
    callback_list,
    check_checkpointed,
    is_stochastic,
    make_optimizer,
    make_schedule,
    rows_of_batch,
)
from .stopping import MeanOverOutputs, NoBetterScore, Reported

SMALLEST_RATE = 1e-6
"""The "adaptive" learning rate is divided by 5 until it is at most this."""


@dataclass
class Job:
    """What is fitted to what.

    Parameters
    ----------
    network, loss, penalties
        The objective.
    X, Y, weight
        Rows of inputs, of targets (n, n_outputs), and what each counts, or None.
    validation : (X, Y, weight) or None
        Rows that are not learned from.
    score : Metric, callable of the parameters or None
        How validation rows are scored; None takes the loss.
    averages : bool
        Whether the reported loss is averaged over the outputs.
    incremental : bool
        Whether this is one epoch of `partial_fit`.
    train : callable
        `chainrule.train`, or what trains on rows that are elsewhere.
    """

    network: Network
    loss: Loss
    penalties: tuple[Penalty, ...]
    X: Any
    Y: Any
    weight: Any
    validation: Any
    score: Any
    averages: bool
    incremental: bool
    train: Callable[..., TrainingResult] = train


def start_state(optimizer: Optimizer, parameters: Any, earlier: State | None) -> State:
    """A state without the optimizer's memory, but with what the stop rules remember.

    The best score counts on, its weights do not: where no epoch of a warm start is better, the
    weights that it has come to are kept, as in scikit-learn, so that the next one goes on from
    there.
    """
    state = State(parameters, optimizer.start(parameters.vector))
    if earlier is None:
        return state
    rules = {name: replace(memory, parameters=None) for name, memory in earlier.rules.items()}
    return replace(state, rules=rules)


@final
class Solver:
    """Trains an estimator's job. It reads the estimator's parameters; what comes of it, the
    estimator takes over in `MLP._absorb`.

    Parameters
    ----------
    estimator : MLP
    job : Job
    rate, seed : float, int
        The learning rate to begin with, and what decides orders and masks.
    checkpoint : path, Checkpoint or None
    """

    def __init__(
        self, estimator: Any, job: Job, rate: float, seed: int, checkpoint: Any = None
    ) -> None:
        self.e, self.job = estimator, job
        self.rate, self.seed = rate, seed
        self.stochastic = is_stochastic(estimator.solver)
        self.epochs = 1 if job.incremental else estimator.max_iter
        self.done = 0
        self.stops_on_score = bool(estimator.early_stopping and self.stochastic)
        self.corrected: list[float] = []
        self.curves = History()
        self.mean: MeanOverOutputs | None = None
        self.keeper = None
        if checkpoint is not None:
            check_checkpointed(estimator)
            self.keeper = Keeper(checkpoint, self.companion)

    def run(self, state: State, *, fresh: bool) -> None:
        """Train from a state; the estimator is told what came of it, however it ends."""
        e = self.e
        with ExitStack() as stack:
            given = callback_list(e.callbacks)
            callbacks: list[Callback] = [partial(self.tell, callback) for callback in given]
            if e.verbose:
                callbacks.insert(0, self.print_epoch)
            if e.progress and not self.job.incremental:
                callbacks.append(stack.enter_context(Bar(self.epochs)))
            while True:
                result = self.advance(state, fresh, callbacks)
                if not self.slows_down(result):
                    break
                self.rate /= 5.0
                if e.verbose:
                    print(f"{self.plateau()} Setting learning rate to {self.rate:f}")
                memory = replace(self.memory(result), waited=0)
                rules = {**result.state.rules, self.deciding: memory}
                state, fresh = replace(result.state, rules=rules), False
                if self.done >= self.epochs:
                    break
        self.finish(result)

    def tell(self, callback: Callback, progress: Progress) -> Any:
        """Call a user's function with the progress of the whole fit, over all of its rates."""
        if self.done:
            history = History()
            for part in (self.curves, progress.history):
                history.extend(part)
            epoch = self.done + progress.epoch
            progress = replace(progress, epoch=epoch, epochs=self.epochs, history=history)
        return callback(progress)

    def advance(self, state: State, fresh: bool, callbacks: list[Callback]) -> TrainingResult:
        """Train until the rate is to change or the fit is over."""
        e, job = self.e, self.job
        n = job.X.shape[0]
        metrics = [job.score] if isinstance(job.score, Metric) and job.validation else []
        try:
            result = job.train(
                job.network,
                job.X,
                job.Y,
                loss=job.loss,
                optimizer=make_optimizer(e, self.rate),
                epochs=self.epochs - self.done,
                batch_size=rows_of_batch(e.batch_size, n),
                shuffle=bool(e.shuffle),
                seed=self.seed,
                initial=state,
                penalties=job.penalties,
                schedule=make_schedule(e, e.t_, state.epoch * n, fresh),
                sample_weight=job.weight,
                validation=job.validation,
                metrics=metrics,
                stop=self.taken_up(self.rules(state)),
                callbacks=callbacks,
                engine=e.engine,
                threads=e.threads,
                divergence="ignore",
                checkpoint=self.keeper,
            )
        except TrainingInterrupted as stop:
            self.absorb(stop.result)
            raise TrainingInterrupted(
                f"interrupted in epoch {self.done + 1} of {self.epochs}; the "
                f"{type(e).__name__} keeps what it had learned, and partial_fit or a warm start "
                "goes on from there",
                stop.result,
            ) from None
        self.absorb(result)
        return result

    # --- when it ends -----------------------------------------------------------------------

    def rules(self, state: State) -> list[StopRule]:
        """The stop rules; the last one decides."""
        e, job = self.e, self.job
        rules: list[StopRule] = []
        plateau = None
        if self.stochastic and not self.stops_on_score and e.n_iter_no_change != inf:
            plateau = Tolerance(e.tol, int(e.n_iter_no_change))
        self.corrected = []
        if job.averages:
            self.mean = self.mean_over_outputs(state)
            rules.append(Reported(self.mean, self.corrected, plateau))
        elif plateau is not None:
            rules.append(plateau)
        if self.stops_on_score:
            scores = e.validation_scores_
            before = len(scores)
            rules.append(NoBetterScore(e.tol, e.n_iter_no_change, self.score, scores, before))
        self.deciding = next(reversed(rule_names(tuple(rules))), "")
        return rules

    def companion(self) -> dict[str, Any]:
        """What the rules have written down, for a checkpoint."""
        prices = () if self.mean is None else self.mean.prices.items()
        scores = self.e.validation_scores_ if self.stops_on_score else ()
        return {"scores": [*scores], "losses": [*self.corrected], "prices": [*prices]}

    def taken_up(self, rules: list[StopRule]) -> list[StopRule]:
        """The rules, with what a checkpoint says that they have written down."""
        if self.keeper is not None and self.keeper.stored:
            held = self.keeper.stored[0].companion or {}  # of another training: refused later
            if self.stops_on_score:
                self.e.validation_scores_[:] = held.get("scores", ())
            self.corrected[:] = held.get("losses", ())
            if self.mean is not None:
                self.mean.prices = dict(held.get("prices", ()))
        return rules

    def mean_over_outputs(self, start: State) -> MeanOverOutputs:
        """How the loss becomes the number that is reported."""
        job = self.job
        n = len(job.Y)
        rows = rows_of_batch(self.e.batch_size, n) if self.stochastic else n
        weight = float(n if job.weight is None else job.weight.sum())
        return MeanOverOutputs(job.network, job.penalties, start, weight, updates=ceil(n / rows))

    def score(self, history: History, state: State) -> float:
        """The score of the validation rows after an epoch; higher is better."""
        score = self.job.score
        if score is None:
            return -history.validation_loss[-1]
        if isinstance(score, Metric):
            return history.metrics[score.name][-1]
        return float(score(state.parameters))

    def missed(self, result: TrainingResult) -> bool:
        """Whether the deciding rule has waited long enough."""
        return bool(self.memory(result).waited > self.e.n_iter_no_change)

    def memory(self, result: TrainingResult) -> RuleState:
        """What the deciding rule remembers."""
        return result.state.rules.get(self.deciding) or RuleState()

    def slows_down(self, result: TrainingResult) -> bool:
        """Whether "adaptive" divides the rate, where other fits would end."""
        e = self.e
        adaptive = e.learning_rate == "adaptive" and e.solver == "sgd"
        return (
            adaptive and not result.diverged and self.rate > SMALLEST_RATE and self.missed(result)
        )

    def plateau(self) -> str:
        """Why the fit would end, in scikit-learn's form."""
        what = "Validation score" if self.stops_on_score else "Training loss"
        e = self.e
        return (
            f"{what} did not improve more than tol={e.tol:f} for {e.n_iter_no_change} "
            "consecutive epochs."
        )

    # --- what came of it --------------------------------------------------------------------

    def absorb(self, result: TrainingResult) -> None:
        """Count what was done, and give it to the estimator."""
        self.curves.extend(result.history)
        self.done += len(result.history)
        self.e._absorb(self, result)

    def finish(self, result: TrainingResult) -> None:
        """Say how it ended, if there is something to say."""
        e = self.e
        if result.diverged:
            if self.done == 1:
                raise InvalidValueError(
                    "Solver produced non-finite parameter weights. The input data may contain "
                    "large values and need to be preprocessed, or learning_rate_init, alpha or l1 "
                    "be smaller."
                )
            warn(
                f"the loss or a weight was no longer finite in epoch {self.done}; the weights from "
                "before it are kept. What helps: a smaller learning_rate_init, inputs scaled to "
                "about -1..1",
                FitDivergedWarning,
            )
        elif not self.stochastic:
            self.finish_lbfgs(result)
        elif self.job.incremental:
            return
        elif self.missed(result):
            if e.verbose:
                small = e.learning_rate == "adaptive" and e.solver == "sgd"
                print(
                    self.plateau() + (" Learning rate too small." if small else "") + " Stopping."
                )
        elif self.done >= e.max_iter and "callback" not in result.stopped:
            warn(
                f"Stochastic Optimizer: Maximum iterations ({e.max_iter}) reached and the "
                "optimization hasn't converged yet; a larger max_iter goes on for longer",
                NotConvergedWarning,
            )

    def finish_lbfgs(self, result: TrainingResult) -> None:
        """The last loss, and whether the solver was content."""
        e, job = self.e, self.job
        objective = Objective(job.network, job.loss, job.penalties)
        value, _ = result.backend.value_and_gradient(
            objective, result.parameters, Data(job.X, job.Y, job.weight)
        )
        if job.averages:
            value = self.mean_over_outputs(result.state)(value, result.state)
        e.loss_ = float(value)
        e.best_loss_ = min(e.best_loss_, e.loss_)
        if "convergence" not in result.stopped and "callback" not in result.stopped:
            warn(
                f"lbfgs failed to converge after {self.done} iterations ({result.stopped}); "
                "raise max_iter or max_fun, or scale the data",
                NotConvergedWarning,
            )

    def print_epoch(self, progress: Progress) -> None:
        """The lines of `verbose`."""
        loss = self.corrected[-1] if self.corrected else progress.history.loss[-1]
        print(iteration_line(self.done + progress.epoch, loss))
        if self.stops_on_score:
            print(score_line(self.e.validation_scores_[-1]))
