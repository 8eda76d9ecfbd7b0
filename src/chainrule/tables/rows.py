"""Rows of a table that has been read, by their numbers."""

from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import DataError, InvalidValueError, ShapeError, naming, require_instance, shown
from ..typing import Array, IntArray, float_array
from .naming import check_columns
from .read import Table, read_table
from .schema import DecodedTable

MOST_REPEATED = 20
"""Rows are repeated to this many times their number."""


def row_numbers(name: str, decoded: Any, rows: Any) -> IntArray | None:
    """The numbers of some rows, None for all.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If `decoded` is no `DecodedTable`, or rows are not numbers of its rows.
    """
    require_instance("decoded", decoded, DecodedTable, "what decode_table returned")
    if rows is None:
        return None
    n = len(decoded.table)
    try:
        numbers = np.asarray(rows)
    except Exception:  # rows of other lengths, an object's own error
        numbers = np.empty(0)
    known = numbers.ndim == 1 and numbers.dtype.kind in "iu"
    if not known or (numbers.size and not 0 <= numbers.min() <= numbers.max() < n):
        raise InvalidValueError(f"{name} (={shown(rows)}) must be numbers of rows, 0 to {n - 1}")
    return numbers.astype(np.int64, copy=False)


def as_often_as_counted(rows: IntArray, weights: Array) -> tuple[IntArray, IntArray]:
    """The rows that count anything; and each as often as it counts, if all weights are integers.

    So that a row of weight 3 is three equal rows in medians and levels, too. Where that would make
    very many of them, and with other weights, each stands once.
    """
    counting = weights > 0
    if not counting.any():
        return rows, rows
    rows, weights = rows[counting], weights[counting]
    if (weights % 1 != 0).any() or weights.sum() > MOST_REPEATED * len(rows):
        return rows, rows
    return rows, np.repeat(rows, weights.astype(np.int64))


def append_validation(
    frame: Any, validation: Any, sample_weight: Any
) -> tuple[Table, IntArray, Any]:
    """A table with rows for validation behind it, their numbers, and weights of all.

    Raises
    ------
    DataError
        If the second table lacks a column of the first, or has other types in it.
    """
    table = read_table(frame, lenient=True)
    with naming("validation"):
        other = read_table(validation, lenient=True)
        check_columns(other, table.columns)
    parts = [table.to_native(), other.to_native().select(table.columns)]
    try:
        joined = pa.concat_tables(map(_without_dictionaries, parts), promote_options="permissive")
    except pa.ArrowException as error:
        raise DataError(f"validation has other types than the table: {error}") from None
    if sample_weight is not None:
        weights = float_array("sample_weight", sample_weight)
        if weights.shape != (len(table),):
            raise ShapeError(
                f"sample_weight has the shape {weights.shape}, but the table has {len(table)} rows"
            )
        sample_weight = np.append(weights, np.ones(len(other)))
    return read_table(joined), np.arange(len(table), len(table) + len(other)), sample_weight


def _without_dictionaries(table: Any) -> Any:
    fields = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields, table.schema.metadata))
