"""A table's columns as the inputs of a network."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow.compute as pc

from ..errors import DataError, require_number
from ..typing import Array
from .columns import (
    as_numbers,
    as_texts,
    is_date,
    narrow,
    number_array,
    scale_of,
    text_array,
    to_numpy,
)
from .read import Table
from .schema import Schema, check_columns
from .words import count

MAX_LEVELS = 100
"""A category's most frequent levels have an input each; the others share one."""
MIN_COUNT = 2
"""A level that occurs less often has no input of its own."""


class Surprise(NamedTuple):
    """What a column holds that training did not: missing values, unseen levels."""

    n_missing: int = 0
    n_unseen: int = 0
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True)
class NumberEncoder:
    """(x - mean) / std, 0 where missing; then 1 where missing, if training rows had missing values.

    Parameters
    ----------
    name : str
        The column.
    mean, std : float
        Of the training rows that have a value; std is 1 if they are all equal.
    missing : bool
        Whether training rows had missing values: then there is a second input.
    dates : bool, default False
        Whether the numbers are days since 1970-01-01, from dates.
    """

    name: str
    mean: float
    std: float
    missing: bool
    dates: bool = False

    def __post_init__(self) -> None:
        require_number("mean", self.mean)
        require_number("std", self.std, above=0)

    @staticmethod
    def fit(column: Any, name: str) -> "NumberEncoder":
        """Mean and standard deviation of a tidy column."""
        mean, std = scale_of(as_numbers(column, name), name)
        return NumberEncoder(name, mean, std, column.null_count > 0, is_date(narrow(column)))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return (self.name, f"{self.name} is missing") if self.missing else (self.name,)

    @property
    def slopes(self) -> tuple[float, ...]:
        """How each input changes with one unit of the column."""
        return (1.0 / self.std, 1.0)[: len(self.feature_names)]

    def transform(self, column: Any, out: Array) -> Surprise:
        """Write the inputs, shape (n, 1 or 2)."""
        x = as_numbers(column, self.name)
        absent = np.isnan(x)
        if is_date(narrow(column)) != self.dates and not absent.all():
            held, given = ("dates", "numbers") if self.dates else ("numbers", "dates")
            raise DataError(f"column {self.name!r} held {held} in training and holds {given} here")
        with np.errstate(over="ignore"):  # Encoder.transform looks for what became infinite
            out[:, 0] = np.where(absent, 0.0, (x - self.mean) / self.std)
        if self.missing:
            out[:, 1] = absent
            return Surprise()
        return Surprise(int(absent.sum()))


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

    @staticmethod
    def fit(column: Any, name: str) -> "CategoryEncoder":
        """The levels of a tidy column."""
        texts = as_texts(column).drop_null()
        counted = pc.value_counts(texts).to_pylist()
        counts = sorted((-c["counts"], c["values"]) for c in counted)
        frequent = [level for n, level in counts[:MAX_LEVELS] if -n >= MIN_COUNT]
        return CategoryEncoder(
            name, tuple(sorted(frequent)), len(frequent) < len(counts), column.null_count > 0
        )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        names = [f"{self.name} = {level}" for level in self.levels]
        names += [f"{self.name} is another"] if self.other else []
        names += [f"{self.name} is missing"] if self.missing else []
        return tuple(names)

    @property
    def slopes(self) -> tuple[float, ...]:
        """1 for each input: to be that level, or not to be it."""
        return (1.0,) * len(self.feature_names)

    def transform(self, column: Any, out: Array) -> Surprise:
        """Write the inputs that are not 0, shape (n, n_features)."""
        texts = as_texts(column)
        known = text_array(self.levels)
        codes = np.nan_to_num(to_numpy(pc.index_in(texts, known)), nan=-1).astype(np.int64)
        absent = to_numpy(texts.is_null())
        rows = np.flatnonzero(codes >= 0)
        out[rows, codes[rows]] = 1.0
        unknown = (codes < 0) & ~absent
        if self.other:
            out[unknown, len(self.levels)] = 1.0
        if self.missing:
            out[absent, -1] = 1.0
        n_missing = 0 if self.missing else int(absent.sum())
        if self.other or not unknown.any():
            return Surprise(n_missing)
        unseen = texts.take(number_array(np.flatnonzero(unknown))).unique().to_pylist()
        return Surprise(n_missing, int(unknown.sum()), tuple(unseen))


ColumnEncoder = NumberEncoder | CategoryEncoder


@dataclass(frozen=True)
class Encoder:
    """The columns of a table as the inputs X of a network.

    Numbers and dates are standardised, categories become one input for each level.

    Parameters
    ----------
    columns : tuple of NumberEncoder and CategoryEncoder
        In the order of the inputs.
    """

    columns: tuple[ColumnEncoder, ...]

    @staticmethod
    def fit(table: Table, schema: Schema) -> "Encoder":
        """Means, deviations and levels of the training rows."""
        native = table.to_native()
        return Encoder(
            tuple(
                (CategoryEncoder if c.kind == "category" else NumberEncoder).fit(
                    native[c.name], c.name
                )
                for c in schema.features
            )
        )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return tuple(name for c in self.columns for name in c.feature_names)

    @property
    def slopes(self) -> Array:
        """How each input changes with one unit of its column, shape (n_features,)."""
        return np.array([slope for c in self.columns for slope in c.slopes])

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
        check_columns(table, [c.name for c in self.columns])
        native = table.to_native()
        X = np.zeros((native.num_rows, self.n_features), dtype=dtype)
        surprises, start = {}, 0
        for c in self.columns:
            width = len(c.feature_names)
            surprises[c.name] = c.transform(native[c.name], X[:, start : start + width])
            start += width
        if not np.isfinite(X).all():
            name = self.feature_names[int(np.argwhere(~np.isfinite(X))[0][1])]
            raise DataError(f"column {name!r} has values too large for {np.dtype(dtype)}")
        return X, _in_words(surprises)

    def to_dict(self) -> dict[str, Any]:
        """The encoder as plain data."""
        return {"columns": [{"type": type(c).__name__, **asdict(c)} for c in self.columns]}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Encoder":
        """The encoder that `to_dict` described."""
        return Encoder(tuple(_column_from_dict(column) for column in data["columns"]))


def _column_from_dict(data: Mapping[str, Any]) -> ColumnEncoder:
    values = dict(data)
    if values.pop("type") == "NumberEncoder":
        return NumberEncoder(**values)
    return CategoryEncoder(**{**values, "levels": tuple(values["levels"])})


def _in_words(surprises: Mapping[str, Surprise]) -> list[str]:
    missing = [f"{name} in {count(s.n_missing, 'row')}" for name, s in surprises.items() if s[0]]
    unseen = [
        f"{name} in {count(s.n_unseen, 'row')} ({_some(s.unseen)})"
        for name, s in surprises.items()
        if s.n_unseen
    ]
    notes = []
    if missing:
        notes.append(
            f"values are missing where training had all: {', '.join(missing)}; numbers are taken "
            "as the mean, categories as none that is known"
        )
    if unseen:
        notes.append(
            f"categories that training did not have: {', '.join(unseen)}; taken as none that is "
            "known"
        )
    return notes


def _some(texts: tuple[str, ...]) -> str:
    return ", ".join(map(repr, texts[:3])) + (", ..." if len(texts) > 3 else "")
