"""What scikit-learn asks of estimators: constructors, optional methods, errors of both kinds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sklearn.exceptions import ConvergenceWarning as SklearnConvergenceWarning
from sklearn.exceptions import NotFittedError
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.metaestimators import available_if

from ..errors import (
    ChainruleError,
    ConvergenceWarning,
    DivergenceWarning,
    InvalidTypeError,
    InvalidValueError,
    plain_line,
)

F = TypeVar("F", bound=Callable[..., Any])


class KeepsParameters:
    """Every parameter becomes an attribute of its name, unchanged, as scikit-learn wants it."""

    def _store(self, parameters: dict[str, Any]) -> None:
        for name, value in parameters.items():
            if name not in ("self", "__class__"):
                setattr(self, name, value)


def offered_if(check: Callable[[Any], bool]) -> Callable[[F], F]:
    """scikit-learn's `available_if`: the method is there if ``check(estimator)`` does not raise."""
    return cast(Callable[[F], F], available_if(check))


class ParameterError(InvalidValueError, InvalidTypeError):
    """A constructor parameter that cannot be used: a ValueError and a TypeError, as there."""


@contextmanager
def naming(*names: str) -> Iterator[None]:
    """Turn what another library says of arguments into errors of ours that name them."""
    try:
        yield
    except (ChainruleError, NotFittedError, Warning, MemoryError):
        raise
    except InvalidParameterError as error:
        raise ParameterError(plain_line(str(error), _LONGEST)) from None
    except Exception as error:  # scikit-learn's, NumPy's, or that of an object that was given
        text = "\n".join(plain_line(line, _LONGEST) for line in str(error).splitlines()[:_LINES])
        message = text if all(name in text for name in names) else f"{', '.join(names)}: {text}"
        kind = InvalidTypeError if isinstance(error, TypeError) else InvalidValueError
        raise kind(message) from None


_LONGEST, _LINES = 1000, 20


class NotConvergedWarning(ConvergenceWarning, SklearnConvergenceWarning):  # type: ignore[misc]
    """A fit that ended before it had converged."""


class FitDivergedWarning(DivergenceWarning, SklearnConvergenceWarning):  # type: ignore[misc]
    """A fit in which a number was no longer finite; the last finite parameters were kept."""
