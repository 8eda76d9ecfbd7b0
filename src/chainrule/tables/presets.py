"""The names of the presets, and which rows each holds out."""

from typing import Any, Literal, get_args

import numpy as np

from ..errors import InvalidValueError, require_choice, require_integer, require_number
from ..random import Purpose, permutation
from ..typing import IntArray

Preset = Literal["plain", "auto", "best"]
PRESETS: tuple[Preset, ...] = get_args(Preset)

FEW_ROWS = 500
"""In a table with fewer rows, folds say how many epochs are best."""
MIN_ROWS_TO_FOLD = 50
"""A table with fewer rows is learned whole: a few rows say nothing about when to stop."""
FOLDS = 5
MEMBERS: dict[Preset, int] = {"plain": 1, "auto": 1, "best": 5}
MOST_MEMBERS = 20
"""With a limit of time that has room for more."""
SHARE = {"plain": 0.1, "auto": 0.2, "best": 0.2}
"""Of the rows that say when to stop; a fifth in TD-S."""


def check_preset(preset: Any) -> None:
    """Raise unless it is the name of a preset."""
    require_choice("preset", preset, PRESETS)


def held_out_share(preset: Preset, given: float | None) -> float:
    """The share of the rows that say when to stop, where there are no folds."""
    if given is None:
        return SHARE[preset]
    require_number("validation_fraction", given, at_least=0, below=1)
    return float(given)


def fold_count(preset: Preset, folds: int | None, share: float | None, n: int) -> int:
    """In how many parts the rows are cut, of which each is held out once; 0 for none.

    By default few rows are cut, for all presets but "plain".

    Raises
    ------
    InvalidValueError
        If there are fewer rows than parts, or one part.
    """
    if folds is None:
        few = preset != "plain" and share is None and MIN_ROWS_TO_FOLD <= n < FEW_ROWS
        return FOLDS if few else 0
    require_integer("folds", folds, at_least=0, at_most=n)
    if folds == 1:
        raise InvalidValueError("folds (=1) must be 0, or at least 2")
    return int(folds)


def folds_for(preset: Preset, checkpoint: Any, folds: int | None) -> int | None:
    """The folds asked for; none by themselves with a checkpoint, since folds leave none."""
    check_preset(preset)
    return 0 if folds is None and checkpoint is not None else folds


def fold_of_rows(n: int, folds: int, seed: int, classes: IntArray | None) -> IntArray:
    """The fold of each row: at random, of each class as many in each fold as can be."""
    order = permutation(seed, 2, n, Purpose.SPLIT)
    if classes is not None:
        order = order[np.argsort(classes[order], kind="stable")]
    fold = np.empty(n, np.int64)
    fold[order] = np.arange(n) % folds
    return fold
