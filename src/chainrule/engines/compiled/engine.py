"""The compiled engine: the C++ core behind the seam."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, final
from weakref import ReferenceType, ref

import numpy as np

import chainrule._core as _core

from ...errors import EngineUnavailableError
from ...network import Network
from ...objective import Objective
from ...parameters import Parameters
from ...plan import Data, Plan, State
from ...random import Key
from ...schedules import ConstantRate
from ...typing import Array, IntArray
from ..base import Report, Watch, Watched
from ..threads import resolve_threads
from . import lower

_NOTHING = Watch()

_NUMBERS = 2**22
"""Learning rates, or row numbers of a plan's own order, that are made at once: 32 MB."""


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
        At most so many threads; by default what CHAINRULE_THREADS or OMP_NUM_THREADS says, else as
        many as there are processors. Work that is too small for several runs on fewer, and more
        than there are free processors are used only with CHAINRULE_THREADS_EXACT=1.
    """

    name = "compiled"
    watches = True

    # The newest plan that can be run, its data, not kept alive by that, and its description, once
    # that was needed.
    _last: tuple[Plan, ReferenceType[Data], _core.PlanDescription | None] | None = None

    def __init__(self, threads: int | None = None) -> None:
        self._cap = resolve_threads(threads, _core.processors, _core.variable)
        self.threads = threads

    def __getstate__(self) -> dict[str, Any]:
        """A copy begins without what is known of a plan."""
        return {"_cap": self._cap, "threads": self.threads}

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

    def why_not(self, plan: Plan, data: Data) -> str:
        """The first object that is not built in, in words; "" if the engine can run the plan."""
        why = lower.why_not(plan, data)
        if not why:
            self._last = plan, ref(data), None
        return why

    def why_not_objective(self, objective: Objective) -> str:
        """As `why_not`, for `value` and `value_and_gradient` alone."""
        return lower.why_not_objective(objective)

    def value_and_gradient(
        self,
        objective: Objective,
        parameters: Parameters,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
        key: Key | None = None,
    ) -> tuple[float, Parameters]:
        """As `chainrule.value_and_gradient`."""
        _require(lower.why_not_objective(objective))
        dtype = parameters.vector.dtype
        rows = _rows(X, y, sample_weight, dtype)
        position = None if key is None else (key.seed, key.update)
        value, gradient = _core.value_and_gradient(
            lower.lower_objective(objective),
            _ready(parameters.vector, dtype),
            *rows,
            position,
            self._cap,
        )
        return value, Parameters(parameters.layout, gradient)

    def value(
        self,
        objective: Objective,
        parameters: Parameters,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
    ) -> float:
        """The loss at evaluation, without the penalties."""
        _require(lower.why_not_objective(objective))
        dtype = parameters.vector.dtype
        vector, rows = _ready(parameters.vector, dtype), _rows(X, y, sample_weight, dtype)
        return _core.value(lower.lower_objective(objective), vector, *rows, self._cap)

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """A function from X to the outputs."""
        _require(lower.why_not_network(network))
        dtype = parameters.vector.dtype
        core = _core.Predictor(lower.lower_network(network), _ready(parameters.vector, dtype))

        n_out, cap, empty = network.n_out, self._cap, np.empty

        def predict(X: Array) -> Array:
            # The core checks the array: a row must cost little more than its sums.
            try:
                a = empty((len(X), n_out), dtype)
                core(X, a, cap)
            except (TypeError, ValueError):
                X = _ready(network.check_input(X, dtype), dtype)
                a = empty((len(X), n_out), dtype)
                core(X, a, cap)
            return a

        return predict

    def advance(
        self, plan: Plan, state: State, data: Data, epochs: int, watch: Watch = _NOTHING
    ) -> Report:
        """Train for whole epochs, and look at validation rows and stop rules after each."""
        if plan.order is None and type(plan.schedule) is ConstantRate:
            return self._advance(plan, state, data, epochs, watch)
        reports: list[Report] = []
        at_once = max(1, _NUMBERS // (data.n if plan.order else plan.n_batches(data.n)))
        for k in range(0, epochs, at_once):
            reports.append(self._advance(plan, state, data, min(at_once, epochs - k), watch))
            state = reports[-1].state
            watch = Watch(watch.validation, reports[-1].rules)
            if reports[-1].ended != "done":
                break
        return _joined(reports) if reports else Report(state, np.empty((4, 0)))

    def _advance(self, plan: Plan, state: State, data: Data, epochs: int, watch: Watch) -> Report:
        try:
            arguments = self.arguments(plan, state, data, epochs, watch)
        except KeyboardInterrupt:
            return Report(state, np.empty((4, 0)), "interrupted", None, watch.rules)
        answer = _core.advance(*(*arguments, self._cap))
        return self.report(arguments, answer, state, watch.rules)

    def advance_many(
        self,
        fits: Sequence[tuple[Plan, State, Data, int, Watch]],
        progress: Callable[[int], object] | None = None,
    ) -> tuple[list[Report], bool]:
        """`advance` for each of many fits, with the threads over the fits.

        Parameters
        ----------
        fits : sequence of (plan, state, data, epochs, watch)
        progress : callable, optional
            Told now and then how many fits are done.

        Returns
        -------
        list of Report, bool
            What each did, and whether an interrupt came.
        """
        arguments = [self.arguments(*fit) for fit in fits]
        answers, interrupted = _core.advance_many(arguments, self._cap, progress)
        return [
            self.report(given, answer, fit[1], fit[4].rules)
            for given, answer, fit in zip(arguments, answers, fits, strict=True)
        ], interrupted

    def arguments(
        self, plan: Plan, state: State, data: Data, epochs: int, watch: Watch
    ) -> tuple[Any, ...]:
        """What the core is given for some epochs of a fit; it writes to copies of the state."""
        dtype, w, v = plan.dtype, data.sample_weight, watch.validation
        return (
            self._description(plan, data),
            _copy(state.parameters.vector, dtype),
            _copy(state.slots, dtype),
            state.update,
            state.epoch,
            _ready(data.X, dtype),
            _ready(data.y, dtype),
            None if w is None else _ready(w, dtype),
            _rates(plan, state, data, epochs),
            epochs,
            None if plan.order is None else _orders(plan, state.epoch, data.n, epochs),
            None if v is None else _rows(v.X, v.y, v.sample_weight, dtype),
            list(map(lower.lower_rule, watch.rules)),
        )

    def _description(self, plan: Plan, data: Data) -> _core.PlanDescription:
        """The plan as the core knows it: made once for a plan and its data."""
        last = self._last
        if last is None or last[0] is not plan or last[1]() is not data:
            _require(lower.why_not(plan, data))
            last = plan, ref(data), None
        description = last[2] or lower.lower_plan(plan, data.n)
        self._last = plan, last[1], description
        return description

    def report(
        self,
        given: tuple[Any, ...],
        answer: tuple[Any, ...],
        before: State,
        rules: Sequence[Watched],
    ) -> Report:
        """What the core has done with what it was given, as a report."""
        update, epoch, curves, validation, memories, rule, ended = answer
        parameters = Parameters(before.parameters.layout, given[1])
        state = State(parameters, given[2], update, epoch, before.stopping)
        seen = None if validation is None else validation[0]
        if not rules:
            return Report(state, curves, ended, seen)
        watched = tuple(
            replace(r, best=best, best_epoch=best_epoch, waited=waited, parameters=best_vector)
            for r, (best, best_epoch, waited, best_vector) in zip(rules, memories, strict=True)
        )
        return Report(state, curves, ended, seen, watched, rule)


def _joined(reports: list[Report]) -> Report:
    """One report of epochs that were asked for in several parts."""
    last = reports[-1]
    if len(reports) == 1:
        return last

    def best(i: int) -> Array | None:
        kept = [report.rules[i].parameters for report in reports]
        return next((p for p in reversed(kept) if p is not None), None)

    seen = [r.validation_losses for r in reports if r.validation_losses is not None]
    return last._replace(
        curves=np.concatenate([report.curves for report in reports], axis=1),
        validation_losses=np.concatenate(seen) if seen else None,
        rules=tuple(replace(rule, parameters=best(i)) for i, rule in enumerate(last.rules)),
    )


def _rates(plan: Plan, state: State, data: Data, epochs: int) -> Array | float:
    """The learning rates of the updates, shape (epochs, n_batches), or the one of them all."""
    if type(plan.schedule) is ConstantRate:
        return plan.base_rate
    return plan.learning_rates(state.update, state.epoch, data.n, epochs)


def _orders(plan: Plan, epoch: int, n: int, epochs: int) -> IntArray:
    """The plan's own orders, shape (epochs, n)."""
    return np.stack([np.asarray(plan.epoch_order(epoch + k, n)) for k in range(epochs)])


def _copy(array: Array, dtype: Any) -> Array:
    """A copy to write to; a larger one begins with a cache line, as vectors are read best."""
    if array.size < 1024:
        return array.astype(dtype, "C")
    size = array.size * np.dtype(dtype).itemsize
    room = np.empty(size + 64, np.uint8)
    start = -room.ctypes.data % 64
    copy = room[start : start + size].view(dtype).reshape(array.shape)
    copy[...] = array
    return copy


def _ready(array: Array, dtype: Any) -> Array:
    """An array as the core reads it, of that type and C-contiguous: copied only if need be."""
    if array.dtype is dtype and array.flags.carray:
        return array
    return np.require(array, dtype, ["C", "A"])


def _rows(X: Array, y: Array, w: Array | None, dtype: Any) -> tuple[Array, Array, Array | None]:
    return _ready(X, dtype), _ready(y, dtype), None if w is None else _ready(w, dtype)


def _require(why_not: str) -> None:
    if why_not:
        raise EngineUnavailableError(
            f"the compiled engine cannot compute this: {why_not}; use engine='reference'"
        )
