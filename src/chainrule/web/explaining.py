"""Explanations for a page: those of `chainrule.explain`, and which edges factors belong to."""

import re
from typing import Any

import numpy as np

from ..diagnose import Snapshot, curvature
from ..errors import ChainruleError
from ..explain import explain, explain_batch, explain_prediction
from ..optimizers import SGD
from ..parameters import Layout, Parameters
from ..plan import State
from ..subject import Reader, Subject
from ..typing import Array
from .messages import Explain
from .picture import check_row
from .problem import Problem
from .refusal import RefusedError, refusal

_PARTIAL = re.compile(r"^∂(\S+?)/∂(\S+)$")
_SURFACE_WORK = 1e9
"""Rows times parameters times points of a surface, at most: about a second."""
_UNIT = re.compile(r"^[az]_([a-z]+\d+)$")


class _Named(Reader):
    """Rows of numbers, with the names of the data."""

    def __init__(self, problem: Problem) -> None:
        self.inputs, self.outputs = problem.data.inputs, problem.data.outputs


class Explained:
    """A problem and a state, as explanations see them."""

    def __init__(self, problem: Problem, state: State) -> None:
        self.problem, self.state = problem, state

    def subject(self) -> Subject:
        """The network with its numbers, loss, penalties, plan and the optimizer's memory."""
        problem, state = self.problem, self.state
        gradient = problem.settings.learner.name == "gradient"
        return Subject(
            problem.network,
            state.parameters.astype(np.float64),
            problem.loss,
            problem.objective.penalties,
            problem.plan if gradient else None,
            state if gradient else None,
            _Named(problem),
        )


def explanation(problem: Problem, state: State, asked: Explain) -> dict[str, Any]:
    """What a page is shown of a weight or a unit, for a row or for all training rows.

    Raises
    ------
    RefusedError
        If there is no such weight, unit or row.
    """
    check_row(asked.row, problem)
    if (asked.weight is None) == (asked.unit is None):
        raise RefusedError("weight", "name a weight or a unit, one of the two")
    content: dict[str, Any] = {
        "type": "explanation", "update": state.update, "weight": asked.weight,
        "unit": asked.unit, "row": asked.row, "links": [],
    }  # fmt: skip
    model = Explained(problem, state)
    labels = labels_of(problem)
    X, y = problem.rows.X, problem.rows.y
    try:
        if asked.unit is not None:
            row = asked.row or 0
            walk = explain_prediction(model, x=X, row=row, labels=labels)
            content |= {"explained": walk.to_dict(), "of_unit": _of_unit(model, asked.unit, row)}
        elif asked.row is None:
            weight = str(asked.weight)
            content["explained"] = explain_batch(
                model, x=X, y=y, weight=weight, labels=labels
            ).to_dict()
        else:
            weight = str(asked.weight)
            found = explain(model, x=X, y=y, weight=weight, row=asked.row, labels=labels)
            content["explained"] = found.to_dict()
            layout = problem.network.layout
            content["links"] = [links(f.symbol.text, weight, layout) for f in found.factors]
    except ChainruleError as error:
        raise refusal(error, "unit" if asked.unit else "weight") from None
    return content


def labels_of(problem: Problem) -> tuple[str, ...]:
    """What the training rows are called."""
    return problem.data.labels or tuple(f"row {k}" for k in range(len(problem.data.y)))


def links(symbol: str, weight: str, layout: Layout) -> dict[str, list[str]]:
    """The weights and units that a factor belongs to, from its symbol.

    The derivative of a unit's sum by the activation before it is the weight between them, and that
    of a unit's output by its sum belongs to the unit.

    Examples
    --------
    >>> import chainrule as cr
    >>> layout = cr.mlp(2, (2,), 1).layout
    >>> links("∂z_o1/∂a_h2", "w1", layout)
    {'edges': ['layers[1].W[1, 0]'], 'units': ['h2', 'o1']}
    """
    match = _PARTIAL.match(symbol)
    edges: list[str] = []
    if match is None:
        return {"edges": edges, "units": []}
    over, under = (_UNIT.match(part) for part in match.groups())
    units = [found[1] for found in (under, over) if found]
    if over and under and match[1].startswith("z") and match[2].startswith("a"):
        edges = _between(under[1], over[1], layout)
    if over and under is None and match[1].startswith("z"):
        view, index = layout.locate(weight)
        edges = [layout.full_name(view, index or (0,) * len(view.spec.shape))]
    return {"edges": edges, "units": list(dict.fromkeys(units))}


def _between(before: str, after: str, layout: Layout) -> list[str]:
    """The weight from one unit to another, if there is one."""
    units = {name: (w, j) for name, w, _, j in layout.units}
    if before not in units or after not in units:
        return []
    (w, j), i = units[after], units[before][1]
    return [layout.full_name(w, (i, j))]


def _of_unit(model: Explained, unit: str, row: int) -> dict[str, Any]:
    """z, a, the addends and the derivatives of one unit on one row."""
    problem = model.problem
    layout = problem.network.layout
    found = next(((w, b, j) for name, w, b, j in layout.units if name == unit), None)
    if found is None:
        names = ", ".join(name for name, *_ in layout.units)
        raise RefusedError("unit", f"there is no unit {unit!r}; there are {names}")
    w, b, j = found
    parameters = model.subject().parameters
    with np.errstate(all="ignore"):
        look = Snapshot(problem.objective, parameters, problem.rows.dense(slice(row, row + 1)))
        layer, cache = look.activated[w.layer]
        slopes = layer.activation.slopes(cache.z, cache.a)
        known = problem.settings.learner.name == "gradient"
        delta = look.deltas[w.layer][0, j] if known else None
    W = w.of(parameters.vector)
    addends = [
        {
            "edge": layout.full_name(w, (i, j)),
            "weight": float(W[i, j]),
            "input": float(x),
            "product": float(x * W[i, j]),
        }
        for i, x in enumerate(cache.X[0])
    ]
    return {
        "layer": w.layer,
        "unit": j,
        "z": number(cache.z[0, j]),
        "a": number(cache.a[0, j]),
        "bias": None if b is None else float(b.of(parameters.vector)[j]),
        "contributions": addends,
        "delta": None if delta is None else number(delta),
        "slope": None if slopes is None else number(slopes[0, j]),
    }


def number(value: Any) -> float | None:
    """A number for a page: None where it is not finite."""
    return float(value) if np.isfinite(value) else None


# --- what else is asked of a state ----------------------------------------------------------------


def preview(problem: Problem, state: State, updates: int) -> dict[str, Any]:
    """What the next updates will do; nothing is changed."""
    with np.errstate(all="ignore"):
        report = problem.session.advance(state, updates=updates)
        before, after = (
            problem.engine.value(problem.objective, s.parameters, problem.rows)
            for s in (state, report.state)
        )
    rate = None
    if problem.settings.learner.name == "gradient" and not problem.whole_iterations:
        plan = problem.plan
        rate = float(plan.learning_rates(state.update, state.epoch, len(problem.data.y), 1)[0, 0])
    return {
        "update": state.update,
        "after": report.state.update,
        "batch_loss": number(report.batch_loss),
        "loss": number(before),
        "loss_after": number(after),
        "learning_rate": rate,
        "rows": next_rows(problem, state),
        "parameters": [number(v) for v in report.state.parameters.vector],
        "ended": report.ended,
    }


def next_rows(problem: Problem, state: State) -> list[int] | None:
    """The training rows of the next batch; None where it is no batch of them."""
    if problem.settings.learner.name != "gradient" or problem.whole_iterations:
        return None
    plan, n = problem.plan, len(problem.data.y)
    size = plan.rows(n)
    batch, epoch = state.batch % plan.n_batches(n), state.epoch
    order = plan.epoch_order(epoch + (state.batch == plan.n_batches(n)), n)
    places = range(batch * size, min((batch + 1) * size, n))
    return [int(i) for i in (places if order is None else order[list(places)])]


def surface(
    problem: Problem,
    state: State,
    weights: tuple[str, str],
    size: int,
    low: tuple[float, float] | None,
    high: tuple[float, float] | None,
) -> dict[str, Any]:
    """The cost over two weights, the others as they are.

    Raises
    ------
    RefusedError
        If there is no such weight, or the range is empty.
    """
    parameters = state.parameters.copy()
    at = []
    for name in weights:
        try:
            view, index = parameters.layout.locate(name)
        except ChainruleError as error:
            raise refusal(error, "weights") from None
        if index is None and view.stop - view.start != 1:
            raise RefusedError("weights", f"{name!r} names an array; name one number of it")
        at.append(float(np.ravel(parameters[name])[0]))
    lows = low or tuple(v - 2.0 * max(1.0, abs(v)) for v in at)
    highs = high or tuple(v + 2.0 * max(1.0, abs(v)) for v in at)
    if not all(a < b for a, b in zip(lows, highs, strict=True)):
        raise RefusedError("low", f"low (={list(lows)}) must be below high (={list(highs)})")
    most = (_SURFACE_WORK / (problem.rows.n * parameters.layout.size)) ** 0.5
    size = max(5, min(size, int(most)))
    columns, rows = (np.linspace(a, b, size) for a, b in zip(lows, highs, strict=True))
    with np.errstate(all="ignore"):
        grid = [[_loss_at(problem, parameters, weights, p, q) for p in columns] for q in rows]
    return {
        "weights": list(weights), "low": list(lows), "high": list(highs), "size": size, "at": at,
        "update": state.update, "loss": grid,
    }  # fmt: skip


def _loss_at(
    problem: Problem, parameters: Parameters, weights: tuple[str, str], p: float, q: float
) -> float | None:
    parameters[weights[0]], parameters[weights[1]] = p, q
    return number(problem.engine.value(problem.objective, parameters, problem.rows))


def stability(problem: Problem, state: State) -> dict[str, Any]:
    """The largest learning rate with which gradient descent on all rows is stable here."""
    optimizer = problem.plan.optimizer
    if problem.settings.learner.name != "gradient":
        return {"limit": None, "reason": "this learner has no learning rate of a gradient"}
    if not isinstance(optimizer, SGD):
        name = type(optimizer).__name__
        return {"limit": None, "reason": f"known for SGD; {name} scales each step by itself"}
    with np.errstate(all="ignore"):
        look = Snapshot(problem.objective, state.parameters.astype(np.float64), problem.rows)
        try:
            found = curvature(look, optimizer)
        except (ChainruleError, np.linalg.LinAlgError):
            return {"limit": None, "reason": "the curvature could not be computed here"}
    limit = number(found.stability_limit)
    return {"limit": limit, "reason": str(found) if limit is not None else "the loss is not curved"}


def row_of(problem: Problem, state: State, row: int, chosen: str) -> dict[str, Any]:
    """One row: inputs, target, outputs and loss.

    Raises
    ------
    RefusedError
        If there is no such row.
    """
    rows = problem.rows if chosen == "training" else problem.held_out
    n = 0 if rows is None else rows.n
    if rows is None or row >= n:
        raise RefusedError("row", f"row (={row}) must be below {n}: there are {n} rows")
    one = rows.dense(slice(row, row + 1))
    with np.errstate(all="ignore"):
        a: Array = problem.engine.predictor(problem.network, state.parameters)(one.X)
        loss = problem.engine.value(problem.objective, state.parameters, one)
    label = labels_of(problem)[row] if chosen == "training" else f"validation row {row}"
    return {
        "row": row, "set": chosen, "label": label, "X": one.X[0].tolist(),
        "y": one.y[0].tolist(), "outputs": [number(v) for v in a[0]], "loss": number(loss),
    }  # fmt: skip
