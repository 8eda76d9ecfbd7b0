"""Targets as numbers for a network, and a network's outputs as predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError, require, require_number
from ..registry import nearest
from ..typing import Array, IntArray
from .columns import as_texts, labels_of, number_array, places_of, scale_of, text_array, tidy
from .fields import check_fields
from .formats import Format, format_from_dict, format_to_dict, read_numbers
from .numerals import PLAIN

Label = str | int | float | bool

_WIDE = 200


@dataclass(frozen=True)
class ClassTarget:
    """Labels, each one output of a softmax.

    Parameters
    ----------
    name : str
        The target column.
    labels : tuple
        In ascending order, in the type that the column has.
    counts : tuple of int
        How often each occurred in training.
    """

    name: str
    labels: tuple[Label, ...]
    counts: tuple[int, ...]

    slope: ClassVar[None] = None
    notes: ClassVar[tuple[str, ...]] = ()
    output: ClassVar[str] = "softmax"
    loss: ClassVar[str] = "cross_entropy"
    task: ClassVar[str] = "classification"

    def __post_init__(self) -> None:
        check_fields(self)
        texts = spelled(self.labels)
        require(len(set(texts)) == len(texts), "labels", self.labels, "differ")
        require(len(self.counts) == len(self.labels), "counts", self.counts, "be as many as labels")

    @staticmethod
    def fit(values: Any, name: str) -> "ClassTarget":
        """The labels of a tidy column without missing values.

        Spellings of one label (true and True) are one: the most frequent one stands for it.
        """
        counted = pc.value_counts(_plain(values)).to_pylist()
        labels = [c["values"] for c in counted]
        best: dict[str, tuple[int, Label]] = {}
        rows: dict[str, int] = {}
        for text, label, entry in zip(spelled(labels), labels, counted, strict=True):
            n = entry["counts"]
            rows[text] = rows.get(text, 0) + n
            best[text] = max(best.get(text, (0, label)), (n, label))
        pairs = sorted((label, rows[text]) for text, (_, label) in best.items())
        return ClassTarget(name, tuple(p[0] for p in pairs), tuple(p[1] for p in pairs))

    @property
    def n_out(self) -> int:
        """The number of outputs: the number of labels."""
        return len(self.labels)

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each output is the probability of."""
        return tuple(f"{self.name} = {label}" for label in self.labels)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics of such a target; of two labels, the second is the positive one."""
        always = ("accuracy", "balanced_accuracy")
        if self.n_out <= 2:
            rates = ("precision", "recall", "f1", "roc_auc", "average_precision")
            return (*always, *rates, "f1_macro", "log_loss")
        rates = ("precision_macro", "recall_macro", "f1_macro", "f1_weighted", "roc_auc_ovr")
        return (*always, *rates, "log_loss")

    def numbers(self, values: Any) -> IntArray:
        """The class number of every value, -1 for missing ones.

        Raises
        ------
        DataError
            If a label was not there in training.
        """
        texts, codes = labels_of(tidy(values))
        known = tuple(spelled(self.labels))
        places = places_of(texts, known)
        unseen = np.isin(codes, np.flatnonzero(places < 0)) & (codes >= 0)
        if unseen.any():
            row = int(unseen.argmax())
            label = texts[int(codes[row])].as_py()
            hint = nearest(label, known)
            raise DataError(
                f"target {self.name!r}, row {row + 1}: the label {label!r} did not occur in "
                f"training{hint or '.'} Labels: {', '.join(map(str, self.labels))}. Correct it, or "
                "leave it empty to predict the row without comparing"
            )
        return np.append(places, -1)[codes]

    def encode(self, values: Any) -> Array:
        """One-hot rows, shape (n, n_out); 0 for missing values."""
        return (self.numbers(values)[:, None] == np.arange(self.n_out)).astype(np.float64)

    def outputs(self, a: Array) -> Array:
        """Probabilities, as they are."""
        return a

    def predictions(self, a: Array) -> Array:
        """The label of the largest probability."""
        # Long labels of different lengths as objects: a text of NumPy is as wide as the longest.
        wide = (
            isinstance(self.labels[0], str)
            and max(len(str(label)) for label in self.labels) > _WIDE
        )
        labels = np.array(self.labels, dtype=object if wide else None)
        return labels[a.argmax(axis=1)]

    def baseline(self, n: int) -> Array:
        """What predicts the most frequent label for every row: its frequencies as outputs."""
        shares = np.array(self.counts, dtype=np.float64)
        return np.tile(shares / shares.sum(), (n, 1))


@dataclass(frozen=True)
class NumericTarget:
    """A number, scaled for the network: (y - mean) / std.

    Parameters
    ----------
    name : str
        The target column.
    mean, std : float
        Of the training rows.
    format : NumberFormat
        How the values are written.
    """

    name: str
    mean: float
    std: float
    format: Format = PLAIN

    def __post_init__(self) -> None:
        check_fields(self)
        require_number("mean", self.mean)
        require_number("std", self.std, above=0)

    output: ClassVar[str] = "identity"
    loss: ClassVar[str] = "mean_squared_error"
    task: ClassVar[str] = "regression"
    metrics: ClassVar[tuple[str, ...]] = (
        "root_mean_squared_error",
        "mean_absolute_error",
        "mean_squared_error",
        "mean_absolute_percentage_error",
        "r2",
    )
    n_out: ClassVar[int] = 1

    @property
    def slope(self) -> float:
        """How the target changes with one unit of the output."""
        return self.std

    @property
    def output_names(self) -> tuple[str, ...]:
        """The target's own name."""
        return (self.name,)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the output's unit."""
        scaled = f"({self.name} - {self.mean:g}) / {self.std:g}"
        return (f"the network's target is standardised: {scaled}",)

    @staticmethod
    def fit(values: Any, name: str, form: Format | None = None) -> "NumericTarget":
        """Mean and standard deviation of a column without missing values."""
        form = form or PLAIN
        return NumericTarget(name, *scale_of(read_numbers(values, form, name), name), form)

    def encode(self, values: Any) -> Array:
        """(y - mean) / std, shape (n, 1); nan for missing values."""
        return (read_numbers(values, self.format, self.name)[:, None] - self.mean) / self.std

    def outputs(self, a: Array) -> Array:
        """The outputs in the target's own unit, shape (n, 1), float64."""
        return a.astype(np.float64) * self.std + self.mean

    def predictions(self, a: Array) -> Array:
        """The outputs in the target's own unit, shape (n,)."""
        numbers: Array = self.outputs(a)[:, 0]
        return numbers

    def baseline(self, n: int) -> Array:
        """What predicts the mean for every row."""
        return np.zeros((n, 1))


def _plain(values: Any) -> Any:
    """A tidy column with the values of a dictionary in it themselves."""
    if pa.types.is_dictionary(values.type):
        values = tidy(values.cast(values.type.value_type))
    return values


def spelled(labels: Sequence[Label]) -> list[str]:
    """The labels as texts, one spelling for what is equal."""
    kind = type(labels[0])
    if kind in (int, float):
        column = number_array(labels, np.int64 if kind is int else np.float64)
    else:
        column = text_array(map(str, labels))
    spelled: list[str] = as_texts(column).to_pylist()
    return spelled


Target = ClassTarget | NumericTarget


def fit_target(values: Any, name: str, task: str, form: Format | None = None) -> Target:
    """The target of a task, from a column without missing values."""
    if task == "classification":
        return ClassTarget.fit(values, name)
    return NumericTarget.fit(values, name, form)


def target_to_dict(target: Target) -> dict[str, Any]:
    """A target as plain data."""
    data = {"type": type(target).__name__, **asdict(target)}
    if isinstance(target, NumericTarget):
        data["format"] = format_to_dict(target.format)
    return data


def target_from_dict(data: Mapping[str, Any]) -> Target:
    """The target that `target_to_dict` described."""
    values = dict(data)
    if values.pop("type") == "NumericTarget":
        return NumericTarget(**{**values, "format": format_from_dict(values["format"])})
    return ClassTarget(values["name"], tuple(values["labels"]), tuple(values["counts"]))
