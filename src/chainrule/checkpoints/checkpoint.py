"""Where a training leaves its checkpoints, and how often."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, final

from ..errors import (
    InvalidTypeError,
    InvalidValueError,
    path_of,
    require_boolean,
    require_instance,
    require_integer,
    require_mapping,
    shown,
)

_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "s": 1.0, "min": 60.0, "h": 3600.0}
_INTERVAL = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?) ?(?P<unit>epoch|update|second|minute|hour|s|min|h)s?"
)


class Interval(NamedTuple):
    """How much training lies between two checkpoints, at most.

    Parameters
    ----------
    number : float
        A whole number of epochs or updates.
    unit : {"epochs", "updates", "seconds"}
    """

    number: float
    unit: Literal["epochs", "updates", "seconds"]


@final
@dataclass(frozen=True)
class Checkpoint:
    """A file that holds how far a training has come, so that it goes on after a power cut.

    The file is written when training begins, then now and then, on Ctrl-C and SIGTERM, after an
    error, and at the end; each time whole or not at all. What is trained on from it has the bits of
    the training that was not cut, wherever the cut was.

    Parameters
    ----------
    path : str or path
    every : int or str, default "30 seconds"
        How much may be lost: a number of epochs, or a text such as "10 epochs", "500 updates",
        "30 seconds", "5 minutes".
    resume : bool, default False
        Whether to go on from the file. If it is not there, training begins; if it is there without
        `resume`, nothing is trained: what the file holds would be lost.
    belongs_to : mapping of str to str, optional
        What else must be the same when training goes on, by its name: the version of a data set,
        say. Network, plan, rows, metrics and stop rules are compared in any case.

    Raises
    ------
    InvalidValueError, InvalidTypeError
        If something is out of its range.

    Examples
    --------
    >>> import chainrule as cr
    >>> from tempfile import TemporaryDirectory
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> def fit(epochs, checkpoint=None):
    ...     return cr.train(cr.Network([cr.Dense(1, 1)]), X, y, loss="mse", seed=0, epochs=epochs,
    ...         checkpoint=checkpoint)
    >>> with TemporaryDirectory() as folder:
    ...     part = fit(3, cr.Checkpoint(f"{folder}/line.checkpoint"))
    ...     whole = fit(9, cr.Checkpoint(f"{folder}/line.checkpoint", resume=True))
    >>> len(whole.history), whole.parameters == fit(9).parameters
    (9, True)
    """

    path: str | os.PathLike[str]
    every: int | str = "30 seconds"
    resume: bool = False
    belongs_to: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        path_of("path", self.path)
        interval_of(self.every)
        require_boolean("resume", self.resume)
        require_mapping("belongs_to", self.belongs_to)
        for name, value in self.belongs_to.items():
            require_instance(f"belongs_to[{name!r}]", value, str, "a string")

    @property
    def place(self) -> str:
        """The path as text."""
        return path_of("path", self.path)

    @property
    def interval(self) -> Interval:
        """What `every` says."""
        return interval_of(self.every)

    @property
    def goes_on(self) -> bool:
        """Whether there is a file to go on from, and that was asked for."""
        return bool(self.resume) and os.path.exists(self.place)


def as_checkpoint(given: Any) -> Checkpoint:
    """A checkpoint as it is, or one of the defaults at a path."""
    return given if isinstance(given, Checkpoint) else Checkpoint(path_of("checkpoint", given))


def interval_of(every: Any) -> Interval:
    """The interval that a number of epochs or a text such as "500 updates" means.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If it is none.
    """
    rule = "be a number of epochs, or such as '10 epochs', '500 updates', '30 seconds'"
    if not isinstance(every, str):
        try:
            require_integer("every", every, at_least=1)
        except InvalidTypeError:
            raise InvalidTypeError(f"every (={shown(every)}) must {rule}") from None
        return Interval(int(every), "epochs")
    found = _INTERVAL.fullmatch(every.strip()) if len(every) < 100 else None
    number = float(found["number"]) if found else 0.0
    unit = found["unit"] if found else ""
    whole = unit in _SECONDS or number.is_integer()
    if not (0 < number < 1e9 and whole):
        raise InvalidValueError(f"every (={shown(every)}) must {rule}")
    if unit in _SECONDS:
        return Interval(number * _SECONDS[unit], "seconds")
    return Interval(int(number), "epochs" if unit == "epoch" else "updates")
