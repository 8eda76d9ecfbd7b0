"""What a classifier answers for rows, and its labels as numbers."""

from typing import Any

import numpy as np

from ..errors import InvalidTypeError, InvalidValueError, ShapeError, plain_line, shown
from ..network import Network
from ..neuron import Neuron
from ..subject import subject_of
from ..typing import Array, ArrayLike, IntArray
from .arguments import drawable

MOST_CLASSES = 1000
"""The most classes that a picture tells apart."""


def answers_of(predictor: Any, parameters: Any, rows: Array) -> Array:
    """The answers of whatever can answer, one row for each row; classes become one-hot rows."""
    answers: Any
    if isinstance(predictor, Network):
        answers = subject_of(predictor, parameters).predict(rows)
    elif hasattr(predictor, "predict_proba"):
        answers = predictor.predict_proba(rows)
        answers = answers[:, 1:] if np.shape(answers)[1] == 2 else answers
    elif hasattr(predictor, "predict"):
        answers = predictor.predict(rows)
        if hasattr(predictor, "classes_"):
            answers = numbered(answers, predictor.classes_)
    elif callable(predictor):
        answers = predictor(rows)
    else:
        wanted = "be a TrainingResult, a function, or have a method predict"
        raise InvalidTypeError(f"predictor (={shown(predictor)}) must {wanted}")
    answers = drawable("what predictor returns", answers)
    if answers.shape[:1] != (len(rows),) or answers.ndim > 2:
        raise ShapeError(f"predictor returned the shape {answers.shape} for {len(rows)} rows")
    answers = answers.reshape(len(rows), -1)
    if answers.shape[1] > 1 or answers.max() <= 1 or answers.min() < 0 or (answers % 1).any():
        return answers
    if answers.max() >= MOST_CLASSES:
        raise InvalidValueError(
            f"what predictor returns must be outputs, or classes from 0 to {MOST_CLASSES - 1}"
        )
    return np.eye(int(answers.max()) + 1)[answers[:, 0].astype(np.int64)]


def boundary_score(predictor: Any, rows: Array, resolution: int) -> Array | None:
    """What is 0 on the boundary, for a neuron or an estimator with two classes that knows it."""
    if isinstance(predictor, Neuron):
        scores = predictor.pre_activation(rows)
    elif hasattr(predictor, "decision_function"):
        scores = np.asarray(predictor.decision_function(rows))
    else:
        return None
    return scores.reshape(resolution, resolution) if scores.ndim == 1 else None


def class_numbers(y: ArrayLike, n: int, classes: Any = None) -> IntArray:
    """Classes as numbers from 0: one-hot rows become their place."""
    try:
        labels = np.asarray(y)
    except Exception as error:  # rows of other lengths, an object's own error
        raise InvalidTypeError(f"y must be an array of classes: {plain_line(str(error))}") from None
    if labels.ndim == 2 and labels.shape[1] > 0:
        labels = labels[:, 0] if labels.shape[1] == 1 else labels.argmax(axis=1)
    if labels.shape != (n,):
        raise ShapeError(f"y has the shape {np.shape(y)}, but X has {n} rows")
    if classes is not None and np.isin(labels, classes).all():
        return numbered(labels, classes)
    if labels.dtype.kind not in "biuf" or (labels % 1 != 0).any() or labels.min() < 0:
        raise InvalidValueError("y must be classes as numbers 0, 1, 2, ... or one-hot rows")
    return labels.astype(np.int64)


def numbered(labels: Any, classes: Any) -> IntArray:
    """The place of each label among the sorted classes."""
    return np.searchsorted(np.asarray(classes), np.asarray(labels)).astype(np.int64)
