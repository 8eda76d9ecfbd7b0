"""The object that takes a table to predictions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from ..engines import choose_engine
from ..errors import DataError, DataWarning, TrainingInterrupted, require_integer, warn
from ..losses import LOSSES
from ..network import Network, mlp
from ..objective import Objective
from ..optimizers import Optimizer
from ..parameters import Parameters
from ..penalties import Penalty
from ..plan import Data, Plan
from ..subject import Subject
from ..training import Callback, EarlyStopping, TrainingResult, train
from ..typing import Array, ArrayLike
from .checkpointing import begun_seed, of_table
from .dates import Order
from .encoder import Encoder
from .fitting import (
    check_hidden,
    choose_batch_size,
    choose_metric,
    choose_optimizer,
    choose_penalties,
    summarise,
    target_of,
    unjudged_epochs,
)
from .numerals import Decimal
from .prediction import run_in_blocks
from .read import Table
from .reader import TableReader
from .scanned import prepared
from .scanned_prediction import outputs_of, scores_of
from .schema import Schema
from .target import ClassTarget
from .target_group import TargetGroup, Targets, parts_of, probabilities
from .training_set import TaskChoice, TrainingSet
from .unseen import Unusual, unseen_in_words


@dataclass(repr=False)
class Pipeline:
    """Everything that a prediction needs; from `Pipeline.fit` or `chainrule.models.load_model`.

    Attributes
    ----------
    schema : Schema
        What the columns hold.
    encoder : Encoder
        From columns to inputs.
    target : ClassTarget, NumericTarget or TargetGroup
        From the target columns to the network's targets, and from outputs to predictions.
    network : Network
    parameters : Parameters
    summary : dict
        How the fit went, as plain data: seed, epochs, losses, rows, engine, date.
    result : TrainingResult or None
        The fit itself, with its history; None after loading.
    """

    schema: Schema
    encoder: Encoder
    target: Targets
    network: Network
    parameters: Parameters
    summary: dict[str, Any] = field(default_factory=dict)
    result: TrainingResult | None = None

    @staticmethod
    def fit(
        frame: Any,
        target: str | Sequence[str],
        *,
        task: TaskChoice = None,
        numbers: Iterable[str] = (),
        categories: Iterable[str] = (),
        drop: Iterable[str] = (),
        weight: str | None = None,
        sample_weight: ArrayLike | None = None,
        decimal: Decimal | None = None,
        dates: Order | None = None,
        hidden: Sequence[int] = (64, 64),
        activation: str = "relu",
        epochs: int = 200,
        batch_size: int | Literal["auto", "full"] = "auto",
        optimizer: str | Optimizer = "adam",
        learning_rate: float | None = None,
        penalties: Penalty | str | Sequence[Penalty | str] = "auto",
        class_weight: Any = None,
        seed: int | None = None,
        validation_fraction: float = 0.1,
        patience: int = 20,
        metric: str | None = None,
        engine: str = "auto",
        threads: int | None = None,
        callbacks: Sequence[Callback] = (),
        checkpoint: Any = None,
    ) -> "Pipeline":
        """Learn to predict one column of a table, or several, from the others.

        A part of the rows is held out, by classes where there are any, to see when to stop: the
        parameters kept are those with the best loss (or metric) there. Medians, quartiles and
        levels come from the other rows alone. Classification ends in a softmax with one output
        for each class and minimises the cross entropy; regression standardises the target and
        minimises the mean squared error. Several targets share one network and count the same; with
        classes among them the loss is `chainrule.tables.JointLoss`. Rows that have a value in
        every target are learned from.

        Parameters
        ----------
        frame : whatever `read_table` takes, or a `Scan`
        target : str or sequence of str
            The column to predict, or several.
        sample_weight : array_like, shape (n_rows,), optional
            What each row counts, in training and in what is held out; times `weight`.
        task, numbers, categories, drop, weight, decimal, dates
            As in `Schema.fit`.
        hidden, activation : sequence of int, default (64, 64), and str, default "relu"
            Units of the hidden layers, () for a linear model, and their activation.
        epochs : int, default 200
            The most epochs.
        batch_size : int, "auto" or "full", default "auto"
            Rows of one update; "auto" is about a hundredth of the rows, a power of two, 32 to 256.
        optimizer, learning_rate : str or Optimizer, default "adam", and float, optional
            The rate replaces the optimizer's own.
        penalties : Penalty, sequence of penalties or "auto", default "auto"
            `L1` and `L2` on the weights; () for none. "auto" is `L2` with the strength
            min(0.001, 3 / n_rows).
        class_weight : mapping, "balanced" or None
            What each label counts, in training and where it is seen when to stop; "balanced"
            makes all classes count the same in sum. Of several targets a row counts the product;
            a mapping is then from the targets' names to weights by label.
        seed : int, optional
            Decides the rows held out, initial parameters and batches.
        validation_fraction : float, default 0.1
            The share of rows held out, in [0, 1); none for 0 or fewer than 50 rows.
        patience : int, default 20
            Epochs without improvement until it stops. The first 200 updates (at most a quarter of
            the epochs) are not judged: what has hardly begun may look best by luck.
        metric : str, optional
            What decides which epoch is best; by default the validation loss. For a quantity it is
            measured in the target's own unit. Only for one target.
        engine, threads, callbacks, checkpoint
            As in `chainrule.train`.

        Raises
        ------
        DataError
            If the table cannot be learned from; the message says why.
        TrainingInterrupted
            On Ctrl-C; its ``result`` is the pipeline so far.

        Examples
        --------
        >>> from chainrule.tables import Pipeline
        >>> pipeline = Pipeline.fit("penguins", "species", epochs=20, seed=0)
        >>> pipeline.predict("penguins")[:2].tolist()
        ['Adelie', 'Adelie']
        """
        hidden = check_hidden(hidden)
        training_set = prepared(
            frame, target, task=task, numbers=numbers, categories=categories, drop=drop,
            weight=weight, sample_weight=sample_weight, decimal=decimal, dates=dates,
            class_weight=class_weight, validation_fraction=validation_fraction,
            seed=begun_seed(checkpoint, seed),
        )  # fmt: skip
        return Pipeline.train(
            training_set, hidden=hidden, activation=activation, epochs=epochs,
            batch_size=batch_size, optimizer=optimizer, learning_rate=learning_rate,
            penalties=penalties, patience=patience, metric=metric, engine=engine,
            threads=threads, callbacks=callbacks, checkpoint=checkpoint,
        )  # fmt: skip

    @staticmethod
    def train(
        training_set: TrainingSet,
        *,
        hidden: Sequence[int] = (64, 64),
        activation: str = "relu",
        epochs: int = 200,
        batch_size: int | Literal["auto", "full"] = "auto",
        optimizer: str | Optimizer = "adam",
        learning_rate: float | None = None,
        penalties: Penalty | str | Sequence[Penalty | str] = "auto",
        patience: int = 20,
        metric: str | None = None,
        engine: str = "auto",
        threads: int | None = None,
        callbacks: Sequence[Callback] = (),
        checkpoint: Any = None,
    ) -> "Pipeline":
        """Train a network on an encoded table: the second half of `fit`, with its parameters."""
        require_integer("epochs", epochs, at_least=0)
        hidden = check_hidden(hidden)
        data, target, n = training_set, target_of(training_set), len(training_set.X)
        chosen_optimizer = choose_optimizer(optimizer, learning_rate)
        chosen_metric = choose_metric(metric, target)
        rows_per_batch = choose_batch_size(batch_size, n, chosen_optimizer)
        early_stopping = EarlyStopping(
            chosen_metric.name if chosen_metric else "validation_loss",
            patience,
            start_from_epoch=unjudged_epochs(rows_per_batch, n, epochs, chosen_optimizer),
        )

        def pipeline(result: TrainingResult) -> Pipeline:
            return Pipeline(
                data.schema,
                data.encoder,
                target,
                result.network,
                result.parameters,
                summarise(result, data.X, data.held_out),
                result,
            )

        try:
            result = train(
                mlp(data.encoder.n_features, hidden, target.n_out, activation, target.output),
                data.X, data.y, loss=target.loss, optimizer=chosen_optimizer, epochs=epochs,
                batch_size=rows_per_batch, seed=data.seed, penalties=choose_penalties(penalties, n),
                sample_weight=data.weight, validation=data.validation,
                metrics=[chosen_metric] if chosen_metric else [],
                stop=[early_stopping] if data.validation else [], callbacks=callbacks,
                engine=engine, threads=threads, checkpoint=of_table(checkpoint, data),
            )  # fmt: skip
        except TrainingInterrupted as interrupt:
            raise TrainingInterrupted(str(interrupt), pipeline(interrupt.result)) from None
        return pipeline(result)

    def __getstate__(self) -> dict[str, Any]:
        # A packed predictor belongs to its process; the next prediction packs another one. Times
        # would make equal fits differ.
        kept = {name: value for name, value in vars(self).items() if name != "_predictor"}
        return {**kept, "summary": {**self.summary, "date": None, "seconds": None}}

    def __repr__(self) -> str:
        sizes = self.network.sizes.partition(" ")
        return (
            f"Pipeline({self.schema.task} of {self.target.name} from "
            f"{', '.join(c.name for c in self.schema.features)}; "
            f"{sizes[0]} inputs {sizes[2]})"
        )

    def outputs(self, frame: Any) -> Array:
        """The network's outputs for a table's rows, shape (n, n_out); else as `predict`."""
        return outputs_of(self.run, frame)

    def run(self, table: Table) -> tuple[Array, dict[str, Unusual]]:
        """The network's outputs for a table's rows, and what is unusual in each column."""
        dtype = self.parameters.vector.dtype
        a, unusual = run_in_blocks(self.encoder, self._predictor, table, dtype)
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

    def subject(self) -> Subject:
        """The network with what reads tables for it, for explanations, diagnoses and plots."""
        reader = TableReader(self.encoder, self.target, [t.format for t in self.schema.targets])
        result = self.result
        if result is not None:
            found = Subject.of_plan(result.plan, self.parameters, result.state)
            return replace(found, reader=reader)
        numbers, loss = self.parameters.astype(np.float64), LOSSES.get_object(self.target.loss)
        return Subject(self.network, numbers, loss, reader=reader)

    @cached_property
    def _predictor(self) -> Callable[[Array], Array]:
        dtype = self.parameters.vector.dtype
        plan = Plan(Objective(self.network, self.target.loss), seed=0, dtype=dtype)
        row = (np.zeros((1, n), dtype) for n in (self.network.n_in, self.network.n_out))
        engine, _ = choose_engine("auto", plan, Data(*row))
        return engine.predictor(self.network, self.parameters)
