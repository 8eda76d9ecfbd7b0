"""What each message of a page does. All of it runs in the session's thread."""

from collections.abc import Callable
from typing import Any

import msgspec

from ..errors import ChainruleError
from . import messages as m
from .events import status
from .exports import export
from .problem import changed_parameters, data_of, problem_of
from .refusal import RefusedError, refusal
from .session import PageSession
from .settings import Settings
from .starts import table_settings
from .timeline import Cause
from .tours import tour

Reply = dict[str, Any]
_NEW_START = {"version", "learner", "layers", "seed", "initial"}
"""Settings whose change begins a new run."""


def hello_settings(message: m.Hello, default: Settings) -> Settings:
    """The settings of a new session: those of a link, or the default ones."""
    return default if message.settings is None else default.changed(message.settings)


def configure(session: PageSession, message: m.Configure) -> Reply:
    """Other settings: on from here where that is possible, else a new run."""
    _apply(session, message.settings, anew=True)
    return {"settings": session.run.problem.settings.to_dict()}


def _apply(session: PageSession, changes: Reply, anew: bool = False) -> None:
    """Go on with other settings; `anew` if data of another kind are to be learned from anew."""
    run = session.run
    old = run.problem
    try:
        settings = old.settings.changed(changes)
    except Exception as error:
        raise refusal(error) from None
    if settings == old.settings:
        return
    data, task = old.data, None
    if settings.data != old.settings.data:
        tables = {key: table for key, (_, table) in session.tables.items()}
        data, task = data_of(settings.data, tables), old.data.task
        if settings.data.kind == "table" and "layers" not in changes:
            if old.settings.data.kind != "table" or data.task != task:
                settings = settings.changed({"initial": None, **table_settings(data.task)})
                changes = {**changes, "layers": None}
    if settings.initial is not None and "initial" not in changes:
        if settings.layers != old.settings.layers or data.inputs != old.data.inputs:
            settings = settings.changed({"initial": None})
    given = {"loss", "layers"} & set(changes)
    problem = problem_of(settings, data, None if given else task)
    same_network = problem.network == old.network and data.inputs == old.data.inputs
    new = {k for k in changes if getattr(settings, k, None) != getattr(old.settings, k, None)}
    other_kind = anew and settings.data.kind != old.settings.data.kind
    by_steps = problem.settings.learner.name != "gradient"
    if not same_network or other_kind or new & _NEW_START or by_steps:
        session.begin(settings, problem)
        return
    label = ", ".join(_short(name, getattr(problem.settings, name)) for name in sorted(new))
    run.change(problem, Cause("settings", label or "settings"))


def _short(name: str, value: Any) -> str:
    if name == "optimizer":
        rate = value.get("learning_rate")
        return f"{value['type']}" + ("" if rate is None else f", rate {rate:g}")
    return f"{name} = {value}" if isinstance(value, int | float | str) else name


def edit_layers(session: PageSession, message: m.EditLayers) -> Reply:
    """Layers and units changed in place."""
    run = session.run
    old = run.problem
    if old.settings.learner.name != "gradient":
        raise RefusedError("layers", "this learner's unit is given; choose gradient descent first")
    layers = msgspec.to_builtins(message.layers)
    settings = old.settings.changed({"initial": None, "layers": layers})
    problem = problem_of(settings, old.data)
    vector = changed_parameters(old, run.state, problem)
    run.change(problem, Cause("layers", _widths(problem.settings)), vector)
    return {"settings": problem.settings.to_dict()}


def _widths(settings: Settings) -> str:
    return "-".join(str(layer.units) for layer in settings.layers if layer.kind == "dense")


def reset(session: PageSession, message: m.Reset) -> Reply:
    """Back to the first weights, or to others."""
    problem = session.run.problem
    if message.seed is not None:
        settings = problem.settings.changed({"seed": message.seed, "initial": None})
        problem = problem_of(settings, problem.data)
    session.begin(problem.settings, problem)
    return status(session)


def play(session: PageSession, message: m.Play) -> Reply:
    """Train on."""
    session.play()
    return status(session)


def pause(session: PageSession, message: m.Pause) -> Reply:
    """Stop training."""
    session.pause()
    return status(session)


def speed(session: PageSession, message: m.Speed) -> Reply:
    """How fast training goes on."""
    session.speed = message.updates_per_second
    return status(session)


def step(session: PageSession, message: m.StepBy) -> Reply:
    """A few samples, batches or epochs on, or updates back."""
    run, count = session.run, message.count
    session.pause()
    here = run.state.update
    if message.by == "sample" and run.problem.whole_iterations:
        raise RefusedError("by", "L-BFGS sees all rows in each iteration; step by batch")
    if message.by == "sample" and run.problem.settings.batch_size != 1:
        if run.problem.settings.learner.name == "gradient" and len(run.problem.data.y) > 1:
            raise RefusedError(
                "by", "an update is on one sample where batch_size is 1; set it, or step by batch"
            )
    if message.by == "back":
        if count > here:
            raise RefusedError("by", f"there are only {here} updates to go back")
        run.go_near(here - count)
        session.aim(here - count)
    elif message.by == "epoch":
        session.aim(here + run.epoch_left + (count - 1) * run.problem.n_batches)
    else:
        session.aim(here + count)
    return status(session)


def seek(session: PageSession, message: m.Seek) -> Reply:
    """To an update that has been done."""
    session.pause()
    session.run.go_near(message.update, message.branch)
    session.aim(message.update)
    return status(session)


def edit(session: PageSession, message: m.Edit) -> Reply:
    """One weight set by hand."""
    if session.run.problem.settings.learner.name != "gradient":
        raise RefusedError(
            "weight", "choose gradient descent first: this learner has its own steps"
        )
    try:
        session.run.edit(message.weight, message.value)
    except ChainruleError as error:
        raise refusal(error, "weight") from None
    return status(session)


def view(session: PageSession, message: m.View) -> Reply:
    """What frames carry."""
    session.view = session.view.changed(message, session.run.problem)
    return {"view": msgspec.to_builtins(session.view)}


def compare(session: PageSession, message: m.Compare) -> Reply:
    """A second run with one difference."""
    try:
        session.compare(message.difference)
    except RefusedError as error:
        if not error.field:
            raise RefusedError("difference", error.message) from None
        raise
    except Exception as error:
        raise refusal(error, "difference") from None
    return status(session)


def points(session: PageSession, message: m.Points) -> Reply:
    """Data drawn by hand."""
    old = session.run.problem.settings.data
    task = message.task or ("regression" if session.run.problem.data.task == "regression" else "")
    new = {
        "kind": "points", "points": message.points, "task": task or "binary",
        "validation": old.validation if old.kind == "points" else 0.0, "seed": old.seed,
    }  # fmt: skip
    _apply(session, {"data": new})
    return {"settings": session.run.problem.settings.to_dict()}


def take_along(session: PageSession, message: m.Export) -> Reply:
    """Code, model, curves, settings."""
    table = session.tables.get(session.run.problem.settings.data.table)
    return export(session.run, message.what, table and table[0])


def guided(session: PageSession, message: m.Tour) -> Reply:
    """A lesson's tour."""
    return tour(message.name)


ACTIONS: dict[type, Callable[[PageSession, Any], Reply]] = {
    m.Configure: configure,
    m.EditLayers: edit_layers,
    m.Reset: reset,
    m.Play: play,
    m.Pause: pause,
    m.Speed: speed,
    m.StepBy: step,
    m.Seek: seek,
    m.Edit: edit,
    m.View: view,
    m.Compare: compare,
    m.Points: points,
    m.Export: take_along,
    m.Tour: guided,
}
"""What changes a session, by the message's type."""
