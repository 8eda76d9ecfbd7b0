"""How the command begins and ends: Ctrl-C from the first moment, streams that fail.

Nothing but the standard library is loaded until Ctrl-C is heard.
"""

import errno
import io
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from .interrupts import leave


class _Output(io.RawIOBase):
    """A standard stream that takes everything and remembers the first failure.

    So a command does what it was asked for, such as saving a model, although nobody can read what
    it says about it.
    """

    def __init__(self, handle: int, failure: OSError | None) -> None:
        self.handle, self.failure = handle, failure

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.handle

    def isatty(self) -> bool:
        return os.isatty(self.handle)

    def write(self, content: Any) -> int:
        rest = memoryview(content).cast("B")
        while rest and self.failure is None:
            try:
                rest = rest[os.write(self.handle, rest) :]
            except OSError as error:
                self.failure = error
        return memoryview(content).nbytes


def _stream(handle: int, given: Any, is_open: bool) -> tuple[Any, _Output]:
    """A text stream in the place of sys.stdout or sys.stderr."""
    raw = _Output(handle, None if is_open else OSError(errno.EBADF, "it is closed"))
    stream = io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=getattr(given, "encoding", None) or "utf-8",
        errors=getattr(given, "errors", None) or "strict",
        line_buffering=handle == 2 or os.isatty(handle),
    )
    return stream, raw


def _is_open(handle: int) -> bool:
    """Whether a standard stream is open; a closed one is filled, lest a file takes its number."""
    try:
        os.fstat(handle)
    except OSError:
        os.open(os.devnull, os.O_RDWR)
        return False
    return True


def run() -> None:
    """The command `chainrule`."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, leave)
    is_open = [_is_open(handle) for handle in (0, 1, 2)]
    sys.stdout, output = _stream(1, sys.stdout, is_open[1])
    sys.stderr, _ = _stream(2, sys.stderr, is_open[2])
    code: Any = 0
    try:
        from .group import main

        main(prog_name="chainrule")
    except SystemExit as ended:
        code = ended.code
    with suppress(ValueError):  # closed by the command
        sys.stdout.flush()
    if output.failure is not None:
        if output.failure.errno != errno.EPIPE:  # as after `| head`, whose reader has enough
            print(f"Error: standard output: {output.failure.strerror}", file=sys.stderr)
        code = code or 1
    sys.stderr.flush()
    sys.exit(code)
