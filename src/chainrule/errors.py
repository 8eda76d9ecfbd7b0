"""The exceptions and warnings of chainrule.

Every message says the name, the value, the rule and the way out:
``learning_rate (=-0.1) must be > 0``.
"""

import sys
import warnings
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


class WriteError(ChainruleError, OSError):
    """A file that cannot be written."""


class NotFittedError(ChainruleError, ValueError, AttributeError):
    """Something was asked of an object before it was fitted."""


class EngineUnavailableError(ChainruleError, RuntimeError):
    """The engine asked for is not installed or cannot run this plan; the message says why."""


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
    """The loss or a parameter became infinite or nan; the last finite parameters were kept."""


class DataWarning(ChainruleWarning):
    """Data that can be used, with something in it that is worth knowing."""


class SlowEngineWarning(ChainruleWarning):
    """A fit fell back to the slow reference engine; the message says why."""


def require(condition: bool, name: str, value: object, rule: str) -> None:
    """Raise `InvalidValueError` "name (=value) must rule" unless the condition holds."""
    if not condition:
        raise InvalidValueError(f"{name} (={value!r}) must {rule}")


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
    if type(value) is not float and (isinstance(value, bool) or not hasattr(value, "__float__")):
        raise InvalidTypeError(f"{name} (={value!r}) must be a number, not {type(value).__name__}")
    number = float(value)
    if (
        number - number != 0.0  # nan or infinite
        or (above is not None and not number > above)
        or (at_least is not None and not number >= at_least)
        or (below is not None and not number < below)
        or (at_most is not None and not number <= at_most)
    ):
        bounds = ((">", above), (">=", at_least), ("<", below), ("<=", at_most))
        rules = " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)
        raise InvalidValueError(f"{name} (={value!r}) must be {rules or 'a finite number'}")


def require_integer(name: str, value: Any, *, at_least: int) -> None:
    """Raise unless the value is an integer of at least the given size."""
    if type(value) is not int and (isinstance(value, bool) or not hasattr(value, "__index__")):
        raise InvalidTypeError(
            f"{name} (={value!r}) must be an integer, not {type(value).__name__}"
        )
    if not value >= at_least:
        raise InvalidValueError(f"{name} (={value!r}) must be >= {at_least}")


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the line that called chainrule, however deep this is called."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").split(".")[0] == __package__:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
