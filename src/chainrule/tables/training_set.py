"""From a table to what a network learns from: which rows, and their inputs and targets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import DataError, ShapeError, require_boolean
from ..plan import RowStream
from ..random import check_seed
from ..training import class_sample_weight
from ..typing import Array, ArrayLike, IntArray, float_array
from .class_weights import ClassWeight, weights_by_target
from .columns import number_array
from .dates import Order
from .encoder import Encoder, input_means
from .given_levels import Ordered
from .leaks import warn_of_leaks
from .numerals import Decimal
from .presets import Preset, check_preset, fold_count, held_out_share
from .rows import append_validation, as_often_as_counted, row_numbers
from .schema import DecodedTable, Schema, decode_table
from .split import split_by_classes
from .target import ClassTarget, Target, fit_target
from .target_group import Targets, join_targets, parts_of
from .task import Task

TaskChoice = Task | Mapping[str, Task] | None
"""The task of all targets, or by their names; by default decided from their values."""

FEWEST_SAVED = 16
"""Categories are kept as codes where that saves as many columns, or more."""
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
    X : ndarray, shape (n, n_features)
        The inputs of the rows learned from: float32, and float64 for fewer than 50 rows in all
        presets but "plain"; of a scanned table a `RowStream`, with y and weight.
    y : ndarray, shape (n, n_out)
        Their targets.
    weight : ndarray, shape (n,), or None
        What each row counts.
    validation : tuple or None
        X, y and perhaps weights of the rows held out.
    seed : int
        Decided the rows held out, and decides the fit.
    preset : {"plain", "auto", "best"}
        What the rows were prepared for.
    folds : int
        In how many parts the rows are cut, of which each is held out once; 0 where none are.
    codes : bool
        Whether X has the place of its input for each category, -1 for none, in the place of zeros
        and ones; `encoder.sizes` has their sizes.
    validation_apart : bool
        Whether `held_out` are rows of another table, or of a sample.
    held_out_given : bool
        Whether the rows held out are the user's own, which are never learned from.
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
    preset: Preset = "plain"
    folds: int = 0
    codes: bool = False
    validation_apart: bool = False
    held_out_given: bool = False

    def with_held_out(self) -> "TrainingSet":
        """The same rows without validation: those held out are learned from, too."""
        if self.validation is None:
            return self
        rows = np.concatenate([self.rows, self.held_out])
        order = np.argsort(rows, kind="stable")
        found = replace(self, rows=rows[order], held_out=self.held_out[:0], validation=None)
        stream: Any = self.X
        if isinstance(stream, RowStream):
            return replace(found, X=stream.with_rows(self.held_out))  # type: ignore[attr-defined]
        X, y, *weight = self.validation
        return replace(
            found,
            X=np.concatenate([self.X, X])[order],
            y=np.concatenate([self.y, y])[order],
            weight=np.concatenate([self.weight, *weight])[order] if weight else None,
        )

    @staticmethod
    def prepare(
        frame: Any,
        target: str | Sequence[str],
        *,
        task: TaskChoice = None,
        numbers: Iterable[str] = (),
        categories: Iterable[str] = (),
        texts: Iterable[str] = (),
        ordered: Ordered = None,
        drop: Iterable[str] = (),
        weight: str | None = None,
        sample_weight: ArrayLike | None = None,
        decimal: Decimal | None = None,
        dates: Order | None = None,
        class_weight: ClassWeight = None,
        preset: Preset = "auto",
        validation_fraction: float | None = None,
        folds: int | None = None,
        validation: Any = None,
        seed: int | None = None,
    ) -> "TrainingSet":
        """Find out what a table holds, and encode it.

        Parameters
        ----------
        frame, target, task, numbers, categories, texts, ordered, drop, decimal, dates
            As in `Schema.fit`.
        weight, sample_weight, class_weight, preset, validation_fraction, folds, validation, seed
            As in `Pipeline.fit`.

        Raises
        ------
        DataError
            If the table or its target cannot be learned from; the message says why.

        Examples
        --------
        >>> from chainrule.tables import TrainingSet
        >>> training_set = TrainingSet.prepare("penguins", "species", seed=0)
        >>> training_set.X.shape, training_set.y.shape, training_set.folds
        ((344, 15), (344, 3), 5)
        """
        held_out = None
        if validation is not None:
            frame, held_out, sample_weight = append_validation(frame, validation, sample_weight)
        decoded = decode_table(
            frame,
            target,
            task=task,
            numbers=numbers,
            categories=categories,
            texts=texts,
            ordered=ordered,
            drop=drop,
            weight=weight,
            decimal=decimal,
            dates=dates,
        )
        data = TrainingSet.encode(
            decoded,
            sample_weight=sample_weight,
            class_weight=class_weight,
            preset=preset,
            validation_fraction=validation_fraction,
            folds=folds,
            held_out=held_out,
            seed=seed,
        )
        return replace(data, validation_apart=validation is not None)

    @staticmethod
    def encode(
        decoded: DecodedTable,
        rows: IntArray | None = None,
        *,
        sample_weight: ArrayLike | None = None,
        class_weight: ClassWeight = None,
        preset: Preset = "auto",
        validation_fraction: float | None = None,
        folds: int | None = None,
        held_out: IntArray | None = None,
        codes: bool = True,
        seed: int | None = None,
    ) -> "TrainingSet":
        """Encode a table that has been looked at.

        Parameters
        ----------
        decoded : DecodedTable
            As `decode_table` returns it.
        rows : ndarray of int, optional
            The rows to learn from; by default all that have a target.
        held_out : ndarray of int, optional
            Those of them that say when to stop; by default some are chosen.
        codes : bool, default True
            Whether many levels may be kept as codes, in all presets but "plain".
        sample_weight, class_weight, preset, validation_fraction, folds, seed
            As in `Pipeline.fit`.
        """
        check_preset(preset)
        require_boolean("codes", codes)
        rows = row_numbers("rows", decoded, rows)
        held_out = row_numbers("held_out", decoded, held_out)
        share = held_out_share(preset, validation_fraction)
        seed = check_seed(seed)
        rows = decoded.rows if rows is None else rows
        values = [column.take(number_array(rows)) for column in decoded.targets.values()]

        def fitted(part: IntArray | None, counted: IntArray | None = None) -> list[Target]:
            chosen = {"classification": part, "regression": part if counted is None else counted}
            return [
                fit_target(_taken(column, chosen[one.task]), one.name, one.task, one.format)
                for one, column in zip(decoded.schema.targets, values, strict=True)
            ]

        if held_out is None:
            parts = fold_count(preset, folds, validation_fraction, len(rows))
            kept, out = validation_rows(fitted(None), values, 0.0 if parts else share, seed)
        else:
            parts, own_rows = 0, np.isin(rows, held_out)
            kept, out = np.flatnonzero(~own_rows), np.flatnonzero(own_rows)
        own = row_weights(sample_weight, decoded)
        labelled = counted = kept
        if preset != "plain" and own is not None:
            kept, counted = as_often_as_counted(kept, own[rows[kept]])
        target = join_targets(fitted(labelled, counted))
        encoder = Encoder.fit(decoded, rows[counted], plain=preset == "plain")
        few = preset != "plain" and len(rows) < MIN_ROWS_TO_VALIDATE
        saved = encoder.n_features - len(encoder.sizes)
        codes = codes and preset != "plain" and saved >= FEWEST_SAVED
        weights = weights_by_target(class_weight, target)

        def encoded(part: IntArray) -> tuple[Array, ...]:
            dtype = np.float64 if few else np.float32
            X = encoder.encode(decoded, rows[part], dtype, codes=codes)
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
        validation = encoded(out) if len(out) else None
        if preset != "plain":
            ys = y if validation is None else np.concatenate([y, validation[1]])
            warn_of_leaks(decoded, target, ys, rows[np.concatenate([kept, out])])
        counts = weight[0] if weight and weight[0].any() else None
        encoder = replace(encoder, means=input_means(X, counts, encoder.sizes if codes else None))
        return TrainingSet(
            decoded.schema,
            encoder,
            target,
            rows[kept],
            rows[out],
            X,
            y,
            weight[0] if weight else None,
            validation,
            seed,
            preset,
            parts,
            codes,
            held_out_given=held_out is not None,
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
