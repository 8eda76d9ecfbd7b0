"""The pipeline inside of whatever was fitted to a table."""

from typing import Any

from ..errors import InvalidTypeError, shown
from ..tables import Pipeline
from ..typing import Array


def pipeline_of(argument: str, model: Any) -> Pipeline:
    """A pipeline as it is, or that of a tabular estimator.

    Raises
    ------
    InvalidTypeError
        If it is neither.
    """
    try:
        found = model if isinstance(model, Pipeline) else getattr(model, "pipeline_", None)
    except Exception:  # an object's own
        found = None
    if not isinstance(found, Pipeline):
        raise InvalidTypeError(
            f"{argument} (={shown(model)}) must be a Pipeline or a fitted tabular estimator, not "
            f"{type(model).__name__}"
        )
    return found


def outputs_of(pipeline: Pipeline, X: Array) -> Array:
    """The network's outputs for encoded rows, shape (n, n_out)."""
    return pipeline._predictor(X)
