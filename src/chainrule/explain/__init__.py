"""The chain rule of one weight, with its numbers.

`explain` shows every factor of a derivative, `explain_batch` what each row adds to it,
`explain_prediction` the walk of one row through the network, `explain_columns` what each of its
columns adds to the output, and `largest_gradients` the weights that move the loss most. Each
answer can be read as text, in colour, as LaTeX, as HTML and as JSON.

The module is callable as its main function: ``chainrule.explain(...)`` works whatever was imported
before.
"""

import sys
from types import ModuleType

from .api import (
    explain,
    explain_batch,
    explain_columns,
    explain_prediction,
    input_gradient,
    largest_gradients,
)
from .batch import BatchExplanation, Sample
from .columns import ColumnExplanation, Contribution
from .derivation.check import Check
from .derivation.records import Factor, Fused, Gradient, Matrix, Path, Step, Value, Weight
from .explanation import Explanation
from .formula import Math
from .prediction import Input, LayerWalk, Output, PredictionExplanation
from .ranking import GradientRanking, Ranked
from .report.explained import Explained, json_schema

__all__ = [
    "BatchExplanation",
    "Check",
    "ColumnExplanation",
    "Contribution",
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
    "explain_columns",
    "explain_prediction",
    "input_gradient",
    "json_schema",
    "largest_gradients",
]


class _Callable(ModuleType):
    __call__ = staticmethod(explain)


sys.modules[__name__].__class__ = _Callable
