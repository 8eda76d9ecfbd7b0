"""Predictions and scores of a table that is read piece by piece."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import DataError, DataWarning, warn
from ..training import METRICS
from ..typing import Array
from .columns import to_numpy
from .formats import typed_numbers
from .read import Table, read_table
from .scan import Scan, as_table, relocated
from .scoring import Scores, scores_by_target
from .target import ClassTarget, Target
from .target_checks import TargetSchema
from .target_group import Targets, parts_of, split_outputs
from .unseen import Unusual, unseen_in_words

Run = Callable[[Table], tuple[Array, dict[str, Unusual]]]
"""`Pipeline.run`: the outputs for a table's rows, and what is unusual in them."""


class Block(NamedTuple):
    """Some rows, the number of the first of them, and the network's outputs for them.

    `raw` has all columns as they were read.
    """

    first: int
    table: Table
    outputs: Array
    raw: Any


class Blocks:
    """A scanned table block by block, with a network's outputs; what was unusual adds up.

    Parameters
    ----------
    run : callable
        `Pipeline.run`.
    scan : Scan
    columns : sequence of str, optional
        Those that are read; all by default.
    """

    def __init__(self, run: Run, scan: Scan, columns: Sequence[str] | None = None) -> None:
        self.run, self.scan, self.columns = run, scan, columns
        self.unusual: dict[str, Unusual] = {}

    def __iter__(self) -> Iterator[Block]:
        for batch in self.scan.batches(self.columns):
            table, first = as_table(batch.table), batch.first
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DataWarning)  # said once of all blocks, below
                outputs, found = self._run(table, first)
            self.unusual = {
                name: self.unusual.get(name, Unusual()).plus(one) for name, one in found.items()
            }
            yield Block(first, table, outputs, batch.raw)
        for note in unseen_in_words(self.unusual):
            warn(note, DataWarning)

    def _run(self, table: Table, first: int) -> tuple[Array, dict[str, Unusual]]:
        try:
            return self.run(table)
        except DataError as error:
            raise relocated(error, lambda row: self.scan.place(first + row)) from None


def outputs_of(run: Run, frame: Any) -> Array:
    """The network's outputs for all rows of a table or a scanned one, shape (n, n_out)."""
    if not isinstance(frame, Scan):
        return run(read_table(frame, lenient=True))[0]
    found = [block.outputs for block in Blocks(run, frame)]
    if not found:
        raise DataError(f"{frame.name} has no rows")
    return np.concatenate(found)


def scores_of(
    run: Run, target: Targets, schemas: Iterable[TargetSchema], frame: Any
) -> dict[str, Scores]:
    """As `scores_by_target`; of a scanned table in memory that does not grow with the rows."""
    if not isinstance(frame, Scan):
        table = read_table(frame, lenient=True)
        return scores_by_target(target, schemas, table, run(table)[0])
    sums = ScoreSums(target, schemas)
    sums.check(frame.columns, frame.name)
    for block in Blocks(run, frame):
        sums.add(block, frame)
    return sums.scores()


class ScoreSums:
    """The scores of all targets, from sums over blocks of rows.

    Parameters
    ----------
    target : ClassTarget, NumericTarget or TargetGroup
    schemas : iterable of TargetSchema
    """

    def __init__(self, target: Targets, schemas: Iterable[TargetSchema]) -> None:
        self.target = target
        self.parts = [
            TargetScores(part, one) for part, one in zip(parts_of(target), schemas, strict=True)
        ]

    def check(self, columns: Sequence[str], name: str) -> None:
        """Raise `DataError` unless all targets are among the columns."""
        for part in self.parts:
            if part.target.name not in columns:
                raise DataError(f"{name} has no column {part.target.name!r}, the target")

    def add(self, block: Block, scan: Scan) -> None:
        """Add the rows of a block; those without a target are left out."""
        for part, own in zip(self.parts, split_outputs(self.target, block.outputs), strict=True):
            try:
                part.add(block.table, own)
            except DataError as error:
                raise relocated(error, lambda row: scan.place(block.first + row)) from None

    def scores(self) -> dict[str, Scores]:
        """The scores of each target, by its name."""
        return {part.target.name: part.scores() for part in self.parts}


class TargetScores:
    """The scores of one target, from sums over blocks of rows.

    Sums over blocks differ from those over all rows at once by rounding. Areas under curves are of
    outputs with 11 bits: outputs that are nearer to each other count as equal.

    Parameters
    ----------
    target : ClassTarget or NumericTarget
    schema : TargetSchema
        How its values are written.
    """

    def __init__(self, target: Target, schema: TargetSchema) -> None:
        self.target, self.schema = target, schema
        kind = _Classes if isinstance(target, ClassTarget) else _Quantity
        self.model, self.guess = kind(target.n_out), kind(target.n_out)

    @property
    def n(self) -> int:
        """The number of rows that have the target."""
        return self.model.n

    def add(self, table: Table, a: Array) -> None:
        """Add the outputs for a table's rows; rows without a target are left out."""
        target = self.target
        values = typed_numbers(table.to_native()[target.name], self.schema.format, target.name)
        known = to_numpy(values.is_valid())
        if not known.any():
            return
        y = target.outputs(target.encode(values)[known])
        self.model.add(target.outputs(a[known]), y)
        self.guess.add(target.outputs(target.baseline(len(y))), y)

    def scores(self) -> Scores:
        """The rows, the metrics and those of the trivial guess."""
        if not self.model.n:
            raise DataError(f"target {self.target.name!r} is missing in every row")
        names = self.target.metrics
        scores = {name: self.model.score(name) for name in names}
        baseline = {f"baseline_{name}": self.guess.score(name) for name in names}
        return {"rows": self.model.n, **scores, **baseline}


class _Quantity:
    """Sums of errors, and the spread of the targets (Chan, Golub & LeVeque 1983)."""

    def __init__(self, n_out: int) -> None:
        self.n = 0
        self.sums = dict.fromkeys(_OF_ROWS, 0.0)
        self.mean, self.spread = 0.0, 0.0

    def add(self, a: Array, y: Array) -> None:
        """Add some rows."""
        n, mean = len(y), float(y.mean())
        for name in self.sums:
            self.sums[name] += n * METRICS[name](a, y)
        apart = mean - self.mean
        self.spread += float(((y - mean) ** 2).sum()) + apart**2 * n * self.n / (n + self.n)
        self.mean += apart * n / (n + self.n)
        self.n += n

    def score(self, name: str) -> float:
        """A metric of all rows."""
        squared = self.sums["mean_squared_error"]
        if name == "root_mean_squared_error":
            return float(np.sqrt(squared / self.n))
        if name != "r2":
            return self.sums[name] / self.n
        if self.n < 2:
            return float("nan")
        if self.spread > 0:
            return 1.0 - squared / self.spread
        return 1.0 if squared == 0 else 0.0


_OF_ROWS = ("mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error")
_DROPPED = 12
"""Bits of a float32 output that are dropped for curves: 23 - 12 stay."""


class _Classes:
    """How often which class was taken for which, and how often each output was given.

    Rows with the same truth and outputs are one row with their number as its weight.
    """

    def __init__(self, n_out: int) -> None:
        self.n, self.n_out = 0, n_out
        self.log_loss = 0.0
        self.confusion = np.zeros((n_out, n_out))
        bins = (int(np.float32(1.0).view(np.int32)) >> _DROPPED) + 2
        self.bins = np.zeros((1 if n_out <= 2 else n_out, 2, bins))

    def add(self, a: Array, y: Array) -> None:
        """Add some rows."""
        self.n += len(y)
        self.log_loss += len(y) * METRICS["log_loss"](a, y)
        true, taken = y.argmax(axis=1), a.argmax(axis=1)
        np.add.at(self.confusion, (true, taken), 1.0)
        for k in range(len(self.bins)):
            column = self.n_out - 1 if self.n_out <= 2 else k
            p = np.clip(a[:, column], 0.0, 1.0).astype(np.float32)
            places = p.view(np.int32) >> _DROPPED
            np.add.at(self.bins[k], ((true == column).astype(np.int64), places), 1.0)

    def score(self, name: str) -> float:
        """A metric of all rows."""
        if name == "log_loss":
            return self.log_loss / self.n
        if name in ("roc_auc", "average_precision"):
            return self._of_curve(name, 0)
        if name == "roc_auc_ovr":
            areas = np.array([self._of_curve("roc_auc", k) for k in range(len(self.bins))])
            known = areas[~np.isnan(areas)]
            return float(known.mean()) if len(known) else float("nan")
        true, taken = np.nonzero(self.confusion)
        unit = np.eye(self.n_out)
        return METRICS[name](unit[taken], unit[true], self.confusion[true, taken])

    def _of_curve(self, name: str, k: int) -> float:
        truth, places = np.nonzero(self.bins[k])
        return METRICS[name](places.astype(np.float64), truth, self.bins[k][truth, places])
