"""Columns that give the target away: what nobody will know when a prediction is wanted."""

from collections.abc import Iterable

import numpy as np

from ..errors import DataWarning, warn
from ..typing import Array, IntArray
from .columns import Labels
from .schema import DecodedTable, Values
from .target import ClassTarget, Target
from .target_group import Targets, parts_of

MIN_ROWS = 50
"""In fewer rows a column may fit by luck."""
MANY_ROWS = 500
_ALIKE = 0.99999


def given_away(
    features: Iterable[tuple[str, Values]], target: Target, y: Array, rows: IntArray
) -> list[str]:
    """The columns from which alone the target of (nearly) every row follows.

    Parameters
    ----------
    features : iterable of (name, values)
        As `DecodedTable.features` has them.
    target : ClassTarget or NumericTarget
    y : ndarray, shape (n, n_out)
        The encoded targets of the rows.
    rows : ndarray of int, shape (n,)

    Notes
    -----
    Of classes: a category each of whose levels has one label, with ten rows to a level; or a number
    by whose order each class stands together, in 500 rows at least where it has more than a few
    values, since a good measurement may do so in fewer. Of a quantity: a number whose correlation
    with it, or that of the ranks, is +-0.99999 or more.
    """
    if len(rows) < MIN_ROWS:
        return []
    found = []
    labels = y.argmax(axis=1) if isinstance(target, ClassTarget) else None
    for name, values in features:
        if isinstance(values, tuple):
            hit = labels is not None and _levels_tell((values[0], values[1][rows]), labels)
        elif labels is not None:
            hit = _order_tells(values[rows], labels)
        else:
            hit = _moves_with(values[rows], y[:, 0])
        if hit:
            found.append(name)
    return found


def _levels_tell(values: Labels, labels: IntArray) -> bool:
    codes = values[1]
    levels, n_labels = len(np.unique(codes)), int(labels.max()) + 1
    if 10 * levels > len(codes):
        return False
    pairs = np.unique((codes.astype(np.int64) + 1) * n_labels + labels)
    return len(pairs) == levels


def _order_tells(x: Array, labels: IntArray) -> bool:
    if np.isnan(x).any():
        return False
    order = np.argsort(x, kind="stable")
    x, labels = x[order], labels[order]
    changes = labels[1:] != labels[:-1]
    classes = len(np.unique(labels))
    if len(x) < MANY_ROWS and len(np.unique(x)) > 2 * classes:
        return False
    # Equal numbers with different labels tell nothing.
    return not (changes & (x[1:] == x[:-1])).any() and changes.sum() == classes - 1


def _moves_with(x: Array, y: Array) -> bool:
    if np.isnan(x).any() or np.ptp(x) == 0 or np.ptp(y) == 0:
        return False
    if abs(float(np.corrcoef(x, y)[0, 1])) >= _ALIKE:
        return True
    ranks = [np.unique(v, return_inverse=True)[1].astype(np.float64) for v in (x, y)]
    several = min(r.max() for r in ranks) >= MIN_ROWS / 2
    return bool(several and abs(float(np.corrcoef(ranks[0], ranks[1])[0, 1])) >= _ALIKE)


def warn_of_leaks(decoded: DecodedTable, target: Targets, y: Array, rows: IntArray) -> None:
    """Warn of columns that give a target away."""
    start = 0
    for part in parts_of(target):
        own = y[:, start : start + part.n_out]
        start += part.n_out
        if names := given_away(decoded.features.items(), part, own, rows):
            warn(
                f"{part.name!r} follows from {' or '.join(map(repr, names))} alone: if that is "
                f"not known when a prediction is wanted, leave it out (drop={names!r}, --drop)",
                DataWarning,
            )
