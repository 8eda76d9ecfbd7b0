"""From settings to objects of the library: what is trained, on what, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import msgspec
import numpy as np

from ..engines import Engine, Report, choose_engine
from ..errors import ChainruleError, InvalidTypeError
from ..losses import Loss
from ..network import Network
from ..objective import Objective
from ..optimizers import LBFGS, OPTIMIZERS
from ..penalties import PENALTIES
from ..plan import Data, Plan, State
from ..schedules import SCHEDULES
from ..training import StopRule, training_session
from ..training.stopping import rule_names
from ..typing import Array
from .datasets import make_data
from .lbfgs import lbfgs_session
from .learners import recorded
from .limits import LIMITS
from .objects import STOP_RULES, layers_of, loss_of, registered
from .playground_data import PlaygroundData
from .refusal import RefusedError, refusal
from .settings import DataSettings, LayerSettings, Settings


class Advances(Protocol):
    """A session, of an engine or recorded."""

    def advance(
        self, state: State, *, epochs: int | None = None, updates: int | None = None
    ) -> Report:
        """As `chainrule.engines.Session.advance`."""
        ...


@dataclass(eq=False)
class Problem:
    """One setting of everything: what is trained, on what, and how.

    Attributes
    ----------
    settings : Settings
        Completed: the output layer fits the data.
    data : PlaygroundData
    network : Network
    loss : Loss
    plan : Plan
        What the session does; for a learner without gradients, what its network means.
    start : State
        Before the first update.
    """

    settings: Settings
    data: PlaygroundData
    network: Network
    loss: Loss
    plan: Plan = field(init=False)
    start: State = field(init=False)

    def __post_init__(self) -> None:
        session, self.start = self._made()
        plan = getattr(session, "plan", None)
        self.plan = plan or Plan(self.objective, seed=self.settings.seed)
        self._session: Advances | None = session

    @property
    def session(self) -> Advances:
        """The engine's session for it; made again if it was released."""
        if self._session is None:
            self._session = self._made()[0]
        return self._session

    def release(self) -> None:
        """Give up what the engine has prepared."""
        self._session = None

    @property
    def ended(self) -> str:
        """How a learner without gradients ends, in words."""
        return getattr(self._session, "message", "")

    @cached_property
    def objective(self) -> Objective:
        """Network, loss and penalties."""
        penalties = tuple(
            registered(PENALTIES, p, f"penalties.{i}")
            for i, p in enumerate(self.settings.penalties)
        )
        return Objective(self.network, self.loss, penalties)

    @cached_property
    def rules(self) -> dict[str, StopRule]:
        """The stop rules, by the names that states know them by."""
        given = enumerate(self.settings.stop)
        return rule_names(tuple(registered(STOP_RULES, r, f"stop.{i}") for i, r in given))

    @cached_property
    def rows(self) -> Data:
        """The rows learned from, encoded for the loss."""
        return Data.check(self.objective, *self.data.training(self.loss))

    @cached_property
    def held_out(self) -> Data | None:
        """The rows held out, encoded for the loss."""
        held = self.data.validation(self.loss)
        return None if held is None else Data.check(self.objective, *held)

    def up_to(self, layer: int) -> Network:
        """The network that ends with a layer; its parameters are the first ones of the vector."""
        if layer == len(self.network.layers) - 1:
            return self.network
        if layer not in self._beginnings:
            self._beginnings[layer] = Network(self.network.layers[: layer + 1])
        return self._beginnings[layer]

    @cached_property
    def _beginnings(self) -> dict[int, Network]:
        return {}

    @cached_property
    def engine(self) -> Engine:
        """What computes losses, gradients and predictions."""
        return self._chosen[0]

    @cached_property
    def engine_reason(self) -> str:
        """Why it is not the compiled one; "" if it is."""
        return self._chosen[1]

    @cached_property
    def _chosen(self) -> tuple[Engine, str]:
        # L-BFGS needs gradients alone, which an engine gives for any elementwise optimizer.
        plan = Plan(self.objective, seed=0) if self.whole_iterations else self.plan
        return choose_engine("auto", plan, self.rows)

    @property
    def whole_iterations(self) -> bool:
        """Whether an update is an iteration over all rows, with steps of the optimizer's choice."""
        return self.settings.optimizer.get("type") == LBFGS.__name__

    @property
    def n_batches(self) -> int:
        """Updates in an epoch."""
        if self.settings.learner.name != "gradient" or self.whole_iterations:
            return 1
        return self.plan.n_batches(len(self.data.y))

    def _made(self) -> tuple[Advances, State]:
        s = self.settings
        if s.learner.name != "gradient":
            session = recorded(s.learner, self.data, self.network, s.seed)
            return session, session.start()
        X, y = self.data.training(self.loss)
        make = lbfgs_session if self.whole_iterations else training_session
        return make(
            self.network, X, y, loss=self.loss,
            optimizer=registered(OPTIMIZERS, s.optimizer, "optimizer"),
            schedule=registered(SCHEDULES, s.schedule, "schedule"),
            batch_size=s.batch_size, shuffle=s.shuffle, seed=s.seed, initial=s.initial,
            penalties=self.objective.penalties, clip_norm=s.clip_norm,
            validation=self.data.validation(self.loss),
            stop=list(self.rules.values()),
        )  # fmt: skip


# --- from settings --------------------------------------------------------------------------------


def data_of(settings: DataSettings, tables: Mapping[str, Any]) -> PlaygroundData:
    """The rows that settings name; `tables` has the uploaded ones by their ids."""
    given = msgspec.structs.asdict(settings)
    if settings.kind == "table":
        if settings.table not in tables:
            raise RefusedError("data.table", "this table is not here any more; drop its file again")
        given["table"] = tables[settings.table]
    try:
        data = make_data(**given)
    except ChainruleError as error:
        word = str(error).split(" ", 1)[0]
        named = {"table": "data.target", "formula": "data.formula", "points": "data.points"}
        place = f"data.{word}" if word in given else named.get(settings.kind, "data")
        raise refusal(error, place) from None
    n_in, n_out = data.X.shape[1], data.n_out
    if n_in > LIMITS.inputs:
        raise RefusedError(
            "data.features",
            f"the columns make {n_in} inputs, more than {LIMITS.inputs}; choose fewer columns "
            "(a category is an input for each of its levels)",
        )
    if n_out > LIMITS.outputs:
        raise RefusedError(
            "data.target", f"the target has {n_out} classes; {LIMITS.outputs} are the most"
        )
    if len(data.y) + len(data.y_validation) > LIMITS.rows:
        raise RefusedError("data", f"there are more than {LIMITS.rows:,} rows; take a part of them")
    return data


_DEFAULTS = {
    "binary": ("sigmoid", "binary_cross_entropy"),
    "classes": ("softmax", "cross_entropy"),
    "regression": ("identity", "mean_squared_error"),
}


def completed(settings: Settings, data: PlaygroundData, before: str | None) -> Settings:
    """Settings whose output layer fits the data.

    The activation of the output and the loss are chosen anew where the task is another one than
    before.
    """
    change = msgspec.structs.replace
    if settings.learner.name == "perceptron_rule":
        unit = LayerSettings(units=1, activation="step", initializer="zeros")
        return change(settings, layers=(unit,), loss={"name": "mean_squared_error"})
    if settings.learner.name in ("alternating", "guessing"):
        unit = LayerSettings(units=1, activation="identity", initializer="zeros", bias=False)
        return change(settings, layers=(unit,), loss={"name": "mean_squared_error"})
    *hidden, last = settings.layers
    if last.kind != "dense":
        place = f"layers.{len(hidden)}"
        raise RefusedError(place, "the last layer must be dense: it is the output")
    last = change(last, units=data.n_out)
    settings = change(settings, layers=(*hidden, last))
    if before is not None and before != data.task:
        activation, loss = _DEFAULTS[data.task]
        last = change(last, activation=activation)
        settings = change(settings, layers=(*hidden, last), loss={"name": loss})
    return settings


def problem_of(settings: Settings, data: PlaygroundData, before: str | None = None) -> Problem:
    """The problem that settings describe, for rows that are at hand.

    Parameters
    ----------
    settings : Settings
    data : PlaygroundData
    before : str, optional
        The task of the data before these.

    Raises
    ------
    RefusedError
        If something does not fit; it names the setting.
    """
    settings = completed(settings, data, before)
    loss = loss_of(settings.loss)
    try:
        network = Network(layers_of(settings, data.X.shape[1]))
    except ChainruleError as error:
        raise refusal(error, "layers") from None
    if network.layout.size > LIMITS.parameters:
        raise RefusedError(
            "layers",
            f"the network has {network.layout.size:,} parameters, more than "
            f"{LIMITS.parameters:,}; take fewer units",
        )
    try:
        return Problem(settings, data, network, loss)
    except ChainruleError as error:
        raise refusal(error, _place_of(error)) from None


def _place_of(error: ChainruleError) -> str:
    text = str(error)
    first = text.split(" ", 1)[0]
    if first in ("batch_size", "clip_norm", "seed"):
        return first
    if "L-BFGS needs" in text:
        return "optimizer.type"
    if "needs outputs in" in text or "is for" in text or first == "y":
        return "loss.name"
    if first == "stop" or "validation" in text:
        return "stop"
    if first == "learner" or "perceptron rule" in text or isinstance(error, InvalidTypeError):
        return "learner.name" if first != "optimizer" else "optimizer.type"
    return "initial" if "initial" in text else ""


def changed_parameters(old: Problem, state: State, new: Problem) -> Array:
    """The start of a changed network: units that stay keep their numbers, others are drawn anew.

    Layers are matched from the first one on; of a layer with other units or inputs, the common
    part is kept.
    """
    start = new.start.parameters.copy()
    before = state.parameters
    kept = {view.name: view for view in before.layout.views}
    last_old, last_new = len(old.network.layers) - 1, len(new.network.layers) - 1
    for view in start.layout.views:
        layer = last_old if view.layer == last_new else view.layer
        there = kept.get(f"layers[{layer}].{view.key}")
        both_last = (layer == last_old) == (view.layer == last_new)
        if there is None or not both_last or len(there.spec.shape) != len(view.spec.shape):
            continue
        common = tuple(
            slice(0, min(a, b)) for a, b in zip(view.spec.shape, there.spec.shape, strict=True)
        )
        view.of(start.vector)[common] = there.of(before.vector)[common]
    return np.asarray(start.vector)
