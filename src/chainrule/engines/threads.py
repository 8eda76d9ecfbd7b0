"""How many threads to use."""

import os
from collections.abc import Callable

from ..errors import InvalidValueError, require_integer, shown


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
        Looks up a variable of the environment, for who knows a quicker way.

    Raises
    ------
    InvalidValueError
        If `threads` or CHAINRULE_THREADS is no number >= 1.
    """
    if threads is not None:
        require_integer("threads", threads, at_least=1)
        return int(threads)
    own = variable("CHAINRULE_THREADS")
    if own:
        if not (own.isdecimal() and int(own) >= 1):
            raise InvalidValueError(f"CHAINRULE_THREADS (={shown(own)}) must be an integer >= 1")
        return int(own)
    # "4,2" is for nested regions; what OpenMP would not understand is not for us either.
    outer = (variable("OMP_NUM_THREADS") or "").split(",")[0].strip()
    return int(outer) if outer.isdecimal() and int(outer) >= 1 else available()
