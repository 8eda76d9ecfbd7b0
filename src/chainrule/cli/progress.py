"""How far a fit has come: a bar in a terminal, else a line now and then."""

from time import monotonic
from types import TracebackType
from typing import Self

from ..training import Progress
from .console import messages, note, number, seconds

_BETWEEN_UPDATES = 0.05
_BETWEEN_LINES = 10.0


class TrainingProgress:
    """A callback of `train` and a context: shows the loss, the score, the rate and the time left.

    In a terminal it is a bar, gone when the fit has ended; elsewhere a line every ten seconds.

    Parameters
    ----------
    every_epoch : bool, default False
        Whether each epoch is a line, and there is no bar.
    """

    def __init__(self, every_epoch: bool = False) -> None:
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar
        from rich.table import Column

        console = messages()
        self.started = self.shown = self.newest = monotonic()
        self.bar: Bar | None = None
        self.between = 0.0 if every_epoch else _BETWEEN_LINES
        if not every_epoch and console.is_terminal and not console.is_dumb_terminal:
            text = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True))
            self.bar = Bar(BarColumn(bar_width=20), text, console=console, transient=True)
            self.task = self.bar.add_task("training\n", total=None)

    def __enter__(self) -> Self:
        if self.bar:
            self.bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.bar:
            self.bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Show an epoch, unless the last one was shown a moment ago."""
        now = self.newest = monotonic()
        if self._is_due(now):
            line = pace("epoch", progress.epoch, progress.epochs, now - self.started)
            self._show(progress.epoch, progress.epochs, line, scores(progress))

    def networks(self, done: int, total: int) -> None:
        """Show how many are trained of those that are trained side by side, after all epochs."""
        now = monotonic()
        if done and self._is_due(now):
            self._show(done, total, pace("network", done, total, now - self.newest))

    def _is_due(self, now: float) -> bool:
        if now - self.shown < (_BETWEEN_UPDATES if self.bar else self.between):
            return False
        self.shown = now
        return True

    def _show(self, done: int, total: int, *lines: str) -> None:
        if self.bar:
            text = "\n".join(lines)
            self.bar.update(self.task, completed=done, total=total, description=text)
        else:
            note(", ".join(lines))


def pace(noun: str, done: int, total: int, elapsed: float, before: int = 0) -> str:
    """How many are done, how many a second (or seconds for each), and the time left at most.

    Those that were done `before` took none of the time.
    """
    new = done - before
    rate = f"{number(new / max(elapsed, 1e-9))} {noun}s/s"
    if new < elapsed:
        rate = f"{number(elapsed / new)} s/{noun}"
    left = seconds(elapsed / new * (total - done))
    return f"{noun} {done:,}/{total:,}, {rate}, at most {left} left"


def scores(progress: Progress) -> str:
    """The newest loss, and the newest metric or validation loss."""
    history = progress.history
    curves = {name.replace("_", " "): curve for name, curve in history.metrics.items()}
    where = "validation " if history.validation_loss else ""
    if where and not curves:
        curves = {"loss": history.validation_loss}
    parts = [f"loss {number(history.loss[-1])}"]
    parts += [f"{where}{name} {number(curve[-1])}" for name, curve in curves.items()]
    return ", ".join(parts)
