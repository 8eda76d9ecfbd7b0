"""What a fitted pipeline says of a table's rows."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from ..engines import Engine, choose_engine
from ..errors import DataError, DataWarning, require_number, warn
from ..losses import LOSSES
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters
from ..plan import Data, Plan
from ..subject import Subject
from ..training import TrainingResult
from ..typing import Array
from .calibration import conformal_radius
from .column_decisions import decision
from .columns import to_numpy
from .encoder import Encoder
from .formats import typed_numbers
from .importance import check_rows, metric_of, permutation_importances
from .mean_network import mean_network
from .prediction import run_in_blocks
from .read import Table, read_table
from .reader import TableReader
from .scanned_prediction import outputs_of, scores_of
from .schema import Schema, check_target
from .target import ClassTarget, NumericTarget
from .target_group import TargetGroup, Targets, parts_of, probabilities
from .unseen import Unusual, unseen_in_words


class Predicting:
    """The methods of a `Pipeline` that take rows of a table."""

    schema: Schema
    encoder: Encoder
    target: Targets
    network: Network
    parameters: Parameters
    result: TrainingResult | None
    others: tuple[Parameters, ...]
    residuals: Array | None

    @property
    def members(self) -> tuple["Predicting", ...]:
        """Each network whose outputs are averaged as a pipeline of its own; itself if it is alone.

        What explains or diagnoses a network takes one of them.
        """
        if not self.others:
            return (self,)
        own: Any = self
        return tuple(
            replace(
                own, parameters=parameters, others=(), residuals=None, held_out=None, result=None
            )
            for parameters in (self.parameters, *self.others)
        )

    def outputs(self, frame: Any) -> Array:
        """The network's outputs for a table's rows, shape (n, n_out); else as `predict`."""
        return outputs_of(self.run, frame)

    def run(self, table: Table) -> tuple[Array, dict[str, Unusual]]:
        """The network's outputs for a table's rows, and what is unusual in each column."""
        dtype = self.parameters.vector.dtype
        a, unusual = run_in_blocks(
            self.encoder, self._predictor, table, dtype, lambda: self._engine.threads_used
        )
        for note in unseen_in_words(unusual):
            warn(note, DataWarning)
        return a, unusual

    def predict(self, frame: Any) -> Any:
        """The labels (in the type that training had) or values of a table's rows, shape (n,).

        Of several targets a dict of them, by the targets' names.

        Parameters
        ----------
        frame : whatever `read_table` takes, or a `Scan`
            Columns may stand in any order; those that were not learned from are ignored.

        Raises
        ------
        DataError
            If a column is missing, or a value of a number column is no number or infinite.

        Warns
        -----
        DataWarning
            If a column has levels that training did not have, or missing values where training had
            none.
        """
        return self.target.predictions(self.outputs(frame))

    def predict_proba(self, frame: Any) -> Any:
        """The probability of each label, shape (n, n_classes), in the order of `classes`.

        Of several targets a dict, from the names of those that are classes.
        """
        self._labelled()
        return probabilities(self.target, self.outputs(frame))

    def predict_interval(self, frame: Any, coverage: float = 0.9) -> Array:
        """Bounds that hold a share of new values, shape (n, 2), in the target's unit.

        The prediction plus and minus the error that a share of the rows held out did not exceed:
        split conformal prediction (Lei et al. 2018), cross-conformal where there are folds
        (Vovk 2015). The width is the same for all rows.

        Parameters
        ----------
        frame : whatever `read_table` takes
        coverage : float, default 0.9
            The share, in (0, 1). It holds for rows from where those of the fit are from.

        Raises
        ------
        DataError
            As `predict`; for classes, several targets, and where no rows were held out.

        Warns
        -----
        DataWarning
            If too few rows were held out for such a share; the largest error is taken.
        """
        require_number("coverage", coverage, above=0, below=1)
        if not isinstance(self.target, NumericTarget):
            raise DataError(
                f"{self.target.name!r} is not one quantity: only such a target has intervals"
            )
        if self.residuals is None:
            raise DataError(
                "no rows were held out when this model was fitted: fit it with folds, such as "
                "folds=5, or a validation_fraction above 0"
            )
        radius = conformal_radius(self.residuals, coverage)
        if not np.isfinite(radius):
            radius = float(self.residuals[-1])
            warn(
                f"{len(self.residuals)} rows were held out, too few for a coverage of {coverage:g}:"
                " the intervals are as wide as the largest error",
                DataWarning,
            )
        middle = self.predict(frame)
        return np.column_stack([middle - radius, middle + radius])

    @property
    def classes(self) -> Any:
        """The labels, in ascending order; of several targets a dict, as in `predict_proba`."""
        labels = {part.name: part.labels for part in self._labelled()}
        return labels if isinstance(self.target, TargetGroup) else labels[self.target.name]

    def _labelled(self) -> list[ClassTarget]:
        labelled = [part for part in parts_of(self.target) if isinstance(part, ClassTarget)]
        if not labelled:
            raise DataError(
                f"{self.target.name!r} is a quantity: a regression has no classes or probabilities"
            )
        return labelled

    def evaluate(self, frame: Any) -> dict[str, Any]:
        """How good the predictions of a table's rows are, and how good a trivial guess would be.

        `frame` is whatever `read_table` takes, or a `Scan`; rows without a target are left out.

        Returns
        -------
        dict of str to float
            ``rows``; the task's metrics (``accuracy``, ... or ``root_mean_squared_error``, ...);
            and each with ``baseline_`` before it for the trivial guess, the most frequent label
            of the training rows (its frequencies as probabilities) or their mean. Of several
            targets a dict of such dicts, by their names.

        Raises
        ------
        DataError
            As `predict`; if the target is missing everywhere, or has a label that training had not.
        """
        found = scores_of(self.run, self.target, self.schema.targets, frame)
        return found if isinstance(self.target, TargetGroup) else found[self.target.name]

    def importances(
        self, frame: Any, *, metric: str | None = None, repeats: int = 5, seed: int | None = None
    ) -> dict[str, tuple[float, float]]:
        """What each column of the table is worth: permutation importance (Breiman 2001).

        The values of a column change rows, all its inputs together, and a metric is measured again.
        What it loses is the column's importance; columns that say the same share it.

        Parameters
        ----------
        frame : whatever `read_table` takes
            Rows with the target, best ones that were not learned from.
        metric : str, optional
            By default the first of the task: the accuracy, or the root mean squared error.
        repeats : int, default 5
            How often each column changes rows.
        seed : int, optional

        Returns
        -------
        dict of str to (float, float)
            By column the mean loss and its standard deviation over the repeats, the most important
            column first. Of an error it is what the error grows by.

        Raises
        ------
        DataError
            As `evaluate`; for several targets.
        """
        target = self.target
        if isinstance(target, TargetGroup):
            raise DataError(f"{target.name}: importances are those of one target")
        table = read_table(frame, lenient=True)
        check_target(table, target.name)
        form = self.schema.targets[0].format
        values = typed_numbers(table.to_native()[target.name], form, target.name)
        rows = np.flatnonzero(to_numpy(values.is_valid()))
        check_rows(len(rows))
        found = metric_of(metric, target)
        X = self.encoder.inputs(table, self.parameters.vector.dtype)[0][rows]
        y = target.outputs(target.encode(values)[rows])
        sign = 1.0 if found.greater_is_better else -1.0

        def score(inputs: Array) -> float:
            return sign * found(target.outputs(self._predictor(inputs)), y)

        return permutation_importances(self.encoder, score, X, repeats, seed)

    def describe_columns(self) -> list[dict[str, Any]]:
        """What was decided for each column, and why.

        Returns
        -------
        list of dict
            For each column of the table but the targets: ``column``, its name; ``kind``, "number",
            "date", "category" or "left out"; ``inputs``, the names of the network's inputs that it
            became; ``missing``, how many of its values were missing; ``decision``, in words.

        Examples
        --------
        >>> from chainrule.tables import Pipeline
        >>> pipeline = Pipeline.fit("penguins", "species", epochs=1, seed=0)
        >>> print(pipeline.describe_columns()[5]["decision"])
        a category of 2 levels; one input for each level and one for missing values
        """
        encoders = {c.name: c for c in self.encoder.columns}
        return [
            {
                "column": c.name,
                "kind": c.kind,
                "inputs": encoders[c.name].feature_names if c.name in encoders else (),
                "missing": c.n_missing,
                "decision": decision(c, encoders.get(c.name)),
            }
            for c in self.schema.columns
        ]

    def subject(self) -> Subject:
        """The network with what reads tables for it, for explanations, diagnoses and plots."""
        reader = TableReader(self.encoder, self.target, [t.format for t in self.schema.targets])
        result = self.result
        if self.others:
            network, numbers = mean_network(self.network, (self.parameters, *self.others))
            return Subject(network, numbers, LOSSES.get_object(self.target.loss), reader=reader)
        if result is not None:
            found = Subject.of_plan(result.plan, self.parameters, result.state)
            return replace(found, reader=reader)
        numbers, loss = self.parameters.astype(np.float64), LOSSES.get_object(self.target.loss)
        return Subject(self.network, numbers, loss, reader=reader)

    @cached_property
    def _predictor(self) -> Callable[[Array], Array]:
        engine, members = self._engine, (self.parameters, *self.others)
        predictors = [engine.predictor(self.network, parameters) for parameters in members]
        if len(predictors) == 1:
            return predictors[0]

        def mean(X: Array) -> Array:
            total = predictors[0](X)
            for other in predictors[1:]:
                total = total + other(X)
            return total / len(predictors)

        return mean

    @property
    def _engine(self) -> Engine:
        dtype = self.parameters.vector.dtype
        plan = Plan(Objective(self.network, self.target.loss), seed=0, dtype=dtype)
        row = (np.zeros((1, n), dtype) for n in (self.network.n_in, self.network.n_out))
        return choose_engine("auto", plan, Data(*row))[0]
