"""The estimators' own errors and warnings: ours and scikit-learn's kind at once."""

import sys
import warnings

from sklearn.exceptions import ConvergenceWarning as SklearnConvergenceWarning

from ..errors import (
    ConvergenceWarning,
    DivergenceWarning,
    InvalidTypeError,
    InvalidValueError,
)


class ParameterError(InvalidValueError, InvalidTypeError):
    """A constructor parameter that cannot be used: a ValueError and a TypeError, as there."""


class NotConvergedWarning(ConvergenceWarning, SklearnConvergenceWarning):  # type: ignore[misc]
    """A fit that ended before it had converged."""


class FitDivergedWarning(DivergenceWarning, SklearnConvergenceWarning):  # type: ignore[misc]
    """A fit in which a number was no longer finite; the last finite parameters were kept."""


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the line that called the estimator's method, however deep this is called."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(__package__):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
