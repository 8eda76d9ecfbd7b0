"""Estimators with scikit-learn's habits, seen by their fitted attributes alone.

``feature_names_in_`` names the columns, ``classes_`` the labels, ``result_`` holds the network; the
steps of a pipeline before the last one prepare the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..activations import Activation, Sigmoid, Softmax
from ..errors import DataError, InvalidValueError, ShapeError
from ..layers import ActivatedLayer
from ..losses import Hinge, Loss
from ..network import Network
from ..typing import Array


@dataclass(frozen=True, eq=False)
class Reader:
    """How an estimator's rows and labels become a network's.

    Parameters
    ----------
    columns : tuple of str
        The network's inputs; () where they have no names.
    classes : tuple
        The labels; () for a regressor.
    wanted : tuple of str
        The columns that a frame must have.
    before : object or None
        What transforms the rows first.
    """

    columns: tuple[str, ...] = ()
    classes: tuple[Any, ...] = ()
    wanted: tuple[str, ...] = ()
    before: Any = None

    def rows(self, x: Any) -> Array:
        """Rows as the network takes them, shape (n, n_in).

        Raises
        ------
        DataError
            If a frame lacks a column, or something is no number.
        """
        names = getattr(x, "columns", None)
        if names is not None and self.wanted:
            missing = [name for name in self.wanted if name not in list(names)]
            if missing:
                raise DataError(f"x lacks the columns {missing}, which the estimator was fitted on")
            x = x[list(self.wanted)]
        if self.before is not None:
            x = self.before.transform(x if np.ndim(x) == 2 else np.atleast_2d(np.asarray(x)))
        return as_rows(x)

    def targets(self, y: Any, network: Network, loss: Loss | None) -> Any:
        """Labels as the network's targets; whatever is no label of a classifier stays.

        Raises
        ------
        InvalidValueError
            If a label is none of the classes.
        """
        given = np.asarray(y)
        if not self.classes or (given.shape[-1:] == (network.n_out,) and network.n_out > 1):
            return y
        codes = {label: k for k, label in enumerate(self.classes)}
        labels = given.reshape(-1).tolist()
        for label in labels:
            if label not in codes:
                known = ", ".join(repr(c) for c in self.classes)
                raise InvalidValueError(f"y (={label!r}) must be one of the classes: {known}")
        places = np.array([codes[label] for label in labels])
        units = [1] if network.n_out == 1 else range(network.n_out)
        Y: Array = (places[:, None] == np.array(units)).astype(np.float64)
        return 2.0 * Y - 1.0 if isinstance(loss, Hinge) else Y

    def outputs(self, n_out: int) -> tuple[str, ...]:
        """What the outputs stand for."""
        if n_out == 1 and len(self.classes) == 2:
            return (f"class {self.classes[1]}",)
        if n_out == len(self.classes):
            return tuple(f"class {c}" for c in self.classes)
        return ()

    def prediction(self, a: Array, activation: Activation | None) -> str:
        """The label that some outputs mean; "" where none is."""
        if len(a) == 1 and len(self.classes) == 2:
            threshold = 0.5 if isinstance(activation, Sigmoid) else 0.0
            return str(self.classes[int(a[0] > threshold)])
        if isinstance(activation, Softmax) and len(a) == len(self.classes):
            return str(self.classes[int(a.argmax())])
        return ""


def as_rows(x: Any) -> Array:
    """Numbers, dense or sparse, as an array in float64, shape (n, n_in).

    Raises
    ------
    DataError
        If something is no number.
    ShapeError
        If there is not a row, or a table of rows.
    """
    try:
        X = np.asarray(x.toarray() if hasattr(x, "toarray") else x, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"x must hold numbers, in rows of the same length: {error}") from None
    if X.ndim not in (1, 2):
        raise ShapeError(f"x has the shape {X.shape}, but must be a row or a table of rows")
    return X.reshape(1, -1) if X.ndim == 1 else X


def reader_of(model: Any) -> Reader | None:
    """The reader of a fitted estimator; None for what is none."""
    classes, names = getattr(model, "classes_", ()), getattr(model, "feature_names_in_", ())
    if getattr(model, "n_features_in_", None) is None:
        return None
    columns = tuple(map(str, names))
    labels = tuple(np.asarray(classes).tolist()) if np.ndim(classes) == 1 else ()
    return Reader(columns, labels, tuple(names))


def after_steps(model: Any, reader: Reader | None) -> Reader:
    """The reader of a pipeline, from that of its last step."""
    first = model[:-1]
    try:
        names: Sequence[Any] = first.get_feature_names_out()
    except (AttributeError, ValueError):  # a step that does not name what it makes
        names = ()
    reader = reader or Reader()
    wanted = tuple(getattr(model, "feature_names_in_", ()))
    return Reader(tuple(map(str, names)) or reader.columns, reader.classes, wanted, first)


def is_fitted(model: Any) -> bool:
    """Whether an estimator has learned anything: it has attributes such as ``classes_``."""
    return any(name.endswith("_") and not name.startswith("_") for name in vars(model))


def last_activation(network: Network) -> Activation | None:
    """The activation of the outputs."""
    last = network.layers[-1]
    return last.activation if isinstance(last, ActivatedLayer) else None
