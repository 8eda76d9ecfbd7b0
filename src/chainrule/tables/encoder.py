"""A table's columns as the inputs of a network."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import narwhals as nw
import numpy as np

from ..errors import require_boolean, require_instance, require_number
from ..typing import Array, IntArray, float_type
from .column_encoders import CategoryEncoder, ColumnEncoder, NumberEncoder
from .column_schema import ColumnSchema
from .formats import format_from_dict, format_to_dict
from .frames import check_readable
from .naming import check_columns
from .ordered_encoder import OrderedEncoder
from .read import Table
from .rows import row_numbers
from .schema import DecodedTable, Values
from .text_encoder import TextEncoder
from .unseen import Unusual, unseen_in_words

_BLOCK = 8192


@dataclass(frozen=True)
class Encoder:
    """The columns of a table as the inputs X of a network.

    Numbers and dates are scaled by median and quartiles; categories become one input for each
    level, or for each step between levels that have an order; texts hashed runs of characters.

    Parameters
    ----------
    columns : tuple of NumberEncoder, CategoryEncoder, OrderedEncoder and TextEncoder
        In the order of the inputs.
    means : tuple of float, default ()
        The mean of each input over the rows learned from, by their weights: what explanations
        compare a row with. () where there was no training.
    """

    columns: tuple[ColumnEncoder, ...]
    means: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for mean in self.means:
            require_number("means", mean)

    @staticmethod
    def fit(
        decoded: DecodedTable, rows: IntArray | None = None, *, plain: bool = True
    ) -> "Encoder":
        """Centers, scales and levels of the rows to learn from; by default all.

        Unless it is `plain`, a category with two levels is one input, `signed`, dates and times
        have their `periods`, too, and numbers may go four times as far.
        """
        rows = row_numbers("rows", decoded, rows)
        require_boolean("plain", plain)

        def fitted(c: ColumnSchema) -> ColumnEncoder:
            values = decoded.features[c.name]
            if isinstance(values, tuple):
                texts, codes = values
                part = texts, codes if rows is None else codes[rows]
                if c.kind == "text":
                    return TextEncoder.fit(part, c.name)
                if c.order:
                    return OrderedEncoder.fit(part, c.name, c.order)
                return CategoryEncoder.fit(part, c.name, signed=not plain)
            x = values if rows is None else values[rows]
            return NumberEncoder.fit(x, c.name, c.format, plain=plain)

        return Encoder(tuple(map(fitted, decoded.schema.features)))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return tuple(name for c in self.columns for name in c.feature_names)

    @property
    def n_features(self) -> int:
        """The number of inputs."""
        return sum(c.n_inputs for c in self.columns)

    def transform(self, table: Table, dtype: Any = np.float32) -> tuple[Array, list[str]]:
        """The inputs of a table's rows, and what was unusual in them, in words.

        Parameters
        ----------
        table : narwhals.DataFrame
            As `read_table` returns it. Columns may stand in any order; others are ignored.
        dtype : dtype, default float32

        Returns
        -------
        X : ndarray, shape (n, n_features)
        notes : list of str
            Levels that training did not have, and values missing where training had none.

        Raises
        ------
        DataError
            If a column is missing, a number is none, or it is infinite.
        """
        X, unusual = self.inputs(table, dtype)
        return X, unseen_in_words(unusual)

    def inputs(
        self, table: Table, dtype: Any = np.float32, codes: bool = False
    ) -> tuple[Array, dict[str, Unusual]]:
        """As `transform`, with what was unusual by column; `codes` as in `encode`."""
        require_instance("table", table, nw.DataFrame, "what read_table returned")
        check_columns(table, [c.name for c in self.columns])
        columns = _by_name(table)
        for c in self.columns:
            check_readable(table.to_native(), c.name)
        read = {c.name: c.read(columns[c.name]) for c in self.columns}
        return self._encode(read, dtype, codes)

    def encode(
        self,
        decoded: DecodedTable,
        rows: IntArray | None = None,
        dtype: Any = np.float32,
        *,
        codes: bool = False,
    ) -> Array:
        """The inputs of some rows of a table that has been decoded; by default all.

        With `codes` a category has one column with the place of its input, -1 for none, in the
        place of all of them: what a network takes that begins with ``OneHot(encoder.sizes)``.
        """
        rows = row_numbers("rows", decoded, rows)
        require_boolean("codes", codes)

        def part(values: Values) -> Values:
            if rows is None:
                return values
            return (values[0], values[1][rows]) if isinstance(values, tuple) else values[rows]

        columns = {c.name: part(decoded.features[c.name]) for c in self.columns}
        return self._encode(columns, dtype, codes)[0]

    def _encode(
        self, columns: Mapping[str, Any], dtype: Any, codes: bool = False
    ) -> tuple[Array, dict[str, Unusual]]:
        dtype = float_type(dtype)
        prepared = [c.prepare(columns[c.name]) for c in self.columns]
        widths = [len(c.sizes) if codes else c.n_inputs for c in self.columns]
        ends = np.cumsum([0, *widths]).tolist()
        X = np.zeros((len(prepared[0][0]), ends[-1]), dtype=dtype)

        # A block of rows stays in the cache while its columns are written.
        for start in range(0, len(X), _BLOCK):
            rows = slice(start, start + _BLOCK)
            for i, c in enumerate(self.columns):
                values: Any = prepared[i][0]
                write: Any = c.write_codes if codes else c.write
                write(values[rows], X[rows, ends[i] : ends[i + 1]])
        return X, {c.name: u for c, (_, u) in zip(self.columns, prepared, strict=True)}

    @property
    def sizes(self) -> tuple[int, ...]:
        """What `OneHot` takes, for `encode` with `codes`."""
        return tuple(size for c in self.columns for size in c.sizes)

    def slopes(self, X: Array) -> Array:
        """How each input changes with its column's value, shape of X; 1 for levels and missing."""
        slopes, start = np.ones_like(X), 0
        for c in self.columns:
            if isinstance(c, NumberEncoder):
                part = slice(start, start + c.n_inputs)
                slopes[:, part] = c.slope(X[:, part])
            start += c.n_inputs
        return slopes

    def to_dict(self) -> dict[str, Any]:
        """The encoder as plain data."""
        return {"columns": [_column_to_dict(c) for c in self.columns], "means": list(self.means)}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Encoder":
        """The encoder that `to_dict` described."""
        columns = tuple(_column_from_dict(column) for column in data["columns"])
        return Encoder(columns, tuple(data.get("means", ())))


def input_means(X: Array, weights: Array | None, sizes: Sequence[int] | None) -> tuple[float, ...]:
    """The mean of each input; where X holds codes, the share of each."""
    if sizes is None:
        if weights is None:
            return tuple(X.mean(axis=0, dtype=np.float64).tolist())
        return tuple(np.average(X, axis=0, weights=weights).tolist())
    total = len(X) if weights is None else weights.sum()
    means: list[float] = []
    for x, size in zip(X.T, sizes, strict=True):
        if size == 0:
            means.append(float(np.average(x.astype(np.float64), weights=weights)))
        else:
            # An unknown code, -1, comes first.
            counts = np.bincount(x.astype(np.int64) + 1, weights, minlength=size + 1)
            means += (counts[1:] / total).tolist()
    return tuple(means)


def _by_name(table: Table) -> dict[str, Any]:
    """A table's columns by their names: looking each of them up in the table is slow."""
    native = table.to_native()
    return dict(zip(native.column_names, native.columns, strict=True))


def _column_to_dict(column: ColumnEncoder) -> dict[str, Any]:
    data = {"type": type(column).__name__, **asdict(column)}
    if isinstance(column, NumberEncoder):
        data["format"] = format_to_dict(column.format)
    return data


def _column_from_dict(data: Mapping[str, Any]) -> ColumnEncoder:
    values = dict(data)
    kind = _ENCODERS[values.pop("type")]
    if kind is NumberEncoder:
        values["periods"] = tuple(values.get("periods", ()))
        values["format"] = format_from_dict(values["format"])
    for name in {"levels", "steps"} & values.keys():
        values[name] = tuple(values[name])
    return kind(**values)


_ENCODERS: dict[str, type[ColumnEncoder]] = {
    kind.__name__: kind for kind in (NumberEncoder, CategoryEncoder, OrderedEncoder, TextEncoder)
}
