"""From a subject, one row and a weight to an explanation."""

from math import prod

import numpy as np

from ..layers import Dense
from ..layers.normalisation import Normalisation
from ..optimizers import Optimizer
from ..parameters import Slot
from ..plan import State
from ..typing import Array
from .chain import Walk, chain, delta_form, forward_pass, path_of, two_steps
from .check import check_derivative
from .ends import Ends, ends_of
from .explanation import Explanation
from .figures import figure
from .names import Names
from .parts import Factor
from .paths import count_paths, largest_paths, main_path
from .penalties import penalty_factors
from .quantities import (
    backward_vectors,
    evaluation_notes,
    gradient_of,
    not_computed,
    own_stage,
    penalty_scales,
    sample_scales,
    weight_of,
)
from .rows import Rows
from .stages import rounding_of, stages_of
from .step import one_step as one_update
from .subject import Subject
from .vectors import fused, gradients, jacobian, one_step


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
    ends = ends_of(objective, stages, y)
    form = objective.canonical if ends.loses else None
    counts = scale * objective.loss.factor
    walk = Walk(
        objective, names, rows, stages, weight, slot, index, own, scale, float(ends.losses[0]),
        loss, form, ends.loses or ends.loss_is_rounded,
    )  # fmt: skip
    notes = [*rows.notes, *evaluation_notes(subject)]
    reason = not_computed(subject, slot)
    if reason:
        known = forward_pass(walk, None)
        return Explanation(weight, rows.labels[0], known, loss, tuple(notes), reason=reason)

    start = stages[own].by_parameter(slot.key, index)[0]
    maps, end = walk.maps, ends.by_a if form is None or ends.by_z is None else ends.by_z
    all_jacobians = [stage.jacobian() for stage in stages[own + 1 :]]
    jacobians = all_jacobians[: len(maps) - own - 1]
    known_layer = isinstance(stages[own].owner, Dense | Normalisation)
    reached = [index[-1]] if known_layer else list(range(len(start)))
    route = main_path(start, jacobians, end[0], reached)
    routes = largest_paths(start, jacobians, end[0] * scale, n_paths + 1)
    routes, more = routes[:n_paths], len(routes) > n_paths
    grads = backward_vectors(maps, end * scale, own)
    with np.errstate(all="ignore"):
        path_total = float(start @ grads[-1][0])
        noise = _noise(walk, ends, start)
    factors = chain(walk, route)
    product = prod(f.value for f in factors)
    penalties = penalty_factors(objective, rows, weight, slot)
    derivative = float(slot.of(gradient.vector)[index])
    whole = path_total + sum(f.value for f in penalties)
    if abs(whole - derivative) > 1e-6 * abs(derivative) + noise:
        notes.append(
            f"the paths come to {figure(whole)}, not to the derivative {figure(derivative)} of "
            "backpropagation: a sum over them loses figures here"
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
        unfused=()
        if form is None
        else two_steps(walk, route.units[-1], ends.by_a[0], all_jacobians[-1]),
        product=product,
        paths=tuple(path_of(walk, r) for r in routes),
        n_paths=count_paths(len(reached), jacobians),
        path_total=path_total,
        # Where no path is left that carries anything, nothing is left but rounding.
        remainder=path_total - sum(r.contribution for r in routes)
        if more or not np.isfinite(path_total)
        else 0.0,
        delta_form=delta_form(walk, factors[-1], grads[-1][0]) if known_layer else None,
        gradients=gradients(maps, grads, one_step(ends, counts) if form else None),
        jacobian=jacobian(stages[-1], all_jacobians),
        fused=fused(ends, scale, objective.loss.factor),
        penalties=penalties,
        check=check_derivative(
            objective, parameters, slot, index, stages, y, scale, strengths, derivative, noise
        ),
        step=one_update(subject, rows, slot, index, gradient, optimizer, state),
    )


def _noise(walk: Walk, ends: Ends, start: Array) -> float:
    """How far rounding may take the derivative of backpropagation from its exact value.

    Where loss and activation are taken in one step, no derivative by a rounded output is in it.
    """
    y, loss = walk.rows.targets[0], walk.objective.loss
    by_z = ends.by_z is not None
    end = (ends.by_a if ends.by_z is None else ends.by_z)[0] * walk.scale
    maps = walk.stages[walk.own : -1 if by_z else None]
    return rounding_of(maps, start, end, walk.stages[-1].after[0], y, walk.scale * loss.factor)


def _blocked(factors: tuple[Factor, ...]) -> list[str]:
    zeros = [f"{f.symbol.text} ({f.origin})" for f in factors if f.value == 0]
    return [f"the product is 0 because of {' and '.join(zeros)}"] if zeros else []
