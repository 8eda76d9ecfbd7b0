"""Rules that end a fit before its last epoch."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, final

from ..errors import (
    InvalidTypeError,
    items_of,
    require_boolean,
    require_integer,
    require_number,
    shown,
)
from ..plan import LossRule, RuleState, State
from ..registry import unknown
from .history import History

_LOSSES = ("loss", "validation_loss")
"""The curves that engines know."""


@dataclass(frozen=True)
class StopRule(ABC):
    """A reason to stop. What it remembers is data, in `State.rules`, so that a fit can go on.

    A rule of your own defines `check`. What it has to remember goes into the four fields of
    `RuleState`, or into those of a frozen dataclass that extends it.
    """

    every_epoch: ClassVar[bool] = True
    """Whether it must be asked after every single epoch."""

    monitored: ClassVar[str] = ""
    """The curve that it watches, or nothing."""

    @abstractmethod
    def check(
        self, history: History, state: State, memory: RuleState
    ) -> tuple[RuleState, str] | str:
        """What it remembers after an epoch, and the reason to stop, in words, or an empty string.

        Parameters
        ----------
        history : History
            The curves, this epoch included.
        state : State
            The state after the epoch.
        memory : RuleState
            What it remembered before; `start()` in its first epoch.

        Returns
        -------
        (RuleState, str), or str
            The reason alone leaves the memory as it is.
        """

    def start(self) -> RuleState:
        """What it remembers before its first epoch."""
        return RuleState()

    def reason(self, memory: RuleState) -> str:
        """Why it stops, in words, where an engine has evaluated it."""
        return ""

    def loss_rule(self) -> LossRule | None:
        """The rule in numbers, for engines to evaluate; None: only Python can."""
        return None


@final
@dataclass(frozen=True)
class EarlyStopping(StopRule):
    """Stop once a curve has not improved for a while, and keep the best parameters.

    Parameters
    ----------
    monitor : str, default "validation_loss"
        The curve: "loss", "validation_loss" or the name of a metric of this fit.
    patience : int, default 10
        Epochs without improvement until it stops.
    min_delta : float, default 0
        What counts as an improvement must be more than this.
    restore_best : bool, default True
        Whether the result has the parameters of the best epoch, however the fit ended, and not
        the last ones. The state of the result is the last one in any case. With the monitor
        "loss" the best loss was taken before and during its epoch's updates, so the parameters
        are those after that epoch.
    start_from_epoch : int, default 0
        So many epochs are not judged: a network that has hardly begun may look best by luck where
        there are few rows to judge by. The best of them counts only if the fit ends before others
        are judged.

    Notes
    -----
    Prechelt 1998, Early stopping - but when?
    """

    monitor: str = "validation_loss"
    patience: int = 10
    min_delta: float = 0.0
    restore_best: bool = True
    start_from_epoch: int = 0

    def __post_init__(self) -> None:
        check_monitor(self.monitor)
        require_integer("patience", self.patience, at_least=1)
        require_integer("start_from_epoch", self.start_from_epoch, at_least=0)
        require_number("min_delta", self.min_delta, at_least=0)
        require_boolean("restore_best", self.restore_best)

    @property
    def monitored(self) -> str:  # type: ignore[override]
        """The curve that it watches."""
        return self.monitor

    def check(self, history: History, state: State, memory: RuleState) -> tuple[RuleState, str]:
        """Compare the newest value with the best one."""
        value = history.curve(self.monitor)[-1]
        value = -value if self.monitor in history.rising else value
        memory, stop = self._in_numbers().check(value, state.epoch, memory, state.parameters)
        return memory, self.reason(memory) if stop else ""

    def reason(self, memory: RuleState) -> str:
        """Why it stops, in words."""
        return f"{self.monitor} has not improved since epoch {memory.best_epoch}"

    def loss_rule(self) -> LossRule | None:
        """The rule in numbers, for an engine; None if only Python knows its curve."""
        return self._in_numbers() if self.monitor in _LOSSES else None

    def _in_numbers(self) -> LossRule:
        return LossRule(
            "early_stopping",
            self.monitor == "validation_loss",
            float(self.min_delta),
            int(self.patience),
            int(self.start_from_epoch),
            bool(self.restore_best),
        )


@final
@dataclass(frozen=True)
class Tolerance(StopRule):
    """Stop once the training loss has fallen by less than a tolerance, several epochs in a row.

    Parameters
    ----------
    tolerance : float, default 1e-4
        What an epoch's loss must fall below the best one by.
    patience : int, default 10
        Epochs in a row that may miss it; the next one ends the fit, as in scikit-learn's MLP.
    """

    tolerance: float = 1e-4
    patience: int = 10

    def __post_init__(self) -> None:
        require_number("tolerance", self.tolerance, at_least=0)
        require_integer("patience", self.patience, at_least=1)

    def check(self, history: History, state: State, memory: RuleState) -> tuple[RuleState, str]:
        """Compare the newest loss with the best one."""
        rule, loss = self.loss_rule(), history.loss[-1]
        memory, stop = rule.check(loss, state.epoch, memory, state.parameters)
        return memory, self.reason(memory) if stop else ""

    def reason(self, memory: RuleState) -> str:
        """Why it stops, in words."""
        return f"the loss has fallen by less than {self.tolerance:g} for {memory.waited} epochs"

    def loss_rule(self) -> LossRule:
        """The rule in numbers, for an engine."""
        return LossRule("tolerance", bound=float(self.tolerance), patience=int(self.patience))


@final
@dataclass(frozen=True)
class Target(StopRule):
    """Stop once a curve is as good as wanted.

    Parameters
    ----------
    value : float
        What it must reach.
    monitor : str, default "loss"
        The curve: "loss", "validation_loss" or the name of a metric of this fit.
    """

    value: float
    monitor: str = "loss"

    def __post_init__(self) -> None:
        require_number("value", self.value)
        check_monitor(self.monitor)

    @property
    def monitored(self) -> str:  # type: ignore[override]
        """The curve that it watches."""
        return self.monitor

    def check(self, history: History, state: State, memory: RuleState) -> str:
        """Compare the newest value with the wanted one."""
        value = history.curve(self.monitor)[-1]
        up = self.monitor in history.rising
        reached = value >= self.value if up else value <= self.value
        return self.reason(memory) if reached else ""

    def reason(self, memory: RuleState) -> str:
        """Why it stops, in words."""
        return f"{self.monitor} has reached {self.value:g}"

    def loss_rule(self) -> LossRule | None:
        """The rule in numbers, for an engine; None if only Python knows its curve."""
        if self.monitor not in _LOSSES:
            return None
        return LossRule("target", self.monitor == "validation_loss", float(self.value))


@final
@dataclass(frozen=True)
class TimeLimit(StopRule):
    """Stop once the fit has taken a number of seconds; the epoch under way is finished."""

    seconds: float

    every_epoch = False

    def __post_init__(self) -> None:
        require_number("seconds", self.seconds, above=0)

    def check(self, history: History, state: State, memory: RuleState) -> str:
        """Compare the time of all epochs with the limit."""
        return (
            f"{self.seconds:g} seconds have passed" if sum(history.seconds) >= self.seconds else ""
        )


def check_monitor(monitor: Any) -> None:
    """Raise unless it is the name of a curve."""
    if not isinstance(monitor, str):
        raise InvalidTypeError(
            f"monitor (={shown(monitor)}) must be the name of a curve, such as 'loss'"
        )


def as_rules(stop: Any) -> tuple[StopRule, ...]:
    """The rules as a tuple; raise if one is none."""
    if type(stop) is not tuple:
        one = isinstance(stop, StopRule) or not isinstance(stop, Iterable)
        stop = (stop,) if one else items_of("stop", stop, "rules such as EarlyStopping()")
    rules: tuple[StopRule, ...] = stop
    for rule in rules:
        if not isinstance(rule, StopRule):
            raise InvalidTypeError(f"stop (={shown(rule)}) must be rules such as EarlyStopping()")
    return rules


def rule_names(rules: tuple[StopRule, ...]) -> dict[str, StopRule]:
    """The rules by the names under which `State.rules` has what they remember.

    A name is made of the class and the curve: "EarlyStopping(validation_loss)"; a second rule of
    the same class and curve has a 2 behind it. So a fit that goes on finds the memory of its rules
    whatever their order and numbers.
    """
    named: dict[str, StopRule] = {}
    for rule in rules:
        curve = f"({rule.monitored})" if rule.monitored else ""
        name = base = f"{type(rule).__name__}{curve}"
        k = 1
        while name in named:
            k += 1
            name = f"{base} {k}"
        named[name] = rule
    return named


def check_monitored(rules: tuple[StopRule, ...], curves: set[str]) -> None:
    """Raise if a rule watches a curve that is not recorded."""
    for rule in rules:
        if rule.monitored == "validation_loss" and "validation_loss" not in curves:
            raise InvalidTypeError(
                f"{type(rule).__name__} watches validation_loss, but there is no validation data; "
                "give validation=(X, y) or monitor='loss'"
            )
        if rule.monitored and rule.monitored not in curves:
            raise unknown("curve to monitor", rule.monitored, sorted(curves))
