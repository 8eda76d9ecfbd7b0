"""When a fit ends: scikit-learn's counting, over the numbers that the estimator reports."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from ..network import Network
from ..parameters import Parameters
from ..penalties import Penalty
from ..plan import RuleState, State
from ..training import History, StopRule, Tolerance


@final
@dataclass(frozen=True)
class NoBetterScore(StopRule):
    """Stop once a score has not risen by a tolerance for a while, and remember the best one.

    Parameters
    ----------
    tolerance : float
        What a score must rise above the best one by.
    patience : float
        Epochs in a row that may miss it; the next one ends the fit. It may be infinite.
    score : callable
        ``score(history, state)``, higher is better. A nan counts neither as better nor as a miss.
    scores : list
        Where the scores are kept.
    before : int
        The number of scores of earlier fits in it.
    """

    tolerance: float
    patience: float
    score: Callable[[History, State], float]
    scores: list[float]
    before: int

    def check(self, history: History, state: State, memory: RuleState) -> tuple[RuleState, str]:
        """Compare the newest score with the best one; a memory's `best` is minus the score."""
        score = float(self.score(history, state))
        self.scores[self.before + len(history) - 1 :] = [score]
        missed = memory.waited + 1 if score < -memory.best + self.tolerance else 0
        if score > -memory.best:
            memory = RuleState(-score, state.epoch, missed, state.parameters)
        else:
            memory = replace(memory, waited=missed)
        if missed <= self.patience:
            return memory, ""
        return memory, (
            f"the validation score has not risen by {self.tolerance:g} for {missed} epochs"
        )


@final
@dataclass(frozen=True)
class Reported(StopRule):
    """Another rule that sees the losses as they are reported, not as they are minimised.

    Parameters
    ----------
    report : callable
        ``report(loss, state)``, the number to report.
    losses : list
        Where these numbers are kept.
    rule : Tolerance, optional
        The rule; None never stops.
    """

    report: Callable[[float, State], float]
    losses: list[float]
    rule: Tolerance | None

    def check(self, history: History, state: State, memory: RuleState) -> tuple[RuleState, str]:
        """Ask the rule about the reported losses."""
        self.losses[len(history) - 1 :] = [self.report(history.loss[-1], state)]
        if self.rule is None:
            return memory, ""
        return self.rule.check(History(loss=self.losses), state, memory)


@final
class MeanOverOutputs:
    """The loss averaged over the outputs, from the one summed over them: (L - R) / n_out + R.

    Both contain the penalties R, which are not averaged. R changes with every update; an epoch of
    several updates takes the mean of R before and after it.
    """

    def __init__(
        self,
        network: Network,
        penalties: tuple[Penalty, ...],
        start: State,
        weight: float,
        updates: int,
    ) -> None:
        self.n_out = network.n_out
        self.penalties, self.weight, self.updates = penalties, weight, updates
        self.prices = {start.epoch: self.price(start.parameters)}

    def price(self, parameters: Parameters) -> float:
        """The mean of the penalties over an epoch's batches, at these parameters."""
        w = parameters.vector[parameters.layout.penalised]
        total = sum(p.scale(self.weight) * p.value(w) for p in self.penalties)
        return total * self.updates

    def __call__(self, loss: float, state: State) -> float:
        """The number that scikit-learn reports."""
        after = self.price(state.parameters)
        before = self.prices.get(state.epoch - 1, after)
        self.prices = {state.epoch - 1: before, state.epoch: after}
        price = before if self.updates == 1 else (before + after) / 2
        return float(np.float64(loss - price) / self.n_out + price)
