"""The options of `Pipeline.fit`, sorted by the step that they belong to."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ..errors import InvalidValueError
from ..registry import unknown
from ..tables import DecodedTable, Pipeline, TrainingSet, decode_table
from ..tables.presets import held_out_share
from ..tables.read import take_rows
from ..tables.training_set import MIN_ROWS_TO_VALIDATE
from ..tables.validation import with_validation
from ..typing import IntArray
from .folds import class_columns, hold_out


@cache
def _names(function: Callable[..., Any]) -> frozenset[str]:
    kinds = inspect.signature(function).parameters.values()
    return frozenset(p.name for p in kinds if p.kind is p.KEYWORD_ONLY)


_OURS = ("callbacks", "checkpoint", "seed", "sample_weight")
"""Options that a cross-validation or a search decides itself, or has no use for."""


@dataclass(frozen=True)
class FitOptions:
    """How the fits of a cross-validation or a search are made.

    Parameters
    ----------
    looking, encoding, training : mapping
        The arguments of `decode_table`, `TrainingSet.encode` and `Pipeline.train`.
    """

    looking: Mapping[str, Any]
    encoding: Mapping[str, Any]
    training: Mapping[str, Any]

    @staticmethod
    def of(options: Mapping[str, Any]) -> "FitOptions":
        """Sort options by their names.

        Raises
        ------
        UnknownNameError
            If one is none of `Pipeline.fit`.
        """
        steps = [_names(f) for f in (decode_table, TrainingSet.encode, Pipeline.train)]
        known = frozenset[str]().union(*steps) - {*_OURS}
        for name in options:
            if name not in known:
                raise unknown("argument of Pipeline.fit", name, sorted(known))
        return FitOptions(*({k: v for k, v in options.items() if k in step} for step in steps))

    def changed(self, settings: Mapping[str, Any]) -> "FitOptions":
        """The same with other settings; what a table holds is decided once for all fits."""
        for name in settings:
            if name in self.looking or name in _names(decode_table):
                raise InvalidValueError(
                    f"{name} cannot change between the fits of a search: it says what the table "
                    "holds"
                )
        other = FitOptions.of(settings)
        return FitOptions(
            self.looking,
            {**self.encoding, **other.encoding},
            {**self.training, **other.training},
        )

    def with_threads(self, threads: int | None) -> "FitOptions":
        """The same on some threads, unless their number was given."""
        if threads is None or "threads" in self.training:
            return self
        return self.changed({"threads": threads})

    def training_set(
        self,
        decoded: DecodedTable,
        rows: IntArray,
        seed: int,
        group: str | None = None,
        time: str | None = None,
    ) -> TrainingSet:
        """Some rows, encoded; those that decide when to stop are held out as those of a test are.

        By classes, by whole groups, or the last in time; where that would leave no row of some
        class to learn from, by classes.
        """
        preset = self.encoding.get("preset", "auto")
        share = held_out_share(preset, self.encoding.get("validation_fraction"))
        if (group or time) and share and len(rows) >= MIN_ROWS_TO_VALIDATE:
            kept, last = hold_out(decoded, rows, share, seed, group=group, time=time, position=1)
            if len(rows_to_test(decoded, kept, last)) == len(last):
                return self.training_set_with(decoded, kept, take_rows(decoded.table, last), seed)
        # Folds know nothing of groups or times.
        own: dict[str, Any] = {"folds": 0} if group or time else {}
        return TrainingSet.encode(decoded, rows, seed=seed, **{**self.encoding, **own})

    def training_set_with(
        self, decoded: DecodedTable, rows: IntArray, validation: Any, seed: int
    ) -> TrainingSet:
        """Some rows, encoded, and a table of its own that decides when to stop."""
        own = {"validation_fraction": 0.0, "folds": 0, "codes": False}
        encoding = {**self.encoding, **own}
        data = TrainingSet.encode(decoded, rows, seed=seed, **encoding)
        return with_validation(data, validation, encoding.get("class_weight"))


def rows_to_test(decoded: DecodedTable, training: IntArray, test: IntArray) -> IntArray:
    """The rows of a test whose labels training has, too."""
    kept = np.ones(len(test), bool)
    every = np.concatenate([training, test])
    for classes in class_columns(decoded, every):
        kept &= np.isin(classes[len(training) :], classes[: len(training)])
    return test[kept]
