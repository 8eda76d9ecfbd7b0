"""What is kept of a run: states to go back to, and curves."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from ..engines import Report
from ..plan import State
from ..typing import Array
from .frames import thinned
from .problem import Problem

MOST_STATES = 512
"""States kept of a segment; where more are offered, every other one goes."""
MOST_ROWS = 4096
"""Rows kept of a curve."""


class Checkpoints:
    """States of a stretch of training, evenly spread; those between are trained again.

    Parameters
    ----------
    start : State
        Kept in any case.
    """

    def __init__(self, start: State) -> None:
        self.states, self.updates = [start], [start.update]
        self.stride = 1

    def offer(self, state: State) -> None:
        """Keep a state if it lies far enough behind the last one kept."""
        if state.update - self.updates[-1] >= self.stride:
            self.states.append(state)
            self.updates.append(state.update)
            if len(self.states) > MOST_STATES:
                self.thin()

    def thin(self) -> None:
        """Give up every other state."""
        self.states, self.updates = self.states[::2], self.updates[::2]
        self.stride *= 2

    def cut(self, update: int) -> None:
        """Give up the states after an update."""
        n = max(1, bisect_right(self.updates, update))
        del self.states[n:], self.updates[n:]

    def before(self, update: int) -> State:
        """The last state kept that is not after an update."""
        return self.states[max(0, bisect_right(self.updates, update) - 1)]

    @property
    def bytes(self) -> int:
        """About how much memory the states take."""
        return len(self.states) * _bytes_of(self.states[-1])


def _bytes_of(state: State) -> int:
    arrays = state.parameters.vector.nbytes + state.optimizer_state.nbytes
    return 512 + arrays * (1 if state.partial is None else 2)


class Curve:
    """The losses of epochs, thinned where there are many: a row has update, epoch, both losses.

    Metrics are measured now and then, and have rows of their own: update, epoch, both metrics.
    """

    def __init__(self, epoch: int) -> None:
        self.rows: list[list[float]] = []
        self.metrics: list[list[float]] = []
        self.last: list[float] | None = None
        self.epoch = epoch
        self.stride = 1

    def record(self, before: State, report: Report, n_batches: int) -> None:
        """The epochs of a report that are not recorded yet."""
        k = report.state.epoch - before.epoch
        done = max(0, self.epoch - before.epoch)
        if k <= done:
            return
        epochs = np.arange(before.epoch + 1, before.epoch + k + 1)
        updates = before.update + n_batches * (epochs - before.epoch) - before.batch
        held = report.validation_losses
        unknown = np.full(k, np.nan)
        table = np.stack(
            [updates, epochs, report.losses[:k], unknown if held is None else held[:k]], axis=1
        )[done:]
        self.rows += table[table[:, 1] % self.stride == 0].tolist()
        self.last, self.epoch = table[-1].tolist(), int(epochs[-1])
        if len(self.rows) > MOST_ROWS:
            self.stride *= 2
            self.rows = [row for row in self.rows if row[1] % self.stride == 0]

    def measure(self, state: State, training: float, held_out: float) -> None:
        """The metrics of a state between two epochs."""
        if not self.metrics or state.update > self.metrics[-1][0]:
            self.metrics.append([state.update, state.epoch, training, held_out])
            if len(self.metrics) > MOST_ROWS:
                self.metrics = self.metrics[::2]

    def until(self, update: float) -> list[list[float]]:
        """The rows up to an update, the newest included."""
        rows = list(self.rows)
        if self.last is not None and (not rows or rows[-1][0] < self.last[0]):
            rows.append(self.last)
        return rows[: bisect_right(rows, update, key=itemgetter(0))]


@dataclass(frozen=True)
class Cause:
    """Why a segment begins: the first start, other settings, other layers, an edited weight.

    Attributes
    ----------
    kind : {"start", "settings", "layers", "edit"}
    label : str
        In a few words.
    weight, value : str and float
        Of an edit.
    """

    kind: str
    label: str
    weight: str = ""
    value: float = 0.0


class Segment:
    """A stretch of training without a change from outside.

    Parameters
    ----------
    problem : Problem
    start : State
    causes : tuple of Cause
        What happened at its beginning, in order.
    keeps_memory : bool, default False
        Whether the optimizer still knew what it had seen before.
    """

    def __init__(
        self,
        problem: Problem,
        start: State,
        causes: tuple[Cause, ...],
        keeps_memory: bool = False,
    ) -> None:
        self.problem, self.start, self.causes = problem, start, causes
        self.keeps_memory = keeps_memory
        self.kept = Checkpoints(start)
        self.curve = Curve(start.epoch)


@dataclass(eq=False)
class Piece:
    """A segment as a part of a branch: up to an update, or still open."""

    segment: Segment
    stop: int | None = None


class Branch:
    """One course of events: segments, each beginning where the one before was left.

    Parameters
    ----------
    number : int
    pieces : list of Piece
    parent : int, optional
        The branch that it left.
    """

    def __init__(self, number: int, pieces: list[Piece], parent: int | None = None) -> None:
        self.number, self.pieces, self.parent = number, pieces, parent
        self.first = self.last = pieces[-1].segment.start.update

    @property
    def label(self) -> str:
        """What it began with, in a few words."""
        return self.pieces[-1].segment.causes[-1].label if self.parent is not None else "start"

    def place(self, update: int) -> int:
        """The piece that an update lies in; of two that meet there, the later one."""
        starts = [piece.segment.start.update for piece in self.pieces]
        return max(0, bisect_right(starts, update) - 1)

    def rows(self, update: float, most: int | None = None) -> Array:
        """The curve up to an update: update, epoch, loss, validation loss; shape (k, 4).

        With `most`, at most so many rows, evenly spread.
        """
        return self._rows(update, most, lambda curve, end: curve.until(end))

    def metrics(self, update: float, most: int | None = None) -> Array:
        """The metrics up to an update: update, epoch, both metrics; shape (k, 4)."""

        def measured(curve: Curve, end: float) -> list[list[float]]:
            rows = list(curve.metrics)
            return rows[: bisect_right(rows, end, key=itemgetter(0))]

        return self._rows(update, most, measured)

    def _rows(
        self, update: float, most: int | None, of: Callable[[Curve, float], list[list[float]]]
    ) -> Array:
        rows: list[list[float]] = []
        for piece in self.pieces:
            end = update if piece.stop is None else min(piece.stop, update)
            rows += of(piece.segment.curve, end)
        if most is not None and len(rows) > most:
            rows = [rows[i] for i in thinned(np.arange(len(rows)), most)]
        return np.array(rows, dtype=np.float64).reshape(-1, 4)

    def states(self, update: int) -> list[State]:
        """The states kept up to an update."""
        found: list[State] = []
        for piece in self.pieces:
            end = update if piece.stop is None else min(piece.stop, update)
            found += [state for state in list(piece.segment.kept.states) if state.update <= end]
        return found
