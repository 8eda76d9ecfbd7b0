"""Rows that are read anew in each epoch, because they do not fit into memory."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import DataError, InvalidTypeError, require_integer
from ..objective import Objective
from ..typing import Array
from .data import Data

Rows = tuple[Array, Array, Array | None]
"""X of shape (n, n_in), y of shape (n, n_out) and sample weights of shape (n,) or None."""


class RowStream(ABC):
    """Rows in groups, such as the row groups of Parquet files; each can be read on its own.

    `chainrule.train` takes one in place of X; `y` is None then, and the weights are the stream's.

    Attributes
    ----------
    sizes : sequence of int
        The number of rows in each group.
    at_hand : (X, y, sample_weight or None)
        Some of the rows, in memory: metrics are measured on them where no rows are held out.
    buffer : int
        Rows that are shuffled together. An epoch takes the groups in random order, and then the
        rows of each such buffer in random order. With a buffer at least as large as all rows, the
        order is that of rows in memory. A fit holds about three buffers in memory.
    identity : str
        What rows these are, in words: a checkpoint goes on with the same ones only.
    """

    sizes: Sequence[int]
    at_hand: Rows
    buffer: int
    identity: str

    @abstractmethod
    def read(self, group: int) -> Iterator[Rows]:
        """The rows of a group, in blocks, always in the same order."""

    def notes(self) -> list[str]:
        """What was odd in the rows read so far, in words."""
        return []

    def __len__(self) -> int:
        return sum(self.sizes)

    def as_data(
        self, objective: Objective, y: Any, sample_weight: Any, dtype: Any
    ) -> "StreamedData":
        """As `Data.check`, which calls this: what is at hand is checked."""
        for name, given in ("y", y), ("sample_weight", sample_weight):
            if given is not None:
                raise InvalidTypeError(f"{name} must be None: a RowStream has its own")
        require_integer("buffer", self.buffer, at_least=1)
        if len(self) == 0:
            raise DataError("the stream has no rows to learn from")
        data = Data.check(objective, *self.at_hand, dtype)
        return StreamedData(data.X, data.y, data.sample_weight, self)


@dataclass(frozen=True)
class StreamedData(Data):
    """The rows of a stream; X, y and sample weights are those at hand."""

    stream: Any = None

    @property
    def n(self) -> int:
        """The number of rows of the stream."""
        return len(self.stream)
