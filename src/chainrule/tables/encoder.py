"""A table's columns as the inputs of a network."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import narwhals as nw
import numpy as np

from ..errors import require_instance, require_number
from ..typing import Array, IntArray, float_type
from .column_schema import ColumnSchema
from .columns import Labels, labels_of, number_array, places_of
from .fields import check_fields
from .formats import Format, format_from_dict, format_to_dict, read_numbers
from .frames import check_readable
from .naming import check_columns
from .numerals import PLAIN
from .read import Table
from .robust import robust_scale
from .rows import row_numbers
from .schema import DecodedTable, Values
from .unseen import Unusual, unseen_in_words

LIMIT = 4.0
"""No input of a number is larger: nearly all of a normal column's numbers are below."""
_BLOCK = 8192
MAX_LEVELS = 100
"""A category's most frequent levels have an input each; the others share one."""
MIN_COUNT = 2
"""A level that occurs less often has no input of its own."""


@dataclass(frozen=True)
class NumberEncoder:
    """z / sqrt(1 + (z / 4)^2) with z = (x - center) / scale, 0 where missing; then 1 where missing.

    Near 0 it is z; however large x is, it stays within -4..4, so that one huge value spoils nothing
    (Holzmueller, Grinsztajn & Steinwart 2024). The last input is there only if training rows had
    missing values.

    Parameters
    ----------
    name : str
        The column.
    center, scale : float
        Median, and interquartile range / 1.349 (the standard deviation of normal numbers), of the
        training rows that have a value. Where half of them are equal, the scale is the median
        distance of the others; 0 where all are equal: then the input is 0, whatever comes.
    missing : bool
        Whether training rows had missing values.
    format : NumberFormat, DateFormat or TimeFormat
        How the values are written.
    """

    name: str
    center: float
    scale: float
    missing: bool
    format: Format = PLAIN

    def __post_init__(self) -> None:
        check_fields(self)
        require_number("center", self.center)
        require_number("scale", self.scale, at_least=0)

    @staticmethod
    def fit(x: Array, name: str, form: Format | None = None) -> "NumberEncoder":
        """Center and scale of numbers, nan where missing."""
        absent = np.isnan(x)
        center, scale = robust_scale(x[~absent])
        return NumberEncoder(name, center, scale, bool(absent.any()), form or PLAIN)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return (self.name, f"{self.name} is missing") if self.missing else (self.name,)

    def read(self, column: Any) -> Array:
        """A column's numbers, nan where missing."""
        return read_numbers(column, self.format, self.name)

    def prepare(self, x: Array) -> tuple[Array, Unusual]:
        """What `write` takes, and what was unusual."""
        absent = int(np.isnan(x).sum())
        return x, Unusual(n_filled=absent) if self.missing else Unusual(n_missing=absent)

    def write(self, x: Array, out: Array) -> None:
        """Write the inputs of some rows, shape (n, 1 or 2), where they are 0 so far."""
        absent = np.isnan(x)
        if self.scale:
            z = x - self.center
            z /= self.scale
            # Beyond 1e9 scales the square would overflow, and 4 is reached long before.
            np.clip(z, -1e9, 1e9, out=z)
            z = z.astype(out.dtype, copy=False)
            root = z / LIMIT
            np.square(root, out=root)
            root += 1.0
            np.divide(z, np.sqrt(root, out=root), out=out[:, 0])
            if absent.any():
                out[absent, 0] = 0.0
        if self.missing:
            out[:, 1] = absent

    def slope(self, inputs: Array) -> Array:
        """d input / d x at these inputs: (1 - (a / 4)^2)^(3/2) / scale."""
        if not self.scale:
            return np.zeros_like(inputs)
        slopes: Array = np.maximum(1 - (inputs / LIMIT) ** 2, 0) ** 1.5 / self.scale
        return slopes


@dataclass(frozen=True)
class CategoryEncoder:
    """One input for each level, 1 where the column has it, else 0.

    Parameters
    ----------
    name : str
        The column.
    levels : tuple of str
        In ascending order: the levels that occurred at least twice in training, the 100 most
        frequent ones if there are more.
    other : bool
        Whether there were other levels: they share an input, and levels unseen in training share
        it with them. Without it, an unseen level is 0 everywhere.
    missing : bool
        Whether training rows had missing values: then they have an input, else they are 0
        everywhere.
    """

    name: str
    levels: tuple[str, ...]
    other: bool
    missing: bool

    def __post_init__(self) -> None:
        check_fields(self)

    @staticmethod
    def fit(labels: Labels, name: str, form: Format | None = None) -> "CategoryEncoder":
        """The levels of a column."""
        texts, codes = labels
        rows = np.bincount(codes[codes >= 0], minlength=len(texts))
        counted: dict[str, int] = {}
        for text, n in zip(texts.to_pylist(), rows.tolist(), strict=True):
            counted[text] = counted.get(text, 0) + n
        counts = sorted((-n, text) for text, n in counted.items() if n)
        frequent = [level for n, level in counts[:MAX_LEVELS] if -n >= MIN_COUNT]
        return CategoryEncoder(
            name, tuple(sorted(frequent)), len(frequent) < len(counts), bool((codes < 0).any())
        )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        names = [f"{self.name} = {level}" for level in self.levels]
        names += [f"{self.name} is another"] if self.other else []
        names += [f"{self.name} is missing"] if self.missing else []
        return tuple(names)

    def read(self, column: Any) -> Labels:
        """A column's different texts, and each row's place in them."""
        return labels_of(column)

    def prepare(self, labels: Labels) -> tuple[IntArray, Unusual]:
        """Each row's input, -1 for none, as `write` takes it, and what was unusual."""
        texts, codes = labels
        # The missing values come first, at -1.
        n_missing, *rows = np.bincount(codes + 1, minlength=len(texts) + 1).tolist()
        places = places_of(texts, self.levels)
        unlisted = [k for k in np.flatnonzero(places < 0).tolist() if rows[k]]
        n_unlisted = sum(rows[k] for k in unlisted)
        places[places < 0] = len(self.levels) if self.other else -1
        missing = len(self.levels) + self.other if self.missing else -1
        inputs = np.append(places, missing)[codes]
        absent = {"n_filled": n_missing} if self.missing else {"n_missing": n_missing}
        if self.other:
            return inputs, Unusual(**absent, n_other=n_unlisted)
        unseen = texts.take(number_array(unlisted)).to_pylist() if unlisted else []
        return inputs, Unusual(**absent, n_unseen=n_unlisted, unseen=tuple(unseen))

    def write(self, inputs: IntArray, out: Array) -> None:
        """Write the inputs of some rows, shape (n, n_features), where they are 0 so far."""
        rows = np.flatnonzero(inputs >= 0)
        out[rows, inputs[rows]] = 1.0


ColumnEncoder = NumberEncoder | CategoryEncoder


@dataclass(frozen=True)
class Encoder:
    """The columns of a table as the inputs X of a network.

    Numbers and dates are scaled by median and quartiles; categories become one input for each
    level.

    Parameters
    ----------
    columns : tuple of NumberEncoder and CategoryEncoder
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
    def fit(decoded: DecodedTable, rows: IntArray | None = None) -> "Encoder":
        """Centers, scales and levels of the rows to learn from; by default all."""
        rows = row_numbers(decoded, rows)

        def fitted(c: ColumnSchema) -> ColumnEncoder:
            values = decoded.features[c.name]
            if isinstance(values, tuple):
                texts, codes = values
                return CategoryEncoder.fit((texts, codes if rows is None else codes[rows]), c.name)
            return NumberEncoder.fit(values if rows is None else values[rows], c.name, c.format)

        return Encoder(tuple(map(fitted, decoded.schema.features)))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return tuple(name for c in self.columns for name in c.feature_names)

    @property
    def n_features(self) -> int:
        """The number of inputs."""
        return len(self.feature_names)

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

    def inputs(self, table: Table, dtype: Any = np.float32) -> tuple[Array, dict[str, Unusual]]:
        """As `transform`, with what was unusual by column."""
        require_instance("table", table, nw.DataFrame, "what read_table returned")
        check_columns(table, [c.name for c in self.columns])
        columns = _by_name(table)
        for c in self.columns:
            check_readable(table.to_native(), c.name)
        return self._encode({c.name: c.read(columns[c.name]) for c in self.columns}, dtype)

    def encode(
        self, decoded: DecodedTable, rows: IntArray | None = None, dtype: Any = np.float32
    ) -> Array:
        """The inputs of some rows of a table that has been decoded; by default all."""
        rows = row_numbers(decoded, rows)

        def part(values: Values) -> Values:
            if rows is None:
                return values
            return (values[0], values[1][rows]) if isinstance(values, tuple) else values[rows]

        columns = {c.name: part(decoded.features[c.name]) for c in self.columns}
        return self._encode(columns, dtype)[0]

    def _encode(self, columns: Mapping[str, Any], dtype: Any) -> tuple[Array, dict[str, Unusual]]:
        dtype = float_type(dtype)
        prepared = [c.prepare(columns[c.name]) for c in self.columns]
        ends = np.cumsum([0, *(len(c.feature_names) for c in self.columns)]).tolist()
        X = np.zeros((len(prepared[0][0]), ends[-1]), dtype=dtype)

        # A block of rows stays in the cache while its columns are written.
        for start in range(0, len(X), _BLOCK):
            rows = slice(start, start + _BLOCK)
            for i, c in enumerate(self.columns):
                values: Any = prepared[i][0]
                c.write(values[rows], X[rows, ends[i] : ends[i + 1]])
        return X, {c.name: u for c, (_, u) in zip(self.columns, prepared, strict=True)}

    def slopes(self, X: Array) -> Array:
        """How each input changes with its column's value, shape of X; 1 for levels and missing."""
        slopes, start = np.ones_like(X), 0
        for c in self.columns:
            if isinstance(c, NumberEncoder):
                slopes[:, start] = c.slope(X[:, start])
            start += len(c.feature_names)
        return slopes

    def to_dict(self) -> dict[str, Any]:
        """The encoder as plain data."""
        return {"columns": [_column_to_dict(c) for c in self.columns], "means": list(self.means)}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Encoder":
        """The encoder that `to_dict` described."""
        columns = tuple(_column_from_dict(column) for column in data["columns"])
        return Encoder(columns, tuple(data.get("means", ())))


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
    if values.pop("type") == "NumberEncoder":
        return NumberEncoder(**{**values, "format": format_from_dict(values["format"])})
    return CategoryEncoder(**{**values, "levels": tuple(values["levels"])})
