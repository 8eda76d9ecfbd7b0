"""What a callback is given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..parameters import Parameters
from ..plan import Plan, State
from .history import History


@dataclass(frozen=True)
class Progress:
    """How far a fit has come, after an epoch. What it holds may be kept: no engine writes to it.

    Attributes
    ----------
    epoch : int
        Epochs done in this fit.
    epochs : int
        Epochs planned.
    history : History
        The curves so far.
    state : State
        Parameters, the optimizer's memory, counters.
    plan : Plan
        What is being done.
    """

    epoch: int
    epochs: int
    history: History
    state: State
    plan: Plan

    @property
    def parameters(self) -> Parameters:
        """The parameters after this epoch."""
        return self.state.parameters


Callback = Callable[[Progress], Any]
"""Called after every epoch; a fit ends when it returns True."""
