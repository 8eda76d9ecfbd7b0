"""Training: `train`, its metrics, its stop rules, and what it gives back."""

from .history import History
from .many import train_many
from .metrics import METRICS, Metric
from .progress import Callback, Progress
from .result import TrainingResult
from .results import TrainingResults
from .session import training_session
from .stopping import EarlyStopping, StopRule, Target, TimeLimit, Tolerance
from .train import train
from .weights import ClassWeight, class_sample_weight

__all__ = [
    "METRICS",
    "Callback",
    "ClassWeight",
    "EarlyStopping",
    "History",
    "Metric",
    "Progress",
    "StopRule",
    "Target",
    "TimeLimit",
    "Tolerance",
    "TrainingResult",
    "TrainingResults",
    "class_sample_weight",
    "train",
    "train_many",
    "training_session",
]
