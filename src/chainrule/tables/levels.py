"""The order of a category's levels, as a data frame declares it."""

import json
from typing import Any

import pyarrow as pa

from .columns import as_texts, tidy

LEVELS = b"chainrule.levels"
"""The entry in a field's metadata that has the levels of an ordered category, as JSON."""


def declared_levels(column: Any) -> dict[bytes, bytes]:
    """The metadata of a column that is an ordered category; none for any other.

    Several chunks have to agree: each has all levels, or some of them in the same order.
    """
    kind = column.type
    if not pa.types.is_dictionary(kind) or not kind.ordered:
        return {}
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    lists = [as_texts(tidy(chunk.dictionary)).to_pylist() for chunk in chunks]
    longest: list[Any] = max(lists, key=len, default=[])
    place = {level: k for k, level in enumerate(longest)}
    for own in lists:
        places = [place.get(level, -1) for level in own]
        if -1 in places or places != sorted(places):
            return {}
    known = len(longest) > 1 and None not in longest and len(place) == len(longest)
    return {LEVELS: json.dumps(longest).encode()} if known else {}


def levels_of_fields(table: Any) -> dict[str, tuple[str, ...]]:
    """The levels of each ordered category of a table that `read_table` has read."""
    return {
        field.name: tuple(json.loads(field.metadata[LEVELS]))
        for field in table.schema
        if field.metadata and LEVELS in field.metadata
    }
