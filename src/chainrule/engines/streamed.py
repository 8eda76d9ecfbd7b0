"""Training on rows that are read anew in each epoch, one buffer of rows after the other."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import final

import numpy as np

from ..errors import DataError, DataWarning, InvalidValueError, warn
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters
from ..plan import Data, Monitor, Plan
from ..plan.stream import Rows, RowStream, StreamedData
from ..random import Key, permutation
from ..typing import Array, IntArray
from .base import Report, Window
from .choose import compiled_engine
from .chunked import AroundEngine, ChunkedSession

_GOLDEN = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio: seeds that differ by multiples of it are far apart."""


@final
class StreamedEngine(AroundEngine):
    """Another engine, given one buffer of a stream's rows after the other.

    Updates are those of rows in memory: if the order of the rows is the same, so are the bits.
    """

    def value_and_gradient(
        self, objective: Objective, parameters: Parameters, data: Data, key: Key | None = None
    ) -> tuple[float, Parameters]:
        """As `chainrule.value_and_gradient`, of rows in memory."""
        if isinstance(data, StreamedData):
            raise InvalidValueError(
                "optimizer (=LBFGS) must work batch by batch where rows are streamed: L-BFGS takes "
                "each step from all of them; use optimizer='adam'"
            )
        return self.engine.value_and_gradient(objective, parameters, data, key)

    def value(self, objective: Objective, parameters: Parameters, data: Data) -> float:
        """The loss at evaluation, without the penalties."""
        return self.engine.value(objective, parameters, data)

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """The other engine's."""
        return self.engine.predictor(network, parameters)


@final
class StreamedSession(ChunkedSession):
    """Advances by buffers of an epoch; while one is trained on, the next is read."""

    data: StreamedData

    def __init__(
        self,
        engine: StreamedEngine,
        plan: Plan,
        data: StreamedData,
        monitor: Monitor,
        window: Window | None,
    ) -> None:
        if plan.order is not None:
            raise InvalidValueError("order must be None where rows are streamed: a buffer has one")
        if plan.batch_size == "full":
            raise InvalidValueError(
                "batch_size (='full') must be a number of rows where rows are streamed"
            )
        super().__init__(engine, plan, data, monitor, window)
        self.at_once = -(-min(data.stream.buffer, self.rows) // self.size) * self.size
        self._reader: ThreadPoolExecutor | None = None
        self._coming: tuple[tuple[int, int], Future[Data]] | None = None
        self._present: tuple[tuple[int, int], Data] | None = None
        self._buffers: _Buffers | None = None
        self._noted = False

    def _chunk(self, epoch: int, start: int, stop: int) -> Data:
        number = start // self.at_once
        data, first = self._buffer(epoch, number), number * self.at_once
        return data if stop - start == data.n else data.dense(slice(start - first, stop - first))

    def _last_rows(self, epoch: int, start: int, stop: int) -> Data:
        # They are neither trained on nor evaluated: any rows will do.
        return self.data.dense(np.resize(np.arange(len(self.data.X)), stop - start))

    def _evaluated(self, report: Report) -> Report:
        if not self._noted:
            self._noted = True
            for note in self.data.stream.notes():
                warn(note, DataWarning)
        return super()._evaluated(report)

    def _buffer(self, epoch: int, number: int) -> Data:
        """A buffer of an epoch, in the epoch's order; then the next one is read meanwhile."""
        place = epoch, number
        if self._present is None or self._present[0] != place:
            self._present = None
            if self._coming is None or self._coming[0] != place:
                self._coming = None
                self._read(place)
            _, future = self._coming or self._read(place)
            try:
                self._present = place, future.result()
            except Exception:
                self._coming = self._buffers = None
                raise
            last = (number + 1) * self.at_once >= self.rows
            self._coming = None
            self._read((epoch + 1, 0) if last else (epoch, number + 1))
        return self._present[1]

    def _read(self, place: tuple[int, int]) -> tuple[tuple[int, int], Future[Data]]:
        if self._reader is None:
            self._reader = ThreadPoolExecutor(1, "chainrule-reader")
        self._coming = place, self._reader.submit(self._load, place)
        return self._coming

    def _load(self, place: tuple[int, int]) -> Data:
        """What the reading thread does; it alone uses the iterator over the rows."""
        if self._buffers is None or self._buffers.place != place:
            self._buffers = _Buffers(self, place)
        return self._buffers.take()


class _Buffers:
    """The buffers of an epoch from one of them on."""

    def __init__(self, session: StreamedSession, place: tuple[int, int]) -> None:
        self.plan, self.rows, self.at_once = session.plan, session.rows, session.at_once
        self.stream: RowStream = session.data.stream
        self.weighted = session.data.sample_weight is not None
        self.n_in, self.n_out = session.data.X.shape[1], session.data.y.shape[1]
        self.place = place
        self.rest: Rows | None = None
        self.blocks = self.after(place[1] * self.at_once)

    def take(self) -> Data:
        """The next buffer, in the epoch's order."""
        epoch, number = self.place
        n = min(self.at_once, self.rows - number * self.at_once)
        dtype = self.plan.dtype
        X, y = np.empty((n, self.n_in), dtype), np.empty((n, self.n_out), dtype)
        w = np.empty(n, dtype) if self.weighted else None
        filled = 0
        while filled < n:
            block = self.rest or next(self.blocks, None)
            if block is None:
                raise DataError(f"the stream has {self.rows} rows by its sizes; fewer were read")
            used = min(len(block[0]), n - filled)
            here = slice(filled, filled + used)
            X[here], y[here] = block[0][:used], block[1][:used]
            if w is not None:
                assert block[2] is not None
                w[here] = block[2][:used]
            self.rest = _from(block, used) if used < len(block[0]) else None
            filled += used
        self.place = epoch, number + 1
        order = self.order(epoch, number, n)
        if order is None:
            return Data(X, y, w)
        # Of rows this small, take needs a third of the time of an index.
        return Data(X.take(order, 0), y.take(order, 0), None if w is None else w.take(order))

    def after(self, skipped: int) -> Iterator[Rows]:
        """The blocks of the epoch but for its first rows."""
        for group in self.groups(self.place[0]):
            if skipped >= self.stream.sizes[group]:
                skipped -= self.stream.sizes[group]
                continue
            for block in self.stream.read(group):
                n = len(block[0])
                if skipped >= n:
                    skipped -= n
                elif skipped:
                    yield _from(block, skipped)
                    skipped = 0
                else:
                    yield block

    def groups(self, epoch: int) -> list[int]:
        """The order in which an epoch takes the groups."""
        n = len(self.stream.sizes)
        if self.plan.order_seed is None or self.rows <= self.at_once:
            return list(range(n))
        return _permutation(self.plan.seed - _GOLDEN, epoch, n).tolist()

    def order(self, epoch: int, number: int, n: int) -> IntArray | None:
        """The order of the rows in a buffer: of the first one, that of rows in memory."""
        if self.plan.order_seed is None:
            return None
        return _permutation(self.plan.seed + number * _GOLDEN, epoch, n)


def _permutation(seed: int, position: int, n: int) -> IntArray:
    engine, _ = compiled_engine()
    own = permutation if engine is None else engine.permutation  # type: ignore[attr-defined]
    found: IntArray = own(seed % 2**64, position, n)
    return found


def _from(block: Rows, first: int) -> Rows:
    X, y, w = block
    return X[first:], y[first:], None if w is None else w[first:]


StreamedEngine.session_type = StreamedSession
