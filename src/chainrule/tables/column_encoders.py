"""One column of a table as inputs of a network."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import require, require_number
from ..typing import Array, IntArray
from .columns import Labels, counted_places, labels_of, number_array
from .dates import DateFormat, TimeFormat
from .fields import check_fields
from .formats import Format, read_numbers
from .numerals import PLAIN
from .ordered_encoder import OrderedEncoder
from .robust import robust_scale
from .text_encoder import TextEncoder
from .unseen import Unusual

LIMIT, WIDE_LIMIT = 4.0, 16.0
"""No input of a number is larger: nearly all of a normal column's numbers are below the first, and
of a column with heavy tails below the second."""
MAX_LEVELS = 100
"""A category's most frequent levels have an input each; the others share one."""
MIN_COUNT = 2
"""A level that occurs less often has no input of its own."""


YEAR, WEEK, HALF_WEEK, DAY = 365.2425, 7.0, 3.5, 1.0
"""Periods of dates, in days; half a week tells the weekend's two days from the others."""
_PERIODS = {YEAR: "year", WEEK: "week", HALF_WEEK: "half week", DAY: "day", 24.0: "24 hours"}


def periods_of(x: Array, form: Format | None) -> tuple[float, ...]:
    """The periods that the dates or times of a column go through at least twice.

    Days have a year and a week, times of day within dates a day, hours a day; and each only where
    more than one phase of it occurs.
    """
    if len(x) == 0 or not isinstance(form, DateFormat | TimeFormat):
        return ()
    span, days = x.max() - x.min(), isinstance(form, DateFormat)
    wanted = (YEAR, WEEK, HALF_WEEK, DAY) if days else (24.0,)
    return tuple(p for p in wanted if span >= 2 * p and np.ptp(x / p % 1.0) > 1e-6)


@dataclass(frozen=True)
class NumberEncoder:
    """z / sqrt(1 + (z / l)^2) with z = (x - center) / scale, 0 where missing; then 1 where missing.

    Between them stand sin(2 pi x / p) and cos(2 pi x / p) for each period p, 0 where missing.

    Near 0 it is z; however large x is, it stays within the limit l, so that one huge value spoils
    nothing (Holzmueller, Grinsztajn & Steinwart 2024). The last input is there only if training
    rows had missing values.

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
    periods : tuple of float, default ()
        Of dates and times: where the same months, weekdays or hours come again, in the column's
        unit.
    limit : float, default 4
        No input of the number is larger.
    """

    name: str
    center: float
    scale: float
    missing: bool
    format: Format = PLAIN
    periods: tuple[float, ...] = ()
    limit: float = LIMIT

    def __post_init__(self) -> None:
        check_fields(self)
        require_number("center", self.center)
        require_number("scale", self.scale, at_least=0)
        for period in self.periods:
            require_number("periods", period, above=0)
        require_number("limit", self.limit, above=0)

    @staticmethod
    def fit(
        x: Array, name: str, form: Format | None = None, *, plain: bool = True
    ) -> "NumberEncoder":
        """Center and scale of numbers, nan where missing; periods and a wide limit unless plain."""
        absent = np.isnan(x)
        center, scale = robust_scale(x[~absent])
        periods = () if plain else periods_of(x[~absent], form)
        limit = LIMIT if plain else WIDE_LIMIT
        return NumberEncoder(name, center, scale, bool(absent.any()), form or PLAIN, periods, limit)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        waves = tuple(
            f"{wave} of {self.name} by {_PERIODS.get(p, f'{p:g}')}"
            for p in self.periods
            for wave in ("sin", "cos")
        )
        return (self.name, *waves, *((f"{self.name} is missing",) if self.missing else ()))

    @property
    def n_inputs(self) -> int:
        """How many inputs it has."""
        return 1 + 2 * len(self.periods) + self.missing

    def read(self, column: Any) -> Array:
        """A column's numbers, nan where missing."""
        return read_numbers(column, self.format, self.name)

    def prepare(self, x: Array) -> tuple[Array, Unusual]:
        """What `write` takes, and what was unusual."""
        absent = int(np.count_nonzero(np.isnan(x)))
        return x, Unusual(n_filled=absent) if self.missing else Unusual(n_missing=absent)

    def write(self, x: Array, out: Array) -> None:
        """Write the inputs of some rows, shape (n, n_inputs), where they are 0 so far."""
        absent = np.isnan(x)
        if self.scale:
            z = x - self.center
            z /= self.scale
            # Beyond 1e9 scales the square would overflow, and the limit is reached long before.
            np.clip(z, -1e9, 1e9, out=z)
            z = z.astype(out.dtype, copy=False)
            root = z / self.limit
            np.square(root, out=root)
            root += 1.0
            np.divide(z, np.sqrt(root, out=root), out=out[:, 0])
            if absent.any():
                out[absent, 0] = 0.0
        for k, period in enumerate(self.periods):
            phase = 2.0 * np.pi * (x / period % 1.0)
            for j, wave in enumerate((np.sin(phase), np.cos(phase))):
                out[:, 1 + 2 * k + j] = np.where(absent, 0.0, wave)
        if self.missing:
            out[:, -1] = absent

    @property
    def sizes(self) -> tuple[int, ...]:
        """What `OneHot` takes: 0 for a number."""
        return (0,) * self.n_inputs

    write_codes = write

    def slope(self, inputs: Array) -> Array:
        """d inputs / d x, shape (n, n_inputs): (1 - (a / l)^2)^(3/2) / scale of the first one.

        Of a wave's sine 2 pi / p times its cosine, of its cosine -2 pi / p times its sine; 1 of
        what says that it is missing.
        """
        slopes = np.ones_like(inputs)
        a = inputs[:, 0]
        rest = np.maximum(1 - (a / self.limit) ** 2, 0)
        slopes[:, 0] = rest**1.5 / self.scale if self.scale else 0
        for k, period in enumerate(self.periods):
            sine, cosine = 1 + 2 * k, 2 + 2 * k
            slopes[:, sine] = 2.0 * np.pi / period * inputs[:, cosine]
            slopes[:, cosine] = -2.0 * np.pi / period * inputs[:, sine]
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
    signed : bool, default False
        Whether two levels share one input, -1 for the first and 1 for the second: RealMLP's way
        (Holzmueller, Grinsztajn & Steinwart 2024). Only where there is no other level and no value
        is missing.
    """

    name: str
    levels: tuple[str, ...]
    other: bool
    missing: bool
    signed: bool = False

    def __post_init__(self) -> None:
        check_fields(self)
        pair = len(self.levels) == 2 and not self.other and not self.missing
        require(pair or not self.signed, "signed", self.signed, "be False but for two levels")

    @staticmethod
    def fit(labels: Labels, name: str, *, signed: bool = False) -> "CategoryEncoder":
        """The levels of a column; `signed` where there are two of them and nothing else."""
        texts, codes = labels
        rows = np.bincount(codes[codes >= 0], minlength=len(texts))
        counted: dict[str, int] = {}
        for text, n in zip(texts.to_pylist(), rows.tolist(), strict=True):
            counted[text] = counted.get(text, 0) + n
        counts = sorted((-n, text) for text, n in counted.items() if n)
        frequent = [level for n, level in counts[:MAX_LEVELS] if -n >= MIN_COUNT]
        other, missing = len(frequent) < len(counts), bool((codes < 0).any())
        signed = signed and len(frequent) == 2 and not other and not missing
        return CategoryEncoder(name, tuple(sorted(frequent)), other, missing, signed)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        if self.signed:
            return (f"{self.name} = {self.levels[1]} (1) or {self.levels[0]} (-1)",)
        names = [f"{self.name} = {level}" for level in self.levels]
        names += [f"{self.name} is another"] if self.other else []
        names += [f"{self.name} is missing"] if self.missing else []
        return tuple(names)

    @property
    def n_inputs(self) -> int:
        """How many inputs it has."""
        return 1 if self.signed else len(self.levels) + self.other + self.missing

    def read(self, column: Any) -> Labels:
        """A column's different texts, and each row's place in them."""
        return labels_of(column)

    def prepare(self, labels: Labels) -> tuple[IntArray, Unusual]:
        """Each row's input, -1 for none, as `write` takes it, and what was unusual."""
        texts, codes = labels
        places, n_missing, unlisted, n_unlisted = counted_places(labels, self.levels)
        places[places < 0] = len(self.levels) if self.other else -1
        missing = len(self.levels) + self.other if self.missing else -1
        inputs = np.append(places, missing)[codes]
        absent: dict[str, Any] = (
            {"n_filled": n_missing} if self.missing else {"n_missing": n_missing}
        )
        if self.other:
            return inputs, Unusual(**absent, n_other=n_unlisted)
        unseen = texts.take(number_array(unlisted)).to_pylist() if unlisted else []
        return inputs, Unusual(**absent, n_unseen=n_unlisted, unseen=tuple(unseen))

    def write(self, inputs: IntArray, out: Array) -> None:
        """Write the inputs of some rows, shape (n, n_features), where they are 0 so far."""
        rows = np.flatnonzero(inputs >= 0)
        if self.signed:
            out[rows, 0] = 2.0 * inputs[rows] - 1.0
        else:
            out[rows, inputs[rows]] = 1.0

    @property
    def sizes(self) -> tuple[int, ...]:
        """What `OneHot` takes: the number of inputs that a code stands for; 0 for a number."""
        return (0,) if self.signed else (self.n_inputs,)

    def write_codes(self, inputs: IntArray, out: Array) -> None:
        """Write which input of a row is 1, -1 for none, shape (n, 1)."""
        if self.signed:
            self.write(inputs, out)
        else:
            out[:, 0] = inputs


ColumnEncoder = NumberEncoder | CategoryEncoder | OrderedEncoder | TextEncoder
