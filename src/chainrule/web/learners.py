"""Learners without gradients, seen as sessions: each of their steps is an update."""

from dataclasses import dataclass

import numpy as np

from ..engines import Report
from ..errors import InvalidValueError
from ..gradient_free import LinearEquation, adjust_in_turn, guess, perceptron_rule
from ..network import Network
from ..parameters import Parameters
from ..plan import State
from ..typing import Array
from .playground_data import PlaygroundData
from .settings import LearnerSettings

_MOST = 10_000
"""Steps that are made at most; a cycle or a solution ends earlier."""
_EPOCHS = 1_000


@dataclass(frozen=True, eq=False)
class RecordedSession:
    """What a learner without gradients did, step by step, to be walked through like a training.

    Attributes
    ----------
    network : Network
    points : ndarray, shape (k + 1, n_parameters)
        The parameters before the first step and after each.
    losses : ndarray, shape (k,)
        What the learner saw in each step: the squared error, or the share of mistakes.
    message : str
        How it ended, in words.
    """

    network: Network
    points: Array
    losses: Array
    message: str

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.losses)

    def start(self) -> State:
        """Before the first step."""
        return self._state(0)

    def advance(
        self, state: State, *, epochs: int | None = None, updates: int | None = None
    ) -> Report:
        """As `Session.advance`: an update is an epoch here; it ends as "stopped"."""
        first = state.update
        last = min(first + (updates if updates is not None else epochs or 0), self.steps)
        losses = self.losses[first:last]
        unknown = np.full(len(losses), np.nan)
        curves = np.stack([losses, unknown, unknown, unknown])
        at_end = last == self.steps
        seen = float(losses[-1]) if len(losses) else np.nan
        return Report(
            self._state(last), curves, "stopped" if at_end else "done", None, "learner", seen
        )

    def _state(self, update: int) -> State:
        vector = self.points[update].copy()
        return State(
            Parameters(self.network.layout, vector), np.empty((0, len(vector))), update, update
        )


def recorded(
    learner: LearnerSettings, data: PlaygroundData, network: Network, seed: int
) -> RecordedSession:
    """The session of a learner that needs no gradients."""
    if learner.name == "perceptron_rule":
        if data.task != "binary":
            raise InvalidValueError("the perceptron rule needs two classes, 0 and 1")
        fit = perceptron_rule(data.X, data.y, learning_rate=learner.learning_rate, epochs=_EPOCHS)
        clean = np.flatnonzero(fit.errors == 0)
        k = int(clean[0]) + 1 if len(clean) else _EPOCHS
        points = np.column_stack([fit.weights, fit.biases])[: k + 1]
        ended = (
            f"an epoch without a mistake after {k}: the classes are separated"
            if len(clean)
            else f"no epoch of {k} without a mistake: no line may separate the classes"
        )
        return RecordedSession(network, points, fit.errors[:k] / len(data.y), ended)
    if data.X.shape != (1, 2) or data.target != "1492":
        raise InvalidValueError(
            f"learner {learner.name!r} solves an equation; choose the data 'equation'"
        )
    equation = LinearEquation(data.X[0], float(data.y[0]))
    if learner.name == "guessing":
        guesses = guess(
            equation, learner.low, learner.high, integers=learner.integers,
            tolerance=learner.tolerance, max_tries=_MOST, seed=seed,
        )  # fmt: skip
        points = np.vstack([np.zeros(2), guesses.points])
        found = f"solved by guess {guesses.tries}" if guesses.solved else "no guess was right"
        ended = f"{found}; one in {guesses.expected_tries:.6g} is"
        return RecordedSession(network, points, guesses.errors**2, ended)
    adjusted = adjust_in_turn(
        equation, np.zeros(2), step=learner.step, rule=learner.rule, first=learner.first,
        steps=_MOST,
    )  # fmt: skip
    errors = adjusted.errors[1:] if len(adjusted.errors) > 1 else adjusted.errors[:0]
    return RecordedSession(network, adjusted.points, errors**2, str(adjusted))
