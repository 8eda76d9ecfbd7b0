"""The seam: what every engine can do, and what it reports."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from math import nan
from typing import ClassVar, Literal, NamedTuple, Protocol

import numpy as np

from ..errors import InvalidTypeError, InvalidValueError, require_integer, shown
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters
from ..plan import Data, Monitor, Plan, State, check_state
from ..random import Key
from ..typing import Array

Ended = Literal["done", "diverged", "interrupted", "stopped"]

NOTHING_MONITORED = Monitor()

NO_EPOCHS = np.empty((4, 0))
"""The curves of a report without an epoch."""


class Report(NamedTuple):
    """What a session did in `advance`.

    Parameters
    ----------
    state : State
        The new state. After "diverged" it is the state before the epoch that failed; after
        "interrupted", the state after the last complete update.
    curves : ndarray, shape (4, k)
        For each epoch that was completed its loss, gradient norm, learning rate and seconds, as
        below.
    ended : {"done", "diverged", "interrupted", "stopped"}
        Why it returned.
    validation_losses : ndarray, shape (k,), or None
        The loss on the validation rows after each epoch that did not diverge.
    rule : str
        After "stopped", the name of the first rule that said so.
    batch_loss : float
        The loss of the last update's batch, penalties included, before that update; nan if there
        was none.
    interrupted : bool
        Whether there was an interrupt; one that came after a rule had said stop leaves `ended`
        "stopped".
    """

    state: State
    curves: Array
    ended: Ended = "done"
    validation_losses: Array | None = None
    rule: str = ""
    batch_loss: float = nan
    interrupted: bool = False

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


class Window(NamedTuple):
    """Rows that are a part of an epoch's, for training on more rows than are at hand at once.

    Parameters
    ----------
    first : int
        The place of the first one in the epoch; a multiple of the batch size.
    rows : int
        How many rows the epoch has. The window ends with it or with a full batch.
    """

    first: int
    rows: int


class Session(ABC):
    """A plan and its rows, prepared once by an engine; advances any state of that plan.

    Parameters
    ----------
    plan : Plan
    data : Data
        The rows to learn from, in the plan's type.
    monitor : Monitor
        What is evaluated after each epoch.
    window : Window, optional
        What part of an epoch `data` is; then they lie in its order, and the plan does not shuffle.
    """

    def __init__(self, plan: Plan, data: Data, monitor: Monitor, window: Window | None) -> None:
        self.plan, self.data, self.monitor = plan, data, monitor
        self.first, self.rows = (0, data.n) if window is None else window
        objective, optimizer = plan.objective, plan.optimizer
        own = [plan.__dict__, objective.__dict__, optimizer.__dict__, plan.schedule.__dict__]
        self._parts, self._seen = own, [*map(dict, own)]
        self._layout, self._optimizer = objective.network.layout, type(optimizer).__name__

    def advance(
        self, state: State, *, epochs: int | None = None, updates: int | None = None
    ) -> Report:
        """Train on from a state; writes to nothing that it is given.

        Parameters
        ----------
        state : State
            Any state of the plan, inside an epoch or between two.
        epochs : int, optional
            The number of epochs to complete; the one under way counts. It ends earlier if a
            rule of the monitor says stop, a number is no longer finite, or Ctrl-C is pressed.
        updates : int, optional
            The number of updates (batches), in place of `epochs`.

        Raises
        ------
        InvalidTypeError, InvalidValueError
            If neither or both of `epochs` and `updates` are given; if the state belongs to another
            plan, network or order of batches; if the plan was changed. Nothing has changed then.
        """
        self.check(state, epochs, updates)
        return self.advance_checked(state, epochs, updates)

    def check(self, state: State, epochs: int | None, updates: int | None) -> None:
        """Raise unless the session can advance the state so far."""
        if updates is not None or type(epochs) is not int or not 0 <= epochs < 2**31:
            _check_course(epochs, updates)
        own = (
            type(state) is State
            and type(state.optimizer_state) is np.ndarray
            and type(state.update) is type(state.epoch) is int
            and state.optimizer == self._optimizer
        )
        if not (own and state.partial is None and state.parameters.layout is self._layout):
            check_state(self.plan, state, self.rows)
        if self._parts != self._seen and any(
            now.get(name) is not value
            for now, seen in zip(self._parts, self._seen, strict=True)
            for name, value in seen.items()
        ):
            raise InvalidValueError(
                "the plan was changed while its session was in use; make another plan, with "
                "dataclasses.replace, and a session of it"
            )

    @abstractmethod
    def advance_checked(self, state: State, epochs: int | None, updates: int | None) -> Report:
        """As `advance`, of what was checked."""


def _check_course(epochs: int | None, updates: int | None) -> None:
    if (epochs is None) == (updates is None):
        raise InvalidTypeError(
            f"epochs (={shown(epochs)}) and updates (={shown(updates)}): give one of the two"
        )
    for name, number in ("epochs", epochs), ("updates", updates):
        if number is not None:
            require_integer(name, number, at_least=0)


Updater = Callable[[State, Array, float, float], tuple[Array, Array, float, float]]
"""An update by a gradient: (state, gradient, learning_rate, weight of the batch) to the new
parameters, the new optimizer state, the penalties and the gradient's norm before clipping. The
gradient is without penalties, and is written to."""


class Engine(Protocol):
    """A way to compute: the readable reference, compiled code, later a GPU."""

    name: str

    @property
    def threads_used(self) -> int:
        """The number of fits that it works on at once, at most."""
        ...

    def why_not(self, plan: Plan, data: Data) -> str:
        """An empty string if the engine can run the plan, else the reason it cannot, in words."""
        ...

    def session(
        self, plan: Plan, data: Data, monitor: Monitor = ..., window: Window | None = None
    ) -> Session:
        """A session for a plan and its rows."""
        ...

    def advance_many(
        self,
        fits: Sequence[tuple[Session, State, int]],
        progress: Callable[[int], object] | None = None,
    ) -> tuple[list[Report], bool]:
        """Sessions of this engine, each advanced from a state by a number of epochs.

        `progress` is called now and then with the number of fits that are done. Returns the
        reports, and whether there was an interrupt.
        """
        ...

    def updater(self, plan: Plan) -> Updater:
        """The plan's update of parameters whose gradient comes from elsewhere."""
        ...

    def value_and_gradient(
        self, objective: Objective, parameters: Parameters, data: Data, key: Key | None = None
    ) -> tuple[float, Parameters]:
        """As `chainrule.value_and_gradient`."""
        ...

    def value(self, objective: Objective, parameters: Parameters, data: Data) -> float:
        """The loss at evaluation, without the penalties."""
        ...

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """A function from X (n, n_in) to the outputs (n, n_out), packed once, called often."""
        ...


class OneAtATime:
    """What engines that work on one fit at a time have in common."""

    threads_used = 1
    session_type: ClassVar[Callable[..., Session]]
    """Makes a session of the engine, the plan, its rows, the monitor and the window."""

    def session(
        self,
        plan: Plan,
        data: Data,
        monitor: Monitor = NOTHING_MONITORED,
        window: Window | None = None,
    ) -> Session:
        """A session for a plan and its rows."""
        return type(self).session_type(self, plan, data, monitor, window)

    def advance_many(
        self,
        fits: Sequence[tuple[Session, State, int]],
        progress: Callable[[int], object] | None = None,
    ) -> tuple[list[Report], bool]:
        """One fit after the other; those after an interrupt are left as they are."""
        reports: list[Report] = []
        interrupted = False
        for session, state, epochs in fits:
            if interrupted:
                reports.append(Report(state, NO_EPOCHS, "interrupted", interrupted=True))
                continue
            reports.append(session.advance(state, epochs=epochs))
            interrupted = reports[-1].interrupted
            if progress is not None:
                try:
                    progress(len(reports))
                except KeyboardInterrupt:  # what was trained is not lost
                    interrupted = True
        return reports, interrupted
