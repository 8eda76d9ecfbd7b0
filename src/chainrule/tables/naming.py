"""Columns by their names: those that a person chose, and whether a table has them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import (
    DataError,
    InvalidValueError,
    items_of,
    require_instance,
    require_integer,
    shown,
)
from ..registry import nearest
from .meaning import Kind
from .read import Table


def column_names(argument: str, given: Any) -> tuple[str, ...]:
    """Names of columns, texts or the integers that a data frame has; one text is one name.

    Raises
    ------
    InvalidTypeError
        If they are no names.
    """
    names = (given,) if isinstance(given, str) else items_of(argument, given, "names of columns")
    return tuple(column_name(argument, name) for name in names)


def column_name(argument: str, given: Any) -> str:
    """The name of a column, a text or an integer.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If it is neither, or an integer of more than 64 bits.
    """
    if not isinstance(given, str):
        require_instance(argument, given, int | np.integer, "the name of a column")
        require_integer(argument, int(given), at_least=-(2**63))  # as wide as a data frame's are
    return str(given)


def target_names(target: Any) -> tuple[str, ...]:
    """The columns to predict: at least one, and none twice.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If they are no names, or none or a name twice is given.
    """
    one = isinstance(target, str | int | np.integer)
    names = column_names("target", [target] if one else target)
    if not names:
        raise InvalidValueError(f"target (={shown(target)}) must name at least one column")
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise InvalidValueError(
            f"target (={shown(target)}) must name each column once: {shown(twice[0])}"
        )
    return names


def tasks_by_target(task: Any, names: tuple[str, ...]) -> dict[str, str | None]:
    """The task asked for of each target: one for all, or by name.

    Raises
    ------
    InvalidValueError
        If a task is for a column that is no target.
    """
    if not isinstance(task, Mapping):
        return dict.fromkeys(names, task)
    by_name = {str(name): one for name, one in task.items()}
    for name in by_name:
        if name not in names:
            raise InvalidValueError(f"task names {name!r}, which is no target: {', '.join(names)}")
    return {name: by_name.get(name) for name in names}


def overrides_by_name(
    named: Mapping[str, Iterable[str]], weight: str | None, targets: Sequence[str]
) -> dict[str, Kind]:
    """The kind that was asked for, by column; columns of weights are numbers."""
    kinds: dict[str, Kind] = {}
    wanted: list[tuple[Kind, str]] = [
        *(("number", name) for name in named["numbers"]),
        *(("category", name) for name in named["categories"]),
        *(("category", name) for name in named["ordered"]),
        *(("text", name) for name in named["texts"]),
        *(("left out", name) for name in named["drop"]),
    ]
    if weight is not None:
        wanted.append(("number", weight))
    for kind, name in wanted:
        if name in targets:
            raise InvalidValueError(f"{name!r} is the target and cannot be {kind}, too")
        if kinds.setdefault(name, kind) != kind:
            raise InvalidValueError(f"column {name!r} cannot be both {kinds[name]} and {kind}")
    return kinds


def check_columns(table: Table, names: Iterable[str]) -> None:
    """Raise `DataError` unless the table has all columns of these names."""
    others = list(table.columns)
    known = set(others)
    missing = [name for name in names if name not in known]
    if missing:
        lacks = ", ".join(repr(name) + _hint(name, others) for name in missing)
        raise DataError(f"the table has no column {lacks}; it has: {', '.join(others)}")


def _hint(name: str, others: Iterable[str]) -> str:
    hint = nearest(name, others).removeprefix("; ")
    return f" ({hint})" if hint else ""
