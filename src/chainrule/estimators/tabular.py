"""Estimators for tables as they are: thin ones, over `chainrule.tables.Pipeline`."""

from typing import Any, Literal, final

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score

from ..cluster.collections import mapped
from ..cluster.partitions import is_collection
from ..errors import ShapeError
from ..tables import ClassTarget, Pipeline, read_table
from ..tables.target_group import parts_of, probabilities
from ..typing import Array
from ._compat import naming
from ._tabular import Tabular
from .documentation import documented_for_tables
from .inputs import check_sample_weight


@final
@documented_for_tables
class TabularClassifier(ClassifierMixin, Tabular):  # type: ignore[misc]
    """Tells the classes of a table's rows apart, whatever its columns hold.

    Numbers and dates are standardised, text and booleans become one input for each level, missing
    values an input of their own: nothing is to be encoded or filled in before. The network ends
    in a softmax with one output for each class and minimises the cross entropy; the weights kept
    are those with the best loss (or metric) on rows held out.

    Parameters
    ----------
    <parameters>
    class_weight : dict, "balanced" or None, default None
        What each label counts, in training and where it is seen when to stop; "balanced" makes
        all classes count the same in sum.

    Attributes
    ----------
    classes_ : ndarray, or list of ndarray
        The classes, in the order of the columns of `predict_proba`; of several targets a list.
    <attributes>

    Raises
    ------
    ValueError
        If a parameter or the table cannot be used, or a table to predict has not the columns of
        the fit in their order; the message says why.

    Warns
    -----
    DataWarning
        If a prediction meets a level that training did not have, or missing values where training
        had none.

    Examples
    --------
    >>> from chainrule.estimators import TabularClassifier
    >>> table = {"colour": ["red", "blue", None, "red"] * 9, "size": [1.5, None, 3.0, 2.5] * 9}
    >>> model = TabularClassifier(random_state=0).fit(table, ["plum", "sloe", "sloe", "plum"] * 9)
    >>> model.predict({"colour": ["red", None], "size": [2.0, 2.9]}).tolist()
    ['plum', 'sloe']
    """

    _task = "classification"

    classes_: Any

    def __init__(
        self,
        *,
        preset: Literal["plain", "auto", "best"] = "auto",
        hidden: Any = None,
        activation: str | None = None,
        epochs: int | None = None,
        batch_size: Any = None,
        optimizer: Any = None,
        learning_rate: float | None = None,
        schedule: Any = None,
        penalties: Any = None,
        label_smoothing: float | None = None,
        scale_factor: float | None = None,
        parametrization: str | None = None,
        embedding: int | None = None,
        calibrate: bool | None = None,
        class_weight: Any = None,
        validation_fraction: float | None = None,
        folds: int | None = None,
        ensemble: bool = False,
        refit: bool | None = None,
        members: int | None = None,
        patience: int | None = None,
        metric: str | None = None,
        time_limit: float | None = None,
        numbers: Any = (),
        categories: Any = (),
        texts: Any = (),
        ordered: Any = None,
        drop: Any = (),
        decimal: Any = None,
        dates: Any = None,
        engine: str = "auto",
        threads: int | None = None,
        callbacks: Any = (),
        random_state: Any = None,
    ) -> None:
        self._store(locals())

    def _adopt(self, pipeline: Pipeline, labels: list[Array]) -> None:
        """Keep what was learned, and which output each class has."""
        super()._adopt(pipeline, labels)
        parts = [part for part in parts_of(pipeline.target) if isinstance(part, ClassTarget)]
        self._orders = [
            part.numbers(read_table({part.name: own}).to_native()[part.name])
            for part, own in zip(parts, labels, strict=True)
        ]
        self.classes_ = labels if len(labels) > 1 else labels[0]

    def predict(self, X: Any) -> Array:
        """The classes of the rows of X, shape (n,) or (n, n_targets)."""
        if is_collection(X):
            return mapped(self.predict, X)
        shares = self.predict_proba(X)
        if not isinstance(shares, list):
            return self.classes_.take(shares.argmax(axis=1))
        pairs = zip(self.classes_, shares, strict=True)
        return np.column_stack([labels.take(own.argmax(axis=1)) for labels, own in pairs])

    def predict_proba(self, X: Any) -> Any:
        """The probabilities of the classes, shape (n, n_classes), in the order of ``classes_``.

        Of several targets a list, as scikit-learn's forests give it.
        """
        if is_collection(X):
            return mapped(self.predict_proba, X)
        outputs = self._outputs(X)
        found = probabilities(self.pipeline_.target, outputs)
        shares = list(found.values()) if isinstance(found, dict) else [found]
        ordered = [own[:, order] for own, order in zip(shares, self._orders, strict=True)]
        return ordered if len(ordered) > 1 else ordered[0]

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithms of `predict_proba`."""
        shares = self.predict_proba(X)
        with np.errstate(divide="ignore"):
            return [np.log(own) for own in shares] if isinstance(shares, list) else np.log(shares)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The accuracy; of several targets the share of rows in which all are right."""
        with naming("X", "y", "sample_weight"):
            if np.ndim(y) != 2 or np.shape(y)[1] == 1:
                return float(super().score(X, y, sample_weight))
            found, right = self.predict(X), np.asarray(y)
            if found.shape != right.shape:
                raise ShapeError(f"y has the shape {right.shape}, but X needs {found.shape}")
            hit = (found == right).all(axis=1)
            weight = check_sample_weight(sample_weight, len(hit), np.float64)
            return float(accuracy_score(np.ones(len(hit)), hit, sample_weight=weight))


@final
@documented_for_tables
class TabularRegressor(RegressorMixin, Tabular):  # type: ignore[misc]
    """Predicts a number from a table's rows, whatever its columns hold.

    Numbers and dates are standardised, text and booleans become one input for each level, missing
    values an input of their own: nothing is to be encoded or filled in before. The network
    minimises the mean squared error of the standardised target; the weights kept are those with
    the best loss (or metric) on rows held out.

    Parameters
    ----------
    <parameters>

    Attributes
    ----------
    <attributes>

    Raises
    ------
    ValueError
        If a parameter or the table cannot be used, or a table to predict has not the columns of
        the fit in their order; the message says why.

    Warns
    -----
    DataWarning
        If a prediction meets a level that training did not have, or missing values where training
        had none.

    Examples
    --------
    >>> from chainrule.estimators import TabularRegressor
    >>> table = {"kind": ["tea", "coffee", None] * 20, "cups": [1.0, 2.0, 3.0, 4.0] * 15}
    >>> price = [{"tea": 2, "coffee": 3, None: 1}[k] * n for k, n in zip(*table.values())]
    >>> model = TabularRegressor(random_state=0, patience=50).fit(table, price)
    >>> model.score(table, price) > 0.99
    True
    """

    _task = "regression"

    def __init__(
        self,
        *,
        preset: Literal["plain", "auto", "best"] = "auto",
        hidden: Any = None,
        activation: str | None = None,
        epochs: int | None = None,
        batch_size: Any = None,
        optimizer: Any = None,
        learning_rate: float | None = None,
        schedule: Any = None,
        penalties: Any = None,
        scale_factor: float | None = None,
        parametrization: str | None = None,
        embedding: int | None = None,
        validation_fraction: float | None = None,
        folds: int | None = None,
        ensemble: bool = False,
        refit: bool | None = None,
        members: int | None = None,
        patience: int | None = None,
        metric: str | None = None,
        time_limit: float | None = None,
        numbers: Any = (),
        categories: Any = (),
        texts: Any = (),
        ordered: Any = None,
        drop: Any = (),
        decimal: Any = None,
        dates: Any = None,
        engine: str = "auto",
        threads: int | None = None,
        callbacks: Any = (),
        random_state: Any = None,
    ) -> None:
        self._store(locals())

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Array:
        """Bounds that hold a share of new values, shape (n, 2): `Pipeline.predict_interval`."""
        return self.pipeline_.predict_interval(self._table(X), coverage)

    def predict(self, X: Any) -> Array:
        """The predictions for the rows of X, shape (n,) or (n, n_targets)."""
        if is_collection(X):
            return mapped(self.predict, X)
        outputs = self._outputs(X)
        found = self.pipeline_.target.predictions(outputs)
        return np.column_stack(list(found.values())) if isinstance(found, dict) else found

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R2 = 1 - residual / total variance, the mean of those of several targets."""
        with naming("X", "y", "sample_weight"):
            return float(super().score(X, y, sample_weight))
