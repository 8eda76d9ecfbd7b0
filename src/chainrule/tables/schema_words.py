"""What a table holds, in words."""

from typing import Any

from .column_schema import ColumnSchema
from .words import count

_PLURALS = {"number": "numbers", "date": "dates", "category": "categories", "text": "texts"}


def schema_lines(schema: Any, most: int | None) -> list[str]:
    """A line for each thing; beyond `most` columns of a kind only how many more there are."""
    lines = [
        f"{count(schema.n_rows, 'row')} with {schema.target}, "
        f"{count(len(schema.columns), 'other column')}"
    ]
    if schema.n_without_target:
        lines.append(f"{count(schema.n_without_target, 'row')} without {schema.target} left out")
    lines += [t.why for t in schema.targets]
    for kind, plural in _PLURALS.items():
        of_kind = [_described(c) for c in schema.features if c.kind == kind]
        if of_kind:
            lines.append(f"{plural}: {_listed(of_kind, most)}")
    reasons: dict[str, list[str]] = {}
    for c in schema.columns:
        if c.kind == "left out":
            reasons.setdefault(c.reason, []).append(c.name)
    lines += [f"{_listed(names, most)} left out: {why}" for why, names in reasons.items()]
    return lines + [f"{c.name}: {c.note}" for c in schema.columns if c.note]


def _described(column: ColumnSchema) -> str:
    parts = [f"{column.n_distinct} different"] if column.kind in ("category", "text") else []
    parts += ["ordered"] if column.order else []
    parts += [f"{column.n_missing} missing"] if column.n_missing else []
    return f"{column.name} ({', '.join(parts)})" if parts else column.name


def _listed(items: list[str], most: int | None) -> str:
    """The items with commas; beyond `most` of them the first ones, and how many more there are."""
    if most is None or len(items) <= most:
        return ", ".join(items)
    return f"{', '.join(items[:most])} and {len(items) - most} more"
