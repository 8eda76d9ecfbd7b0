"""One's own data in place of an article's."""

from collections.abc import Callable
from os import PathLike
from typing import Any

import numpy as np

from ..errors import DataError, plain_line
from ..registry import nearest
from ..tables import Table, read_table
from ..typing import Array

Path = str | PathLike[str]


def points(path: Path) -> tuple[Array, Array]:
    """Columns x and y, each as shape (n, 1), for the lesson of the line."""
    table = read_table(path)
    _require(table, ["x", "y"], path)
    return _numbers(table, "x", path)[:, None], _numbers(table, "y", path)[:, None]


def people(path: Path) -> tuple[list[str], Array, Array]:
    """Columns weight (lb), height (in) and woman (1 or 0), and name if there is one.

    The weights less 135 and the heights less 66, as in the lesson.
    """
    table = read_table(path)
    _require(table, ["weight", "height", "woman"], path)
    X = np.column_stack(
        [_numbers(table, "weight", path) - 135, _numbers(table, "height", path) - 66]
    )
    y = _numbers(table, "woman", path)
    if not np.isin(y, (0.0, 1.0)).all():
        raise DataError(f"{_at(path)}: the column 'woman' must hold 1 for a woman and 0 for a man")
    names = (
        [str(name) for name in table["name"].to_list()]
        if "name" in table.columns
        else [f"row {k + 1}" for k in range(len(table))]
    )
    return names, X, y[:, None]


def flowers(path: Path) -> tuple[Array, Array, list[str], list[str]]:
    """Two columns of numbers and a last one of two classes, for the lesson of the flowers.

    Features of shape (n, 2), classes 0 and 1 of shape (n,), the features' and the classes' names.
    """
    table = read_table(path)
    if len(table.columns) != 3:
        raise DataError(
            f"{_at(path)}: the table has {len(table.columns)} columns, but must have 3: two of "
            "numbers and one of classes"
        )
    first, second, last = table.columns
    X = np.column_stack([_numbers(table, first, path), _numbers(table, second, path)])
    labels = [str(label) for label in table[last].to_list()]
    classes = sorted(set(labels))
    if len(classes) != 2:
        raise DataError(
            f"{_at(path)}: the column {last!r} holds {len(classes)} classes, but must hold 2"
        )
    return X, np.array([float(classes.index(k)) for k in labels]), [first, second], classes


def _at(path: Any) -> str:
    return plain_line(str(path), 300)


def _require(table: Table, names: list[str], path: Any) -> None:
    for name in names:
        if name not in table.columns:
            raise DataError(
                f"{_at(path)}: there is no column {name!r}{nearest(name, table.columns)}; the "
                f"lesson needs the columns {', '.join(names)}"
            )


def _numbers(table: Table, name: str, path: Any) -> Array:
    column = table[name]
    if not column.dtype.is_numeric():
        raise DataError(f"{_at(path)}: the column {name!r} must hold numbers")
    values = np.array(column.to_list(), dtype=np.float64)
    if not np.isfinite(values).all():
        raise DataError(f"{_at(path)}: the column {name!r} has missing or infinite values")
    return values


READERS: dict[str, Callable[[Path], Any]] = {"line": points, "people": people, "iris": flowers}
"""What reads a table for which lesson."""
