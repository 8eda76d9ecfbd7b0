"""What a fit has to do, and from which state it starts."""

from dataclasses import dataclass, replace
from typing import Any

from ..losses import Loss
from ..network import Network
from ..optimizers import ElementwiseOptimizer, Optimizer
from ..penalties import Penalty
from ..plan import State


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


def start_state(optimizer: Optimizer, parameters: Any, earlier: State | None) -> State:
    """A state without the optimizer's memory, but with what the stop rules remember."""
    vector = parameters.vector
    slots = vector[:0].reshape(0, 0)
    if isinstance(optimizer, ElementwiseOptimizer):
        slots = optimizer.start(vector)
    state = State(parameters, slots)
    return state if earlier is None else replace(state, rules=earlier.rules)
