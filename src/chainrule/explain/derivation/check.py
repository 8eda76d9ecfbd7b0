"""A derivative checked by central differences.

(L(w + h) - L(w - h)) / 2h differs from dL/dw by O(h^2), and by the rounding of L over h: of several
steps h the one with the least sum of both is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import inf, nan
from typing import Any, Literal, NamedTuple, cast

import numpy as np

from ...objective import Objective
from ...parameters import Parameters
from ...typing import Array
from .jacobians import Stage
from .weights import WeightRef

Verdict = Literal["agrees", "kink", "hidden by rounding", "overflow", "disagrees"]
STEPS = tuple(10.0**-k for k in range(1, 8))


@dataclass(frozen=True)
class Check:
    """What central differences say of a derivative.

    Attributes
    ----------
    value : float
        (L(w + h) - L(w - h)) / 2h.
    step : float
        h.
    relative_error : float
        Of the difference, relative to the larger of the two derivatives.
    verdict : {"agrees", "kink", "hidden by rounding", "overflow", "disagrees"}
        "kink": a unit, the loss or a penalty has a kink between w - h and w + h for every h, where
        no difference can tell the derivative. "hidden by rounding": the derivative is too small
        beside the loss, or beside what it is added up from, for the two to come nearer. "overflow":
        the derivative or the differences are no finite numbers.
    where : str
        The place of the kink, in words.
    """

    value: float
    step: float
    relative_error: float
    verdict: Verdict
    where: str = ""


class _Side(NamedTuple):
    value: float
    size: float
    """What the value is rounded from: itself, and the outputs by what they count in it."""
    signs: dict[str, Array]
    """For everything that has a kink, on which side of it each unit is."""


def check_derivative(
    objective: Objective,
    parameters: Parameters,
    ref: WeightRef,
    stages: list[Stage],
    y: Array,
    scale: float,
    penalty_scales: tuple[float, ...],
    derivative: float,
    noise: float,
) -> Check:
    """Compare a derivative by one weight, on one row, with central differences.

    `noise` is how far rounding may take the derivative itself from its exact value.

    Only the layers from the weight's own on are computed again, each time for one row.
    """
    view, index, network = ref.view, ref.index, objective.network
    layer = view.layer
    X = next(stage.before for stage in stages if stage.layer == layer)
    views = dict(parameters.layer(layer))
    array = views[view.key].copy()
    views[view.key] = array
    w = float(array[index])
    loss, from_logits = objective.loss, objective.from_logits

    def side(at: float) -> _Side:
        array[index] = at
        signs: dict[str, Array] = {}
        a, cache = X, cast(Any, None)
        for i in range(layer, len(network.layers)):
            owner = network.layers[i].inner
            a, cache = owner.forward(views if i == layer else parameters.layer(i), a, None)
            for k, (name, side) in enumerate(owner.kinks(cache)):
                signs[f"{name} in layers[{i}]" + " " * k] = np.sign(side)
        losses = from_logits.value(cache.z, y) if from_logits else loss.value(a, y)
        value = float(losses[0]) * scale
        size = abs(value)
        if not from_logits:  # a loss may magnify the rounding of its outputs, as ln(1 - a) near 1
            size += scale * float(np.abs(loss.gradient(a, y) * a).sum())
        of_loss = loss.kinks(a, y)
        if of_loss is not None:
            signs["the loss"] = np.sign(of_loss)
        if ref.penalised:
            for penalty, strength in zip(objective.penalties, penalty_scales, strict=True):
                price = strength * penalty.value(array[index])
                value, size = value + price, size + abs(price)
                if penalty.kinks:
                    name = f"the {type(penalty).__name__.lower()} penalty"
                    signs[name] = np.sign(array[index] - np.array(penalty.kinks))
        return _Side(value, size, signs)

    return _best(side, w, derivative, noise)


def _best(side: Callable[[float], _Side], w: float, derivative: float, noise: float) -> Check:
    """The difference whose step has the least error, among those that meet no kink."""
    found: list[tuple[float, float, float]] = []  # step, difference, rounding
    where, last = "", (0.0, 0.0)
    here = side(w).signs
    for relative in STEPS:
        h = relative * max(abs(w), 1.0)
        up, down = w + h, w - h
        right, left = side(up), side(down)
        rounding = 4e-16 * (right.size + left.size) / (up - down)
        difference = (right.value - left.value) / (up - down)
        kinks = [
            name
            for name, sign in here.items()
            if (sign != right.signs[name]).any() or (sign != left.signs[name]).any()
        ]
        if kinks:
            where = kinks[0]
            last = (h, difference)
        elif np.isfinite(difference):
            found.append((h, difference, rounding))
    side(w)
    if not found or not np.isfinite(derivative):
        h, value = last if where else (STEPS[-1] * max(abs(w), 1.0), nan)
        verdict: Verdict = "kink" if where and np.isfinite(derivative) else "overflow"
        return Check(value, h, _relative(value, derivative), verdict, where)
    # What is left of O(h^2) is a hundredth of what the step before, ten times as long, had.
    changes = [abs(b[1] - a[1]) for a, b in pairwise(found)]
    errors = [
        (min(change, before / 99) if changes else 0.0) + rounding
        for change, before, (_, _, rounding) in zip(
            [*changes, inf], [inf, *changes], found, strict=True
        )
    ]
    best = int(np.argmin(errors))
    h, value, rounding = found[best]
    relative = _relative(value, derivative)
    floor = 50 * max(errors[best], rounding) + noise
    if abs(value - derivative) <= 1e-6 * max(abs(value), abs(derivative)):
        return Check(value, h, relative, "agrees")
    if abs(value - derivative) <= floor:
        return Check(value, h, relative, "hidden by rounding")
    return Check(value, h, relative, "disagrees")


def _relative(value: float, derivative: float) -> float:
    size = max(abs(value), abs(derivative))
    return abs(value - derivative) / size if size else 0.0
