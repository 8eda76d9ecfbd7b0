"""Training step by step: one sample, one batch or one epoch at a time."""

from collections.abc import Sequence
from typing import Any, Literal

from ..engines import Session
from ..errors import InvalidTypeError
from ..losses import Loss
from ..network import Network
from ..objective import Objective
from ..optimizers import LBFGS, Optimizer
from ..penalties import Penalty
from ..plan import Data, Order, Plan, State
from ..schedules import Schedule
from ..typing import ArrayLike
from .batches_of_one import warn_of_single_rows
from .fit import engine_for
from .stopping import StopRule
from .train import start_state, watch_for, weighted
from .weights import ClassWeight


def training_session(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss,
    optimizer: str | Optimizer = "adam",
    batch_size: int | Literal["full"] = 32,
    shuffle: bool = True,
    seed: int | None = None,
    initial: Any = None,
    penalties: Penalty | str | Sequence[Penalty | str] = (),
    schedule: str | Schedule = "constant",
    sample_weight: ArrayLike | None = None,
    class_weight: ClassWeight | None = None,
    validation: Sequence[ArrayLike] | None = None,
    stop: StopRule | Sequence[StopRule] = (),
    clip_norm: float | None = None,
    dtype: Any = None,
    order: Order | None = None,
    engine: str = "auto",
    threads: int | None = None,
) -> tuple[Session, State]:
    """A session that trains as `train` would, as far as it is asked at a time, and its first state.

    ``session.advance(state, updates=1)`` trains on one batch, with ``batch_size=1`` on one sample,
    and ``session.advance(state, epochs=1)`` to the end of an epoch. Each returns a `Report` with
    the new state. States are never written to: keep them to go back, and go on from any of them.
    However a training is cut into pieces, its numbers are those of the uncut one, bit for bit.

    Parameters
    ----------
    network, X, y, loss, optimizer, batch_size, shuffle, seed, initial, penalties, schedule, \
sample_weight, class_weight, clip_norm, dtype, order, engine, threads
        As in `train`.
    validation : (X, y) or (X, y, sample_weight), optional
        Rows whose loss is in ``report.validation_losses``, after each epoch.
    stop : StopRule or sequence of rules, default ()
        Rules that watch "loss" or "validation_loss"; ``report.ended`` is "stopped" and
        ``report.rule`` the rule's name where one says stop.

    Returns
    -------
    session : Session
    state : State
        Where training starts.

    Raises
    ------
    ChainruleError
        If something given is wrong; the message says what, and the way out.

    Examples
    --------
    >>> import chainrule as cr
    >>> session, start = cr.training_session(
    ...     cr.Network([cr.Dense(1, 1)]), [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0],
    ...     loss="mean_squared_error", optimizer=cr.SGD(0.1), batch_size=1, shuffle=False, seed=0)
    >>> one = session.advance(start, updates=1)  # on the first sample
    >>> one.state.update, one.state.batch, one.state.epoch
    (1, 1, 0)
    >>> whole = session.advance(one.state, epochs=1)  # to the end of the epoch
    >>> whole.state.update, whole.state.batch, whole.state.epoch
    (3, 0, 1)
    >>> again = session.advance(start, epochs=1)  # back to the start, and there at once
    >>> again.state == whole.state
    True
    """
    objective = Objective(network, loss, penalties)
    data = weighted(Data.check(objective, X, y, sample_weight, dtype), class_weight)
    plan = Plan(
        objective, optimizer, schedule, batch_size, shuffle, seed, clip_norm, data.X.dtype, order
    )
    if type(plan.optimizer) is LBFGS:
        raise InvalidTypeError(
            "optimizer (=LBFGS) must work batch by batch: L-BFGS chooses its own steps, and only "
            "train(...) runs it"
        )
    watch = watch_for(plan, validation, (), stop, ())
    for name in watch.rules:
        if name not in watch.monitor.rules:
            raise InvalidTypeError(
                f"stop (={name}) must watch a loss: a session evaluates no other rules; ask yours "
                "yourself between two calls of advance"
            )
    warn_of_single_rows(plan, data)
    chosen, _ = engine_for(plan, data, watch.validation, engine, threads)
    session = chosen.session(plan, data, watch.monitor)
    return session, start_state(plan, data, initial)
