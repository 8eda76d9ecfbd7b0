"""Checkpoints of `chainrule fit`: beside the model, on Ctrl-C and SIGTERM, too."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .failure import ExitCode

if TYPE_CHECKING:
    from ..checkpoints import Checkpoint

_TERMINATED = 128 + int(signal.SIGTERM)
_EVERY = "30 seconds"


def checkpoint_beside(model: Path, every: str | None, resume: bool) -> "Checkpoint | None":
    """The checkpoint that was asked for, if one was.

    Raises
    ------
    click.UsageError
        If one is there that would be lost.
    """
    if every is None and not resume:
        return None
    from ..checkpoints import Checkpoint

    place = Path(f"{model}.checkpoint")
    if place.exists() and not resume:
        raise click.UsageError(
            f"{place} is there already: --resume goes on from it; to begin anew, remove it"
        )
    return Checkpoint(place, every or _EVERY, resume)


def seed_of(checkpoint: "Checkpoint | None", seed: int | None) -> int | None:
    """The seed given, or else that of the training that goes on."""
    from ..tables.checkpointing import begun_seed

    return begun_seed(checkpoint, seed)


@contextmanager
def terminable(checkpoint: "Checkpoint | None") -> Iterator[list[int]]:
    """SIGTERM ends a training with a checkpoint as Ctrl-C does; the signals that have come."""
    came: list[int] = []
    if checkpoint is None or threading.current_thread() is not threading.main_thread():
        yield came
        return

    def interrupt(number: int, frame: Any) -> None:
        came.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield came
    finally:
        signal.signal(signal.SIGTERM, before)


def ended_by(came: list[int]) -> int:
    """The exit code of an interrupted command: 143 after SIGTERM, as the shell has it."""
    return _TERMINATED if came else int(ExitCode.INTERRUPTED)
