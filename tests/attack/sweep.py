"""Calls with strange arguments, and what is wrong with how they end."""

import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tests.attack.calling import Call
from tests.attack.strange import values

import chainrule as cr

FUNCTIONS = {
    "callbacks",
    "convert",
    "order",
    "progress",
    "function",
    "gradient",
    "derivative",
    "predictor",
    "truth",
}
"""Arguments that are functions: what those raise is theirs, what they return is looked at."""

CALLABLE = {"class", "int", "function", "print"}

COUNTS = {
    "n", "epochs", "steps", "max_tries", "max_iter", "max_evaluations", "max_fun",
    "n_iter_no_change",
}  # fmt: skip
"""Arguments that say how long something goes on: huge ones are right."""

HUGE = {"2**31", "2**62"}

LONGEST = 400
"""No message is longer, lists of names aside."""


class Late(BaseException):
    """Nothing was wrong with the argument for as long as we wait."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """End what takes longer."""

    def late(number: int, frame: FrameType | None) -> None:
        raise Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def wrong(call: Call, parameter: str, value: Any) -> str:
    """What is wrong with a call of which one argument is spoiled; "" if nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", UserWarning)  # ours, and scikit-learn's
        try:
            with at_most(1.0):
                call(**{parameter: value})
        except (cr.ChainruleError, Late) as error:
            return "" if isinstance(error, Late) else _of_message(parameter, error)
        except MemoryError as error:
            return "" if str(error) else "a MemoryError without a word"
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return f"{type(error).__name__}: {str(error)[:120]!r}"
    return ""


def _of_message(parameter: str, error: cr.ChainruleError) -> str:
    """What is wrong with a message."""
    text = str(error)
    if "\x1b" in text or "\u202e" in text:
        return "the message has terminal escapes"
    words = (parameter, *ALIASES.get(parameter, ()))
    if not any(word.lower() in text.lower() for word in words):
        return f"the message does not name the argument: {type(error).__name__} {text[:120]!r}"
    return ""


ALIASES: dict[str, tuple[str, ...]] = {
    "penalties": ("penalty",),
    "metrics": ("metric",),
    "initial": ("parameter",),
    "frame": ("table", "file", "folder"),
    "source": ("table", "file", "folder", "cannot be read"),
    "target": ("column",),
    "weight": ("parameter", "column"),
    "stratify": ("column",),
    "numbers": ("column",),
    "categories": ("column",),
    "texts": ("column",),
    "ordered": ("column",),
    "drop": ("column",),
    "group": ("column",),
    "time": ("column",),
    "parent": ("folder",),
    "name": ("parameter", "lesson", "engine", "curve"),
    "data": ("table", "file", "the lesson needs"),
    "names": ("parameter",),
    "gradient": ("parameter",),
    "x": ("table", "file"),
    "value": ("w1",),
    "parameters": ("parameter", "x has", "x must", "in x", "table", "file"),
    "path": (
        "folder",
        "model file",
        "cannot be read",
        "cannot write",
        "table",
        "file",
        "the lesson needs",
    ),
    "monitor": ("curve",),
    "layers": ("a network needs",),
    "frequencies": ("the sizes of its layers",),
    "checkpoint": ("cannot write",),
    "scoring": ("metric",),
}
"""What else messages may call an argument: by what it holds."""


def functions(call: Call) -> list[str]:
    """The arguments of a call that are functions."""
    return [name for name, given in call.arguments.items() if name in FUNCTIONS and callable(given)]


def sweep_returned(call: Call) -> Iterator[tuple[str, str, str]]:
    """As `sweep`, of functions that return the strange values."""
    for parameter in functions(call):
        for name, value in values().items():
            fault = wrong(call, parameter, lambda *_, value=value: value)
            if fault:
                yield parameter, f"a function that returns {name}", fault


def sweep(call: Call, names: set[str] | None = None) -> Iterator[tuple[str, str, str]]:
    """(parameter, value, what is wrong) of every call that ends in a way that it should not."""
    for parameter in call.parameters():
        for name, value in values().items():
            if names is not None and name not in names:
                continue
            if parameter in COUNTS and name in HUGE:
                continue
            if parameter in FUNCTIONS and name in CALLABLE:
                continue
            fault = wrong(call, parameter, value)
            if fault:
                yield parameter, name, fault
