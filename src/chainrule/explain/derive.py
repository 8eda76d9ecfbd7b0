"""From a subject, one row and a weight to an explanation."""

from typing import Any

import numpy as np

from ..layers import BatchNorm, Dense, Dropout
from ..layers.normalisation import Normalisation
from ..optimizers import Optimizer
from ..parameters import Slot
from ..plan import State
from .chain import Walk, chain, delta_form, forward_pass, path_of
from .check import check_derivative
from .explanation import Explanation
from .names import Names
from .parts import Factor
from .paths import count_paths, largest_paths, main_path
from .penalties import penalty_factors
from .quantities import (
    backward_vectors,
    gradient_of,
    not_computed,
    own_stage,
    penalty_scales,
    sample_scales,
    weight_of,
)
from .rows import Rows
from .stages import rounding_of, stages_of, unwrapped
from .step import one_step
from .subject import Subject
from .vectors import fused, gradients, jacobian


def derive(
    subject: Subject,
    rows: Rows,
    slot: Slot,
    index: tuple[int, ...],
    *,
    n_paths: int,
    optimizer: Optimizer | str | None,
    state: State | None,
) -> Explanation:
    """The explanation of one weight's derivative on one row."""
    objective, parameters, y = subject.objective, subject.parameters, rows.targets
    names = Names(subject.network, subject.columns, subject.outputs)
    weight = weight_of(names, parameters, slot, index)
    stages = stages_of(subject.network, parameters, rows.X)
    loss, gradient = gradient_of(subject, rows)
    scale, own = float(sample_scales(objective, rows)[0]), own_stage(stages, slot)
    form = objective.canonical
    with np.errstate(all="ignore"):
        a = stages[-1].after
        end = objective.loss.gradient(a, y)
        losses = form.value(stages[-1].before, y) if form else objective.loss.value(a, y)
    walk = Walk(
        objective, names, rows, stages, weight, slot, index, own, scale, float(losses[0]), loss
    )
    notes = [*rows.notes, *_notes(subject)]
    reason = not_computed(subject, slot)
    if reason:
        known = forward_pass(walk, None)
        return Explanation(weight, rows.labels[0], known, loss, tuple(notes), reason=reason)

    start = stages[own].by_parameter(slot.key, index)[0]
    jacobians = [stage.jacobian() for stage in stages[own + 1 :]]
    known_layer = isinstance(stages[own].owner, Dense | Normalisation)
    reached = [index[-1]] if known_layer else list(range(len(start)))
    route = main_path(start, jacobians, end[0], reached)
    routes = largest_paths(start, jacobians, end[0] * scale, n_paths)
    grads = backward_vectors(stages, end * scale, own)
    path_total = float(start @ grads[-1][0])
    factors = chain(walk, route)
    product = float(np.prod([f.value for f in factors]))
    penalties = penalty_factors(objective, rows, weight, slot)
    derivative = float(slot.of(gradient.vector)[index])
    whole = path_total + sum(f.value for f in penalties)
    noise = rounding_of(stages[own:], start, end[0] * scale, y[0])
    if abs(whole - derivative) > 1e-6 * abs(derivative) + noise:
        notes.append(
            "the unfused chain loses figures here, because an output is rounded to 0 or 1 (or kept "
            "away from it); the fused form, which training uses, gives the derivative"
        )
    if product == 0:
        notes += _blocked(factors)
    if not slot.spec.trainable:
        notes.append(f"{weight.name} is frozen: the derivative is told, and not followed")
    strengths = penalty_scales(objective, rows)
    return Explanation(
        weight=weight,
        row=rows.labels[0],
        forward=forward_pass(walk, route),
        loss=loss,
        notes=tuple(notes),
        derivative=derivative,
        factors=factors,
        product=product,
        paths=tuple(path_of(walk, r) for r in routes),
        n_paths=count_paths(len(reached), jacobians),
        path_total=path_total,
        remainder=path_total - sum(r.contribution for r in routes),
        delta_form=delta_form(walk, factors[-1], grads[-1][0]) if known_layer else None,
        gradients=gradients(stages, grads),
        jacobian=jacobian(stages[-1], jacobians),
        fused=fused(objective, stages, grads, y, scale),
        penalties=penalties,
        check=check_derivative(
            objective, parameters, slot, index, stages, y, scale, strengths, derivative, noise
        ),
        step=one_step(subject, rows, slot, index, gradient, optimizer, state),
    )


def _notes(subject: Subject) -> list[str]:
    layers = [unwrapped(layer) for layer in subject.network.layers]
    notes = []
    if any(isinstance(layer, Dropout) for layer in layers):
        notes.append("dropout is at evaluation: it drops nothing")
    if any(isinstance(layer, BatchNorm) for layer in layers):
        notes.append("batch normalisation is at evaluation: it uses its running statistics")
    target: Any = getattr(subject.pipeline, "target", None)
    if getattr(target, "std", None) is not None:
        notes.append(
            f"the network's target is standardised: ({target.name} - {target.mean:g}) / "
            f"{target.std:g}"
        )
    return notes


def _blocked(factors: tuple[Factor, ...]) -> list[str]:
    zeros = [f"{f.symbol.text} ({f.origin})" for f in factors if f.value == 0]
    return [f"the product is 0 because of {' and '.join(zeros)}"] if zeros else []
