"""From a table to what a network learns from: which rows, and their inputs and targets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ..errors import (
    DataError,
    InvalidValueError,
    ShapeError,
    require,
    require_mapping,
    require_number,
    shown,
)
from ..random import check_seed
from ..training import class_sample_weight
from ..typing import Array, ArrayLike, IntArray, float_array
from .columns import number_array
from .dates import Order
from .encoder import Encoder
from .numerals import Decimal
from .rows import row_numbers
from .schema import DecodedTable, Schema, decode_table
from .split import split_by_classes
from .target import ClassTarget, Target, fit_target
from .target_group import TargetGroup, Targets, join_targets, parts_of
from .task import Task

ClassWeight = Mapping[Any, Any] | Literal["balanced"] | None
"""Weights by label, or of several targets by their names; see `Pipeline.fit`."""
TaskChoice = Task | Mapping[str, Task] | None
"""The task of all targets, or by their names; by default decided from their values."""

MIN_ROWS_TO_VALIDATE = 50
"""A table with fewer rows is learned whole: a few rows say nothing about when to stop."""


@dataclass(frozen=True)
class TrainingSet:
    """A table, read and encoded: everything that training needs to know of it.

    Attributes
    ----------
    schema : Schema
        What the columns of the whole table hold.
    encoder : Encoder
        From columns to inputs, fitted to the rows learned from.
    target : ClassTarget, NumericTarget or TargetGroup
        From the target columns to outputs, fitted to the rows learned from.
    rows, held_out : ndarray of int
        The numbers of the rows learned from, and of those that decide when to stop (none in a
        small table).
    X : ndarray of float32, shape (n, n_features)
        The inputs of the rows learned from; of a scanned table a `RowStream`, with y and weight.
    y : ndarray, shape (n, n_out)
        Their targets.
    weight : ndarray, shape (n,), or None
        What each row counts.
    validation : tuple or None
        X, y and perhaps weights of the rows held out.
    seed : int
        Decided the rows held out, and decides the fit.
    """

    schema: Schema
    encoder: Encoder
    target: Targets
    rows: IntArray
    held_out: IntArray
    X: Array
    y: Array
    weight: Array | None
    validation: tuple[Array, ...] | None
    seed: int

    @staticmethod
    def prepare(
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
        class_weight: ClassWeight = None,
        validation_fraction: float = 0.1,
        seed: int | None = None,
    ) -> "TrainingSet":
        """Find out what a table holds, and encode it.

        Parameters
        ----------
        frame, target, task, numbers, categories, drop, decimal, dates
            As in `Schema.fit`.
        weight, sample_weight, class_weight, validation_fraction, seed
            As in `Pipeline.fit`.

        Raises
        ------
        DataError
            If the table or its target cannot be learned from; the message says why.

        Examples
        --------
        >>> from chainrule.tables import TrainingSet
        >>> training_set = TrainingSet.prepare("penguins", "species", seed=0)
        >>> training_set.X.shape, training_set.y.shape, len(training_set.held_out)
        ((310, 15), (310, 3), 34)
        """
        decoded = decode_table(
            frame,
            target,
            task=task,
            numbers=numbers,
            categories=categories,
            drop=drop,
            weight=weight,
            decimal=decimal,
            dates=dates,
        )
        return TrainingSet.encode(
            decoded,
            sample_weight=sample_weight,
            class_weight=class_weight,
            validation_fraction=validation_fraction,
            seed=seed,
        )

    @staticmethod
    def encode(
        decoded: DecodedTable,
        rows: IntArray | None = None,
        *,
        sample_weight: ArrayLike | None = None,
        class_weight: ClassWeight = None,
        validation_fraction: float = 0.1,
        seed: int | None = None,
    ) -> "TrainingSet":
        """Encode a table that has been looked at.

        Parameters
        ----------
        decoded : DecodedTable
            As `decode_table` returns it.
        rows : ndarray of int, optional
            The rows to learn from; by default all that have a target.
        sample_weight, class_weight, validation_fraction, seed
            As in `Pipeline.fit`.
        """
        rows = row_numbers(decoded, rows)
        require_number("validation_fraction", validation_fraction, at_least=0, below=1)
        seed = check_seed(seed)
        rows = decoded.rows if rows is None else rows
        values = [column.take(number_array(rows)) for column in decoded.targets.values()]

        def fitted(part: IntArray | None) -> list[Target]:
            return [
                fit_target(_taken(column, part), one.name, one.task, one.format)
                for one, column in zip(decoded.schema.targets, values, strict=True)
            ]

        kept, held_out = validation_rows(fitted(None), values, validation_fraction, seed)
        target = join_targets(fitted(kept))
        encoder = Encoder.fit(decoded, rows[kept])
        weights = weights_by_target(class_weight, target)
        own = row_weights(sample_weight, decoded)

        def encoded(part: IntArray) -> tuple[Array, ...]:
            X = encoder.encode(decoded, rows[part])
            columns = [_taken(column, part) for column in values]
            ys = [t.encode(column) for t, column in zip(parts_of(target), columns, strict=True)]
            y = np.hstack(ys)
            if weights is None and own is None:
                return X, y
            counts = np.ones(len(y)) if own is None else own[rows[part]]
            for one, of_class in zip(ys, weights or (), strict=False):
                if of_class is not None:
                    counts = counts * class_sample_weight(one, of_class)
            return X, y, counts

        X, y, *weight = encoded(kept)
        if weight and weight[0].any():
            means = np.average(X, axis=0, weights=weight[0])
        else:
            means = X.mean(axis=0, dtype=np.float64)
        encoder = replace(encoder, means=tuple(means.tolist()))
        return TrainingSet(
            decoded.schema,
            encoder,
            target,
            rows[kept],
            rows[held_out],
            X,
            y,
            weight[0] if weight else None,
            encoded(held_out) if len(held_out) else None,
            seed,
        )


def _taken(column: Any, rows: IntArray | None) -> Any:
    return column if rows is None else column.take(number_array(rows))


def validation_rows(
    targets: Sequence[Target], columns: Sequence[Any], fraction: float, seed: int
) -> tuple[IntArray, IntArray]:
    """The rows to learn from, and those that say when to stop: none in a small table."""
    n = len(columns[0])
    if fraction == 0 or n < MIN_ROWS_TO_VALIDATE:
        return np.arange(n), np.arange(0)
    classes = [
        target.numbers(values)
        for target, values in zip(targets, columns, strict=True)
        if isinstance(target, ClassTarget)
    ]
    return split_by_classes(n, fraction, seed, classes, position=1)


def row_weights(sample_weight: ArrayLike | None, decoded: DecodedTable) -> Array | None:
    """What each row of a table counts, by its column of weights and by those given; or None.

    Raises
    ------
    DataError
        If a weight is missing, negative or infinite; the message names its row.
    ShapeError
        If there is not one for each row.
    """
    weights = decoded.weight
    if sample_weight is None and weights is None:
        return None
    given = np.ones(len(decoded.table))
    if sample_weight is not None:
        given = float_array("sample_weight", sample_weight).astype(np.float64)
        if given.shape != (len(decoded.table),):
            raise ShapeError(
                f"sample_weight has the shape {given.shape}, but the table has "
                f"{len(decoded.table)} rows"
            )
    total = given if weights is None else given * weights
    bad = ~(np.isfinite(total) & (total >= 0))
    bad[np.setdiff1d(np.arange(len(total)), decoded.rows)] = False
    if bad.any():
        row = int(bad.argmax())
        name = "sample_weight" if decoded.schema.weight is None else repr(decoded.schema.weight)
        raise DataError(
            f"the weight in row {row + 1} (column {name}) is {total[row]:g}, but must be a finite "
            "number >= 0; correct it, or leave the row out"
        )
    if not total[decoded.rows].any():
        raise DataError("all weights are zero; there is nothing to learn from")
    return total


def weights_by_target(class_weight: ClassWeight, target: Targets) -> list[Any] | None:
    """What each class of each target counts; None for quantities, and where nothing was asked.

    Of several targets "balanced" holds for all that are classes, a mapping is by their names.
    """
    if class_weight is None:
        return None
    if not isinstance(target, TargetGroup):
        return [class_weights(class_weight, target)]
    classes = {part.name for part in target.parts if isinstance(part, ClassTarget)}
    chosen: Mapping[Any, Any] = (
        class_weight if isinstance(class_weight, Mapping) else dict.fromkeys(classes, class_weight)
    )
    strange = [name for name in chosen if name not in classes]
    if strange or not classes:
        raise InvalidValueError(
            f"class_weight (={class_weight!r}) must be 'balanced' or a mapping from targets that "
            f"are classes ({', '.join(sorted(classes)) or 'there is none'}) to their weights"
        )
    return [class_weights(chosen.get(part.name), part) for part in target.parts]


def class_weights(class_weight: ClassWeight, target: Target) -> list[float] | None:
    """What each class counts, in the order of the labels; 1 for labels that are not named."""
    if class_weight is None:
        return None
    if not isinstance(target, ClassTarget):
        raise InvalidValueError(
            f"class_weight (={shown(class_weight)}) must be None for a regression"
        )
    if not isinstance(class_weight, Mapping):
        if not isinstance(class_weight, str):
            require_mapping("class_weight", class_weight)
        require(
            class_weight == "balanced", "class_weight", class_weight, "name labels or 'balanced'"
        )
        return [sum(target.counts) / (target.n_out * count) for count in target.counts]
    by_text = {str(label): weight for label, weight in class_weight.items()}
    texts = [str(label) for label in target.labels]
    strange = [label for label in class_weight if str(label) not in texts]
    if strange:
        raise DataError(
            f"class_weight names {strange[0]!r}, which is no label; "
            f"labels: {', '.join(map(repr, target.labels))}"
        )
    for label, weight in by_text.items():
        require_number(f"class_weight[{label!r}]", weight, at_least=0)
    return [by_text.get(text, 1.0) for text in texts]
