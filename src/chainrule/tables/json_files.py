"""Tables in JSON: an object a line, an array of rows, or columns by their names."""

import json
import re
from typing import Any

import pyarrow as pa

from ..errors import DataError, DataWarning, warn
from .opening import Source

_BLOCK = 1 << 24


def parse_json(source: Source) -> Any:
    """The pyarrow table in a JSON text; None if it is none.

    Raises
    ------
    DataError
        If it begins like one and is none, or a column mixes kinds of values.
    """
    with source.open() as file:
        try:
            start = bytes(file.read(4096)).removeprefix(b"\xef\xbb\xbf").lstrip()
        except (pa.ArrowException, OSError):
            return None  # found and said where the text is read
    if start[:1] == b"[":
        return _nested(_loaded(source), source.name)
    if not re.match(rb'\{\s*("|\})', start):
        return None
    from pyarrow import json as arrow_json

    try:
        with source.open() as file:
            options = arrow_json.ReadOptions(block_size=_BLOCK)
            table = arrow_json.read_json(file, read_options=options)
        problem = None
    except (pa.ArrowException, OSError) as error:
        table, problem = None, error
    if table is not None and table.num_rows > 1:
        return table
    nested = _nested(_loaded(source), source.name)
    if nested is None and problem is not None:
        raise DataError(f"{source.name} is not JSON with an object a line: {problem}") from None
    return table if nested is None else nested


def _loaded(source: Source) -> Any:
    with source.open() as file:
        try:
            return json.loads(bytes(file.read()))
        except ValueError:
            return None


def _nested(found: Any, name: str) -> Any:
    """The table in an array or an object, in one of the forms that are in use; else None."""
    if isinstance(found, list):
        if found and all(isinstance(row, dict) for row in found):
            return _of_rows(found, name)
        return _of_cells(found[0], found[1:], name) if found else None
    if not isinstance(found, dict) or not found:
        return None
    values = list(found.values())
    if {"columns", "data"} <= set(found):  # as pandas writes it with orient="split"
        return _of_cells(found["columns"], found["data"], name)
    if all(isinstance(column, dict) for column in values):
        keys = list(values[0])
        if len(keys) > 1 and all(list(column) == keys for column in values):
            return _of_columns({key: list(column.values()) for key, column in found.items()}, name)
    if all(isinstance(column, list) for column in values) and len(set(map(len, values))) == 1:
        if len(values) > 1 or not all(isinstance(row, dict) for row in values[0]):
            return _of_columns(found, name)
    tables = [
        key
        for key, rows in found.items()
        if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows)
    ]
    if len(tables) != 1:
        return None
    if others := [key for key in found if key not in tables]:
        warn(
            f"{name}: the rows in {tables[0]!r} were read, {others[0]!r}, ... was not", DataWarning
        )
    return _of_rows(found[tables[0]], name)


def _of_cells(names: Any, rows: Any, name: str) -> Any:
    """The table of a list of names and lists of as many values; else None."""
    if not isinstance(names, list) or not isinstance(rows, list):
        return None
    if not rows or not all(isinstance(n, str) for n in names):
        return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    return _of_columns(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)), name)


def _of_rows(rows: list[dict[str, Any]], name: str) -> Any:
    names = dict.fromkeys(key for row in rows for key in row)
    return _of_columns({key: [row.get(key) for row in rows] for key in names}, name)


def _of_columns(columns: dict[str, list[Any]], name: str) -> Any:
    try:
        return pa.table({key: pa.array(values) for key, values in columns.items()})
    except (pa.ArrowException, OverflowError) as error:
        raise DataError(f"{name} mixes values of different kinds ({error})") from None
