"""What is evaluated after each epoch: validation rows, and stop rules that watch a loss."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from ..parameters import Parameters
from .data import Data


@dataclass(frozen=True)
class RuleState:
    """What a stop rule remembers from epoch to epoch. A rule of one's own may extend it.

    Parameters
    ----------
    best : float, default inf
        The best value so far, smaller being better.
    best_epoch : int, default 0
        The epoch of that value; 0 before the first one.
    waited : int, default 0
        Epochs in a row without improvement.
    parameters : Parameters, optional
        The parameters of the best epoch, where the rule keeps them.
    """

    best: float = inf
    best_epoch: int = 0
    waited: int = 0
    parameters: Parameters | None = None


@dataclass(frozen=True)
class LossRule:
    """A stop rule that watches the training or the validation loss, for engines to evaluate.

    Parameters
    ----------
    kind : {"early_stopping", "tolerance", "target"}
    on_validation : bool, default False
        Whether it watches the validation loss and not the training loss.
    bound : float, default 0
        The rule's min_delta, tolerance or value.
    patience, start_from_epoch : int, default 0
    keep : bool, default False
        Whether the parameters of the best epoch are kept.
    """

    kind: Literal["early_stopping", "tolerance", "target"]
    on_validation: bool = False
    bound: float = 0.0
    patience: int = 0
    start_from_epoch: int = 0
    keep: bool = False

    def check(
        self, value: float, epoch: int, memory: RuleState, parameters: Parameters
    ) -> tuple[RuleState, bool]:
        """What the rule remembers after an epoch, and whether to stop.

        Parameters
        ----------
        value : float
            The value that it watches; smaller is better.
        epoch : int
            The number of epochs done, this one included.
        memory : RuleState
            What it remembered before.
        parameters : Parameters
            Those after the epoch.
        """
        if self.kind == "target":
            return memory, value <= self.bound
        if self.kind == "tolerance":
            waited = memory.waited + 1 if value > memory.best - self.bound else 0
            return RuleState(min(value, memory.best), waited=waited), waited > self.patience
        if epoch == self.start_from_epoch + 1:
            memory = RuleState()
        if value < memory.best - self.bound:
            return RuleState(value, epoch, 0, parameters if self.keep else None), False
        if epoch <= self.start_from_epoch:
            return memory, False
        waited = memory.waited + 1
        now = RuleState(memory.best, memory.best_epoch, waited, memory.parameters)
        return now, waited >= self.patience


@dataclass(frozen=True)
class Monitor:
    """What an engine evaluates after each epoch.

    Parameters
    ----------
    validation : Data, optional
        Rows whose loss is computed.
    rules : mapping of str to LossRule
        The stop rules, by the names under which `State.rules` has what they remember.
    """

    validation: Data | None = None
    rules: Mapping[str, LossRule] = field(default_factory=dict)
