"""How many threads to use."""

import os
from collections.abc import Callable

from ..errors import InvalidValueError, require_integer, shown

_MOST = 2**31 - 1


def resolve_threads(
    threads: int | None,
    available: Callable[[], int],
    variable: Callable[[str], str | None] = os.environ.get,
) -> int:
    """The number of threads that was asked for: a cap, since small work uses fewer.

    Parameters
    ----------
    threads : int, optional
        By default what CHAINRULE_THREADS says, else OMP_NUM_THREADS, else all processors that the
        process may run on.
    available : callable
        Counts those processors.
    variable : callable, optional
        Looks up a variable of the environment, by default os.environ.get.

    Raises
    ------
    InvalidValueError
        If `threads` or CHAINRULE_THREADS is no number >= 1.
    """
    if threads is not None:
        require_integer("threads", threads, at_least=1, at_most=_MOST)
        return int(threads)
    try:
        own, outer = variable("CHAINRULE_THREADS"), variable("OMP_NUM_THREADS")
    except UnicodeDecodeError:  # bytes that are no text are no number
        own, outer = map(os.environ.get, ("CHAINRULE_THREADS", "OMP_NUM_THREADS"))
    if own:
        number = _number(own)
        if number is None:
            raise InvalidValueError(
                f"CHAINRULE_THREADS (={shown(own)}) must be an integer from 1 to {_MOST}"
            )
        return number
    # "4,2" is for nested regions; what OpenMP would not understand is not for us either.
    if not outer:
        return available()
    return _number(outer if outer.isdecimal() else outer.split(",")[0].strip()) or available()


def _number(text: str) -> int | None:
    """The number of threads that a text names, or None."""
    number = int(text) if text.isdecimal() and len(text) < 20 else 0
    return number if 1 <= number <= _MOST else None
