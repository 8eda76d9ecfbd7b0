"""Whether a state is whole, and one of a plan."""

from typing import Any

import numpy as np

from ..errors import (
    DataError,
    InvalidTypeError,
    InvalidValueError,
    as_float,
    plain_line,
    require_instance,
    require_integer,
    require_mapping,
    require_text,
    shown,
)
from ..parameters import Parameters
from .monitor import RuleState
from .plan import Plan
from .state import PartialEpoch, State

_NOTHING = np.empty(0)


def check_parts(state: State) -> None:
    """Raise unless the parts of a state are what they should be."""
    require_instance("state.parameters", state.parameters, Parameters, "Parameters")
    memory = state.optimizer_state
    require_instance("state.optimizer_state", memory, np.ndarray, "an array")
    if memory.ndim != 2 or memory.dtype not in (np.float32, np.float64):
        raise InvalidTypeError(
            f"state.optimizer_state has the shape {memory.shape} and the type {memory.dtype}, but "
            "must be a float array of shape (n_slots, n_parameters)"
        )
    require_integer("state.update", state.update, at_least=0)
    require_integer("state.epoch", state.epoch, at_least=0)
    require_text("state.optimizer", state.optimizer)
    require_mapping("state.rules", state.rules)
    for name, rule in state.rules.items():
        where = f"state.rules[{shown(name)}]"
        require_instance(where, rule, RuleState, "a RuleState")
        as_float(f"{where}.best", rule.best)
        require_integer(f"{where}.best_epoch", rule.best_epoch, at_least=0)
        require_integer(f"{where}.waited", rule.waited, at_least=0)
        if rule.parameters is not None:
            require_instance(f"{where}.parameters", rule.parameters, Parameters, "Parameters")
            if rule.parameters.layout != state.parameters.layout:
                raise InvalidValueError(f"{where}.parameters belong to another network")
    if state.partial is not None:
        partial = state.partial
        require_instance("state.partial", partial, PartialEpoch, "a PartialEpoch or None")
        for name in ("batch", "update", "rows", "batch_rows"):
            require_integer(f"state.partial.{name}", getattr(partial, name), at_least=0)
        for name in ("loss", "weight", "gradient_norm", "seconds"):
            as_float(f"state.partial.{name}", getattr(partial, name))
        if partial.seed is not None:
            require_integer("state.partial.seed", partial.seed, at_least=0, at_most=2**64 - 1)
        for name, like in (
            ("parameters", state.parameters.vector),
            ("optimizer_state", memory),
        ):
            array = getattr(partial, name)
            require_instance(f"state.partial.{name}", array, np.ndarray, "an array")
            if array.shape != like.shape or array.dtype.kind != "f":
                raise InvalidTypeError(
                    f"state.partial.{name} has the shape {array.shape} and the type {array.dtype}, "
                    f"but must be floats of the shape {like.shape}"
                )


def check_finite_start(state: State) -> None:
    """Raise unless the state before the epoch under way is finite; inside, it may not be."""
    start = state.at_epoch_start()
    for name, array in (
        ("parameters", start.parameters.vector),
        ("optimizer_state", start.optimizer_state),
    ):
        if not np.isfinite(array).all():
            raise DataError(
                f"state.{name} must be finite, but has nan or infinity: what is trained from it "
                "would mean nothing; start from initial=state.parameters or from the beginning, "
                "with inputs scaled to about -1..1"
            )


def check_state(plan: Plan, state: Any, rows: int) -> None:
    """Raise unless a state is one of the plan, over that number of rows.

    Raises
    ------
    InvalidTypeError
        If it is no state.
    InvalidValueError
        If it belongs to another network, optimizer or order of batches.
    """
    if not isinstance(state, State):
        raise InvalidTypeError(
            f"state (={type(state).__name__}) must be a State, such as result.state"
        )
    check_parts(state)
    check_belongs(plan, state)
    partial = state.partial
    if partial is not None:
        there = partial.rows, partial.batch_rows, partial.seed
        here = rows, plan.rows(rows), plan.order_seed
        if there != here or not 0 < partial.batch <= plan.n_batches(rows):
            names = ("rows", "rows a batch", "seed")
            told = ", ".join(
                f"{a} {name} (here {b})"
                for name, a, b in zip(names, there, here, strict=True)
                if a != b
            )
            raise InvalidValueError(
                "the state stands inside an epoch of another plan"
                + (f": {told}" if told else "")
                + "; go on from state.at_epoch_start()"
            )


def check_belongs(plan: Plan, state: State) -> None:
    """Raise unless a state is one of a plan's network and optimizer.

    Raises
    ------
    InvalidValueError
        If it is not.
    """
    layout = plan.objective.network.layout
    if state.parameters.layout is not layout and state.parameters.layout != layout:
        raise InvalidValueError(
            f"the state belongs to another network: it has {state.parameters.layout.size} "
            f"parameters in {len(state.parameters.layout.views)} arrays, but the plan's network "
            f"has {layout.size} in {len(layout.views)}, or they have other shapes"
        )
    optimizer = type(plan.optimizer).__name__
    if state.optimizer not in ("", optimizer):
        raise InvalidValueError(
            f"the state belongs to another optimizer, {plain_line(state.optimizer)}, and not to "
            f"{optimizer}; start from initial=state.parameters"
        )
    n_slots = len(plan.optimizer.start(_NOTHING))
    memory = state.optimizer_state
    if len(memory) != n_slots or (n_slots and memory.shape[1] != layout.size):
        raise InvalidValueError(
            f"optimizer_state has {len(memory)} numbers for each parameter, but "
            f"{optimizer} needs {n_slots}: it belongs to another optimizer; start from "
            "initial=state.parameters"
        )
