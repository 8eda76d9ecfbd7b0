"""Texts among numbers or dates that are none."""

from dataclasses import dataclass
from typing import Any

from ..typing import BoolArray
from .columns import mask_array
from .numerals import Written


@dataclass(frozen=True)
class Strays:
    """Texts among numbers or dates that are none: how many rows, which, and the first of them."""

    rows: int
    texts: tuple[str, ...]
    first_row: int
    first: str
    n_values: int

    def describe(self) -> str:
        """In words, with the first one and its row."""
        more = f", and {self.rows - 1:,} more" if self.rows > 1 else ""
        return f"{self.first[:40]!r} in row {self.first_row + 1}{more}"


def find_strays(values: Any, written: Written, stray: BoolArray, n: int) -> Strays:
    """The texts of a column that do not fit, and where the first one stands."""
    rows = stray[written.codes] & (written.codes >= 0)
    first = int(rows.argmax())
    texts = tuple(written.distinct.filter(mask_array(stray)).to_pylist())
    return Strays(int(rows.sum()), texts, first, values[first].as_py(), n)
