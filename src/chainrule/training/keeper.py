"""Checkpoints of fits: when they are written, and how a fit goes on from one."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from ..checkpoints import Checkpoint, Snapshot, identity_of, read_snapshots, write_snapshots
from ..checkpoints.checkpoint import as_checkpoint
from ..checkpoints.file import Stored
from ..checkpoints.identity import check_same, described
from ..errors import (
    CheckpointError,
    DataWarning,
    InvalidValueError,
    WriteError,
    require,
    shown,
    warn,
)
from ..plan import RuleState, check_state
from .history import History

if TYPE_CHECKING:
    from .fit import Fit

_A_PIECE = 0.25
"""Seconds of training between two looks at the clock."""

_CURVES = ("loss", "validation_loss", "gradient_norm", "learning_rate", "seconds")


class Keeper:
    """Writes a checkpoint of one fit or of several, and takes them up again.

    Parameters
    ----------
    checkpoint : Checkpoint or path
    companion : callable, optional
        What else a checkpoint is to hold, as plain data.
    """

    def __init__(self, checkpoint: Any, companion: Callable[[], Any] | None = None) -> None:
        self.checkpoint: Checkpoint = as_checkpoint(checkpoint)
        self.place = self.checkpoint.place
        self.interval = self.checkpoint.interval
        self.companion = companion
        self.fits: Sequence[Fit] = ()
        self.starts: list[int] = []
        self.failed = False
        if not self.checkpoint.resume and os.path.exists(self.place):
            raise InvalidValueError(
                f"checkpoint (={shown(self.place)}) is there already: resume=True goes on from it; "
                "to begin anew, remove it or name another file"
            )
        goes_on = self.checkpoint.goes_on
        self.stored: list[Stored] = read_snapshots(self.place) if goes_on else []

    def seed(self, given: int | None, member: int = 0) -> int | None:
        """The seed of a fit: the given one, or else the one that its checkpoint was begun with."""
        if given is not None or member >= len(self.stored):
            return given
        seed = self.stored[member].identity.get("seed", "")
        if not (seed.isascii() and seed.isdigit() and len(seed) < 21):
            raise CheckpointError(f"{self.place}: its seed is {shown(seed)}; begin anew")
        return int(seed)

    # --- going on -----------------------------------------------------------------------------

    def begin(self, fits: Sequence["Fit"]) -> None:
        """Take up what is stored, and write the first checkpoint.

        Raises
        ------
        CheckpointError
            If the file belongs to other fits.
        InvalidValueError
            If one of them is by L-BFGS.
        WriteError
            If the file cannot be written.
        """
        for fit in fits:
            if fit.lbfgs:
                raise InvalidValueError(
                    "checkpoint must be None for L-BFGS: SciPy's solver keeps its memory to "
                    "itself, and what goes on without it are other steps; use optimizer='adam', "
                    "or save the result and go on from initial=result.parameters"
                )
        self.fits = fits
        self.starts = [fit.state.epoch for fit in fits]
        self.identities = [
            self.identity(fit, start) for fit, start in zip(fits, self.starts, strict=True)
        ]
        if self.stored:
            if len(self.stored) != len(fits):
                raise CheckpointError(
                    f"{self.place} belongs to another training: it holds {len(self.stored)} fits, "
                    f"and here are {len(fits)}"
                )
            for stored, identity in zip(self.stored, self.identities, strict=True):
                check_same(self.place, stored.identity, identity)
            for fit, stored in zip(fits, self.stored, strict=True):
                self.take_up(fit, stored)
        self.written_at = 0, 0, monotonic()
        self.snapshots = [self.snapshot(k) for k in range(len(fits))]
        write_snapshots(self.place, self.snapshots)

    def identity(self, fit: "Fit", start: int) -> dict[str, str]:
        """What a fit is, and what the user says that it belongs to."""
        watched = {
            "first epoch": str(start),
            "metrics": ", ".join(metric.name for metric in fit.watch.metrics) or "none",
            "stop": described([*fit.watch.rules.values()]),
        }
        own = identity_of(fit.plan, fit.data, fit.watch.validation, watched)
        given = dict(self.checkpoint.belongs_to)
        for name in given:
            require(name not in own, "belongs_to", given, f"not name {name!r}, which is compared")
        return given | own

    def take_up(self, fit: "Fit", stored: Stored) -> None:
        """Bring a fit to where its checkpoint is."""
        kinds: dict[str, type[RuleState]] = {
            name: type(rule.start()) for name, rule in fit.watch.rules.items()
        }
        snapshot = stored.build(fit.plan.objective.network.layout, kinds)
        check_state(fit.plan, snapshot.state, fit.data.n)
        curves = {name: curve.tolist() for name, curve in snapshot.curves.items()}
        own = {name: curves.pop(name) for name in _CURVES if name in curves}
        metrics = {name.removeprefix("metric."): curve for name, curve in curves.items()}
        history = History(**own, metrics=metrics, rising=fit.history.rising)
        done = snapshot.state.epoch - snapshot.start
        # Of an epoch that diverged, there is a loss and no more.
        lengths = {len(history.loss) - snapshot.diverged, *map(len, history.metrics.values())}
        if lengths != {done}:
            raise CheckpointError(f"{self.place}: its curves do not have {done} epochs; begin anew")
        if snapshot.engine != fit.engine.name:
            warn(
                f"the checkpoint was made by the engine {snapshot.engine!r}, and "
                f"{fit.engine.name!r} goes on: from here on, last digits may be others",
                DataWarning,
            )
        fit.state, fit.history = snapshot.state, history
        fit.diverged, fit.stop_asked = snapshot.diverged, bool(snapshot.stopped)
        fit.stopped = snapshot.stopped or fit.stopped

    # --- while it runs ------------------------------------------------------------------------

    def run(self, fit: "Fit") -> None:
        """Train a fit to its end, with a checkpoint now and then, and one however it ends."""
        batches = fit.plan.n_batches(fit.data.n)
        self.written_at = fit.state.update, fit.state.epoch, self.written_at[2]
        with sigterm_interrupts(), self.at_the_end():
            piece = 1
            while self.left(fit) > 0:
                before, clock = fit.state, monotonic()
                if before.batch == batches:  # only its end is missing
                    report = fit.session.advance(before, epochs=1)
                else:
                    updates = self.updates(fit, batches, piece)
                    report = fit.session.advance(before, updates=updates)
                done, passed = report.state.update - before.update, monotonic() - clock
                if done > 0:
                    piece = max(1, min(int(done * _A_PIECE / max(passed, 1e-9)), 2 * piece + 16))
                if fit.after(report):
                    break
                self.write_if_due(fit.state.update, fit.state.epoch)

    @staticmethod
    def left(fit: "Fit") -> int:
        """The number of epochs that are still to be done."""
        return 0 if fit.stop_asked else fit.epochs - len(fit.history)

    def updates(self, fit: "Fit", batches: int, piece: int) -> int:
        """The number of updates to ask for: until something is to be looked at."""
        state = fit.state
        left = self.left(fit) * batches - state.batch
        if fit.watch.every_epoch:
            left = min(left, batches - state.batch)
        if self.interval.unit == "seconds":
            return min(left, piece)
        if self.interval.unit == "updates":
            return min(left, max(1, self.written_at[0] + int(self.interval.number) - state.update))
        epochs = self.written_at[1] + int(self.interval.number) - state.epoch
        return min(left, max(1, epochs * batches - state.batch))

    def epochs_at_once(self, seconds: float) -> int:
        """The number of epochs to ask many fits for, which took so many seconds each."""
        if self.interval.unit == "epochs":
            return int(self.interval.number)
        if self.interval.unit == "updates":
            raise InvalidValueError(
                f"every (={self.checkpoint.every!r}) must be in epochs or seconds for train_many, "
                "whose fits go on side by side"
            )
        return max(1, int(_A_PIECE / max(seconds, 1e-7)))

    @contextmanager
    def at_the_end(self) -> Iterator[None]:
        """A checkpoint however what is done here ends."""
        try:
            yield
        except BaseException:
            self.write_or_warn()  # an interrupt or error is not to be lost for a full disk
            raise
        self.write_or_warn()

    def write_if_due(self, update: int, epoch: int) -> None:
        """Write a checkpoint if the interval is over."""
        then = dict(zip(("updates", "epochs", "seconds"), self.written_at, strict=True))
        now = {"updates": update, "epochs": epoch, "seconds": monotonic()}
        unit = self.interval.unit
        if now[unit] - then[unit] >= self.interval.number:
            self.write_or_warn()
            self.written_at = update, epoch, monotonic()

    def write_or_warn(self) -> None:
        """Write a checkpoint; one that cannot be written does not end a training."""
        self.snapshots = [
            self.snapshot(k) if fit.settled else self.snapshots[k]
            for k, fit in enumerate(self.fits)
        ]
        try:
            write_snapshots(self.place, self.snapshots)
        except WriteError as error:
            if not self.failed:
                warn(f"{error}; training goes on without a newer checkpoint", DataWarning)
            self.failed = True

    def snapshot(self, k: int) -> Snapshot:
        """Where a fit stands."""
        fit = self.fits[k]
        history = fit.history
        curves = {name: np.array(getattr(history, name), np.float64) for name in _CURVES}
        curves |= {f"metric.{name}": np.array(c) for name, c in history.metrics.items()}
        return Snapshot(
            self.identities[k],
            fit.state,
            curves,
            self.starts[k],
            fit.stopped if fit.stop_asked else "",
            fit.diverged,
            fit.engine.name,
            None if self.companion is None else self.companion(),
        )


@contextmanager
def sigterm_interrupts() -> Iterator[None]:
    """SIGTERM as Ctrl-C, where nobody else has said what it is to do."""
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    ):
        yield
        return

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def keeper_of(given: Any) -> Keeper:
    """A keeper for what `train` was given; one that is made already as it is."""
    return given if isinstance(given, Keeper) else Keeper(given)
