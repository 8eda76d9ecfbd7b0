"""Rows whose label is probably not the right one."""

from typing import Any

import numpy as np

from ..errors import DataError, require_integer
from ..tables import ClassTarget
from ..tables.run import HeldOutRows
from ..typing import Array, BoolArray, IntArray
from .models import pipeline_of
from .worst import WorstRow

MIN_ROWS = 50
"""Fewer rows say nothing about what is normal."""
MIN_RATIO = 10.0
"""Twice the logarithm of the likelihood ratio from which on labels count as noisy: by chance it is
larger in a table of a thousand."""
FEW_ROWS = 1000
CERTAIN, SHARE = 0.75, 0.03
"""Of few rows a share of confident contradictions stands out where the classes are told apart."""
_NUMBERS = 1 << 17
"""So many probabilities decide how much noise there is."""
_TINY = 1e-30
_TEMPERATURES = np.exp(np.linspace(np.log(0.15), np.log(3.0), 41))
_SHARES = np.exp(np.linspace(np.log(5e-4), np.log(0.3), 33))


def mislabelled_rows(model: Any, most: int | None = None) -> list[WorstRow]:
    """The rows of a fit that look mislabelled, the most striking first; none if none stands out.

    They are looked for among the rows that were held out, by what networks say of them that had
    not learned from them: with folds (the default below 1,000 rows) all rows of the table, else
    the share that said when to stop. ``folds=5`` looks at all rows of a large table, too.

    Parameters
    ----------
    model : Pipeline or TabularClassifier
        Just fitted: a model file does not keep the rows held out.
    most : int, optional
        How many rows to give; by default all.

    Returns
    -------
    list of WorstRow
        Numbers of rows from 0, the label, the likeliest one, and the probability of the label.

    Raises
    ------
    DataError
        If no rows of the table were held out, the target is no label, or there are several.

    Notes
    -----
    Labels that follow the calibrated probabilities q, but for a share e that are drawn at random
    from the k classes, have the probabilities (1 - e) q + e / k. Temperature and e are those of the
    largest likelihood. If it is e^5 times as large as without noise (twice the logarithm of the
    ratio is 10), the rows are given whose label is rather noise than not: e / k > (1 - e) q.

    In fewer than 1,000 rows this sees little. There, the rows are given that confident learning
    finds (Northcutt, Jiang & Chuang 2021, Confident learning: estimating uncertainty in dataset
    labels): another class has at least the mean probability of its own rows. They stand out where
    they are 3 % or more, of classes whose own rows have a mean probability of 0.75 or more.

    Where classes cannot be told apart, noise cannot be told from chance, and nothing is given.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.evaluation import mislabelled_rows
    >>> table = cr.read_table("penguins").to_native().to_pydict()
    >>> other = {"Adelie": "Gentoo", "Gentoo": "Chinstrap", "Chinstrap": "Adelie"}
    >>> table["species"][::15] = [other[label] for label in table["species"][::15]]
    >>> found = mislabelled_rows(cr.Pipeline.fit(table, "species", seed=0))
    >>> sum(row.row % 15 == 0 for row in found), len(found)
    (19, 19)
    """
    pipeline = pipeline_of("model", model)
    if most is not None:
        require_integer("most", most, at_least=0)
    target, held_out = pipeline.target, pipeline.held_out
    if not isinstance(target, ClassTarget):
        raise DataError(f"{target.name!r} is not one column of classes: only these have labels")
    if held_out is None:
        raise DataError(
            "no rows of the table were held out when this model was fitted, or it was loaded from "
            "a file, which does not keep them: fit it with folds, such as folds=5"
        )
    return suspects(held_out, target, most)


def suspects(held_out: HeldOutRows, target: ClassTarget, most: int | None = None) -> list[WorstRow]:
    """As `mislabelled_rows`, of predictions for rows that were not learned from."""
    a, y = held_out.a.astype(np.float64), held_out.labels
    if len(a) < MIN_ROWS or not np.isfinite(a).all():
        return []
    found, own = _noisy(a, y)
    if found is None:
        found = _contradicted(a, y)
    own = np.where(found, own, np.inf)
    order = np.argsort(own, kind="stable")[: int(found.sum())][:most]
    labels = target.labels
    return [
        WorstRow(int(held_out.rows[i]), labels[y[i]], labels[a[i].argmax()], float(own[i]))
        for i in order
    ]


def _noisy(a: Array, y: IntArray) -> tuple[BoolArray | None, Array]:
    """Which labels are rather noise than not, None without noise; the labels' probabilities."""
    n, k = a.shape
    step = max(n * k // _NUMBERS, 1)
    some, labels = a[::step], y[::step]
    shares, best = np.append(0.0, _SHARES), np.full(2, -np.inf)
    temperature, share = 1.0, 0.0
    for t in _TEMPERATURES:
        q = _of_labels(some, labels, t)
        total = np.log((1 - shares[:, None]) * q + shares[:, None] / k).sum(axis=1)
        best[0] = max(best[0], total[0])
        if total.max() > best[1]:
            best[1], temperature, share = total.max(), t, shares[total.argmax()]
    q = _of_labels(a, y, temperature)
    if 2 * (best[1] - best[0]) < MIN_RATIO:
        return None, q
    return share / k > (1 - share) * q, q


def _of_labels(a: Array, y: IntArray, temperature: float) -> Array:
    """The probability of each row's label, p^(1/T) divided by their sum."""
    z = np.log(np.maximum(a, _TINY)) / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    own: Array = p[np.arange(len(y)), y] / p.sum(axis=1)
    return np.maximum(own, _TINY)


def _contradicted(a: Array, y: IntArray) -> BoolArray:
    """The confident contradictions of few rows, where they stand out."""
    nothing = np.zeros(len(y), bool)
    if len(y) >= FEW_ROWS:
        return nothing
    counts = np.bincount(y, minlength=a.shape[1])
    own = np.bincount(y, a[np.arange(len(y)), y], minlength=a.shape[1])
    mean = own / np.maximum(counts, 1)
    confident = np.where((a >= mean) & (counts > 0), a, -1.0)
    found: BoolArray = (confident.max(axis=1) >= 0) & (confident.argmax(axis=1) != y)
    certain = mean[counts > 0].mean() >= CERTAIN
    return found if certain and found.mean() >= SHARE else nothing
