"""What a fit shows while it runs: lines on stdout, or a bar on stderr."""

from typing import Any, final

from ..training import Progress


def iteration_line(n: int, loss: float) -> str:
    """One epoch, in scikit-learn's form."""
    return f"Iteration {n}, loss = {loss:.8f}"


def score_line(score: float) -> str:
    """One validation score, in scikit-learn's form."""
    return f"Validation score: {score:f}"


@final
class Bar:
    """A progress bar, in a terminal or a notebook; elsewhere it shows nothing."""

    def __init__(self, epochs: int) -> None:
        from rich import progress as rich
        from rich.console import Console

        console = Console(stderr=True)
        self.bar = rich.Progress(
            rich.TextColumn("epoch"),
            rich.MofNCompleteColumn(),
            rich.BarColumn(),
            rich.TextColumn("{task.fields[loss]}"),
            rich.TimeRemainingColumn(),
            console=console,
            disable=not (console.is_terminal or console.is_jupyter),
        )
        self.task = self.bar.add_task("fit", total=epochs, loss="")

    def __enter__(self) -> "Bar":
        self.bar.start()
        return self

    def __exit__(self, *problem: Any) -> None:
        if not self.bar.disable:  # before 14.3, rich ends a hidden bar with a new line
            self.bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Show an epoch."""
        loss = f"loss {progress.history.loss[-1]:.4g}"
        self.bar.update(self.task, advance=1, loss=loss)
