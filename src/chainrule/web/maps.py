"""What the views show, computed from a state: maps, curves, gradients, health."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..activations import Softmax
from ..diagnose import Snapshot, dead_units, saturation
from ..domain import Interval
from ..errors import ChainruleError
from ..layers import ActivatedLayer
from ..parameters import Parameters
from ..plan import Data
from ..training import METRICS
from ..typing import Array
from .frames import Kind, Section, as_bytes
from .limits import LIMITS
from .playground_data import PlaygroundData
from .problem import Problem

MARGIN = 0.1
"""How far a plot reaches beyond the data, as a share of their range."""


def ranges(data: PlaygroundData) -> list[tuple[float, float]]:
    """The range of the plot for each input."""
    found = []
    for column in data.X.T:
        low, high = float(column.min()), float(column.max())
        width = (high - low) or 2.0 * max(1.0, abs(high))
        found.append((low - MARGIN * width, high + MARGIN * width))
    return found


def grid(data: PlaygroundData, axes: Sequence[int], size: int, row: int | None) -> Array:
    """Points of the plot as rows of X: a square, or a line for one axis.

    The rows go from high to low along the second axis, and in each from low to high along the
    first. Other inputs are those of a row, or their means.
    """
    limits = ranges(data)
    base = (data.X.mean(axis=0) if row is None else data.X[row]).astype(np.float32)
    if len(axes) == 1:
        X = np.repeat(base[None], size, axis=0)
        X[:, axes[0]] = np.linspace(*limits[axes[0]], size)
        return X
    X = np.repeat(base[None], size * size, axis=0)
    X[:, axes[0]] = np.tile(np.linspace(*limits[axes[0]], size), size)
    X[:, axes[1]] = np.repeat(np.linspace(*limits[axes[1]][::-1], size), size)
    return X


def dense_layers(problem: Problem) -> list[int]:
    """The places of the dense layers."""
    return [i for i, layer in enumerate(problem.settings.layers) if layer.kind == "dense"]


def answer(problem: Problem, parameters: Parameters, X: Array, size: int, plane: bool) -> Section:
    """The network's outputs on a grid: a map of bytes, or a curve."""
    a = _outputs(problem, parameters, len(problem.network.layers) - 1, X)
    if not plane:
        return Section(Kind.CURVE, a.T.astype(np.float32), 0, 0, float(X.min()), float(X.max()))
    last = problem.network.layers[-1].inner
    low, high = _span(last, a)
    maps = as_bytes(a.T.reshape(-1, size, size), low, high)
    return Section(Kind.BOUNDARY, maps, 0, 0, low, high)


def unit_maps(
    problem: Problem, parameters: Parameters, X: Array, size: int, plane: bool
) -> list[Section]:
    """The activations of every unit on a grid, layer by layer."""
    sections = []
    for i in dense_layers(problem):
        a = _outputs(problem, parameters, i, X)
        if not plane:
            ends = float(X.min()), float(X.max())
            sections.append(Section(Kind.UNIT_CURVES, a.T.astype(np.float32), i, 0, *ends))
            continue
        low, high = _span(problem.network.layers[i].inner, a)
        maps = as_bytes(a.T.reshape(-1, size, size), low, high)
        sections.append(Section(Kind.UNIT_MAPS, maps, i, 0, low, high))
    return sections


def _outputs(problem: Problem, parameters: Parameters, layer: int, X: Array) -> Array:
    """The outputs of a layer, in float32: a map has 256 shades."""
    network = problem.up_to(layer)
    vector = parameters.vector[: network.layout.size].astype(np.float32)
    with np.errstate(all="ignore"):
        return problem.engine.predictor(network, Parameters(network.layout, vector))(X)


def _span(layer: Any, a: Array) -> tuple[float, float]:
    """The range of an activation where it is bounded, else of its values."""
    f = layer.activation if isinstance(layer, ActivatedLayer) else None
    if isinstance(f, Softmax):
        return 0.0, 1.0
    if f is not None and isinstance(f.range, Interval):
        if np.isfinite(f.range.low) and np.isfinite(f.range.high):
            return float(f.range.low), float(f.range.high)
    finite = a[np.isfinite(a)]
    if not len(finite):
        return 0.0, 1.0
    return float(finite.min()), float(finite.max())


def gradient(problem: Problem, parameters: Parameters, row: int | None) -> Array:
    """The derivative of the loss by each parameter, nan where there is none."""
    unknown = np.full(parameters.layout.size, np.nan)
    if problem.settings.learner.name != "gradient":
        return unknown
    rows = problem.rows if row is None else problem.rows.dense(slice(row, row + 1))
    with np.errstate(all="ignore"):
        _, found = problem.engine.value_and_gradient(problem.objective, parameters, rows)
    return np.where(parameters.layout.trainable, found.vector, unknown)


def row_sections(problem: Problem, parameters: Parameters, row: int) -> list[Section]:
    """One row on its way: inputs, activations, and the derivatives by the pre-activations."""
    one = problem.rows.dense(slice(row, row + 1))
    with np.errstate(all="ignore"):
        look, a = Snapshot(problem.objective, parameters, one), one.X
        sections = [Section(Kind.ROW_INPUTS, a[0])]
        for i, layer in enumerate(problem.network.layers):
            a, _ = layer.forward(parameters.layer(i), a)
            sections.append(Section(Kind.ACTIVATIONS, a[0], i))
        if problem.settings.learner.name == "gradient":
            places = [i for i in dense_layers(problem) if i in look.deltas]
            sections += [Section(Kind.ROW_GRADIENTS, look.deltas[i][0], i) for i in places]
    return sections


def health(problem: Problem, parameters: Parameters, of_loss: Array) -> list[Section]:
    """For each dense layer: dead and saturated shares, norms, the range of its activations."""
    most = problem.rows.dense(slice(0, LIMITS.points))
    layers = dense_layers(problem)
    with np.errstate(all="ignore"):
        look = Snapshot(problem.objective, parameters, most)
        named = {look.layer_name(i): i for i in look.activated}
        dead = {named[found.layer]: found for found in dead_units(look)}
        flat = {named[found.layer]: found.share for found in saturation(look)}
        table, off = [], []
        for i in layers:
            views = parameters.layout.by_layer[i]
            units = np.zeros(problem.network.layers[i].n_out or 0, dtype=np.uint8)
            share = np.nan
            if i in dead:
                units[dead[i].units] = 1
                share = float(units.mean())
            own = np.concatenate([of_loss[v.start : v.stop] for v in views])
            W = next(v.of(parameters.vector) for v in views if v.key == "W")
            a = look.activated[i][1].a
            table.append(
                [share, flat.get(i, np.nan), float(np.linalg.norm(own)), float(np.linalg.norm(W)),
                 float(a.min()), float(a.max())]
            )  # fmt: skip
            off.append(units)
    return [
        Section(Kind.HEALTH, np.array(table)),
        Section(Kind.DEAD_UNITS, np.concatenate(off)),
    ]


def losses(problem: Problem, parameters: Parameters) -> Array:
    """The loss of the training rows and of those held out, then the metric of both."""
    pairs = [_loss_and_metric(problem, parameters, d) for d in (problem.rows, problem.held_out)]
    return np.array([pairs[0][0], pairs[1][0], pairs[0][1], pairs[1][1]])


def _loss_and_metric(
    problem: Problem, parameters: Parameters, data: Data | None
) -> tuple[float, float]:
    if data is None:
        return np.nan, np.nan
    metric = METRICS["r2" if problem.data.task == "regression" else "accuracy"]
    with np.errstate(all="ignore"):
        loss = problem.engine.value(problem.objective, parameters, data)
        try:
            a = problem.engine.predictor(problem.network, parameters)(data.X)
            return loss, metric(a, data.y)
        except ChainruleError:  # R^2 of a single row
            return loss, np.nan


def predictions(problem: Problem, parameters: Parameters) -> Array:
    """The outputs for the training rows that a page has."""
    X = problem.data.X[: LIMITS.points]
    with np.errstate(all="ignore"):
        return problem.engine.predictor(problem.network, parameters)(X).astype(np.float32)
