"""What a page is told of a session, as plain data."""

from typing import Any

import numpy as np

from ..activations import ACTIVATIONS
from ..domain import Interval
from .explaining import number
from .limits import LIMITS
from .maps import ranges
from .problem import Problem
from .session import PageSession
from .timeline import Branch

CURVE_POINTS = 200


def status(session: PageSession) -> dict[str, Any]:
    """Where the session stands."""
    run, state = session.run, session.run.state
    gradient = run.problem.settings.learner.name == "gradient"
    return {
        "type": "status",
        "playing": session.playing,
        "update": state.update,
        "epoch": state.epoch,
        "batch": state.batch,
        "last": run.branch.last,
        "speed": session.speed,
        "ended": run.ended,
        "message": run.message,
        "branch": run.branch.number,
        "comparing": session.other is not None,
        "engine": run.problem.engine.name if gradient else "",
        "engine_reason": run.problem.engine_reason if gradient else "",
    }


def network(problem: Problem, version: int) -> dict[str, Any]:
    """The layers, and what every number of the parameter vector is called."""
    layout = problem.network.layout
    full, short = [], []
    for view in layout.views:
        for index in np.ndindex(*view.spec.shape):
            full.append(layout.full_name(view, index))
            short.append(layout.unit_name(view, index))
    from_logits = problem.objective.from_logits is not None
    loss = problem.loss
    return {
        "type": "network",
        "version": version,
        "inputs": list(problem.data.inputs),
        "outputs": list(problem.data.outputs),
        "parameters": layout.size,
        "layers": _layers(problem),
        "names": full,
        "short": short,
        "numbered": _numbered(problem),
        "loss": {
            "name": problem.settings.loss["name"],
            "latex": loss.latex,
            "factor": loss.factor,
            "reduction": loss.reduction,
            "from_logits": from_logits,
        },
        "weights_editable": problem.settings.learner.name == "gradient",
    }


def _layers(problem: Problem) -> list[dict[str, Any]]:
    layout = problem.network.layout
    units: dict[int, list[str]] = {}
    for name, w, _, _ in layout.units:
        units.setdefault(w.layer, []).append(name)
    found: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    width = problem.network.n_in
    pairs = zip(problem.network.layers, problem.settings.layers, strict=True)
    for i, (layer, given) in enumerate(pairs):
        width = layer.n_out or width
        arrays = {view.key: [view.start, view.stop] for view in layout.by_layer[i]}
        entry: dict[str, Any] = {"kind": given.kind, "index": i, "latex": layer.latex}
        if given.kind == "dense":
            f = ACTIVATIONS[given.activation]
            ends: list[float | None] = [None, None]
            if isinstance(f.range, Interval):
                ends = [number(f.range.low), number(f.range.high)]
            entry |= {
                "units": units[i],
                "activation": given.activation,
                "activation_latex": f.latex,
                "W": arrays["W"],
                "b": arrays.get("b"),
                "range": ends,
                "initializer": given.initializer or f.initializer,
            }
        else:
            letter = layer.unit_letter
            first = counts.get(letter, 0)
            counts[letter] = first + width
            entry |= {
                "units": [f"{letter}{first + k + 1}" for k in range(width)],
                "arrays": arrays,
                "rate": getattr(layer, "rate", None),
            }
        found.append(entry)
    return found


def _numbered(problem: Problem) -> list[str]:
    """w1, w2, ... and b1, b2, ... for each number of the vector; "" where it has none."""
    layout = problem.network.layout
    names = [""] * layout.size
    weights = biases = 0
    for _, w, b, j in layout.units:
        n_in, n_out = w.spec.shape
        for i in range(n_in):
            weights += 1
            names[w.start + i * n_out + j] = f"w{weights}"
        if b is not None:
            biases += 1
            names[b.start + j] = f"b{biases}"
    return names


def data(problem: Problem, version: int, axes: tuple[int, ...]) -> dict[str, Any]:
    """The rows, as far as a page draws them, and their ranges."""
    d, most = problem.data, LIMITS.points
    classes = d.task != "regression"
    inputs = [
        {"name": name, "unit": "", "low": low, "high": high}
        for name, (low, high) in zip(d.inputs, ranges(d), strict=True)
    ]
    low, high = float(d.y.min()), float(d.y.max())
    margin = 0.0 if classes else 0.1 * ((high - low) or 1.0)
    outputs = [
        {"name": name, "low": 0.0 if classes else low - margin,
         "high": 1.0 if classes else high + margin}
        for name in d.outputs
    ]  # fmt: skip
    return {
        "type": "data",
        "version": version,
        "task": d.task,
        "inputs": inputs,
        "outputs": outputs,
        "classes": list(d.classes) or None,
        "axes": list(axes),
        "n_training": len(d.y),
        "n_validation": len(d.y_validation),
        "training": {
            "X": d.X[:most].tolist(), "y": d.y[:most].tolist(), "labels": list(d.labels) or None,
        },
        "validation": {
            "X": d.X_validation[:most].tolist(), "y": d.y_validation[:most].tolist(),
            "labels": None,
        },
        "shown": min(len(d.y), most),
        "message": d.message,
    }  # fmt: skip


def timeline(session: PageSession) -> dict[str, Any]:
    """Every branch with its curve, and where weights and settings were changed."""
    run = session.run
    return {
        "type": "timeline",
        "update": run.state.update,
        "last": run.branch.last,
        "epoch_updates": run.problem.n_batches,
        "branch": run.branch.number,
        "branches": [_branch(branch) for branch in list(run.branches.values())],
        "marks": [
            {"update": piece.segment.start.update, "label": cause.label}
            for piece in run.branch.pieces
            for cause in piece.segment.causes
            if cause.kind != "start"
        ][-100:],
    }


def _branch(branch: Branch) -> dict[str, Any]:
    rows = branch.rows(np.inf, CURVE_POINTS)
    return {
        "branch": branch.number,
        "parent": branch.parent,
        "from": branch.first,
        "last": branch.last,
        "label": branch.label,
        "curve": [[number(v) for v in row] for row in rows],
    }
