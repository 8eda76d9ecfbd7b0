"""What scikit-learn asks of estimators: constructors, optional methods, errors of both kinds."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from sklearn.exceptions import ConvergenceWarning as SklearnConvergenceWarning
from sklearn.utils.metaestimators import available_if

from ..errors import (
    ConvergenceWarning,
    DivergenceWarning,
    InvalidTypeError,
    InvalidValueError,
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


class NotConvergedWarning(ConvergenceWarning, SklearnConvergenceWarning):  # type: ignore[misc]
    """A fit that ended before it had converged."""


class FitDivergedWarning(DivergenceWarning, SklearnConvergenceWarning):  # type: ignore[misc]
    """A fit in which a number was no longer finite; the last finite parameters were kept."""
