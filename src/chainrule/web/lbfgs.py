"""L-BFGS seen as a session: an update is an iteration of the solver, over all rows."""

import weakref
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

import numpy as np

from ..engines import Report
from ..network import Network
from ..objective import Objective
from ..plan import Data, Plan, State
from ..training import Progress, TrainingResult, train
from ..training.lbfgs import check_lbfgs
from ..training.train import start_state

_MOST = 1_000_000
"""Iterations of one solver."""
_EACH_BATCH = ("schedule", "batch_size", "shuffle")
"""What means nothing to a solver that sees all rows."""

Fit = Callable[..., TrainingResult]


class _Step(NamedTuple):
    state: State
    loss: float
    held_out: float


class _Iterations:
    """A solver in a thread of its own, which waits between two iterations.

    Parameters
    ----------
    fit : callable
        Called with the callbacks; returns the training's result.
    """

    def __init__(self, fit: Fit) -> None:
        self.steps: list[_Step] = []
        self.result: TrainingResult | None = None
        self._asked: SimpleQueue[bool] = SimpleQueue()
        self._answers: SimpleQueue[_Step | TrainingResult | Exception] = SimpleQueue()
        # The thread knows the queues alone: where nothing asks it any more, it ends.
        weakref.finalize(self, self._asked.put, False)
        Thread(target=_solve, args=(fit, self._asked, self._answers), daemon=True).start()

    def up_to(self, n: int) -> None:
        """Have that many iterations done, or as many as there are."""
        while len(self.steps) < n and self.result is None:
            self._asked.put(True)
            answer = self._answers.get()
            if isinstance(answer, Exception):
                raise answer
            if isinstance(answer, TrainingResult):
                self.result = answer
            else:
                self.steps.append(answer)


def _solve(fit: Fit, asked: "SimpleQueue[bool]", answers: "SimpleQueue[Any]") -> None:
    def after(progress: Progress) -> bool:
        history = progress.history
        held_out = history.validation_loss[-1] if history.validation_loss else np.nan
        answers.put(_Step(progress.state, history.loss[-1], held_out))
        return not asked.get()

    if not asked.get():
        return
    try:
        with np.errstate(all="ignore"):
            answers.put(fit(callbacks=[after]))
    except Exception as error:  # it is raised where the iteration was asked for
        answers.put(error)


class LBFGSSession:
    """A training with L-BFGS, iteration by iteration, with the interface of a session.

    What the solver has learned of the curvature is in no state. A state holds where its solver
    began instead, as a row of `optimizer_state` and the update as another: from there the same
    iterations are done again. A state whose parameters are others begins a new solver.

    Parameters
    ----------
    fit : callable
        Given `initial` and `callbacks`; trains and returns the result.
    plan : Plan
    """

    def __init__(self, fit: Fit, plan: Plan) -> None:
        self.fit, self.plan, self.message = fit, plan, ""
        self._begun: tuple[State, _Iterations] | None = None

    def advance(
        self, state: State, *, epochs: int | None = None, updates: int | None = None
    ) -> Report:
        """As `Session.advance`: an update is an epoch here."""
        begin, solver = self._solver(state)
        first = state.update - begin.update
        last = first + (updates if updates is not None else epochs or 0)
        solver.up_to(last)
        done = solver.steps[first:last]
        unknown = np.full(len(done), np.nan)
        losses = np.array([step.loss for step in done], dtype=np.float64)
        curves = np.stack([losses, unknown, unknown, unknown])
        held_out = np.array([step.held_out for step in done], dtype=np.float64)
        reached = self._state(done[-1].state, begin) if done else state
        seen = float(losses[-1]) if done else np.nan
        result = solver.result
        if result is None or first + len(done) < len(solver.steps):
            return Report(reached, curves, "done", held_out, "", seen)
        if result.diverged:
            return Report(reached, curves, "diverged", held_out, "", seen)
        self.message = result.stopped
        return Report(reached, curves, "stopped", held_out, "learner", seen)

    def _solver(self, state: State) -> tuple[State, _Iterations]:
        """Where the solver of a state began, and the solver."""
        memory, layout = state.optimizer_state, state.parameters.layout
        if len(memory):
            update = int(memory[1, 0])
            vector = type(state.parameters)(layout, memory[0].copy())
            begin = State(vector, memory[:0], update, update, optimizer=state.optimizer)
            solver = self._from(begin)
            done = state.update - update
            solver.up_to(done)
            reached = solver.steps[done - 1].state if 0 < done <= len(solver.steps) else begin
            if np.array_equal(reached.parameters.vector, state.parameters.vector):
                return begin, solver
        begin = State(
            state.parameters, memory[:0], state.update, state.epoch, optimizer=state.optimizer
        )
        return begin, self._from(begin)

    def _from(self, begin: State) -> _Iterations:
        if self._begun is None or self._begun[0] != begin:
            self._begun = begin, _Iterations(partial(self.fit, initial=begin))
        return self._begun[1]

    @staticmethod
    def _state(state: State, begin: State) -> State:
        vector = begin.parameters.vector
        memory = np.stack([vector, np.full_like(vector, begin.update)])
        return State(
            state.parameters, memory, state.update, state.epoch, rules=state.rules,
            optimizer=state.optimizer,
        )  # fmt: skip


def lbfgs_session(network: Network, X: Any, y: Any, **arguments: Any) -> tuple[LBFGSSession, State]:
    """As `chainrule.training_session`, for `LBFGS`.

    Parameters
    ----------
    network, X, y, **arguments
        As for `chainrule.training_session`; schedule, batch size and shuffle have no meaning.

    Raises
    ------
    ChainruleError
        If something given is wrong, or the objective is another one at each evaluation.
    """
    given = {name: value for name, value in arguments.items() if name not in _EACH_BATCH}
    initial, stop = given.pop("initial", None), given.pop("stop", ())
    validation = given.pop("validation", None)
    objective = Objective(network, given["loss"], given.pop("penalties", ()))
    data = Data.check(objective, X, y)
    plan = Plan(
        objective, given["optimizer"], "constant", "full", False, given.get("seed"),
        given.get("clip_norm"), data.X.dtype,
    )  # fmt: skip
    check_lbfgs(plan)
    fit = partial(
        train, network, X, y, **given, penalties=objective.penalties, epochs=_MOST,
        validation=validation, stop=stop, divergence="ignore",
    )  # fmt: skip
    return LBFGSSession(fit, plan), start_state(plan, data, initial)
