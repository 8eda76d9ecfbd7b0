"""The object that takes a table to predictions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from ..engines import choose_engine
from ..errors import (
    DataError,
    DataWarning,
    TrainingInterrupted,
    require_integer,
    require_number,
    warn,
)
from ..losses import LOSSES
from ..network import Network, mlp
from ..objective import Objective
from ..optimizers import Optimizer
from ..parameters import Parameters
from ..penalties import Penalty
from ..plan import Data, Plan
from ..random import check_seed
from ..subject import Subject
from ..training import METRICS, Callback, EarlyStopping, TrainingResult, class_sample_weight, train
from ..typing import Array, IntArray
from .columns import number_array, to_numpy
from .encoder import Encoder
from .fitting import (
    check_hidden,
    choose_batch_size,
    choose_metric,
    choose_optimizer,
    choose_penalties,
    class_weights,
    summarise,
    unjudged_epochs,
    validation_rows,
)
from .read import Table, read_table, take_rows
from .reader import TableReader
from .schema import Schema, check_target, with_target
from .target import Classes, Target, fit_target


@dataclass(repr=False)
class Pipeline:
    """Everything that a prediction needs; from `Pipeline.fit` or `chainrule.models.load_model`.

    Attributes
    ----------
    schema : Schema
        What the columns hold.
    encoder : Encoder
        From columns to inputs.
    target : Classes or Quantity
        From the target column to the network's targets, and from outputs to predictions.
    network : Network
    parameters : Parameters
    summary : dict
        How the fit went, as plain data: seed, epochs, losses, rows, engine, date.
    result : TrainingResult or None
        The fit itself, with its history; None after loading.
    """

    schema: Schema
    encoder: Encoder
    target: Target
    network: Network
    parameters: Parameters
    summary: dict[str, Any] = field(default_factory=dict)
    result: TrainingResult | None = None

    @staticmethod
    def fit(
        frame: Any,
        target: str,
        *,
        task: Literal["classification", "regression"] | None = None,
        numbers: Iterable[str] = (),
        categories: Iterable[str] = (),
        drop: Iterable[str] = (),
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
    ) -> "Pipeline":
        """Learn to predict one column of a table from the others.

        A part of the rows is held out, by classes where there are any, to see when to stop: the
        parameters kept are those with the best loss (or metric) there. Means, deviations and
        levels come from the other rows alone. Classification ends in a softmax with one output
        for each class and minimises the cross entropy; regression standardises the target and
        minimises the mean squared error.

        Parameters
        ----------
        frame : whatever `read_table` takes
        target : str
            The column to predict.
        task, numbers, categories, drop
            As in `Schema.fit`.
        hidden : sequence of int, default (64, 64)
            Units of the hidden layers; () for a linear model.
        activation : str, default "relu"
            Of the hidden layers.
        epochs : int, default 200
            At most so many.
        batch_size : int, "auto" or "full", default "auto"
            Rows of one update. "auto" takes about a hundredth of the rows, a power of two from 32
            to 256.
        optimizer : str or Optimizer, default "adam"
        learning_rate : float, optional
            Replaces the optimizer's own.
        penalties : Penalty, sequence of penalties or "auto", default "auto"
            `L1` and `L2` on the weights; () for none. "auto" is `L2` with the strength
            min(0.001, 3 / n_rows).
        class_weight : mapping, "balanced" or None
            What each label counts, in training and where it is seen when to stop; "balanced"
            makes all classes count the same in sum.
        seed : int, optional
            Decides the rows held out, initial parameters and batches.
        validation_fraction : float, default 0.1
            The share of rows held out, in [0, 1); 0 learns from all rows for all epochs, and so
            does a table with fewer than 50 rows.
        patience : int, default 20
            Epochs without improvement until it stops. The first 200 updates (at most a quarter
            of the epochs) are not judged: a network that has hardly begun may look best by luck.
        metric : str, optional
            What decides which epoch is best; by default the validation loss. For a quantity it is
            measured in the target's own unit.
        engine, threads, callbacks
            As in `chainrule.train`.

        Raises
        ------
        DataError
            If the table or its target cannot be learned from; the message says why.
        TrainingInterrupted
            On Ctrl-C; its ``result`` is the pipeline so far.

        Examples
        --------
        >>> from chainrule.tables import Pipeline
        >>> pipeline = Pipeline.fit("penguins", "species", epochs=20, seed=0)
        >>> pipeline.predict("penguins")[:2].tolist()
        ['Adelie', 'Adelie']
        """
        require_number("validation_fraction", validation_fraction, at_least=0, below=1)
        require_integer("epochs", epochs, at_least=0)
        hidden = check_hidden(hidden)
        table = read_table(frame)
        schema = Schema.fit(
            table, target, task=task, numbers=numbers, categories=categories, drop=drop
        )
        seed = check_seed(seed)
        rows = with_target(table, target)
        values = rows.to_native()[target]
        kept, held_out = validation_rows(values, target, schema.task, validation_fraction, seed)
        kind = fit_target(values.take(number_array(kept)), target, schema.task)
        encoder = Encoder.fit(take_rows(rows, kept), schema)

        weights = class_weights(class_weight, kind)

        def encoded(part: IntArray) -> tuple[Array, ...]:
            X, _ = encoder.transform(take_rows(rows, part))
            y = kind.encode(values.take(number_array(part)))
            return (X, y) if weights is None else (X, y, class_sample_weight(y, weights))

        X, y, *sample_weight = encoded(kept)
        steps = choose_optimizer(optimizer, learning_rate)
        watched = choose_metric(metric, kind)
        rows_a_step = choose_batch_size(batch_size, len(X), steps)
        stop = EarlyStopping(
            watched.name if watched else "validation_loss",
            patience,
            start_from_epoch=unjudged_epochs(rows_a_step, len(X), epochs, steps),
        )

        def finish(result: TrainingResult) -> Pipeline:
            summary = summarise(result, kept, held_out)
            learned = result.network, result.parameters
            return Pipeline(schema, encoder, kind, *learned, summary, result)

        try:
            result = train(
                mlp(encoder.n_features, hidden, kind.n_out, activation, kind.output),
                X,
                y,
                loss=kind.loss,
                optimizer=steps,
                epochs=epochs,
                batch_size=rows_a_step,
                seed=seed,
                penalties=choose_penalties(penalties, len(X)),
                sample_weight=sample_weight[0] if sample_weight else None,
                validation=encoded(held_out) if len(held_out) else None,
                metrics=[watched] if watched else [],
                stop=[stop] if len(held_out) else [],
                callbacks=callbacks,
                engine=engine,
                threads=threads,
            )
        except TrainingInterrupted as interrupt:
            raise TrainingInterrupted(str(interrupt), finish(interrupt.result)) from None
        return finish(result)

    def __getstate__(self) -> dict[str, Any]:
        # A packed predictor belongs to its process; the next prediction packs another one. Times
        # would make equal fits differ.
        kept = {name: value for name, value in vars(self).items() if name != "_predictor"}
        return {**kept, "summary": {**self.summary, "date": None, "seconds": None}}

    def __repr__(self) -> str:
        layers = " -> ".join(str(layer.n_out) for layer in self.network.layers if layer.n_out)
        return (
            f"Pipeline({self.schema.task} of {self.target.name} from "
            f"{', '.join(c.name for c in self.schema.features)}; "
            f"{self.network.n_in} inputs -> {layers})"
        )

    def predict(self, frame: Any) -> Array:
        """The labels (in the type that training had) or values of a table's rows, shape (n,).

        Parameters
        ----------
        frame : whatever `read_table` takes
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
        return self.target.predictions(self._outputs(read_table(frame)))

    def predict_proba(self, frame: Any) -> Array:
        """The probability of each label, shape (n, n_classes), in the order of `classes`."""
        self._labelled()
        return self._outputs(read_table(frame))

    @property
    def classes(self) -> tuple[Any, ...]:
        """The labels, in ascending order."""
        return self._labelled().labels

    def _labelled(self) -> Classes:
        if isinstance(self.target, Classes):
            return self.target
        raise DataError(
            f"{self.target.name!r} is a quantity: a regression has no classes or probabilities"
        )

    def evaluate(self, frame: Any) -> dict[str, float]:
        """How good the predictions of a table's rows are, and how good a trivial guess would be.

        `frame` is whatever `read_table` takes; rows without a target are left out.

        Returns
        -------
        dict of str to float
            ``rows``; the task's metrics (``accuracy``, ... or ``root_mean_squared_error``, ...);
            and each with ``baseline_`` before it for the trivial guess, the most frequent label
            of the training rows (its frequencies as probabilities) or their mean.

        Raises
        ------
        DataError
            As `predict`; if the target is missing everywhere, or has a label that training had not.
        """
        table, name = read_table(frame), self.target.name
        check_target(table, name)
        # All rows are looked at, so that an error tells a row's number in the table.
        values = table.to_native()[name]
        known = to_numpy(values.is_valid())
        y = self.target.outputs(self.target.encode(values)[known])
        a = self.target.outputs(self._outputs(table)[known])
        guess = self.target.outputs(self.target.baseline(len(y)))
        scores = {name: METRICS[name](a, y) for name in self.target.metrics}
        baseline = {f"baseline_{name}": METRICS[name](guess, y) for name in self.target.metrics}
        return {"rows": len(y), **scores, **baseline}

    def subject(self) -> Subject:
        """The network with what reads tables for it, for explanations, diagnoses and plots."""
        reader, result = TableReader(self.encoder, self.target), self.result
        if result is not None:
            return replace(
                Subject.of_plan(result.plan, self.parameters, result.state), reader=reader
            )
        numbers = self.parameters.astype(np.float64)
        return Subject(self.network, numbers, LOSSES[self.target.loss], reader=reader)

    def _outputs(self, table: Table) -> Array:
        X, notes = self.encoder.transform(table, self.parameters.vector.dtype)
        for note in notes:
            warn(note, DataWarning)
        return self._predictor(X)

    @cached_property
    def _predictor(self) -> Callable[[Array], Array]:
        dtype = self.parameters.vector.dtype
        plan = Plan(Objective(self.network, LOSSES[self.target.loss]), seed=0, dtype=dtype)
        row = (np.zeros((1, n), dtype) for n in (self.network.n_in, self.network.n_out))
        engine, _ = choose_engine("auto", plan, Data(*row))
        return engine.predictor(self.network, self.parameters)
