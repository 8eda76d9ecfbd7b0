"""How good models of tables are: scores with their spread, folds, searches, importances."""

from .cross_validation import CrossValidation, FoldResult, cross_validate
from .evaluate import evaluate
from .folds import Fold, make_folds
from .importance import ColumnImportance, permutation_importance
from .mislabelled import mislabelled_rows
from .reliability import ReliabilityBin, calibration_error, reliability
from .scores import Evaluation, Score, TargetEvaluation
from .search import SearchResult, Trial, tune
from .space import DEFAULT_SPACE, Interval, parse_space
from .worst import WorstRow, worst_rows

__all__ = [
    "DEFAULT_SPACE",
    "ColumnImportance",
    "CrossValidation",
    "Evaluation",
    "Fold",
    "FoldResult",
    "Interval",
    "ReliabilityBin",
    "Score",
    "SearchResult",
    "TargetEvaluation",
    "Trial",
    "WorstRow",
    "calibration_error",
    "cross_validate",
    "evaluate",
    "make_folds",
    "mislabelled_rows",
    "parse_space",
    "permutation_importance",
    "reliability",
    "tune",
    "worst_rows",
]
