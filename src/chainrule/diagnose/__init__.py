"""What is wrong with a network: dead units, symmetry, saturation, gradients, stability.

The module is callable as its main function: ``chainrule.diagnose(result, X, y)`` works whatever was
imported before.
"""

import sys
from types import ModuleType

from .curvature import Curvature, curvature
from .dead_units import DeadUnits, dead_units
from .finding import Finding
from .gradient_flow import GradientFlow, gradient_flow
from .learning_rate_finder import LearningRateRange, learning_rate_finder
from .report import Diagnosis, diagnose
from .saturation import Saturation, saturation
from .snapshot import Snapshot, snapshot
from .symmetric_units import SymmetricUnits, symmetric_units

__all__ = [
    "Curvature",
    "DeadUnits",
    "Diagnosis",
    "Finding",
    "GradientFlow",
    "LearningRateRange",
    "Saturation",
    "Snapshot",
    "SymmetricUnits",
    "curvature",
    "dead_units",
    "diagnose",
    "gradient_flow",
    "learning_rate_finder",
    "saturation",
    "snapshot",
    "symmetric_units",
]


class _Callable(ModuleType):
    __call__ = staticmethod(diagnose)


sys.modules[__name__].__class__ = _Callable
