"""What one update makes of a weight and of the loss."""

from dataclasses import fields, replace

import numpy as np

from ..engines.reference import apply_gradient
from ..optimizers import OPTIMIZERS, ElementwiseOptimizer, Optimizer
from ..parameters import Parameters, Slot
from ..plan import Plan, State
from .parts import Step
from .quantities import objective_value
from .rows import Rows
from .subject import Subject


def one_step(
    subject: Subject,
    rows: Rows,
    slot: Slot,
    index: tuple[int, ...],
    gradient: Parameters,
    optimizer: Optimizer | str | None,
    state: State | None,
) -> Step:
    """One update on this row, by the optimizer and the state that are known."""
    objective, parameters, given = subject.objective, subject.parameters, state is not None
    if state is None:
        state = subject.state
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
        slots = np.asarray(state.optimizer_state, dtype=np.float64)
        own = subject.plan is None or type(plan.optimizer) is type(subject.plan.optimizer)
        if slots.shape == now.optimizer_state.shape and (given or own):
            now = replace(now, optimizer_state=slots, update=state.update, epoch=state.epoch)
        else:
            fresh = True
    rate = float(plan.learning_rates(now.update, now.epoch, 1, 1)[0, 0])
    with np.errstate(all="ignore"):
        vector, _, _ = apply_gradient(plan, now, gradient.vector, rate)
    moved = Parameters(parameters.layout, vector)
    after = float(slot.of(vector)[index])
    alone = parameters.copy()
    slot.of(alone.vector)[index] = after
    return Step(
        name,
        rate,
        fresh,
        after,
        objective_value(objective, alone, rows),
        objective_value(objective, moved, rows),
    )


def _optimizer_text(optimizer: Optimizer) -> str:
    """Its name, and what sets it apart from its defaults but the learning rate."""
    others = [
        f", {f.name.replace('_', ' ')} {getattr(optimizer, f.name)}"
        for f in fields(optimizer)
        if f.name != "learning_rate" and getattr(optimizer, f.name) != f.default
    ]
    return type(optimizer).__name__ + "".join(others)
