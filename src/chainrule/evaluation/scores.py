"""What an evaluation found, as plain objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from ..formatting import number
from ..registry import unknown
from ..tables import ClassTarget
from ..tables.target import Target
from ..tables.words import count


@dataclass(frozen=True)
class Score:
    """One metric of one target.

    Attributes
    ----------
    metric : str
    value, guess : float
        Of the model, and of the trivial guess for the same rows.
    low, high : float or None
        The ends of the interval that holds the share `Evaluation.level` of the resampled values;
        None without resampling.
    greater_is_better : bool
    """

    metric: str
    value: float
    guess: float
    low: float | None
    high: float | None
    greater_is_better: bool

    @property
    def beats_the_guess(self) -> bool:
        """Whether the model is better than the trivial guess."""
        gain = self.value - self.guess
        return gain > 0 if self.greater_is_better else gain < 0

    def reaches(self, wanted: float) -> bool:
        """Whether the value is at least as good as the one wanted; nan reaches nothing."""
        return reaches(self.value, wanted, self.greater_is_better)

    def to_dict(self) -> dict[str, Any]:
        """As plain data; a number that is not finite is None."""
        numbers = {"value": self.value, "guess": self.guess, "low": self.low, "high": self.high}
        return {"metric": self.metric, **{k: finite_or_none(v) for k, v in numbers.items()}}


@dataclass(frozen=True)
class TargetEvaluation:
    """How well one target is predicted.

    Attributes
    ----------
    name, task : str
    rows : int
        The rows that have a value in the target.
    guess : str
        What the trivial guess is, in words: "always Adelie".
    scores : tuple of Score
        The first one is the metric that heads the report.
    labels : tuple of str
        The classes; () of a quantity.
    confusion : tuple of tuples of int
        How many rows of each true class (rows) were taken for each class (columns).
    errors : dict of str to float
        Of predicted - true of a quantity, in its own unit: "mean", "largest", and "half" and
        "nine of ten", within which so many rows are.
    """

    name: str
    task: str
    rows: int
    guess: str
    scores: tuple[Score, ...]
    labels: tuple[str, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    errors: Mapping[str, float] = field(default_factory=dict)

    @property
    def head(self) -> Score:
        """The first score."""
        return self.scores[0]

    def __getitem__(self, metric: str) -> Score:
        for score in self.scores:
            if score.metric == metric:
                return score
        raise unknown("metric", metric, [score.metric for score in self.scores])

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "target": self.name,
            "task": self.task,
            "rows": self.rows,
            "guess": self.guess,
            "scores": [score.to_dict() for score in self.scores],
            **({"labels": self.labels, "confusion": self.confusion} if self.labels else {}),
            **({"errors": dict(self.errors)} if self.errors else {}),
        }


@dataclass(frozen=True)
class Evaluation:
    """How good a model's predictions of a table are; `print` shows it as a table.

    Attributes
    ----------
    targets : tuple of TargetEvaluation
    resamples : int
        How many resamples of the rows the intervals come from.
    level : float
        The share of the resampled values inside of an interval.
    """

    targets: tuple[TargetEvaluation, ...]
    resamples: int
    level: float

    @property
    def head(self) -> Score:
        """The first score of the first target."""
        return self.targets[0].head

    def __getitem__(self, target: str) -> TargetEvaluation:
        for one in self.targets:
            if one.name == target:
                return one
        raise unknown("target", target, [one.name for one in self.targets])

    def to_dict(self) -> dict[str, Any]:
        """As plain data, which JSON can hold."""
        return {
            "resamples": self.resamples,
            "level": self.level,
            "targets": [one.to_dict() for one in self.targets],
        }

    def __str__(self) -> str:
        lines = []
        for one in self.targets:
            lines.append(f"{one.name}, {count(one.rows, 'row')}; the guess is {one.guess}")
            width = max(len(score.metric) for score in one.scores)
            for s in one.scores:
                spread = f"  {spread_in_words(s)}" if s.low is not None else ""
                value, guess = number(s.value), number(s.guess)
                lines.append(f"  {s.metric:{width}}  {value}{spread}  guess {guess}")
        return "\n".join(lines)


def trivial_guess(target: Target) -> str:
    """What the trivial guess says of every row, in words."""
    if isinstance(target, ClassTarget):
        counts = target.counts
        return f"always {target.labels[counts.index(max(counts))]}"
    return f"always {number(target.mean)}"


def spread_in_words(score: Score) -> str:
    """The ends of the interval; "" without one."""
    if score.low is None or score.high is None:
        return ""
    return f"{number(score.low)} to {number(score.high)}"


def reaches(value: float, wanted: float, greater_is_better: bool) -> bool:
    """Whether a value is at least as good as the one wanted; nan reaches nothing."""
    return value >= wanted if greater_is_better else value <= wanted


def finite_or_none(value: float | None) -> float | None:
    """A number that JSON can hold, or None."""
    return value if value is not None and isfinite(value) else None
