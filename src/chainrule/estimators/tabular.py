"""Estimators for tables as they are: thin ones, over `chainrule.tables.Pipeline`."""

from typing import Any, ClassVar, Literal, final

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..cluster.collections import mapped
from ..cluster.partitions import is_collection
from ..errors import ShapeError, TrainingInterrupted, require_integer
from ..subject import Subject, not_fitted
from ..tables import ClassTarget, Pipeline, read_table
from ..tables.target_group import parts_of
from ..typing import Array
from ._compat import KeepsParameters, naming
from ._partitions import fit_partitions
from .documentation import documented_for_tables
from .frames import check_table, check_targets, names_in
from .options import callback_list, check_checkpointed


class Tabular(KeepsParameters, BaseEstimator):  # type: ignore[misc]
    """A pipeline with scikit-learn's habits; see `TabularClassifier` and `TabularRegressor`."""

    _task: ClassVar[Literal["classification", "regression"]]

    epochs: int
    callbacks: Any

    pipeline_: Pipeline
    _columns: list[str]
    n_iter_: int
    loss_curve_: list[float]
    validation_loss_curve_: list[float] | None

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        checkpoint: Any = None,
        client: Any = None,
        shards: int | None = None,
    ) -> Any:
        """Learn to predict y from the columns of X.

        Parameters
        ----------
        X : data frame, mapping from names to columns, or array_like, shape (n, n_features)
            Numbers, dates, text, booleans and missing values, as they are.
        y : array_like, shape (n,) or (n, n_targets)
            A label or a number for every row, or one for each of several targets, which share one
            network.
        sample_weight : array_like, shape (n,), optional
            What each row counts; the same for all by default.
        checkpoint : path or Checkpoint, optional
            As in `chainrule.train`; ``random_state`` must be an integer.
        client, shards : distributed.Client and int, optional
            Where X, y and sample_weight are data frames or arrays of Dask, in the same partitions:
            they are fitted where they lie, as by `chainrule.cluster.fit`.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter, the table or y cannot be used; the message says why.
        TrainingInterrupted
            On Ctrl-C; the estimator keeps what it had learned.
        """
        if checkpoint is not None:
            check_checkpointed(self)
        if client is not None or is_collection(X) or is_collection(y):
            return fit_partitions(self, X, y, sample_weight, client, shards, checkpoint)
        table = check_table(self, X, reset=True)
        targets = check_targets(self, y, table)
        labels = [values for values, _, _ in targets]
        for _, column, name in targets:
            table = table.append_column(name, column)
        try:
            pipeline = Pipeline.fit(
                table,
                [name for _, _, name in targets],
                sample_weight=sample_weight,
                checkpoint=checkpoint,
                **self._options(),
            )
        except TrainingInterrupted as stop:
            self._adopt(stop.result, labels)
            raise TrainingInterrupted(
                f"interrupted in epoch {self.n_iter_ + 1} of {self.epochs}; the "
                f"{type(self).__name__} keeps what it had learned",
                stop.result,
            ) from None
        self._adopt(pipeline, labels)
        return self

    def _options(self) -> dict[str, Any]:
        """The parameters as arguments of `Pipeline.fit`."""
        options = {"task": self._task, **self.get_params(deep=False)}
        options["callbacks"] = callback_list(self.callbacks)
        for choice in ("numbers", "categories", "drop"):
            options[choice] = names_in(self._columns, choice, options[choice])
        seed = options.pop("random_state")
        if isinstance(seed, int | np.integer):
            require_integer("random_state", seed, at_least=0)
        else:
            with naming("random_state"):
                seed = check_random_state(seed).randint(np.iinfo(np.int32).max)
        return {**options, "seed": int(seed)}

    def _adopt(self, pipeline: Pipeline, labels: list[Array]) -> None:
        """Keep what was learned."""
        assert pipeline.result is not None
        history = pipeline.result.history
        self.pipeline_ = pipeline
        self.n_iter_ = len(history)
        self.loss_curve_ = history.loss
        self.validation_loss_curve_ = history.validation_loss or None

    def subject(self) -> Subject:
        """The fitted pipeline's, as explanations and plots see it."""
        if "pipeline_" not in vars(self):
            raise not_fitted(self)
        return self.pipeline_.subject()

    def _table(self, X: Any) -> Any:
        """X, checked, for the pipeline."""
        check_is_fitted(self, "pipeline_")
        return check_table(self, X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = tags.target_tags.multi_output = True
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


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
        hidden: Any = (64, 64),
        activation: str = "relu",
        epochs: int = 200,
        batch_size: Any = "auto",
        optimizer: Any = "adam",
        learning_rate: float | None = None,
        penalties: Any = "auto",
        class_weight: Any = None,
        validation_fraction: float = 0.1,
        patience: int = 20,
        metric: str | None = None,
        numbers: Any = (),
        categories: Any = (),
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
        table = self._table(X)
        found = self.pipeline_.predict_proba(table)
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
            return float(np.average(hit, weights=sample_weight))


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
        hidden: Any = (64, 64),
        activation: str = "relu",
        epochs: int = 200,
        batch_size: Any = "auto",
        optimizer: Any = "adam",
        learning_rate: float | None = None,
        penalties: Any = "auto",
        validation_fraction: float = 0.1,
        patience: int = 20,
        metric: str | None = None,
        numbers: Any = (),
        categories: Any = (),
        drop: Any = (),
        decimal: Any = None,
        dates: Any = None,
        engine: str = "auto",
        threads: int | None = None,
        callbacks: Any = (),
        random_state: Any = None,
    ) -> None:
        self._store(locals())

    def predict(self, X: Any) -> Array:
        """The predictions for the rows of X, shape (n,) or (n, n_targets)."""
        if is_collection(X):
            return mapped(self.predict, X)
        table = self._table(X)
        found = self.pipeline_.predict(table)
        return np.column_stack(list(found.values())) if isinstance(found, dict) else found

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R2 = 1 - residual / total variance, the mean of those of several targets."""
        with naming("X", "y", "sample_weight"):
            return float(super().score(X, y, sample_weight))
