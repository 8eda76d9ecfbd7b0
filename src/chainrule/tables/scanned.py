"""From a table that is read piece by piece to what a network learns from."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np

from ..errors import DataError, InvalidValueError, shown
from ..plan import RowStream
from ..plan.stream import Rows
from ..random import check_seed
from ..training import class_sample_weight
from ..typing import Array, IntArray
from .class_weights import ClassWeight, weights_by_target
from .columns import to_numpy
from .encoder import Encoder
from .formats import read_numbers, typed_numbers
from .naming import target_names
from .numerals import PLAIN
from .scan import Batch, Scan, as_table, relocated
from .schema import DecodedTable, decode_table
from .target_group import Targets, parts_of
from .training_set import TrainingSet
from .unseen import Unusual, unseen_in_words

_INPUTS = 1 << 23
"""Inputs of the rows of a buffer, by default: 32 MB."""


@dataclass(frozen=True)
class ScannedTable:
    """A scanned table, and what its columns were found to hold.

    Attributes
    ----------
    scan : Scan
    sampled : ndarray of int
        The numbers of the rows in the sample.
    decoded : DecodedTable
        The sample; its schema has the numbers of rows of the whole table.
    sizes : tuple of int
        The rows of each group that have a value in every target.
    """

    scan: Scan
    sampled: IntArray
    decoded: DecodedTable
    sizes: tuple[int, ...]

    @staticmethod
    def decode(
        scan: Scan, target: str | Sequence[str], *, seed: int | None = None, **choices: Any
    ) -> "ScannedTable":
        """Find out what a scanned table holds, from a sample; then count the rows with a target.

        Parameters
        ----------
        scan : Scan
        target, **choices
            As in `Schema.fit`.
        seed : int, optional
            Decides the sample.
        """
        known = [name for name in target_names(target) if name in scan.columns]
        sampled, table = scan.sample(check_seed(seed), known)
        own = {"decimal": scan.decimal, "dates": scan.dates}
        choices = {**choices, **{k: choices.get(k) or v for k, v in own.items()}}
        try:
            decoded = decode_table(table, target, **choices)
        except DataError as error:
            raise relocated(error, lambda row: scan.place(int(sampled[row]))) from None
        found = ScannedTable(scan, sampled, decoded, ())
        sizes = found._count()
        n = sum(sizes)
        schema = replace(decoded.schema, n_rows=n, n_without_target=len(scan) - n)
        return replace(found, decoded=replace(decoded, schema=schema), sizes=sizes)

    @property
    def is_whole(self) -> bool:
        """Whether all rows are in the sample."""
        return len(self.sampled) == len(self.scan)

    def _count(self) -> tuple[int, ...]:
        """The rows of each group with a value in every target; their weights are checked."""
        schema, sizes, total = self.decoded.schema, [], 0.0
        columns = [one.name for one in schema.targets]
        columns += [] if schema.weight is None else [schema.weight]
        for k in range(len(self.scan.groups)):
            n = 0
            for batch in self.scan.batches(columns, [k]):
                valid = _all_valid(self._targets(batch))
                n += int(valid.sum())
                if schema.weight is not None:
                    total += float(self._weights(batch, valid)[valid].sum())
            sizes.append(n)
        if schema.weight is not None and not total > 0:
            raise DataError("all weights are zero; there is nothing to learn from")
        return tuple(sizes)

    def _targets(self, batch: Batch) -> list[Any]:
        """The values of the targets, null where missing."""
        try:
            return [
                typed_numbers(batch.table[one.name], one.format, one.name)
                for one in self.decoded.schema.targets
            ]
        except DataError as error:
            raise self._placed(error, batch) from None

    def _weights(self, batch: Batch, valid: Any) -> Array:
        """What each row counts, by the column of weights."""
        name = self.decoded.schema.weight
        assert name is not None
        try:
            weights = read_numbers(batch.table[name], PLAIN, name)
        except DataError as error:
            raise self._placed(error, batch) from None
        bad = ~(np.isfinite(weights) & (weights >= 0)) & valid
        if bad.any():
            row = int(bad.argmax())
            raise DataError(
                f"{self.scan.place(batch.first + row)}: the weight in column {name!r} is "
                f"{weights[row]:g}, but must be a finite number >= 0; correct it, or leave the row "
                "out"
            )
        return weights

    def _placed(self, error: DataError, batch: Batch) -> DataError:
        found = relocated(error, lambda row: self.scan.place(batch.first + row))
        if "did not occur in training" in str(found) and not self.is_whole:
            return DataError(f"{found}; or take a larger sample (sample=, --sample)")
        return found

    def training_set(
        self,
        rows: IntArray | None = None,
        *,
        sample_weight: Any = None,
        class_weight: ClassWeight = None,
        **options: Any,
    ) -> TrainingSet:
        """The rows as a stream of inputs and targets, in the place of `TrainingSet.X`.

        Parameters
        ----------
        rows : ndarray of int, optional
            The rows of the sample that may be learned from; its others are left out, such as those
            held out to test on. The rows beyond the sample are all learned from.
        class_weight, **options
            As in `TrainingSet.encode`. Rows are held out of the sample.
        """
        if sample_weight is not None:
            raise InvalidValueError(
                "sample_weight must be None for a scanned table: name its column, weight='...'"
            )
        # Folds would need all rows at hand.
        if options.get("folds"):
            raise InvalidValueError(
                f"folds (={shown(options['folds'])}) must be 0 for a table that is read piece by "
                "piece; some of its rows say when to stop"
            )
        if options.pop("validation", None) is not None:
            raise InvalidValueError(
                "validation must be None for a table that is read piece by piece: rows of its own "
                "sample say when to stop"
            )
        options["folds"] = 0
        found = TrainingSet.encode(self.decoded, rows, class_weight=class_weight, **options)
        with_target = self.decoded.rows
        left_out = np.setdiff1d(with_target, found.rows)
        stream: Any = StreamedRows(self, found, class_weight, self.sampled[left_out])
        # The rows of a stream come with their targets and weights.
        nothing: Any = None
        apart = not self.is_whole
        return replace(found, X=stream, y=nothing, weight=None, validation_apart=apart)


@final
class StreamedRows(RowStream):
    """The rows of a scanned table as inputs and targets, read anew in each epoch."""

    def __init__(
        self, table: ScannedTable, found: TrainingSet, class_weight: ClassWeight, left_out: IntArray
    ) -> None:
        self.table = table
        self.encoder: Encoder = found.encoder
        self.target: Targets = found.target
        self.class_weights = weights_by_target(class_weight, found.target)
        self.at_hand, self.codes = (found.X, found.y, found.weight), found.codes
        self._leave_out(left_out)
        rows = max(_INPUTS // max(self.encoder.n_features, 1), 1)
        self.buffer = table.scan.buffer or rows
        schema = table.decoded.schema
        self.columns = list(
            dict.fromkeys(
                [c.name for c in self.encoder.columns]
                + [one.name for one in schema.targets]
                + ([] if schema.weight is None else [schema.weight])
            )
        )
        self._unusual: dict[int, dict[str, Unusual]] = {}

    def _leave_out(self, rows: IntArray) -> None:
        table, self.left_out = self.table, rows
        edges = np.array([g.first for g in table.scan.groups] + [len(table.scan)])
        held = np.diff(np.searchsorted(rows, edges))
        self.sizes = (np.array(table.sizes) - held).tolist()
        self.identity = f"{len(self)} of {len(table.scan)} rows in groups of {_short(self.sizes)}"

    def with_rows(self, rows: IntArray) -> "StreamedRows":
        """The same stream with rows of the sample that were left out."""
        found = copy(self)
        found._leave_out(np.setdiff1d(self.left_out, self.table.sampled[rows]))
        return found

    def read(self, group: int) -> Iterator[Rows]:
        """The rows of a group that are learned from, encoded."""
        unusual: dict[str, Unusual] = {}
        first_time = group not in self._unusual
        for batch in self.table.scan.batches(self.columns, [group]):
            rows, found = self._encoded(batch)
            unusual = {name: unusual.get(name, Unusual()).plus(one) for name, one in found.items()}
            if first_time:
                self._unusual[group] = unusual
            if len(rows[0]):
                yield rows

    def _encoded(self, batch: Batch) -> tuple[Rows, dict[str, Unusual]]:
        table = self.table
        targets = table._targets(batch)
        kept = _all_valid(targets)
        first, last = np.searchsorted(self.left_out, [batch.first, batch.first + len(kept)])
        kept[self.left_out[first:last] - batch.first] = False
        try:
            dtype = self.at_hand[0].dtype
            X, unusual = self.encoder.inputs(as_table(batch.table), dtype, self.codes)
            ys = [
                part.encode(values)
                for part, values in zip(parts_of(self.target), targets, strict=True)
            ]
        except DataError as error:
            raise table._placed(error, batch) from None
        weights = None
        if self.at_hand[2] is not None:
            weights = np.ones(len(X))
            if table.decoded.schema.weight is not None:
                weights = table._weights(batch, kept)
        if not kept.all():
            X, ys = X[kept], [y[kept] for y in ys]
            weights = None if weights is None else weights[kept]
        if weights is not None:
            for y, of_class in zip(ys, self.class_weights or (), strict=False):
                if of_class is not None:
                    weights = weights * class_sample_weight(y, of_class)
        return (X, ys[0] if len(ys) == 1 else np.hstack(ys), weights), unusual

    def notes(self) -> list[str]:
        """What the sample did not have: missing values, levels."""
        total: dict[str, Unusual] = {}
        for found in list(self._unusual.values()):
            total = {name: total.get(name, Unusual()).plus(one) for name, one in found.items()}
        return [f"beyond the sample, {note}" for note in unseen_in_words(total)]


def _all_valid(targets: Sequence[Any]) -> Any:
    """Which rows have a value in every target."""
    return np.logical_and.reduce([to_numpy(values.is_valid()) for values in targets])


def _short(sizes: Sequence[int]) -> str:
    from hashlib import sha256

    return sha256(",".join(map(str, sizes)).encode()).hexdigest()[:16]


_OF_COLUMNS = (
    *("task", "numbers", "categories", "texts", "ordered", "drop", "weight", "decimal", "dates"),
)


def prepared(frame: Any, target: str | Sequence[str], **options: Any) -> TrainingSet:
    """As `TrainingSet.prepare`, also of a scanned table."""
    if not isinstance(frame, Scan):
        return TrainingSet.prepare(frame, target, **options)
    options["seed"] = check_seed(options.get("seed"))
    choices = {name: options.pop(name) for name in _OF_COLUMNS if name in options}
    table = ScannedTable.decode(frame, target, seed=options["seed"], **choices)
    return table.training_set(**options)
