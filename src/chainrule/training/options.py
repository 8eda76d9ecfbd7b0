"""How a fit runs."""

from typing import NamedTuple

from ..errors import require_choice, require_integer, require_text

_WARN = "warn"


class RunOptions(NamedTuple):
    """How a fit runs, which changes no number of it: as in `train`."""

    epochs: int = 100
    engine: str = "auto"
    threads: int | None = None
    divergence: str = "warn"

    def check(self) -> None:
        """Raise unless they are in their ranges."""
        if type(self.epochs) is not int or not 0 <= self.epochs < 2**31:
            require_integer("epochs", self.epochs, at_least=0)
        if self.threads is not None:
            require_integer("threads", self.threads, at_least=1)
        if self.divergence is not _WARN:
            choices = _WARN, "ignore"
            require_choice("divergence", self.divergence, choices, "be 'warn' or 'ignore'")
        if type(self.engine) is not str:
            require_text("engine", self.engine)
