"""What was decided for a column, in words."""

from .column_encoders import CategoryEncoder, ColumnEncoder
from .column_schema import ColumnSchema
from .ordered_encoder import OrderedEncoder
from .text_encoder import TextEncoder
from .words import count

_MOST_LEVELS = 8


def decision(column: ColumnSchema, encoder: ColumnEncoder | None) -> str:
    """What a column became, and what was odd in it."""
    if encoder is None:
        said = f"left out: {column.reason}"
    elif isinstance(encoder, CategoryEncoder):
        said = _category(encoder)
    elif isinstance(encoder, OrderedEncoder):
        said = f"a category of {count(len(encoder.levels), 'level')} in the order "
        said += f"{_in_order(encoder.levels)}; one input for each step"
        said += " and one for missing values" if encoder.missing else ""
    elif isinstance(encoder, TextEncoder):
        said = f"texts, by their runs of {encoder.shortest} to {encoder.longest} characters, hashed"
        said += f" to {count(encoder.n, 'input')}"
        said += " and one for missing texts" if encoder.missing else ""
    else:
        said = f"a {column.kind} around {encoder.center:g}, scaled by {encoder.scale:g}"
        if encoder.scale == 0:
            said = f"a {column.kind} that was {encoder.center:g} in all rows learned from"
        if encoder.periods:
            said += f"; waves of {count(len(encoder.periods), 'period')}"
        if encoder.missing:
            said += "; missing values are the median, and have an input of their own"
    return f"{said}. {column.note[0].upper()}{column.note[1:]}" if column.note else said


def _in_order(levels: tuple[str, ...]) -> str:
    if len(levels) > _MOST_LEVELS:
        levels = (*levels[: _MOST_LEVELS - 2], "...", levels[-1])
    return " < ".join(levels)


def _category(encoder: CategoryEncoder) -> str:
    said = f"a category of {count(len(encoder.levels), 'level')}"
    if encoder.signed:
        return f"{said}; one input, 1 or -1"
    more = ["one for all others"] if encoder.other else []
    more += ["one for missing values"] if encoder.missing else []
    return " and ".join([f"{said}; one input for each level", *more])
