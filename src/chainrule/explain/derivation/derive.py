"""From a subject, one row and a weight to an explanation."""

from math import prod

import numpy as np

from ...optimizers import Optimizer
from ...plan import State
from ...subject import Subject
from ...typing import Array
from ..adapters import Names, Rows
from ..explanation import Explanation
from ..formula.number_format import figure
from .chain import Walk, chain, delta_form, forward_pass, path_of, two_steps
from .check import check_derivative
from .jacobians import backward_vectors, own_stage, rounding_of, stages_of
from .loss_gradient import LossGradient, loss_gradient_of
from .loss_of_rows import gradient_of, notes_on, penalty_scales, sample_scales
from .paths import count_paths, largest_paths, main_path
from .penalties import penalty_factors
from .records import Factor
from .step import one_update
from .vectors import fused, gradients, in_one_step, jacobian
from .weights import WeightRef, not_computed


@np.errstate(all="ignore")
def derive(
    subject: Subject,
    rows: Rows,
    ref: WeightRef,
    *,
    n_paths: int,
    optimizer: Optimizer | str | None,
    state: State | None,
) -> Explanation:
    """The explanation of one weight's derivative on one row."""
    objective, parameters, y = subject.objective, subject.parameters, rows.targets
    names = Names(subject.network, subject.reader)
    weight = ref.record(names, parameters)
    stages = stages_of(subject.network, parameters, rows.X)
    loss, gradient = gradient_of(subject, rows)
    scale = float(sample_scales(objective, rows)[0])
    own, first = own_stage(stages, ref.view.layer)
    of_loss = loss_gradient_of(objective, stages, y)
    from_logits = objective.from_logits if of_loss.loses else None
    walk = Walk(
        objective, names, rows, stages, weight, ref, own, scale, float(of_loss.losses[0]),
        loss, from_logits, of_loss.loses or of_loss.loss_is_rounded,
    )  # fmt: skip
    notes = notes_on(subject, rows)
    reason = not_computed(subject.network, ref.view)
    if reason:
        known = forward_pass(walk, None)
        return Explanation(weight, rows.labels[0], known, loss, tuple(notes), reason=reason)

    start = first.by_parameter(ref.view.key, ref.index)[0]
    maps, end = walk.maps, of_loss.by_a
    if from_logits is not None and of_loss.by_z is not None:
        end = of_loss.by_z
    all_jacobians = [stage.jacobian() for stage in stages[own + 1 :]]
    jacobians = all_jacobians[: len(maps) - own - 1]
    reached = names.units_of(ref.view, ref.index)
    route = main_path(start, jacobians, end[0], reached)
    routes = largest_paths(start, jacobians, end[0] * scale, n_paths + 1)
    routes, more = routes[:n_paths], len(routes) > n_paths
    grads = backward_vectors(maps, end * scale, own)
    path_total = float(start @ grads[-1][0])
    noise = _noise(walk, of_loss, start)
    factors = chain(walk, route)
    product = prod(f.value for f in factors)
    penalties = penalty_factors(objective, rows, weight, ref)
    derivative = ref.of(gradient.vector)
    whole = path_total + sum(f.value for f in penalties)
    if abs(whole - derivative) > 1e-6 * abs(derivative) + noise:
        notes.append(
            f"the paths come to {figure(whole)}, not to the derivative {figure(derivative)} of "
            "backpropagation: a sum over them loses precision here"
        )
    if product == 0:
        notes += _blocked(factors)
    if not ref.view.spec.trainable:
        notes.append(f"{weight.name} is frozen: the derivative is computed, and not followed")
    one_step = in_one_step(of_loss, scale * objective.loss.factor) if from_logits else None
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
        if from_logits is None
        else two_steps(walk, route.units[-1], of_loss.by_a[0], all_jacobians[-1]),
        product=product,
        paths=tuple(path_of(walk, r) for r in routes),
        n_paths=count_paths(len(reached), jacobians),
        path_total=path_total,
        # Where no path is left that carries anything, nothing is left but rounding.
        remainder=path_total - sum(r.contribution for r in routes)
        if more or not np.isfinite(path_total)
        else 0.0,
        delta_form=delta_form(walk, factors[-1], grads[-1][0]) if len(reached) == 1 else None,
        gradients=gradients(maps, grads, one_step),
        jacobian=jacobian(stages[-1], all_jacobians),
        fused=fused(of_loss, scale, objective.loss.factor),
        penalties=penalties,
        check=check_derivative(
            objective, parameters, ref, stages, y, scale, strengths, derivative, noise
        ),
        step=one_update(subject, rows, ref, gradient, optimizer, state),
    )


def _noise(walk: Walk, of_loss: LossGradient, start: Array) -> float:
    """How far rounding may take the derivative of backpropagation from its exact value.

    Where loss and activation are taken in one step, no derivative by a rounded output is in it.
    """
    y, loss = walk.rows.targets[0], walk.objective.loss
    by_z = of_loss.by_z is not None
    end = (of_loss.by_a if of_loss.by_z is None else of_loss.by_z)[0] * walk.scale
    maps = walk.stages[walk.own : -1 if by_z else None]
    return rounding_of(maps, start, end, walk.stages[-1].after[0], y, walk.scale * loss.factor)


def _blocked(factors: tuple[Factor, ...]) -> list[str]:
    zeros = [f"{f.symbol.text} ({f.origin})" for f in factors if f.value == 0]
    return [f"the product is 0 because of {' and '.join(zeros)}"] if zeros else []
