"""What a column holds that training did not, or that has no input of its own, in words."""

from collections.abc import Mapping
from typing import NamedTuple

from .words import count

_MOST = 1000
"""Levels of several blocks of rows that are kept: a few are named."""


class Unusual(NamedTuple):
    """What is unusual in a column: missing values, and levels without an input of their own.

    Parameters
    ----------
    n_missing, n_filled : int
        Missing values, where training had none and where it had some.
    n_unseen, n_other : int
        Rows of levels that training did not have and that are none, and of those that share an
        input.
    unseen : tuple of str
        The levels that are none.
    """

    n_missing: int = 0
    n_filled: int = 0
    n_unseen: int = 0
    n_other: int = 0
    unseen: tuple[str, ...] = ()

    def plus(self, other: "Unusual") -> "Unusual":
        """What is unusual in these rows and in others of the column."""
        return Unusual(
            self.n_missing + other.n_missing,
            self.n_filled + other.n_filled,
            self.n_unseen + other.n_unseen,
            self.n_other + other.n_other,
            tuple(dict.fromkeys(self.unseen + other.unseen))[:_MOST],
        )


def unseen_in_words(found: Mapping[str, Unusual]) -> list[str]:
    """What training did not have: a sentence for missing values and one for levels, if any."""
    missing = _rows({name: u.n_missing for name, u in found.items()})
    levels = [
        f"{name} in {count(u.n_unseen, 'row')} ({_some(u.unseen)})"
        for name, u in found.items()
        if u.n_unseen
    ]
    notes = []
    if missing:
        notes.append(
            f"values are missing where training had all: {', '.join(missing)}; numbers are taken "
            "as the median, categories as none that is known"
        )
    if levels:
        notes.append(
            f"categories that training did not have: {', '.join(levels)}; taken as none that is "
            "known"
        )
    return notes


def handled_in_words(found: Mapping[str, Unusual]) -> list[str]:
    """What training had, too: a sentence for missing values and one for rare levels, if any."""
    missing = _rows({name: u.n_filled for name, u in found.items()})
    others = _rows({name: u.n_other for name, u in found.items()})
    notes = [f"missing values were filled in: {', '.join(missing)}"] if missing else []
    if others:
        notes.append(f"rare or unseen categories were taken as one: {', '.join(others)}")
    return notes


def _rows(counts: Mapping[str, int]) -> list[str]:
    return [f"{name} in {count(n, 'row')}" for name, n in counts.items() if n]


def _some(texts: tuple[str, ...]) -> str:
    return ", ".join(map(repr, texts[:3])) + (", ..." if len(texts) > 3 else "")
