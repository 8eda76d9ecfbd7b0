"""What a fit gives back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..engines import Engine, installed_engine
from ..engines.chunked import ChunkedEngine
from ..network import Network
from ..parameters import Parameters
from ..plan import Plan, State
from ..subject import Subject
from ..typing import Array, ArrayLike
from .history import History


@dataclass
class TrainingResult:
    """A trained network, and how it came about.

    Attributes
    ----------
    parameters : Parameters
        What was learned: the best parameters where early stopping kept them, else the last.
    history : History
        The curves.
    state : State
        The last state; ``train(..., initial=result.state)`` goes on from it.
    plan : Plan
        Everything that decided the fit, with the seed that was used.
    engine : str
        Which engine ran: "compiled" or "reference".
    engine_reason : str
        Why it was not the compiled one; empty if it was.
    stopped : str
        Why the fit ended, in words: "all 100 epochs are done", ...
    diverged : bool
        Whether it ended because a number was no longer finite.
    """

    parameters: Parameters
    history: History
    state: State
    plan: Plan
    engine: str
    engine_reason: str
    stopped: str
    diverged: bool
    backend: Engine = field(repr=False)

    @property
    def network(self) -> Network:
        """The network that was trained."""
        return self.plan.objective.network

    @property
    def kept_epoch(self) -> int | None:
        """The epoch, from 1, whose parameters early stopping kept; None if it kept none."""
        epochs = [m.best_epoch for m in self.state.rules.values() if m.parameters is not None]
        return epochs[0] if epochs else None

    @cached_property
    def _predictor(self) -> Callable[[Array], Array]:
        return self.backend.predictor(self.network, self.parameters)

    def predict(self, X: ArrayLike) -> Array:
        """The outputs for the rows of X, shape (n, n_out)."""
        return self._predictor(X)  # type: ignore[arg-type]

    def subject(self) -> Subject:
        """What was trained, for explanations, diagnoses and plots."""
        return Subject.of_plan(self.plan, self.parameters, self.state)

    def __getstate__(self) -> dict[str, Any]:
        # The engine and what it has packed belong to a process and an installation; times would
        # make equal fits differ.
        kept = {name: value for name, value in vars(self).items() if name != "_predictor"}
        inner: Any = getattr(self.backend, "engine", None)  # of what takes sparse rows
        engine: Any = self.backend if inner is None else inner
        backend = engine.name == "compiled", getattr(engine, "threads", None), inner is not None
        return {**kept, "backend": backend, "history": self.history.without_times()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        compiled, threads, takes_sparse = state["backend"]
        engine = installed_engine("compiled" if compiled else "reference", threads)
        self.__dict__.update(state, backend=ChunkedEngine(engine) if takes_sparse else engine)

    def __repr__(self) -> str:
        loss = f"{self.history.loss[-1]:.6g}" if len(self.history) else "not computed"
        return (
            f"TrainingResult(epochs={len(self.history)}, loss={loss}, engine={self.engine!r}, "
            f"stopped={self.stopped!r})"
        )


_LARGE = 2**20
"""From this many parameters on, memory for the result is touched before training."""


def spare_vector(plan: Plan) -> Array | None:
    """Memory for a large result's parameters: at Ctrl-C, new pages would take longest of all."""
    size = plan.objective.network.layout.size
    return np.full(size, 0.0, plan.dtype) if size > _LARGE else None


def copied_into(spare: Array, parameters: Parameters) -> Parameters:
    """A copy of parameters, in the memory that is there for it."""
    if spare.dtype != parameters.vector.dtype:
        return parameters.copy()
    np.copyto(spare, parameters.vector)
    return Parameters(parameters.layout, spare)
