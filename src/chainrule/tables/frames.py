"""Tables in memory: data frames and mappings, whatever their columns hold."""

import re
from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError, InvalidTypeError, shown

UNREADABLE = b"chainrule.unreadable"
"""The entry in a field's metadata that says why a column could not be read."""


def table_from_object(source: Any, *, lenient: bool = False) -> Any:
    """A data frame of any kind, or a mapping from names to values, as a pyarrow table.

    Parameters
    ----------
    source : data frame or mapping
    lenient : bool, default False
        Whether a column that cannot be read becomes one of missing values, with the reason in its
        field's metadata: it may be dropped, or unknown to a model, so that nobody looks at it.

    Raises
    ------
    DataError
        If two columns have one name or columns have different lengths, or a column mixes kinds.
    InvalidTypeError
        If the source is nothing that a table can be read from.
    """
    if isinstance(source, Mapping):
        columns = {str(name): values for name, values in source.items()}
    else:
        try:
            frame = nw.from_native(source, eager_only=True)
        except TypeError:
            raise InvalidTypeError(
                f"a table cannot be read from {type(source).__name__}; give a path, the name of a "
                "built-in table, a data frame, or a mapping from column names to values"
            ) from None
        except nw.exceptions.DuplicateError as error:
            names = ", ".join(re.findall(r"^- (.*) \d+ times$", str(error), re.MULTILINE))
            raise DataError(f"the table has two columns named {names}; rename one") from None
        if isinstance(frame.to_native(), pa.Table):
            return frame.to_native()
        columns = {str(column.name): column for column in frame.iter_columns()}
    arrays, fields = [], []
    for name, values in columns.items():
        array, reason = _array(name, values, lenient)
        metadata = {UNREADABLE: reason.encode()} if reason else None
        arrays.append(array)
        fields.append(pa.field(name, array.type, metadata=metadata))
    lengths = {name: len(array) for name, array in zip(columns, arrays, strict=True)}
    if len(set(lengths.values())) > 1:
        raise DataError(f"the columns have different lengths: {lengths}")
    return pa.table(arrays, schema=pa.schema(fields))


def check_readable(table: Any, name: str) -> None:
    """Raise `DataError` if the column of that name could not be read."""
    metadata = table.schema.field(name).metadata or {}
    if UNREADABLE in metadata:
        raise DataError(metadata[UNREADABLE].decode())


def _array(name: str, values: Any, lenient: bool) -> tuple[Any, str]:
    try:
        return _to_arrow(values), ""
    except (pa.ArrowException, OverflowError, ValueError) as error:
        reason = (
            f"column {name!r} mixes values of different kinds ({error}); make them all numbers or "
            "all text"
        )
    except TypeError:
        if not hasattr(values, "__len__"):
            raise InvalidTypeError(
                f"column {shown(name)} of the table (={shown(values)}) must be a sequence of values"
            ) from None
        reason = f"column {name!r} holds values that are no numbers, texts or dates"
    if not lenient:
        raise DataError(reason)
    return pa.nulls(len(values)), reason


def _to_arrow(values: Any) -> Any:
    if not isinstance(values, nw.Series):
        return pa.array(_of_pandas(values), from_pandas=True)
    native = values.to_native()
    plain = _of_pandas(native)
    if plain is not native:
        return pa.array(plain, from_pandas=True)
    array = values.to_arrow()
    if values.dtype == nw.Enum and not getattr(array.type, "ordered", True):
        return _in_order(array, values.cat.get_categories().to_list())
    return array


def _in_order(array: Any, levels: list[str]) -> Any:
    """An enumeration of polars as an ordered dictionary, which polars 1 makes an unordered one."""
    codes = pc.index_in(array.cast(pa.string()), value_set=pa.array(levels))
    return pa.DictionaryArray.from_arrays(codes.cast(pa.int32()), levels, ordered=True)


def _of_pandas(values: Any) -> Any:
    """A pandas series or array that pyarrow does not take, as one that it takes."""
    dtype: Any = getattr(values, "dtype", None)
    kind = type(dtype).__name__
    if kind == "SparseDtype":
        return values.sparse.to_dense() if hasattr(values, "sparse") else values.to_dense()
    if kind == "CategoricalDtype":
        kind = type(dtype.categories.dtype).__name__
        if kind in ("IntervalDtype", "PeriodDtype"):  # as pandas.cut makes them
            own = values.cat if hasattr(values, "cat") else values
            return own.rename_categories([str(level) for level in dtype.categories])
    if kind in ("IntervalDtype", "PeriodDtype"):
        texts = np.array([str(value) for value in values], dtype=object)
        texts[np.asarray(values.isna())] = None
        return texts
    return values
