"""Methods that exist only where the parameters allow them."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from sklearn.utils.metaestimators import available_if

F = TypeVar("F", bound=Callable[..., Any])


def offered_if(check: Callable[[Any], bool]) -> Callable[[F], F]:
    """scikit-learn's `available_if`: the method is there if ``check(estimator)`` does not raise."""
    return cast(Callable[[F], F], available_if(check))
