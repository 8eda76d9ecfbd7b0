"""The chain rule of one weight, with its numbers.

`explain` shows every factor of a derivative, `explain_batch` what each row adds to it,
`explain_prediction` the walk of one row through the network, and `largest_gradients` the weights
that move the loss most. Each answer can be read as text, in colour, as LaTeX, as HTML and as JSON.
"""

import sys
from types import ModuleType
from typing import Any

from .api import explain, explain_batch, explain_prediction, largest_gradients
from .batch import BatchExplanation, Sample
from .check import Check
from .explained import Explained, json_schema
from .explanation import Explanation
from .formula import Math
from .parts import Factor, Fused, Gradient, Matrix, Path, Step, Value, Weight
from .prediction import Input, LayerWalk, Output, PredictionExplanation
from .ranking import GradientRanking, Ranked

__all__ = [
    "BatchExplanation",
    "Check",
    "Explained",
    "Explanation",
    "Factor",
    "Fused",
    "Gradient",
    "GradientRanking",
    "Input",
    "LayerWalk",
    "Math",
    "Matrix",
    "Output",
    "Path",
    "PredictionExplanation",
    "Ranked",
    "Sample",
    "Step",
    "Value",
    "Weight",
    "explain",
    "explain_batch",
    "explain_prediction",
    "json_schema",
    "largest_gradients",
]


class _CallableModule(ModuleType):
    """`chainrule.explain` is this module once it is imported, and `explain` all the same."""

    def __call__(self, *args: Any, **kwargs: Any) -> Explanation:
        return explain(*args, **kwargs)


sys.modules[__name__].__class__ = _CallableModule
