"""Ctrl-C before a command runs, while it does, and behind it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

INTERRUPTED = 130


def leave(*_: Any) -> None:
    """Ctrl-C where nothing has begun, or all is done."""
    with suppress(OSError):
        os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED)


@contextmanager
def interrupts_are_raised() -> Iterator[None]:
    """Ctrl-C as a KeyboardInterrupt, while a command runs that was begun by `run`."""
    if signal.getsignal(signal.SIGINT) is not leave:
        yield
        return
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
    finally:
        signal.signal(signal.SIGINT, leave)
