"""Folds of a table's rows: what is learned from, and what is tested on."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..errors import DataError, InvalidValueError, require_integer
from ..random import Purpose, check_seed, permutation
from ..tables import DecodedTable
from ..tables.columns import number_array
from ..tables.meaning import find_columns
from ..tables.naming import check_columns, column_name
from ..tables.rows import row_numbers
from ..tables.split import class_numbers, split_by_classes
from ..typing import Array, IntArray


class Fold(NamedTuple):
    """The numbers of the rows learned from and of those tested on, each in ascending order."""

    training: IntArray
    test: IntArray


def make_folds(
    decoded: DecodedTable,
    folds: int = 5,
    seed: int | None = None,
    *,
    group: str | None = None,
    time: str | None = None,
) -> list[Fold]:
    """Folds in which no test row is known from training.

    Without `group` and `time` the rows are dealt out at random, those of each class in turn, so
    that every fold has its share of each; every row is tested on once.

    Parameters
    ----------
    decoded : DecodedTable
        A table as `decode_table` returns it.
    folds : int, default 5
        How many, at least 2.
    seed : int, optional
        Decides which rows go where; a new one by default.
    group : str, optional
        A column: rows with the same value are in the same fold, such as all rows of one patient.
        The largest groups are dealt out first, each to the fold with the fewest rows.
    time : str, optional
        A column of dates or numbers: each fold learns from what came before and is tested on what
        came next. The rows are cut into folds + 1 spans; rows of one moment stay together.

    Raises
    ------
    DataError
        If there are fewer rows, groups or moments than are needed, or the column of times holds
        something else or has missing values.

    Examples
    --------
    >>> from chainrule.tables import decode_table
    >>> from chainrule.evaluation import make_folds
    >>> table = {"day": [1, 2, 3, 4, 5, 6], "y": [1.0, 2.5, 3.0, 4.5, 5.0, 6.5]}
    >>> for fold in make_folds(decode_table(table, "y"), 2, time="day"):
    ...     print(fold.training, fold.test)
    [0 1] [2 3]
    [0 1 2 3] [4 5]
    """
    rows = row_numbers("rows", decoded, None)
    rows = decoded.rows if rows is None else rows
    require_integer("folds", folds, at_least=2)
    seed = check_seed(seed)
    if group is not None and time is not None:
        raise InvalidValueError(
            f"group (={group!r}) must be None where time (={time!r}) is given: folds are made by "
            "one of them"
        )
    if len(rows) < folds + (time is not None):
        raise DataError(f"folds (={folds}) must be fewer than the rows with a target, {len(rows)}")
    if time is not None:
        return _by_time(rows, times_of(decoded, time)[rows], folds)
    if group is not None:
        numbers = groups_of(decoded, group)[rows]
        fold_of = _by_group(numbers, folds, seed, group)
    else:
        fold_of = _dealt_out(_classes(decoded, rows), folds, seed)
    return [Fold(rows[fold_of != k], rows[fold_of == k]) for k in range(folds)]


def hold_out(
    decoded: DecodedTable,
    rows: IntArray,
    share: float,
    seed: int,
    *,
    group: str | None = None,
    time: str | None = None,
    position: int = 0,
) -> Fold:
    """About a share of the rows held out: by classes, by whole groups, or the last in time.

    `position` keeps the splits of one seed apart, as in `split_rows`.
    """
    if time is not None:
        return _last(rows, times_of(decoded, time)[rows], share)
    if group is not None:
        return _some_groups(rows, groups_of(decoded, group)[rows], share, seed, group, position)
    classes = class_columns(decoded, rows)
    kept, held_out = split_by_classes(len(rows), share, seed, classes, position=position)
    return Fold(rows[kept], rows[held_out])


def groups_of(decoded: DecodedTable, group: str) -> IntArray:
    """The number of each row's group; missing values are a group of their own."""
    name = column_name("group", group)
    check_columns(decoded.table, [name])
    return class_numbers(decoded.table.to_native()[name])


def times_of(decoded: DecodedTable, time: str) -> Array:
    """The time of each row as a number.

    Raises
    ------
    DataError
        If the column holds texts that are none, or one is missing.
    """
    name = column_name("time", time)
    check_columns(decoded.table, [name])
    native = decoded.table.to_native()
    column = find_columns({name: native[name]}, {})[name]
    if column.format is None:
        raise DataError(f"column {name!r} must hold dates or numbers, to tell what came first")
    numbers = column.numbers
    missing = np.isnan(numbers)
    if missing.any():
        raise DataError(
            f"column {name!r}, row {int(missing.argmax()) + 1}: the time is missing; fill it in, "
            "or leave the row out"
        )
    return numbers


def class_columns(decoded: DecodedTable, rows: IntArray) -> list[IntArray]:
    """The class number of each row, of each target that is classes."""
    return [
        class_numbers(decoded.targets[one.name].take(number_array(rows)))
        for one in decoded.schema.targets
        if one.task == "classification"
    ]


def _classes(decoded: DecodedTable, rows: IntArray) -> IntArray:
    """The class of each row, by the first target that is classes; 0 where none is."""
    columns = class_columns(decoded, rows)
    return columns[0] if columns else np.zeros(len(rows), np.int64)


def _dealt_out(classes: IntArray, folds: int, seed: int) -> IntArray:
    """Each row's fold: the rows in random order, class by class, one to each fold in turn."""
    order = permutation(seed, 0, len(classes), Purpose.SPLIT)
    order = order[np.argsort(classes[order], kind="stable")]
    fold_of = np.empty(len(classes), np.int64)
    fold_of[order] = np.arange(len(classes)) % folds
    return fold_of


def _by_group(groups: IntArray, folds: int, seed: int, name: str) -> IntArray:
    sizes = np.bincount(groups)
    there = int((sizes > 0).sum())
    if there < folds:
        raise DataError(
            f"folds (={folds}) must be at most the number of groups: column {name!r} has {there}"
        )
    shuffled = permutation(seed, 0, len(sizes), Purpose.SPLIT)
    by_size = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
    rows, fold_of_group = np.zeros(folds, np.int64), np.zeros(len(sizes), np.int64)
    for g in by_size:
        fold_of_group[g] = rows.argmin()
        rows[rows.argmin()] += sizes[g]
    return fold_of_group[groups]


def _by_time(rows: IntArray, times: Array, folds: int) -> list[Fold]:
    order = np.argsort(times, kind="stable")
    rows, times = rows[order], times[order]
    # Rows of one moment stay with the first of them.
    cuts = [len(rows) * k // (folds + 1) for k in range(1, folds + 1)]
    ends = [int(np.searchsorted(times, times[cut])) for cut in cuts] + [len(rows)]
    if ends[0] == 0 or len(set(ends)) < len(ends):
        raise DataError(
            f"folds (={folds}) must be fewer: so many rows share a moment that a span is empty"
        )
    return [Fold(np.sort(rows[:start]), np.sort(rows[start:end])) for start, end in pairwise(ends)]


def _last(rows: IntArray, times: Array, share: float) -> Fold:
    order = np.argsort(times, kind="stable")
    cut = min(max(round(len(rows) * (1 - share)), 1), len(rows) - 1)
    cut = int(np.searchsorted(times[order], times[order][cut]))
    if cut == 0:
        raise DataError("all rows share one moment, so that none came last")
    return Fold(np.sort(rows[order[:cut]]), np.sort(rows[order[cut:]]))


def _some_groups(
    rows: IntArray, groups: IntArray, share: float, seed: int, name: str, position: int
) -> Fold:
    """Groups in random order, until about the share of the rows is held out."""
    sizes = np.bincount(groups)
    if (sizes > 0).sum() < 2:
        raise DataError(f"column {name!r} has one group, so that none can be held out")
    order = permutation(seed, position, len(sizes), Purpose.SPLIT)
    order = order[sizes[order] > 0]
    before = np.cumsum(sizes[order]) - sizes[order] / 2
    n = min(max(int((before < share * len(rows)).sum()), 1), len(order) - 1)
    out = np.isin(groups, order[:n])
    return Fold(rows[~out], rows[out])
