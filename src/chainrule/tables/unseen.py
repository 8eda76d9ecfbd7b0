"""What a column holds that training did not, in words."""

from collections.abc import Mapping
from typing import NamedTuple

from .words import count


class UnseenValues(NamedTuple):
    """What a column holds that training did not: missing values, unseen levels."""

    n_missing: int = 0
    n_unseen: int = 0
    unseen: tuple[str, ...] = ()


def unseen_in_words(unseen: Mapping[str, UnseenValues]) -> list[str]:
    """A sentence for missing values and one for levels, each only where there are some."""
    missing = [f"{name} in {count(s.n_missing, 'row')}" for name, s in unseen.items() if s[0]]
    levels = [
        f"{name} in {count(s.n_unseen, 'row')} ({_some(s.unseen)})"
        for name, s in unseen.items()
        if s.n_unseen
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


def _some(texts: tuple[str, ...]) -> str:
    return ", ".join(map(repr, texts[:3])) + (", ..." if len(texts) > 3 else "")
