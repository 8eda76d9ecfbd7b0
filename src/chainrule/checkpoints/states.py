"""A state of a session, to a file and back."""

import os

from ..engines import Session
from ..errors import CheckpointError, InvalidValueError, path_of, require_instance
from ..plan import State, check_state
from .file import Snapshot, read_snapshots, write_snapshots
from .identity import Identity, check_same, described, identity_of


def save_checkpoint(state: State, path: str | os.PathLike[str], session: Session) -> None:
    """Write a state of a session to a file, at any update; whole or not at all.

    Parameters
    ----------
    state : State
        Such as ``session.advance(state, updates=100).state``.
    path : str or path
        A file that is there already is replaced.
    session : Session
        From `training_session`: its plan and rows are what the state belongs to.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If the state is none of the session's plan.
    WriteError
        If the file cannot be written.

    Examples
    --------
    >>> import chainrule as cr
    >>> from tempfile import TemporaryDirectory
    >>> session, start = cr.training_session(
    ...     cr.Network([cr.Dense(1, 1)]), [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0],
    ...     loss="mean_squared_error", batch_size=1, seed=0)
    >>> state = session.advance(start, updates=4).state
    >>> with TemporaryDirectory() as folder:
    ...     cr.save_checkpoint(state, f"{folder}/line.checkpoint", session)
    ...     again = cr.load_checkpoint(f"{folder}/line.checkpoint", session)
    >>> again == state, again.batch
    (True, 1)
    """
    require_instance("session", session, Session, "a Session, from training_session")
    check_state(session.plan, state, session.rows)
    write_snapshots(path_of("path", path), [Snapshot(_identity(session), state, {})])


def load_checkpoint(path: str | os.PathLike[str], session: Session) -> State:
    """The state that `save_checkpoint` wrote, for a session of the same plan and rows.

    Raises
    ------
    CheckpointError
        If there is no such file, it is damaged, or belongs to another training; the message names
        what differs.
    """
    require_instance("session", session, Session, "a Session, from training_session")
    source = path_of("path", path)
    stored = read_snapshots(source)
    if len(stored) != 1:
        raise CheckpointError(
            f"{source} holds {len(stored)} trainings: train_many(..., checkpoint=) goes on with it"
        )
    here = _identity(session)
    # What a whole training is stopped and watched by is not this session's matter.
    check_same(source, {name: stored[0].identity.get(name, "nothing") for name in here}, here)
    state = stored[0].build(session.plan.objective.network.layout, {}).state
    try:
        check_state(session.plan, state, session.rows)
    except InvalidValueError as error:
        raise CheckpointError(f"{source}: {error}") from None
    return state


def _identity(session: Session) -> Identity:
    others = {"rules": described([*session.monitor.rules.values()])}
    return identity_of(session.plan, session.data, session.monitor.validation, others)
