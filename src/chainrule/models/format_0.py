"""Format 0, of chainrule before its first release, in the names of format 1."""

from collections.abc import Mapping
from typing import Any

_NAMES = {"summary": "training"}
"""A part of a pipeline that is called otherwise now."""


def as_format_1(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a file of format 0 as format 1 has them."""
    if "estimator" in parts:
        return {name: _inside(part) for name, part in parts.items()}
    return {_NAMES.get(name, name): part for name, part in parts.items()}


def _inside(data: Any) -> Any:
    """What an estimator holds, with the pipelines in it renamed."""
    if isinstance(data, list):
        return [_inside(item) for item in data]
    if not isinstance(data, dict):
        return data
    if set(data) == {"pipeline"}:
        where, parts = data["pipeline"]
        return {"pipeline": [where, as_format_1(parts)]}
    return {key: _inside(value) for key, value in data.items()}
