"""The seam: what every engine can do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np

from ..network import Network
from ..objective import Objective
from ..parameters import Parameters
from ..plan import Data, Plan, State
from ..random import Key
from ..typing import Array

Ended = Literal["done", "diverged", "interrupted", "stopped"]


@dataclass(frozen=True)
class Watched:
    """A stop rule in numbers, and what it remembers.

    Parameters
    ----------
    kind : {"early_stopping", "tolerance", "target"}
    on_validation : bool
        Whether it watches the validation loss and not the training loss.
    bound : float
        Its min_delta, tolerance or value.
    patience, start_from_epoch : int
    keep : bool
        Whether the parameters of the best epoch are kept.
    best : float
    best_epoch, waited : int
    parameters : ndarray or None
        In a report: the parameters of the best epoch, if that was one of its epochs.
    """

    kind: Literal["early_stopping", "tolerance", "target"]
    on_validation: bool = False
    bound: float = 0.0
    patience: int = 0
    start_from_epoch: int = 0
    keep: bool = False
    best: float = np.inf
    best_epoch: int = 0
    waited: int = 0
    parameters: Array | None = None


class Watch(NamedTuple):
    """What an engine that can is to look at after each epoch: validation rows, stop rules."""

    validation: Data | None = None
    rules: tuple[Watched, ...] = ()


class Report(NamedTuple):
    """What an engine did in `advance`.

    Parameters
    ----------
    state : State
        The new state. After "diverged" it is the state before the epoch that failed; after
        "interrupted", the state after the last complete update.
    curves : ndarray, shape (4, k)
        For each epoch its loss, gradient norm, learning rate and seconds, as below.
    ended : {"done", "diverged", "interrupted", "stopped"}
        Why it returned.
    validation_losses : ndarray, shape (k,)
        The loss on the validation rows that it was given, after each epoch that did not diverge.
    rules : tuple of Watched
        The rules that it was given, with what they remember now.
    rule : int
        After "stopped", the first rule that said so.
    """

    state: State
    curves: Array
    ended: Ended = "done"
    validation_losses: Array | None = None
    rules: tuple[Watched, ...] = ()
    rule: int = 0

    @property
    def losses(self) -> Array:
        """The weighted mean (for a sum loss: the sum) of an epoch's batch losses.

        Penalties are included, each loss is taken before its update. The last one is not finite
        after "diverged".
        """
        return self.curves[0]

    @property
    def gradient_norms(self) -> Array:
        """The Euclidean norm of the trainable gradient at an epoch's last update, unclipped."""
        return self.curves[1]

    @property
    def learning_rates(self) -> Array:
        """The learning rate of an epoch's last update."""
        return self.curves[2]

    @property
    def seconds(self) -> Array:
        """How long an epoch took."""
        return self.curves[3]


class Engine(Protocol):
    """A way to compute: the readable reference, compiled code, later a GPU."""

    name: str

    @property
    def watches(self) -> bool:
        """Whether it is a `WatchingEngine`, too."""
        ...

    def why_not(self, plan: Plan, data: Data) -> str:
        """An empty string if the engine can run the plan, else the reason it cannot, in words."""
        ...

    def value_and_gradient(
        self,
        objective: Objective,
        parameters: Parameters,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
        key: Key | None = None,
    ) -> tuple[float, Parameters]:
        """As `chainrule.value_and_gradient`."""
        ...

    def value(
        self,
        objective: Objective,
        parameters: Parameters,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
    ) -> float:
        """The loss at evaluation, without the penalties."""
        ...

    def advance(self, plan: Plan, state: State, data: Data, epochs: int) -> Report:
        """Train for whole epochs; writes to nothing that it is given."""
        ...

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """A function from X (n, n_in) to the outputs (n, n_out), packed once, called often."""
        ...


class WatchingEngine(Protocol):
    """An engine that looks at validation rows and stop rules itself, and knows many fits at once.

    What an engine whose `watches` is true offers besides.
    """

    @property
    def threads_used(self) -> int:
        """On how many fits it works at once, at most."""
        ...

    def advance(self, plan: Plan, state: State, data: Data, epochs: int, watch: Watch) -> Report:
        """Train for whole epochs, and look at rows and rules after each."""
        ...

    def advance_many(
        self,
        fits: Sequence[tuple[Plan, State, Data, int, Watch]],
        progress: Callable[[int], object] | None = None,
    ) -> tuple[list[Report], bool]:
        """`advance` for each of many fits, the threads over the fits; whether it was interrupted.

        `progress` is told now and then how many are done.
        """
        ...
