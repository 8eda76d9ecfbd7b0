"""The compiled engine: the C++ core behind the seam."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import final

import numpy as np

import chainrule._core as _core

from ...errors import EngineUnavailableError
from ...network import Network
from ...objective import Objective
from ...parameters import Parameters
from ...plan import Data, Monitor, Plan, State
from ...random import Key
from ...typing import Array, IntArray
from ..base import NO_EPOCHS, NOTHING_MONITORED, Report, Session, Updater, Window
from ..threads import resolve_threads
from . import lower
from .arrays import copied, ready, ready_rows
from .session import CompiledSession, joined


@final
class CompiledEngine:
    """Runs plans made of built-in objects, whole epochs at a time, with the GIL released.

    The same plan, state and data give the same bits, whatever the number of threads and the vectors
    of the processor's instruction set (AVX2 or AVX-512). Subnormal numbers, below 1.2e-38 in
    float32 and 2.2e-308 in float64, count as 0: averages of the gradients of a silent unit decay to
    them, and arithmetic on them is slow.

    Parameters
    ----------
    threads : int, optional
        The largest number of threads; by default CHAINRULE_THREADS or OMP_NUM_THREADS, else the
        number of processors. Work that is too small for several runs on fewer, and more
        than there are free processors are used only with CHAINRULE_THREADS_EXACT=1.
    """

    name = "compiled"

    def __init__(self, threads: int | None = None) -> None:
        self._cap = resolve_threads(threads, _core.processors, _core.variable)
        self.threads = threads
        self._can_run: tuple[Plan, Data] | None = None  # asked last

    @property
    def threads_used(self) -> int:
        """How many threads a large fit runs on."""
        if os.environ.get("CHAINRULE_THREADS_EXACT") == "1":
            return self._cap
        return min(self._cap, _core.processors())

    @property
    def instruction_set(self) -> str:
        """The instruction set in use: the fastest there is, or the one that CHAINRULE_ISA names."""
        return _core.instruction_set()

    @staticmethod
    def permutation(seed: int, position: int, n: int) -> IntArray:
        """As `chainrule.random.permutation`."""
        return _core.permutation(seed, position, n)

    def why_not(self, plan: Plan, data: Data) -> str:
        """The first object that is not built in, in words; "" if the engine can run the plan."""
        why = lower.why_not(plan, data)
        self._can_run = None if why else (plan, data)
        return why

    def why_not_objective(self, objective: Objective) -> str:
        """As `why_not`, for `value` and `value_and_gradient` alone."""
        return lower.why_not_objective(objective)

    def useful_threads(self, objective: Objective, rows: int) -> int:
        """How many threads an update of so many rows is shared by, if there are processors."""
        _require(lower.why_not_objective(objective))
        return _core.useful_threads(lower.lower_objective(objective), rows, self._cap)

    def updater(self, plan: Plan) -> Updater:
        """The plan's update of parameters whose gradient comes from elsewhere."""
        core, threads, dtype = _core.Updater(lower.lower_plan(plan, 1)), self._cap, plan.dtype

        def update(
            state: State, gradient: Array, learning_rate: float, weight: float
        ) -> tuple[Array, Array, float, float]:
            p = copied(state.parameters.vector, dtype)
            memory = copied(state.optimizer_state, dtype)
            penalty, norm = core.step(
                p, memory, gradient, state.update + 1, learning_rate, weight or 1.0, threads
            )
            return p, memory, penalty, norm

        return update

    def value_and_gradient(
        self,
        objective: Objective,
        parameters: Parameters,
        data: Data,
        key: Key | None = None,
    ) -> tuple[float, Parameters]:
        """As `chainrule.value_and_gradient`."""
        _require(lower.why_not_objective(objective))
        dtype = parameters.vector.dtype
        position = None if key is None else (key.seed, key.update)
        value, gradient = _core.value_and_gradient(
            lower.lower_objective(objective),
            ready(parameters.vector, dtype),
            *ready_rows(data, dtype),
            position,
            self._cap,
        )
        return value, Parameters(parameters.layout, gradient)

    def value(self, objective: Objective, parameters: Parameters, data: Data) -> float:
        """The loss at evaluation, without the penalties."""
        _require(lower.why_not_objective(objective))
        dtype = parameters.vector.dtype
        vector = ready(parameters.vector, dtype)
        return _core.value(
            lower.lower_objective(objective), vector, *ready_rows(data, dtype), self._cap
        )

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """A function from X to the outputs."""
        _require(lower.why_not_network(network))
        dtype = parameters.vector.dtype
        core = _core.Predictor(lower.lower_network(network), ready(parameters.vector, dtype))

        n_out, cap, empty = network.n_out, self._cap, np.empty

        def predict(X: Array) -> Array:
            # The core checks the array: a row must cost little more than its sums.
            try:
                a = empty((len(X), n_out), dtype)
                core(X, a, cap)
            except Exception:  # what it is instead, the network says
                X = ready(network.check_input(X, dtype), dtype)
                a = empty((len(X), n_out), dtype)
                core(X, a, cap)
            return a

        return predict

    def session(
        self,
        plan: Plan,
        data: Data,
        monitor: Monitor = NOTHING_MONITORED,
        window: Window | None = None,
    ) -> "CompiledSession":
        """A session for a plan and its rows, which are checked and described once."""
        asked = self._can_run
        if asked is None or asked[0] is not plan or asked[1] is not data:
            _require(self.why_not(plan, data))
        return CompiledSession(plan, data, monitor, window, self._cap)

    def advance_many(
        self,
        fits: Sequence[tuple[Session, State, int]],
        progress: Callable[[int], object] | None = None,
    ) -> tuple[list[Report], bool]:
        """Many fits at once: the threads share them, and small networks share vectors.

        Parameters
        ----------
        fits : sequence of (session, state, epochs)
        progress : callable, optional
            Called now and then with the number of fits that are done.

        Returns
        -------
        list of Report, bool
            What each did, and whether an interrupt came.
        """
        running = []
        for session, state, epochs in fits:
            assert isinstance(session, CompiledSession)
            session.check(state, epochs, None)
            running.append(_Running(session, state, epochs, []))
        going, part, interrupted = running, 0, False
        while going and not interrupted:
            # Learning rates are made for some epochs at a time.
            done = len(fits) - len(going)
            said = None if progress is None else partial(_of_all, progress, done)
            try:
                given = [fit.to_do(part, len(going)) for fit in going]
                interrupted = _core.advance_many(given, self._cap, said)
                for fit, (_, advance) in zip(going, given, strict=True):
                    fit.take(advance)
            except RuntimeError as error:  # a process that was forked inside
                raise EngineUnavailableError(str(error)) from None
            except KeyboardInterrupt:
                if not all(fit.reports for fit in running):
                    raise
                interrupted = True
            going, part = [fit for fit in going if fit.epochs > 0], part + 1
        for fit in going:  # none, unless an interrupt came
            fit.reports.append(Report(fit.state, NO_EPOCHS, "interrupted", interrupted=True))
        return [joined(fit.reports) for fit in running], interrupted


def _of_all(progress: Callable[[int], object], before: int, done: int) -> None:
    progress(before + done)


@dataclass
class _Running:
    """One of many fits: where it is, and the epochs left."""

    session: CompiledSession
    state: State
    epochs: int
    reports: list[Report]
    begun: int = 0

    def to_do(self, part: int, fits: int) -> tuple[_core.Session, _core.Advance]:
        """What the core is given."""
        session, epochs = self.session, self.epochs
        if not session.constant:
            epochs = min(epochs, session.at_once(part, fits))
        self.begun = epochs
        return session.core, session.to_do(self.state, epochs, None)

    def take(self, advance: _core.Advance) -> None:
        """Record what the core has done."""
        report = self.session.report(self.state, advance)
        self.reports.append(report)
        self.state = report.state
        self.epochs = self.epochs - self.begun if report.ended == "done" else 0


def _require(why_not: str) -> None:
    if why_not:
        raise EngineUnavailableError(
            f"the compiled engine cannot compute this: {why_not}; use engine='reference'"
        )
