"""What one update makes of a weight and of the loss."""

from dataclasses import fields, replace

import numpy as np

from ...engines.reference import apply_gradient
from ...errors import require_instance
from ...optimizers import OPTIMIZERS, ElementwiseOptimizer, Optimizer
from ...parameters import Parameters
from ...plan import Plan, State
from ...subject import Subject
from ..adapters import Rows
from .loss_of_rows import value_of
from .records import Step
from .weights import WeightRef


def one_update(
    subject: Subject,
    rows: Rows,
    ref: WeightRef,
    gradient: Parameters,
    optimizer: Optimizer | str | None,
    state: State | None,
) -> Step:
    """One update on this row, by the optimizer and the state that are known."""
    objective, parameters, given = subject.objective, subject.parameters, state is not None
    if state is None:
        state = subject.state
    else:
        require_instance("state", state, State, "a State, such as result.state")
    plan = subject.plan
    if optimizer is not None or plan is None:
        rule = OPTIMIZERS.get_object("sgd" if optimizer is None else optimizer)
        plan = Plan(objective, rule, seed=0, batch_size=1, shuffle=False)
    plan = replace(plan, dtype=np.float64, objective=objective)
    name = _optimizer_text(plan.optimizer)
    if not isinstance(plan.optimizer, ElementwiseOptimizer):
        why = f"a step of {name} depends on a line search over all samples"
        return Step(name, None, state is None, None, None, None, why)
    now = State.start(plan, parameters)
    fresh = state is None
    if state is not None:
        memory = np.asarray(state.optimizer_state, dtype=np.float64)
        own = subject.plan is None or type(plan.optimizer) is type(subject.plan.optimizer)
        if memory.shape == now.optimizer_state.shape and (given or own):
            now = replace(now, optimizer_state=memory, update=state.update, epoch=state.epoch)
        else:
            fresh = True
    rate = float(plan.learning_rates(now.update, now.epoch, 1, 1)[0, 0])
    vector, _, _ = apply_gradient(plan, now, gradient.vector, rate)
    moved = Parameters(parameters.layout, vector)
    after = ref.of(vector)
    alone = parameters.copy()
    ref.view.of(alone.vector)[ref.index] = after
    return Step(
        name,
        rate,
        fresh,
        after,
        value_of(objective, alone, rows),
        value_of(objective, moved, rows),
    )


def _optimizer_text(optimizer: Optimizer) -> str:
    """Its name, and what sets it apart from its defaults but the learning rate."""
    others = [
        f", {f.name.replace('_', ' ')} {getattr(optimizer, f.name)}"
        for f in fields(optimizer)
        if f.name != "learning_rate" and getattr(optimizer, f.name) != f.default
    ]
    return type(optimizer).__name__ + "".join(others)
