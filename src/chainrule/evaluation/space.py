"""What a search tries: values by the names of settings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Any

from ..errors import (
    InvalidValueError,
    items_of,
    require,
    require_boolean,
    require_function,
    require_mapping,
    require_number,
    require_text,
)
from ..random import Purpose, uniform


@dataclass(frozen=True)
class Interval:
    """Numbers from `low` to `high`, both possible.

    Parameters
    ----------
    low, high : float
    log : bool, default False
        Whether equal ratios are equally likely, in place of equal differences.
    whole : bool, default False
        Whether they are integers.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        require_number("low", self.low)
        require_number("high", self.high)
        require_boolean("log", self.log)
        require_boolean("whole", self.whole)
        require(self.low < self.high, "low", self.low, f"be < high (={self.high:g})")
        require(self.low > 0 or not self.log, "low", self.low, "be > 0 where log is True")
        if self.whole:
            for name, value in (("low", self.low), ("high", self.high)):
                require(float(value).is_integer(), name, value, "be whole where whole is True")

    def at(self, u: float) -> float | int:
        """The number at the share u, in [0, 1), of the interval."""
        if self.whole:
            low, high = self.low - 0.5 * self.log, self.high + 1 - 0.5 * self.log
        else:
            low, high = self.low, self.high
        x = exp(log(low) + u * (log(high) - log(low))) if self.log else low + u * (high - low)
        if not self.whole:
            return x
        return int(min(max(round(x) if self.log else x // 1, self.low), self.high))


Choices = Interval | tuple[Any, ...]

DEFAULT_SPACE: dict[str, Choices] = {
    "learning_rate": Interval(0.01, 0.2, log=True),
    "hidden": ((64, 64), (128, 128), (128, 128, 128), (256, 256, 256)),
    "activation": ("selu", "mish", "relu"),
    "batch_size": (32, 64, 128, 256),
}
"""What is tried where nothing is named: around what the preset "auto" has."""


def checked_space(space: Any) -> dict[str, Choices]:
    """A space whose values are intervals and tuples of choices.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If it is none.
    """
    require_mapping("space", space)
    if not space:
        raise InvalidValueError("space (={}) must name at least one setting to search over")
    found: dict[str, Choices] = {}
    for name, values in space.items():
        if not isinstance(values, Interval):
            argument = f"space[{name!r}]"
            values = items_of(argument, values, "an Interval or a list of values")
            require(len(values) > 0, argument, values, "hold at least one value")
        found[name] = values
    return found


def draw(space: Mapping[str, Choices], seed: int, trial: int) -> dict[str, Any]:
    """The settings of a trial, a function of the seed and its number alone."""
    numbers = uniform(seed, Purpose.SEARCH, trial, len(space))
    return {
        name: values.at(u) if isinstance(values, Interval) else values[int(u * len(values))]
        for (name, values), u in zip(space.items(), numbers.tolist(), strict=True)
    }


def parse_space(texts: Iterable[str], convert: Any = None) -> dict[str, Choices]:
    """A space as a command line writes it.

    ``learning_rate=1e-4..1e-2:log`` is an interval, of integers where both ends are;
    ``activation=relu|tanh`` are choices.

    Parameters
    ----------
    texts : iterable of str
    convert : callable, optional
        ``convert(name, text)`` makes a choice's text a value; by default texts stay as they are.

    Examples
    --------
    >>> from chainrule.evaluation import parse_space
    >>> parse_space(["learning_rate=0.001..0.1:log", "activation=relu|tanh"])
    {'learning_rate': Interval(low=0.001, high=0.1, log=True, whole=False), 'activation': ('relu', \
'tanh')}
    """
    if convert is not None:
        require_function("convert", convert, "a name and a text")
    space: dict[str, Choices] = {}
    for text in items_of("texts", texts, "texts such as 'activation=relu|tanh'"):
        require_text("texts", text)
        name, sign, values = text.partition("=")
        name = name.strip().replace("-", "_")
        right = bool(name and sign and values.strip())
        require(right, "texts", text, "be NAME=LOW..HIGH, NAME=LOW..HIGH:log or NAME=A|B|C")
        require(name not in space, "texts", text, f"name {name} once")
        if ".." in values:
            space[name] = _interval(text, values)
        else:
            parts = [part.strip() for part in values.split("|")]
            space[name] = tuple(part if convert is None else convert(name, part) for part in parts)
    return space


def _interval(text: str, values: str) -> Interval:
    bounds, _, kind = values.partition(":")
    require(kind in ("", "log"), "texts", text, "end in :log, or in the upper end")
    ends = [end.strip() for end in bounds.split("..")]
    try:
        low, high = map(float, ends)
    except ValueError:
        raise InvalidValueError(f"texts (={text!r}) must be NAME=LOW..HIGH with numbers") from None
    whole = all(end.lstrip("+-").isdigit() for end in ends)
    return Interval(low, high, log=kind == "log", whole=whole)
