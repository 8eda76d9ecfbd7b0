"""Estimators with scikit-learn's habits: change one import, keep the code."""

from .classifier import MLPClassifier
from .perceptron import Perceptron
from .regressor import MLPRegressor
from .tabular import TabularClassifier, TabularRegressor

__all__ = [
    "MLPClassifier",
    "MLPRegressor",
    "Perceptron",
    "TabularClassifier",
    "TabularRegressor",
]
