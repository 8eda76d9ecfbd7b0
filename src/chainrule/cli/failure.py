"""What goes wrong becomes one message on stderr and an exit code."""

import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import click

from ..errors import (
    ChainruleError,
    ChainruleWarning,
    DataError,
    InvalidTypeError,
    InvalidValueError,
)
from .console import note
from .language import in_options


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    BAD_DATA = 3
    DIVERGED = 4
    BELOW = 5
    INTERRUPTED = 130


class Failure(click.ClickException):
    """A message for stderr, and the exit code with which the command ends."""

    def __init__(self, message: str, exit_code: ExitCode) -> None:
        super().__init__(message)
        self.exit_code = int(exit_code)  # type: ignore[misc]


_CODES: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (DataError, ExitCode.BAD_DATA),
    # What is left of wrong values and types are arguments: the command's options.
    (InvalidValueError, ExitCode.USAGE),
    (InvalidTypeError, ExitCode.USAGE),
)

_BUG = """{kind}: {error}
This is a mistake in chainrule. Please report it with the command, the output
of `chainrule info` and the traceback that CHAINRULE_TRACEBACK=1 shows."""


@contextmanager
def failures_as_messages() -> Iterator[None]:
    """Turn every exception into a `Failure`, and warnings into one line each."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", ChainruleWarning)
        warnings.showwarning = _Once()  # type: ignore[assignment]
        try:
            yield
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            # The reader has gone (`| head`): what is still in the buffer must not be flushed.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(ExitCode.FAILURE) from None
        except (Exception, KeyboardInterrupt) as error:
            if _wants_traceback():
                traceback.print_exc()
            raise _failure(error) from None


def _failure(error: BaseException) -> Failure:
    """The message and the exit code for an error."""
    if isinstance(error, KeyboardInterrupt):
        return Failure("interrupted", ExitCode.INTERRUPTED)
    if isinstance(error, ChainruleError):
        code = next((c for kind, c in _CODES if isinstance(error, kind)), ExitCode.FAILURE)
        return Failure(in_options(str(error)), code)
    if isinstance(error, MemoryError):
        return Failure("out of memory; fewer rows or columns need less", ExitCode.FAILURE)
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return Failure(f"{place}{error.strerror}", ExitCode.FAILURE)
    return Failure(_BUG.format(kind=type(error).__name__, error=error), ExitCode.FAILURE)


def _wants_traceback() -> bool:
    return os.environ.get("CHAINRULE_TRACEBACK", "") not in ("", "0")


class _Once:
    """Says each warning of ours once, as a sentence; those of others are for developers."""

    def __init__(self) -> None:
        self.said: set[str] = set()

    def __call__(self, message: Warning | str, category: type[Warning], *place: Any) -> None:
        ours = issubclass(category, ChainruleWarning)
        if str(message) not in self.said and (ours or _wants_traceback()):
            self.said.add(str(message))
            note(f"Warning: {in_options(str(message))}")
