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
_NONE = np.empty(0)

_ORDERED = 2**22
"""Row numbers that are asked of a plan's own order at once: 32 MB."""


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

    # What is known of the newest plan; its data are not kept alive by that.
    _last: tuple[Plan, ReferenceType[Data], _core.PlanDescription] | None = None
    _fitting: tuple[Plan, ReferenceType[Data]] | None = None

    def __init__(self, threads: int | None = None) -> None:
        self._cap = resolve_threads(threads, _core.processors)
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
            self._fitting = (plan, ref(data))
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
        vector, X, y, sample_weight = _arrays(dtype, parameters.vector, X, y, sample_weight)
        position = None if key is None else (key.seed, key.update)
        value, gradient = _core.value_and_gradient(
            lower.lower_objective(objective), vector, X, y, sample_weight, position, self._cap
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
        vector, X, y, w = _arrays(parameters.vector.dtype, parameters.vector, X, y, sample_weight)
        return _core.value(lower.lower_objective(objective), vector, X, y, w, self._cap)

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """A function from X to the outputs."""
        _require(lower.why_not_network(network))
        dtype = parameters.vector.dtype
        (vector,) = _arrays(dtype, parameters.vector)
        core = _core.Predictor(lower.lower_network(network), vector)

        n_out, cap, empty = network.n_out, self._cap, np.empty

        def predict(X: Array) -> Array:
            # The core checks the array: a row must cost little more than its sums.
            try:
                a = empty((len(X), n_out), dtype)
                core(X, a, cap)
            except (TypeError, ValueError):
                (X,) = _arrays(dtype, network.check_input(X, dtype))
                a = empty((len(X), n_out), dtype)
                core(X, a, cap)
            return a

        return predict

    def advance(
        self, plan: Plan, state: State, data: Data, epochs: int, watch: Watch = _NOTHING
    ) -> Report:
        """Train for whole epochs, and look at validation rows and stop rules after each."""
        rules = watch.rules
        at_once = epochs if plan.order is None else max(1, _ORDERED // data.n)
        reports: list[Report] = []
        for k in range(0, epochs, max(at_once, 1)):
            try:
                arguments = self.arguments(
                    plan, state, data, min(at_once, epochs - k), Watch(watch.validation, rules)
                )
            except KeyboardInterrupt:
                reports.append(
                    Report(state, _NONE, _NONE, _NONE, _NONE, "interrupted", None, rules)
                )
                break
            answer = _core.advance(*(*arguments, self._cap))
            reports.append(self.report(answer, state, rules))
            state, rules = reports[-1].state, reports[-1].rules
            if reports[-1].ended != "done":
                break
        return _joined(reports) if reports else Report(state, _NONE, _NONE, _NONE, _NONE)

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
            self.report(answer, fit[1], fit[4].rules)
            for answer, fit in zip(answers, fits, strict=True)
        ], interrupted

    def arguments(
        self, plan: Plan, state: State, data: Data, epochs: int, watch: Watch
    ) -> tuple[Any, ...]:
        """What the core is given for some epochs of a fit."""
        description = self._description(plan, data)
        vector, slots = _arrays(plan.dtype, state.parameters.vector, state.slots)
        v = watch.validation
        return (
            description,
            vector,
            slots,
            state.update,
            state.epoch,
            *_arrays(plan.dtype, data.X, data.y, data.sample_weight),
            _rates(plan, state, data.n, epochs),
            epochs,
            _orders(plan, state.epoch, data.n, epochs),
            None if v is None else tuple(_arrays(plan.dtype, v.X, v.y, v.sample_weight)),
            [lower.lower_rule(rule) for rule in watch.rules],
        )

    def _description(self, plan: Plan, data: Data) -> _core.PlanDescription:
        """The plan as the core knows it: made once for a plan and its data."""
        if self._last is None or self._last[0] is not plan or self._last[1]() is not data:
            known = self._fitting
            if known is None or known[0] is not plan or known[1]() is not data:
                _require(lower.why_not(plan, data))
            self._last = (plan, ref(data), lower.lower_plan(plan, data.n))
        return self._last[2]

    def report(self, answer: tuple[Any, ...], before: State, rules: Sequence[Watched]) -> Report:
        """What the core says, as a report."""
        vector, slots, update, epoch, curves, validation, memories, rule, ended = answer
        state = State(
            Parameters(before.parameters.layout, vector), slots, update, epoch, before.stopping
        )
        watched = tuple(
            replace(r, best=best, best_epoch=best_epoch, waited=waited, parameters=best_vector)
            for r, (best, best_epoch, waited, best_vector) in zip(rules, memories, strict=True)
        )
        losses, norms, rates, seconds = curves
        seen = None if validation is None else validation[0]
        return Report(state, losses, norms, rates, seconds, ended, seen, watched, rule)


def _joined(reports: list[Report]) -> Report:
    """One report of epochs that were asked for in several parts."""
    last = reports[-1]
    if len(reports) == 1:
        return last

    def curve(of: Callable[[Report], Array | None]) -> Array:
        parts = [of(report) for report in reports]
        return np.concatenate([part for part in parts if part is not None] or [_NONE])

    def best(i: int) -> Array | None:
        kept = [report.rules[i].parameters for report in reports]
        return next((p for p in reversed(kept) if p is not None), None)

    return replace(
        last,
        losses=curve(lambda r: r.losses),
        gradient_norms=curve(lambda r: r.gradient_norms),
        learning_rates=curve(lambda r: r.learning_rates),
        seconds=curve(lambda r: r.seconds),
        validation_losses=curve(lambda r: r.validation_losses),
        rules=tuple(replace(rule, parameters=best(i)) for i, rule in enumerate(last.rules)),
    )


def _rates(plan: Plan, state: State, n: int, epochs: int) -> Array:
    """The learning rates of the updates, shape (epochs, n_batches), or (1,) where all are equal."""
    if type(plan.schedule) is ConstantRate:
        return plan.learning_rates(state.update, state.epoch, n, 1)[0, :1]
    return plan.learning_rates(state.update, state.epoch, n, epochs)


def _orders(plan: Plan, epoch: int, n: int, epochs: int) -> IntArray | None:
    """The plan's own orders, shape (epochs, n), or None where the core makes them."""
    if plan.order is None:
        return None
    return np.stack([np.asarray(plan.epoch_order(epoch + k, n)) for k in range(epochs)])


def _arrays(dtype: Any, *arrays: Array | None) -> list[Any]:
    """The arrays as the core reads them, of one type and C-contiguous: copied only if need be."""
    return [
        a
        if a is None or (a.dtype == dtype and a.flags.c_contiguous and a.flags.aligned)
        else np.require(a, dtype, ["C", "A"])
        for a in arrays
    ]


def _require(why_not: str) -> None:
    if why_not:
        raise EngineUnavailableError(
            f"the compiled engine cannot compute this: {why_not}; use engine='reference'"
        )
