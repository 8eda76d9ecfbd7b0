"""How far a fit has come."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ..errors import (
    InvalidValueError,
)
from ..parameters import Layout, Parameters
from ..typing import Array
from .monitor import RuleState
from .plan import Plan

_NO_RULES: Mapping[str, RuleState] = {}


@dataclass(frozen=True)
class PartialEpoch:
    """Where training stands inside an epoch.

    Parameters
    ----------
    batch : int
        Batches of the epoch that are done, at least 1. All of them, if training was interrupted
        before the epoch was evaluated.
    loss, weight : float
        The sum of their losses, each times its weight, and the sum of these weights.
    gradient_norm : float
        The norm of the last gradient, where it was computed.
    seconds : float
        The time spent on the epoch.
    update : int
        Updates done before the epoch.
    parameters : ndarray, shape (n_parameters,)
    optimizer_state : ndarray, shape (n_slots, n_parameters)
        Both as they were before the epoch: what is left if it diverges.
    rows, batch_rows : int
        The rows of the epoch and of a full batch.
    seed : int or None
        What decides the order of its rows; None where they are not shuffled.
    """

    batch: int
    loss: float
    weight: float
    gradient_norm: float
    seconds: float
    update: int
    parameters: Array
    optimizer_state: Array
    rows: int
    batch_rows: int
    seed: int | None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PartialEpoch) and all(
            np.array_equal(getattr(self, f.name), getattr(other, f.name))
            for f in fields(self)
            if f.name != "seconds"
        )

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, eq=False, init=False)
class State:
    """Everything that changes while training goes on: a checkpoint is this.

    A state may be kept, and gone back to: nothing writes to its arrays.

    Parameters
    ----------
    parameters : Parameters
    optimizer_state : ndarray, shape (n_slots, n_parameters)
        What the optimizer remembers of each parameter.
    update : int, default 0
        Updates done.
    epoch : int, default 0
        Whole epochs done.
    partial : PartialEpoch, optional
        The place inside the epoch under way; None between two epochs.
    rules : mapping of str to RuleState
        What the stop rules remember, by `rule_names`.
    optimizer : str, default ""
        The class of the optimizer that the state belongs to; "" fits any with as many numbers a
        parameter.
    """

    parameters: Parameters
    optimizer_state: Array
    update: int
    epoch: int
    partial: PartialEpoch | None
    rules: Mapping[str, RuleState]
    optimizer: str

    def __init__(
        self,
        parameters: Parameters,
        optimizer_state: Array,
        update: int = 0,
        epoch: int = 0,
        partial: PartialEpoch | None = None,
        rules: Mapping[str, RuleState] = _NO_RULES,
        optimizer: str = "",
    ) -> None:
        # In half the time that a frozen dataclass takes: small fits make one in each call.
        own = self.__dict__
        own["parameters"], own["optimizer_state"] = parameters, optimizer_state
        own["update"], own["epoch"], own["partial"] = update, epoch, partial
        own["rules"], own["optimizer"] = rules, optimizer

    @property
    def batch(self) -> int:
        """Batches done of the epoch under way."""
        return 0 if self.partial is None else self.partial.batch

    @staticmethod
    def start(plan: Plan, parameters: Parameters) -> "State":
        """The state before the first update; the parameters are copied."""
        parameters = parameters.astype(plan.dtype)
        memory = plan.optimizer.start(parameters.vector)
        return State(parameters, memory, optimizer=type(plan.optimizer).__name__)

    def copy(self) -> "State":
        """A copy that shares no array of parameters or of the optimizer."""
        return replace(
            self, parameters=self.parameters.copy(), optimizer_state=self.optimizer_state.copy()
        )

    def at_epoch_start(self) -> "State":
        """The state before the epoch under way; itself between two epochs."""
        partial = self.partial
        if partial is None:
            return self
        return replace(
            self,
            parameters=Parameters(self.parameters.layout, partial.parameters),
            optimizer_state=partial.optimizer_state,
            update=partial.update,
            partial=None,
        )

    def __eq__(self, other: object) -> bool:
        """Whether all numbers are the same, bit for bit; times do not count."""
        return (
            isinstance(other, State)
            and self.parameters == other.parameters
            and np.array_equal(self.optimizer_state, other.optimizer_state, equal_nan=True)
            and (self.update, self.epoch) == (other.update, other.epoch)
            and self.partial == other.partial
            and dict(self.rules) == dict(other.rules)
        )

    __hash__ = None  # type: ignore[assignment]

    # --- as plain data ----------------------------------------------------------------------

    def to_data(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """The state as numbers and words that JSON can hold, and its arrays by name."""
        arrays = {"parameters": self.parameters.vector, "optimizer_state": self.optimizer_state}
        plain: dict[str, Any] = {name: getattr(self, name) for name in _PLAIN}
        if self.partial is not None:
            plain["partial"] = _split(self.partial, "partial.", arrays)
        plain["rules"] = {
            name: _split(memory, f"rules.{name}.", arrays) for name, memory in self.rules.items()
        }
        return plain, arrays

    @staticmethod
    def from_data(
        layout: Layout,
        plain: Mapping[str, Any],
        arrays: Mapping[str, Array],
        kinds: Mapping[str, type[RuleState]] | None = None,
    ) -> "State":
        """The state that `to_data` took apart.

        Parameters
        ----------
        layout : Layout
            The network's.
        plain, arrays : mapping
            What `to_data` returned.
        kinds : mapping of str to type, optional
            The classes of states of rules that are not `RuleState` itself, by the rules' names.

        Raises
        ------
        InvalidValueError
            If something is missing or has another shape.
        """
        try:
            partial = plain.get("partial")
            rules = {
                name: _joined(
                    layout, (kinds or {}).get(name, RuleState), own, f"rules.{name}.", arrays
                )
                for name, own in plain["rules"].items()
            }
            state = State(
                Parameters(layout, arrays["parameters"]),
                arrays["optimizer_state"],
                partial=None
                if partial is None
                else _joined(None, PartialEpoch, partial, "partial.", arrays),
                rules=rules,
                **{name: plain[name] for name in _PLAIN},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidValueError(f"the data are no State: {error}") from None
        size = layout.size
        if state.optimizer_state.ndim != 2 or state.optimizer_state.shape[1] != size:
            raise InvalidValueError(
                f"optimizer_state has the shape {state.optimizer_state.shape}, but the network has "
                f"{size} parameters"
            )
        return state


_NOTHING = np.empty(0)
_PLAIN = ("update", "epoch", "optimizer")


def _split(record: Any, prefix: str, arrays: dict[str, Array]) -> dict[str, Any]:
    """A record's plain fields; its arrays go to `arrays`."""
    plain = {}
    for f in fields(record):
        value = getattr(record, f.name)
        if isinstance(value, Parameters):
            value = value.vector
        if isinstance(value, np.ndarray):
            arrays[prefix + f.name] = value
        else:
            plain[f.name] = value
    return plain


def _joined(
    layout: Layout | None,
    kind: type[Any],
    plain: Mapping[str, Any],
    prefix: str,
    arrays: Mapping[str, Array],
) -> Any:
    """The record that `_split` took apart."""
    own: dict[str, Any] = {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
    if layout is not None and "parameters" in own:
        own["parameters"] = Parameters(layout, own["parameters"])
    return kind(**plain, **own)
