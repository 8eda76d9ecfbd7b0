"""The exceptions and warnings of chainrule.

Every message says the name, the value, the rule and the way out:
``learning_rate (=-0.1) must be > 0``.
"""

import sys
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from operator import index
from os import fsencode, fspath
from typing import Any


class ChainruleError(Exception):
    """The root of every error that chainrule raises on purpose."""


class InvalidValueError(ChainruleError, ValueError):
    """An argument has the right type and a wrong value."""


class InvalidTypeError(ChainruleError, TypeError):
    """An argument has a wrong type."""


class ShapeError(InvalidValueError):
    """Arrays whose shapes do not fit each other."""


class UnknownNameError(InvalidValueError, KeyError):
    """A name that is not in a list; the message gives the nearest one."""

    __str__ = Exception.__str__  # KeyError's would put the message in quotes


class DataError(InvalidValueError):
    """Data that cannot be used: not finite, empty, of one class, unreadable."""


class ModelFileError(DataError):
    """A model file that is truncated, foreign or of another format."""


class CheckpointError(DataError):
    """A checkpoint that is truncated, foreign, or of another training than the one at hand."""


class WriteError(ChainruleError, OSError):
    """A file that cannot be written."""


class NotFittedError(ChainruleError, ValueError, AttributeError):
    """Something was asked of an object before it was fitted."""


class EngineUnavailableError(ChainruleError, RuntimeError):
    """The engine asked for is not installed or cannot run this plan; the message says why."""


class ClusterError(ChainruleError, RuntimeError):
    """A cluster that cannot be used, or is lost: its scheduler, its workers or their versions."""


class MissingLibraryError(ChainruleError, ImportError):
    """A library is needed that is not installed; the message says how to install it."""


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C during training.

    It is no `ChainruleError`, so that ``except Exception`` does not swallow it.

    Attributes
    ----------
    result : TrainingResult
        What had been learned when the interrupt came.
    """

    def __init__(self, message: str, result: Any) -> None:
        super().__init__(message)
        self.result = result


class ChainruleWarning(UserWarning):
    """The root of every warning that chainrule gives."""


class ConvergenceWarning(ChainruleWarning):
    """Training ended without having converged."""


class DivergenceWarning(ConvergenceWarning):
    """The loss, a parameter or the optimizer's memory became infinite or nan.

    The last finite parameters were kept.
    """


class DataWarning(ChainruleWarning):
    """Data that can be used, with something in it that is worth knowing."""


class SlowEngineWarning(ChainruleWarning):
    """A fit fell back to the slow reference engine; the message says why."""


def shown(value: object, at_most: int = 100) -> str:
    """A value as messages show it: its repr on one line, of bounded length, without escapes."""
    try:
        text = repr(value)
    except Exception:  # an object's own repr; an integer of too many digits
        text = f"<{type(value).__name__}>"
    return plain_line(text, at_most)


def plain_line(text: str, at_most: int = 100) -> str:
    """A text on one line, of bounded length, in which nothing steers a terminal."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _ESCAPES.get(c) or ascii(c)[1:-1] for c in text)
    return text if len(text) <= at_most else f"{text[: at_most - 20]} ... {text[-14:]}"


_ESCAPES = {"\n": " ", "\r": " ", "\t": " "}
"""What separates words; other characters that are not printed are shown as in a Python literal."""

_LARGEST = 2**63 - 1


def require(condition: bool, name: str, value: object, rule: str) -> None:
    """Raise `InvalidValueError` "name (=value) must rule" unless the condition holds."""
    if not condition:
        raise InvalidValueError(f"{name} (={shown(value)}) must {rule}")


def require_number(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
) -> None:
    """Raise unless the value is a finite number within the bounds that are given."""
    number = value if type(value) is float else as_float(name, value)
    if hasattr(value, "__setitem__"):
        raise InvalidTypeError(f"{name} (={shown(value)}) must be a number, not an array")
    if (
        number - number != 0.0  # nan or infinite
        or (above is not None and not number > above)
        or (at_least is not None and not number >= at_least)
        or (below is not None and not number < below)
        or (at_most is not None and not number <= at_most)
    ):
        bounds = ((">", above), (">=", at_least), ("<", below), ("<=", at_most))
        rules = " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)
        raise InvalidValueError(f"{name} (={shown(value)}) must be {rules or 'a finite number'}")


def as_float(name: str, value: Any) -> float:
    """A number of Python or NumPy as a float, which may be infinite or nan."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    of_numpy = kind in ("i", "u", "f") and getattr(value, "ndim", None) == 0
    if of_numpy or (isinstance(value, int | float) and not isinstance(value, bool)):
        try:
            return float(value)
        except OverflowError:
            raise InvalidValueError(f"{name} (={shown(value)}) is too large for a float") from None
    raise InvalidTypeError(f"{name} (={shown(value)}) must be a number, not {type(value).__name__}")


def require_integer(name: str, value: Any, *, at_least: int, at_most: int = _LARGEST) -> None:
    """Raise unless the value is an integer within its bounds, which are those of 64 bits."""
    number = value
    if type(value) is not int:
        try:
            if isinstance(value, bool):
                raise TypeError
            number = index(value)
        except Exception:
            raise InvalidTypeError(
                f"{name} (={shown(value)}) must be an integer, not {type(value).__name__}"
            ) from None
    if not number >= at_least:
        raise InvalidValueError(f"{name} (={shown(value)}) must be >= {at_least}")
    if number > at_most:
        most = {_LARGEST: "2**63", 2**64 - 1: "2**64"}.get(at_most, at_most + 1)
        raise InvalidValueError(f"{name} (={shown(value)}) must be < {most}")


def require_boolean(name: str, value: Any) -> None:
    """Raise unless the value is True or False, of Python or of NumPy."""
    if type(value).__name__ not in ("bool", "bool_"):  # NumPy's has either name
        raise InvalidTypeError(
            f"{name} (={shown(value)}) must be True or False, not {type(value).__name__}"
        )


def require_choice(name: str, value: Any, choices: Collection[str], rule: str = "") -> None:
    """Raise unless the value is one of some words; `rule` says so in other words."""
    if not (isinstance(value, str) and value in choices):
        kind = InvalidValueError if isinstance(value, str) else InvalidTypeError
        rule = rule or f"be one of {tuple(choices)}"
        raise kind(f"{name} (={shown(value)}) must {rule}")


def require_text(name: str, value: Any) -> None:
    """Raise unless the value is a string."""
    if not isinstance(value, str):
        raise InvalidTypeError(
            f"{name} (={shown(value)}) must be a string, not {type(value).__name__}"
        )


def require_function(name: str, value: Any, of: str) -> None:
    """Raise unless the value can be called; `of` says with what."""
    if not callable(value):
        raise InvalidTypeError(f"{name} (={shown(value)}) must be a function of {of}")


def require_instance(name: str, value: Any, kind: Any, such_as: str) -> None:
    """Raise unless the value is of a class; `such_as` says what to give."""
    if not isinstance(value, kind):
        raise InvalidTypeError(
            f"{name} (={shown(value)}) must be {such_as}, not {type(value).__name__}"
        )


def path_of(name: str, value: Any) -> str:
    """A path as text; raise unless it is a string or a path that a file can have."""
    path = value
    if not isinstance(value, str):
        try:
            path = fspath(value)
        except Exception:  # it is none, or fails on the way
            path = None
    if not isinstance(path, str):
        raise InvalidTypeError(
            f"{name} (={shown(value)}) must be a path as a string or a pathlib.Path, not "
            f"{type(value).__name__}"
        )
    try:
        if not path or b"\0" in fsencode(path):
            raise ValueError
    except ValueError:  # also half of a pair of surrogates, which no encoding has
        raise InvalidValueError(f"{name} (={shown(path)}) must be the path of a file") from None
    return path


def require_mapping(name: str, value: Any) -> None:
    """Raise unless the value is a mapping whose keys are strings."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InvalidTypeError(
            f"{name} (={shown(value)}) must be a mapping from names, not {type(value).__name__}"
        )


def items_of(name: str, value: Any, such_as: str) -> tuple[Any, ...]:
    """The items of a list, tuple or other iterable that is no text and no mapping."""
    try:
        if isinstance(value, str | bytes | Mapping):
            raise TypeError
        return tuple(value)
    except Exception:  # it cannot be iterated, or fails on the way
        raise InvalidTypeError(
            f"{name} (={shown(value)}) must be {such_as}, not {type(value).__name__}"
        ) from None


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Say the name of an argument before whatever is wrong with what it holds."""
    try:
        yield
    except ChainruleError as error:
        raise type(error)(f"{name}: {error}") from None


_kept: ContextVar["list[tuple[str, type[Warning]]] | None"] = ContextVar("kept", default=None)


@contextmanager
def kept_warnings() -> Iterator[list[tuple[str, type[Warning]]]]:
    """Collect what this thread would warn of: work for another process says it there."""
    found: list[tuple[str, type[Warning]]] = []
    before = _kept.set(found)
    try:
        yield found
    finally:
        _kept.reset(before)


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the line that called chainrule, however deep this is called."""
    if (kept := _kept.get()) is not None:
        kept.append((message, category))
        return
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").split(".")[0] == __package__:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
