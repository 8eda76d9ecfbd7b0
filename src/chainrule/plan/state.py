"""How far a fit has come."""

from dataclasses import dataclass, field
from typing import Any

from ..parameters import Parameters
from ..typing import Array
from .plan import Plan


@dataclass
class State:
    """Everything that changes while training goes on: a checkpoint is this.

    Parameters
    ----------
    parameters : Parameters
    slots : ndarray, shape (n_slots, n_parameters)
        The optimizer's memory.
    update : int, default 0
        Updates done.
    epoch : int, default 0
        Epochs done.
    stopping : dict
        The memory of the stop rules, by their place in the list.
    """

    parameters: Parameters
    slots: Array
    update: int = 0
    epoch: int = 0
    stopping: dict[int, dict[str, Any]] = field(default_factory=dict)

    @staticmethod
    def start(plan: Plan, parameters: Parameters) -> "State":
        """The state before the first update; the parameters are copied."""
        parameters = parameters.astype(plan.dtype)
        return State(parameters, plan.optimizer.start(parameters.vector))

    def copy(self) -> "State":
        """A copy that shares no array."""
        return State(
            self.parameters.copy(),
            self.slots.copy(),
            self.update,
            self.epoch,
            {rule: dict(memory) for rule, memory in self.stopping.items()},
        )
