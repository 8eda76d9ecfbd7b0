"""Rows that are held out: always the same ones for the same seed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ..errors import DataError, require_number
from ..random import Purpose, check_seed, permutation
from ..typing import IntArray
from .columns import as_texts, to_numpy
from .naming import check_columns, column_name
from .read import Table, read_table, take_rows
from .words import count


def split_rows(
    n: int,
    fraction: float,
    seed: int | None = None,
    *,
    classes: IntArray | None = None,
    position: int = 0,
) -> tuple[IntArray, IntArray]:
    """The rows to keep and the rows to hold out, each in ascending order.

    Parameters
    ----------
    n : int
        The number of rows.
    fraction : float
        The share to hold out, in (0, 1); rounded to whole rows, at least one on each side.
    seed : int, optional
        Decides which; a new one by default.
    classes : ndarray of int, shape (n,), optional
        The class number of each row. Each class then gives its share, by the largest remainders,
        and keeps at least one row: a class with a single row is never held out.
    position : int, default 0
        Keeps the splits of one seed apart: 0 for the test rows, 1 for the validation rows.

    Raises
    ------
    DataError
        If there are fewer than two rows, or no class has a row to spare.

    Examples
    --------
    >>> kept, held_out = split_rows(10, 0.3, seed=0)
    >>> len(kept), len(held_out)
    (7, 3)
    """
    require_number("fraction", fraction, above=0, below=1)
    if n < 2:
        raise DataError(f"a table with {count(n, 'row')} cannot be split; at least 2 are needed")
    order = permutation(check_seed(seed), position, n, Purpose.SPLIT)
    wanted = min(max(int(n * fraction + 0.5), 1), n - 1)
    numbers = np.zeros(n, np.int64) if classes is None else np.asarray(classes)
    shares = _shares(np.bincount(numbers), fraction, wanted)
    if shares.sum() == 0:
        raise DataError("no class has two rows, so that none can be held out")
    # A row is held out if it is among the first `share` of its class in random order.
    by_class = order[np.argsort(numbers[order], kind="stable")]
    sorted_numbers = numbers[by_class]
    first = np.searchsorted(sorted_numbers, sorted_numbers)
    out = np.zeros(n, bool)
    out[by_class] = np.arange(n) - first < shares[sorted_numbers]
    return np.flatnonzero(~out), np.flatnonzero(out)


def split_by_classes(
    n: int, fraction: float, seed: int, classes: Sequence[IntArray], *, position: int = 0
) -> tuple[IntArray, IntArray]:
    """As `split_rows`, by the classes of several targets: of each label a row at least is kept.

    Parameters
    ----------
    n, fraction, seed, position
        As in `split_rows`.
    classes : sequence of ndarray of int, each of shape (n,)
        The class numbers of each target. Every class of the first gives its share; rows of labels
        of the others that would all be held out are kept.
    """
    kept, held_out = split_rows(
        n, fraction, seed, classes=classes[0] if classes else None, position=position
    )
    for numbers in classes[1:]:
        labels, first = np.unique(numbers[held_out], return_index=True)
        back = held_out[first[~np.isin(labels, numbers[kept])]]
        kept, held_out = np.union1d(kept, back), np.setdiff1d(held_out, back)
    return kept, held_out


def _shares(counts: IntArray, fraction: float, wanted: int) -> IntArray:
    """How many rows each class gives: its quota rounded down, then one by largest remainder.

    What a class cannot give, because one of its rows at least is kept, no other one gives for it.
    """
    quota = counts * fraction
    spare = np.maximum(counts - 1, 0)
    shares: IntArray = np.minimum(quota.astype(np.int64), spare)
    for c in np.argsort(shares - quota, kind="stable"):
        if shares.sum() < wanted and shares[c] < min(spare[c], quota[c]):
            shares[c] += 1
    return shares


def split(
    frame: Any, fraction: float = 0.2, seed: int | None = None, *, stratify: str | None = None
) -> tuple[Table, Table]:
    """The rows of a table to learn from, and the rows held out to test on.

    Parameters
    ----------
    frame : whatever `read_table` takes
    fraction, seed
        As in `split_rows`.
    stratify : str, optional
        A column of classes: each gives its share. Missing values count as a class.

    Raises
    ------
    DataError
        As `split_rows`, or if there is no such column.

    Examples
    --------
    >>> training, test = split("penguins", 0.2, seed=0, stratify="species")
    >>> len(training), len(test)
    (275, 69)
    """
    table = read_table(frame)
    classes = None
    if stratify is not None:
        name = column_name("stratify", stratify)
        check_columns(table, [name])
        classes = class_numbers(table.to_native()[name])
    kept, held_out = split_rows(len(table), fraction, seed, classes=classes)
    return take_rows(table, kept), take_rows(table, held_out)


def class_numbers(column: Any) -> IntArray:
    """A number from 0 for each different text of a column, in ascending order."""
    texts = as_texts(column)
    return to_numpy(pc.rank(texts, tiebreaker="dense")).astype(np.int64) - 1
