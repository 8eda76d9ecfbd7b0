"""What a person takes along: Python code, the model file, the curves, the settings."""

import base64
import csv
import io
import json
from dataclasses import MISSING, fields, is_dataclass
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np

from ..initializers import INITIALIZERS
from ..layers import Layer
from ..plan import State
from .problem import Problem
from .refusal import RefusedError
from .run import Run
from .settings import DataSettings
from .timeline import Segment

_DATASETS = "from chainrule.web.datasets import make_data\n"
_LBFGS = "from chainrule.web.lbfgs import lbfgs_session\n"
_HEAD = '''\
"""A run of the chainrule playground, to the last bit."""

import numpy as np

import chainrule as cr
from chainrule.plan import State
from chainrule.web.datasets import make_data


def train(session, state, update):
    """Train on until that many updates are done."""
    while state.update < update:
        state = session.advance(state, updates=update - state.update).state
    return state


'''


def export(run: Run, what: str, table: Any = None) -> dict[str, Any]:
    """One thing to take along: its name, its type, and its text or its bytes in base64.

    Parameters
    ----------
    run : Run
    what : {"code", "model", "history", "settings"}
    table : str, optional
        The name of the file that the data came from.

    Raises
    ------
    RefusedError
        If there is no such thing of this run.
    """
    if what == "code":
        return _text("run.py", "text/x-python", code(run, table))
    if what == "history":
        return _text("history.csv", "text/csv", history(run))
    if what == "settings":
        settings = json.dumps(run.problem.settings.to_dict(), indent=2, ensure_ascii=False)
        return _text("settings.json", "application/json", settings)
    data = base64.b64encode(model_file(run.problem, run.state)).decode("ascii")
    return {"name": "network.model", "media_type": "application/octet-stream", "base64": data}


def _text(name: str, media_type: str, text: str) -> dict[str, Any]:
    return {"name": name, "media_type": media_type, "text": text}


def model_file(problem: Problem, state: State) -> bytes:
    """The model file: a pipeline where the data are a table's, else network and parameters."""
    from ..models import TrainedNetwork, save_model
    from ..tables import ClassTarget, Pipeline

    parameters, table = state.parameters.copy(), problem.data.training_set
    model: Any = TrainedNetwork(problem.network, parameters)
    if table is not None:
        last = problem.network.layers[-1].last_activation
        fits = not isinstance(table.target, ClassTarget) or getattr(last, "name", "") == "softmax"
        if fits:
            model = Pipeline(table.schema, table.encoder, table.target, problem.network, parameters)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "network.model"
        save_model(model, path)
        return path.read_bytes()


def history(run: Run) -> str:
    """The curves of the branch as CSV, up to where the run is; an empty place was not computed."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    metric = "r2" if run.problem.data.task == "regression" else "accuracy"
    names = ("update", "epoch", "loss", "validation_loss", metric, f"validation_{metric}")
    write.writerow(names)
    here = run.state.update
    rows = [(*row, np.nan, np.nan) for row in run.branch.rows(here).tolist()]
    rows += [(*row[:2], np.nan, np.nan, *row[2:]) for row in run.branch.metrics(here).tolist()]
    for update, epoch, *numbers in sorted(rows, key=lambda row: row[0]):
        write.writerow(
            [int(update), int(epoch), *("" if np.isnan(v) else repr(float(v)) for v in numbers)]
        )
    return out.getvalue()


# --- code -----------------------------------------------------------------------------------------


def code(run: Run, table: str | None = None) -> str:
    """Python that does the same run again and ends with the same bits.

    Raises
    ------
    RefusedError
        For learners without gradients.
    """
    problem = run.problem
    if problem.settings.learner.name != "gradient":
        name = problem.settings.learner.name
        raise RefusedError("what", f"code is written for trainings by gradients, not for {name}")
    before: Segment | None = None
    pieces = run.branch.pieces[: run.place + 1]
    by_iterations = any(piece.segment.problem.whole_iterations for piece in pieces)
    parts = [_HEAD.replace(_DATASETS, _DATASETS + _LBFGS) if by_iterations else _HEAD]
    for k, piece in enumerate(pieces):
        segment = piece.segment
        if before is None or before.problem is not segment.problem:
            parts.append(_set_up(segment.problem, before.problem if before else None, table))
        parts.append(_beginning(segment, before))
        stop = run.state.update if k == len(pieces) - 1 else piece.stop
        if stop != segment.start.update:
            parts.append(f"state = train(session, state, {stop})\n")
        before = segment
    parts.append('print(f"update {state.update}, epoch {state.epoch}")\nprint(state.parameters)\n')
    return "".join(parts)


def _set_up(problem: Problem, before: Problem | None, table: str | None) -> str:
    """The data, where they are others, and the session."""
    s, lines = problem.settings, []
    if before is None or before.data is not problem.data:
        lines.append(f"data = make_data({_data(s.data, table)})\n")
    layers = "".join(f"    {_layer(layer)},\n" for layer in problem.network.layers)
    lines.append(f"network = cr.Network([\n{layers}])\n")
    lines.append(f"loss = {_object(problem.loss)}\n")
    lines.append("X, y = data.training(loss)\n")
    plan = problem.plan
    arguments = {
        "loss": "loss",
        "optimizer": _object(plan.optimizer),
        "schedule": _object(plan.schedule),
        "batch_size": repr(plan.batch_size),
        "shuffle": repr(plan.shuffle),
        "seed": repr(plan.seed),
        "clip_norm": repr(plan.clip_norm),
        "penalties": "[" + ", ".join(map(_object, problem.objective.penalties)) + "]",
        "validation": "data.validation(loss)",
        "stop": "[" + ", ".join(map(_object, problem.rules.values())) + "]",
        "initial": repr(s.initial),
    }
    given = "".join(f"    {name}={value},\n" for name, value in arguments.items())
    make = "lbfgs_session" if problem.whole_iterations else "cr.training_session"
    lines.append(f"session, start = {make}(\n    network,\n    X,\n    y,\n{given})\n")
    return "".join(lines)


def _beginning(segment: Segment, before: Segment | None) -> str:
    """How the first state of a segment comes about."""
    causes = segment.causes
    edits = [c for c in causes if c.kind == "edit"]
    whole = any(c.kind == "layers" for c in causes)
    if before is None and not edits and not whole:
        return "state = start\n"
    lines = ["# " + "; ".join(c.label for c in causes) + "\n"]
    if whole:
        numbers = ", ".join(map(repr, segment.start.parameters.vector.tolist()))
        lines.append(f"vector = np.array([{numbers}])\n")
        lines.append("parameters = cr.Parameters(network.layout, vector)\n")
    else:
        old = "start" if before is None else "state"
        lines.append(
            f"parameters = cr.Parameters(network.layout, {old}.parameters.vector.copy())\n"
        )
        lines += [f"parameters[{c.weight!r}] = {c.value!r}\n" for c in edits]
    memory = "state.optimizer_state" if segment.keeps_memory else "start.optimizer_state"
    if before is None:
        memory = "start.optimizer_state"
    start = segment.start
    lines.append(
        f"state = State(parameters, {memory}, {start.update}, {start.epoch}, "
        "optimizer=start.optimizer)\n"
    )
    return "".join(lines)


def _data(settings: DataSettings, table: str | None) -> str:
    defaults = DataSettings()
    given = {
        name: value
        for name, value in msgspec.structs.asdict(settings).items()
        if name == "kind" or value != getattr(defaults, name)
    }
    kind = given.pop("kind")
    if kind == "table":
        given["table"] = table or "table.csv"
    arguments = "".join(f", {name}={value!r}" for name, value in given.items())
    return f"{kind!r}{arguments}"


def _object(item: Any) -> str:
    """The call that makes an object of the library; fields with their default are left out."""
    parts = []
    for f in fields(item) if is_dataclass(item) else ():
        value = getattr(item, f.name)
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        if value != default:
            parts.append(f"{f.name}={_object(value) if is_dataclass(value) else repr(value)}")
    return f"cr.{type(item).__name__}({', '.join(parts)})"


def _layer(layer: Layer) -> str:
    """The call that makes a layer; what is as by default is left out."""
    defaults = {k: p.default for k, p in signature(type(layer)).parameters.items()}
    parts = []
    for name, value in layer.config().items():
        if name == "activation":
            value = value.name
        if name in ("initializer", "bias_initializer"):
            value = next(n for n, o in INITIALIZERS.items() if o == value)
        if value != defaults[name] or name == "activation":
            parts.append(f"{name}={value!r}")
    return f"cr.{type(layer).__name__}({', '.join(parts)})"
