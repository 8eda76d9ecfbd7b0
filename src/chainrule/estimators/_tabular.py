"""What the estimators for tables share: `chainrule.tables.Pipeline` with scikit-learn's habits."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal

import narwhals as nw
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..cluster.many import train_many
from ..cluster.partitions import is_collection
from ..errors import TrainingInterrupted, require_integer, shown
from ..subject import Subject, not_fitted
from ..tables import Pipeline
from ..typing import Array
from ._compat import KeepsParameters, ParameterError, naming
from ._partitions import fit_partitions
from .frames import check_table, check_targets, names_in
from .options import callback_list, check_checkpointed


class Tabular(KeepsParameters, BaseEstimator):  # type: ignore[misc]
    """A pipeline with scikit-learn's habits; see `TabularClassifier` and `TabularRegressor`."""

    _task: ClassVar[Literal["classification", "regression"]]

    callbacks: Any

    pipeline_: Pipeline
    _columns: list[str]
    n_iter_: int
    loss_curve_: list[float]
    validation_loss_curve_: list[float] | None

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None,
        checkpoint: Any = None, client: Any = None, shards: int | None = None,
    ) -> Any:  # fmt: skip
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
        X_val, y_val : like X and y, optional
            Rows that are not learned from and say when to stop, in the place of some of X.
        checkpoint : path or Checkpoint, optional
            As in `chainrule.train`; ``random_state`` must be an integer.
        client, shards : distributed.Client and int, optional
            Where X, y and sample_weight are data frames or arrays of Dask, in the same partitions:
            they are fitted where they lie, as by `chainrule.cluster.fit`, which has the recipe of
            the preset "plain". Of a table in memory the workers of `client` train the folds and
            members, with the same bits.

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
        collections = is_collection(X) or is_collection(y)
        if collections or (client is not None and not self._trains_several):
            if X_val is not None or y_val is not None:
                raise ParameterError("X_val and y_val must be None for collections of Dask")
            return fit_partitions(self, X, y, sample_weight, client, shards, checkpoint)
        table = check_table(self, X, reset=True)
        targets = check_targets(self, y, table)
        labels = [values for values, _, _ in targets]
        options = self._options()
        if client is not None:
            if shards is not None:
                raise ParameterError(
                    f"shards (={shown(shards)}) must be None for a table in memory, whose rows are "
                    "not cut"
                )
            options["train_many"] = partial(train_many, client=client)
        for _, column, name in targets:
            table = table.append_column(name, column)
        if (X_val is None) != (y_val is None):
            raise ParameterError("X_val and y_val must be given together")
        if X_val is not None:
            own = check_table(self, X_val)
            for (_, column, _), (_, _, name) in zip(
                check_targets(self, y_val, own), targets, strict=True
            ):
                own = own.append_column(name, column)
            options["validation"] = own
        try:
            pipeline = Pipeline.fit(
                table,
                [name for _, _, name in targets],
                sample_weight=sample_weight,
                checkpoint=checkpoint,
                **options,
            )
        except TrainingInterrupted as stop:
            self._adopt(stop.result, labels)
            epochs = stop.result.summary["recipe"]["epochs"]
            raise TrainingInterrupted(
                f"interrupted in epoch {self.n_iter_ + 1} of {epochs}; the "
                f"{type(self).__name__} keeps what it had learned",
                stop.result,
            ) from None
        self._adopt(pipeline, labels)
        return self

    @property
    def _trains_several(self) -> bool:
        """Whether several networks are trained beside each other, by the parameters."""
        own = self.get_params(deep=False)
        counts = (own[name] for name in ("folds", "members"))
        best = isinstance(own["preset"], str) and own["preset"] == "best"
        return best or any(isinstance(count, int) and count > 1 for count in counts)

    def _options(self) -> dict[str, Any]:
        """The parameters as arguments of `Pipeline.fit`."""
        options = {"task": self._task, **self.get_params(deep=False)}
        options["callbacks"] = callback_list(self.callbacks)
        for choice in ("numbers", "categories", "texts", "drop"):
            options[choice] = names_in(self._columns, choice, options[choice])
        if isinstance(options["ordered"], Mapping):
            names = names_in(self._columns, "ordered", list(options["ordered"]))
            options["ordered"] = dict(zip(names, options["ordered"].values(), strict=True))
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

    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """The names of the network's inputs, which the columns became.

        `input_features` is not looked at: the names are those of the fit.
        """
        check_is_fitted(self, "pipeline_")
        return np.array(self.pipeline_.encoder.feature_names, dtype=object)

    def _table(self, X: Any) -> Any:
        """X, checked, for the pipeline."""
        check_is_fitted(self, "pipeline_")
        return check_table(self, X)

    def _outputs(self, X: Any) -> Array:
        """The network's outputs for the rows of X, whose columns are tidied once."""
        table = nw.from_native(self._table(X), eager_only=True)
        return self.pipeline_.run(table)[0]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = tags.target_tags.multi_output = True
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags
