"""The estimators' own errors and warnings: ours and scikit-learn's kind at once."""

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
