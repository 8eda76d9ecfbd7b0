"""The compiled engine: the C++ core behind the seam."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, final

import numpy as np

import chainrule._core as _core

from ...errors import EngineUnavailableError, require_integer
from ...network import Network
from ...objective import Objective
from ...parameters import Parameters
from ...plan import Data, Plan, State
from ...random import Key
from ...typing import Array, IntArray
from ..base import Ended, Report
from . import lower

_ORDERED = 2**22
"""Row numbers that are asked of a plan's own order at once: 32 MB."""


@final
class CompiledEngine:
    """Runs plans made of built-in objects, whole epochs at a time, with the GIL released.

    The same plan, state and data give the same bits, whatever the vectors of the processor's
    instruction set (AVX2 or AVX-512). Subnormal numbers, below 1.2e-38 in float32 and 2.2e-308 in
    float64, count as 0: averages of the gradients of a silent unit decay to them, and arithmetic on
    them is slow.

    Parameters
    ----------
    threads : int, optional
        At most so many threads.
    """

    name = "compiled"

    def __init__(self, threads: int | None = None) -> None:
        if threads is not None:
            require_integer("threads", threads, at_least=1)
        self.threads = threads

    @property
    def threads_used(self) -> int:
        """How many threads a fit runs on: one."""
        return 1

    @property
    def instruction_set(self) -> str:
        """The instruction set in use: the fastest there is, or the one that CHAINRULE_ISA names."""
        return _core.instruction_set()

    def why_not(self, plan: Plan, data: Data) -> str:
        """The first object that is not built in, in words; "" if the engine can run the plan."""
        return lower.why_not(plan, data)

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
            lower.lower_objective(objective), vector, X, y, sample_weight, position
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
        arrays = _arrays(parameters.vector.dtype, parameters.vector, X, y, sample_weight)
        return _core.value(lower.lower_objective(objective), *arrays)

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """A function from X to the outputs."""
        _require(lower.why_not_network(network))
        dtype = parameters.vector.dtype
        (vector,) = _arrays(dtype, parameters.vector)
        core = _core.Predictor(lower.lower_network(network), vector)

        def predict(X: Array) -> Array:
            return core(np.ascontiguousarray(network.check_input(X, dtype)))

        return predict

    def advance(self, plan: Plan, state: State, data: Data, epochs: int) -> Report:
        """Train for whole epochs."""
        _require(lower.why_not(plan, data))
        description = lower.lower_plan(plan, data.n)
        vector, slots = _arrays(plan.dtype, state.parameters.vector, state.slots)
        X, y, weight = _arrays(plan.dtype, data.X, data.y, data.sample_weight)
        rates = plan.learning_rates(state.update, state.epoch, data.n, epochs)
        update, epoch = state.update, state.epoch
        at_once = epochs if plan.order is None else max(1, _ORDERED // data.n)
        curves: list[tuple[Array, ...]] = []
        ended: Ended = "done"
        for k in range(0, epochs, max(at_once, 1)):
            part = rates[k : k + at_once]
            try:
                orders = _orders(plan, epoch, data.n, len(part))
            except KeyboardInterrupt:
                ended = "interrupted"
                break
            vector, slots, update, epoch, *columns, ended = _core.advance(
                description, vector, slots, update, epoch, X, y, weight, part, orders
            )
            curves.append(tuple(columns))
            if ended != "done":
                break
        losses, norms, learning_rates, seconds = (
            np.concatenate([np.empty(0), *column])
            for column in (zip(*curves, strict=True) if curves else [()] * 4)
        )
        new = replace(
            state,
            parameters=Parameters(state.parameters.layout, vector),
            slots=slots,
            update=update,
            epoch=epoch,
        )
        return Report(new, losses, norms, learning_rates, seconds, ended)


def _orders(plan: Plan, epoch: int, n: int, epochs: int) -> IntArray | None:
    """The plan's own orders, shape (epochs, n), or None where the core makes them."""
    if plan.order is None:
        return None
    return np.stack([np.asarray(plan.epoch_order(epoch + k, n)) for k in range(epochs)])


def _arrays(dtype: Any, *arrays: Array | None) -> list[Any]:
    """The arrays as the core reads them, of one type and C-contiguous: copied only if need be."""
    return [a if a is None else np.require(a, dtype, ["C", "A"]) for a in arrays]


def _require(why_not: str) -> None:
    if why_not:
        raise EngineUnavailableError(
            f"the compiled engine cannot compute this: {why_not}; use engine='reference'"
        )
