"""Rows of numbers as the frames that an estimator was fitted on."""

from collections.abc import Callable, Mapping
from typing import Any

from ..typing import Array


def rows_like(given: Any, rows: Array) -> Any:
    """Rows of an array as a frame or a mapping with the columns of another one."""
    if isinstance(given, Mapping):
        return dict(zip(given, rows.T, strict=True))
    names = getattr(given, "columns", None)
    return rows if names is None else type(given)(dict(zip(names, rows.T, strict=True)))


class OnFrames:
    """An estimator that was fitted on a frame, asked with arrays."""

    def __init__(self, estimator: Any, frame: Any) -> None:
        for name in ("predict_proba", "predict", "decision_function"):
            if hasattr(estimator, name):
                setattr(self, name, self._asked(getattr(estimator, name), frame))
        if hasattr(estimator, "classes_"):
            self.classes_ = estimator.classes_

    @staticmethod
    def _asked(ask: Callable[[Any], Any], frame: Any) -> Callable[[Array], Any]:
        return lambda rows: ask(rows_like(frame, rows))
