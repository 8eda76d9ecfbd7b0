"""Rows of another table that decide when a training stops."""

from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import DataError, require_instance
from ..training import class_sample_weight
from ..typing import Array
from .class_weights import ClassWeight, weights_by_target
from .columns import to_numpy
from .formats import typed_numbers
from .meaning import find_columns
from .naming import check_columns
from .read import Table, read_table
from .row_weights import check_row_weights
from .target_group import parts_of
from .training_set import TrainingSet


def with_validation(
    training_set: TrainingSet, frame: Any, class_weight: ClassWeight = None
) -> TrainingSet:
    """The same rows to learn from, with those of another table to decide when to stop.

    Parameters
    ----------
    training_set : TrainingSet
    frame : whatever `read_table` takes
        With all columns, the targets among them; rows that lack a target are left out. The column
        of weights counts there, too, where there is one.
    class_weight
        As in `Pipeline.fit`.

    Raises
    ------
    DataError
        As `Pipeline.predict`, or if a target is missing everywhere, or has a label that the rows
        learned from have not.

    Examples
    --------
    >>> from chainrule.tables import TrainingSet, split, with_validation
    >>> training, later = split("penguins", 0.2, seed=0)
    >>> data = TrainingSet.prepare(training, "species", validation_fraction=0, seed=0)
    >>> data = with_validation(data, later)
    >>> data.X.shape, data.validation[0].shape
    ((275, 15), (69, 15))
    """
    data = training_set
    require_instance("training_set", data, TrainingSet, "a TrainingSet")
    table = read_table(frame)
    native, parts = table.to_native(), parts_of(data.target)
    check_columns(table, [part.name for part in parts])
    columns = [
        typed_numbers(native[part.name], one.format, part.name)
        for part, one in zip(parts, data.schema.targets, strict=True)
    ]
    valid = [to_numpy(values.is_valid()) for values in columns]
    rows = np.flatnonzero(np.logical_and.reduce(valid))
    if len(rows) == 0:
        raise DataError(f"no row of the table has a value in {data.schema.target}")
    X, _ = data.encoder.inputs(table, data.X.dtype)
    ys = [part.encode(values)[rows] for part, values in zip(parts, columns, strict=True)]
    validation: tuple[Array, ...] = (X[rows], np.hstack(ys))
    of_classes, name = weights_by_target(class_weight, data.target), data.schema.weight
    if of_classes is not None or name is not None:
        counts = np.ones(len(rows)) if name is None else column_of_weights(table, name)[rows]
        for one, of_class in zip(ys, of_classes or (), strict=False):
            if of_class is not None:
                counts = counts * class_sample_weight(one, of_class)
        validation = (*validation, counts)
    return replace(
        data, validation=validation, held_out=rows, validation_apart=True, held_out_given=True
    )


def column_of_weights(table: Table, name: str) -> Array:
    """What each row of a table counts, by a column of it.

    Raises
    ------
    DataError
        If it holds no numbers, or one is missing, negative or infinite; the message names its row.
    """
    check_columns(table, [name])
    column = find_columns({name: table.to_native()[name]}, {})[name]
    if column.format is None:
        raise DataError(f"the column of weights, {name!r}, must hold numbers")
    check_row_weights(column.numbers, name)
    return column.numbers
