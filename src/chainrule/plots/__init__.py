"""Pictures, in scikit-learn's Display style: on any axes, in notebooks, in files."""

from .activation import ActivationDisplay
from .contributions import ContributionsDisplay
from .cost_slice import CostSliceDisplay
from .cost_surface import CostSurfaceDisplay
from .decision_boundary import DecisionBoundaryDisplay
from .descent_path import DescentPathDisplay
from .display import Display
from .fit_line import FitLineDisplay
from .gates import GatesDisplay
from .learning_curve import LearningCurveDisplay
from .learning_rate_comparison import LearningRateComparisonDisplay
from .learning_rate_finder import LearningRateFinderDisplay
from .network_diagram import NetworkDiagram
from .neuron_diagram import NeuronDiagram
from .search import SearchDisplay
from .tangent import TangentDisplay

__all__ = [
    "ActivationDisplay",
    "ContributionsDisplay",
    "CostSliceDisplay",
    "CostSurfaceDisplay",
    "DecisionBoundaryDisplay",
    "DescentPathDisplay",
    "Display",
    "FitLineDisplay",
    "GatesDisplay",
    "LearningCurveDisplay",
    "LearningRateComparisonDisplay",
    "LearningRateFinderDisplay",
    "NetworkDiagram",
    "NeuronDiagram",
    "SearchDisplay",
    "TangentDisplay",
]
