"""The order of a category's levels, as it is given."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from ..errors import DataError, InvalidTypeError, InvalidValueError, items_of, shown
from .columns import as_texts, labels_of, places_of, tidy
from .naming import column_name

Ordered = Mapping[str, Sequence[Any]] | None
"""From columns to their levels in ascending order."""


def given_levels(ordered: Any) -> dict[str, tuple[str, ...]]:
    """The levels that are given for columns, as texts.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If it is no mapping from columns to two levels or more, each once.
    """
    if ordered is None:
        return {}
    if not isinstance(ordered, Mapping):
        raise InvalidTypeError(
            f"ordered (={shown(ordered)}) must be a mapping from columns to levels in their order, "
            f"not {type(ordered).__name__}"
        )
    found = {}
    for key, levels in ordered.items():
        name = column_name("ordered", key)
        items = items_of(f"ordered[{name!r}]", levels, "levels in their order")
        try:
            texts = as_texts(tidy(pa.array(list(items), from_pandas=True))).to_pylist()
        except (pa.ArrowException, OverflowError):
            texts = []
        if None in texts or len(set(texts)) < max(len(items), 2):
            raise InvalidValueError(
                f"ordered[{name!r}] (={shown(levels)}) must be two levels or more, each once, in "
                "ascending order"
            )
        found[name] = tuple(texts)
    return found


def check_levels(column: Any, name: str, levels: tuple[str, ...]) -> None:
    """Raise `DataError` if a value of the column is none of the levels given."""
    texts, codes = labels_of(column)
    unknown = places_of(texts, levels) < 0
    rows = (codes >= 0) & unknown[codes] if len(unknown) else codes >= 0
    if rows.any():
        row = int(rows.argmax())
        raise DataError(
            f"column {name!r}, row {row + 1}: {texts[int(codes[row])].as_py()!r} is none of the "
            f"levels given in their order, {', '.join(levels)}; add it to them, or leave it empty "
            "to mean missing"
        )
