"""L-BFGS over either engine: SciPy's solver, our gradients."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from ..engines import Ended, Engine, Report
from ..errors import InvalidValueError
from ..layers import BatchNorm, ByColumn, Dropout
from ..optimizers import LBFGS
from ..parameters import Parameters
from ..plan import Data, Plan, State
from ..typing import Array


def check_lbfgs(plan: Plan) -> None:
    """Raise unless the plan's objective is the same function at every evaluation."""
    for i, layer in enumerate(plan.objective.network.layers):
        inside = isinstance(layer, ByColumn) and layer.at_evaluation
        if inside or isinstance(layer, Dropout | BatchNorm):
            raise InvalidValueError(
                f"L-BFGS needs an objective that does not change, but layers[{i}] is "
                f"{type(layer).__name__}; use optimizer='adam', or LayerNorm and penalties"
            )
    if plan.clip_norm is not None:
        raise InvalidValueError("clip_norm has no meaning for L-BFGS, which has a line search")


def run_lbfgs(
    engine: Engine,
    plan: Plan,
    state: State,
    data: Data,
    epochs: int,
    after: Callable[[Report], bool],
    threads: int | None = None,
) -> str:
    """Minimise over full batches; an epoch is an iteration.

    Parameters
    ----------
    engine : Engine
        Computes value and gradient.
    plan, state, data : Plan, State, Data
        As for a session.
    epochs : int
        The largest number of iterations.
    after : callable
        Given the report of each iteration; returns whether to stop.
    threads : int, optional
        The largest number of threads, those of SciPy's linear algebra included.

    Returns
    -------
    str
        Why the solver stopped, in words.
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    optimizer = plan.optimizer
    assert isinstance(optimizer, LBFGS)
    layout, trainable = state.parameters.layout, state.parameters.layout.trainable
    full = state.parameters.vector.copy()
    seen: dict[str, Any] = {}
    clock = perf_counter()

    def at(x: Array) -> Parameters:
        vector = full.copy()
        vector[trainable] = x
        return Parameters(layout, vector)

    def function(x: Array) -> tuple[float, Array]:
        value, gradient = engine.value_and_gradient(plan.objective, at(x), data)
        g = gradient.vector[trainable].astype(np.float64)
        seen.update(value=value, norm=float(np.linalg.norm(g)))
        seen.setdefault("before", (value, seen["norm"]))
        return value, g

    def report(x: Array, value: float, norm: float, ended: Ended) -> Report:
        nonlocal state, clock
        now = perf_counter()
        if ended == "done":
            state = replace(state, parameters=at(x), update=state.update + 1, epoch=state.epoch + 1)
        curves = np.array([[value], [norm], [np.nan], [now - clock]])
        clock = now
        return Report(state, curves, ended)

    def iterated(intermediate_result: Any) -> None:
        # The loss of an epoch is the one before its update.
        value, norm = seen["before"]
        seen["before"] = (float(intermediate_result.fun), seen["norm"])
        if after(report(intermediate_result.x, value, norm, "done")):
            raise StopIteration

    start = full[trainable].astype(np.float64)
    if not np.isfinite(function(start)[0]):
        after(report(start, np.nan, seen["norm"], "diverged"))
        return "the first loss is not finite"
    options = {
        "maxiter": epochs,
        "maxfun": optimizer.max_evaluations,
        "maxcor": optimizer.memory,
        "gtol": optimizer.tolerance,
        "ftol": optimizer.loss_tolerance,
        "maxls": 50,
    }
    with threadpool_limits(threads, user_api="blas"):
        solution = minimize(
            function, start, jac=True, method="L-BFGS-B", callback=iterated, options=options
        )
    return f"L-BFGS stopped: {str(solution.message).lower()}"
