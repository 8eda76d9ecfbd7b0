"""Targets as numbers for a network, and a network's outputs as predictions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow.compute as pc

from ..errors import DataError, require_number
from ..registry import nearest
from ..typing import Array, IntArray
from .columns import as_numbers, as_texts, number_array, scale_of, text_array, to_numpy

Label = str | int | float | bool


@dataclass(frozen=True)
class Classes:
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

    @staticmethod
    def fit(values: Any, name: str) -> "Classes":
        """The labels of a tidy column without missing values."""
        counted = pc.value_counts(values).to_pylist()
        pairs = sorted((c["values"], c["counts"]) for c in counted)
        return Classes(name, tuple(p[0] for p in pairs), tuple(p[1] for p in pairs))

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
        texts = as_texts(values)
        known = as_texts(_label_array(self.labels))
        codes = pc.index_in(texts, known)
        unseen = pc.and_(codes.is_null(), texts.is_valid())
        if pc.any(unseen).as_py():
            row = int(np.argmax(to_numpy(unseen)))
            label = texts[row].as_py()
            hint = nearest(label, known.to_pylist())
            raise DataError(
                f"target {self.name!r}, row {row + 1}: the label {label!r} did not occur in "
                f"training{hint or '.'} Labels: {', '.join(map(str, self.labels))}. Correct it, or "
                "leave it empty to predict the row without comparing"
            )
        return np.nan_to_num(to_numpy(codes), nan=-1).astype(np.int64)

    def encode(self, values: Any) -> Array:
        """One-hot rows, shape (n, n_out); 0 for missing values."""
        return (self.numbers(values)[:, None] == np.arange(self.n_out)).astype(np.float64)

    def outputs(self, a: Array) -> Array:
        """Probabilities, as they are."""
        return a

    def predictions(self, a: Array) -> Array:
        """The label of the largest probability."""
        return np.array(self.labels)[a.argmax(axis=1)]

    def baseline(self, n: int) -> Array:
        """What predicts the most frequent label for every row: its frequencies as outputs."""
        shares = np.array(self.counts, dtype=np.float64)
        return np.tile(shares / shares.sum(), (n, 1))


@dataclass(frozen=True)
class Quantity:
    """A number, scaled for the network: (y - mean) / std.

    Parameters
    ----------
    name : str
        The target column.
    mean, std : float
        Of the training rows.
    """

    name: str
    mean: float
    std: float

    def __post_init__(self) -> None:
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
    def fit(values: Any, name: str) -> "Quantity":
        """Mean and standard deviation of a tidy column without missing values."""
        return Quantity(name, *scale_of(as_numbers(values, name), name))

    def encode(self, values: Any) -> Array:
        """(y - mean) / std, shape (n, 1); nan for missing values."""
        return (as_numbers(values, self.name)[:, None] - self.mean) / self.std

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


def _label_array(labels: tuple[Label, ...]) -> Any:
    kind = type(labels[0])
    if kind in (int, float):
        return number_array(labels, np.int64 if kind is int else np.float64)
    return text_array(map(str, labels))


Target = Classes | Quantity


def fit_target(values: Any, name: str, task: str) -> Target:
    """The target of a task, from a tidy column without missing values."""
    kind = Classes if task == "classification" else Quantity
    return kind.fit(values, name)


def target_to_dict(target: Target) -> dict[str, Any]:
    """A target as plain data."""
    return {"type": type(target).__name__, **asdict(target)}


def target_from_dict(data: Mapping[str, Any]) -> Target:
    """The target that `target_to_dict` described."""
    values = dict(data)
    if values.pop("type") == "Quantity":
        return Quantity(**values)
    return Classes(values["name"], tuple(values["labels"]), tuple(values["counts"]))
