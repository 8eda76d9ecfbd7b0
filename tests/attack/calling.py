"""A callable with arguments that it takes, and what the calls share."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import chainrule as cr


@dataclass(frozen=True)
class Call:
    """A callable and arguments that it takes; those that `long` names may make it run for long."""

    name: str
    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    then: Callable[[Any], Any] = field(default=lambda made: made)
    """What is done with the result, so that what is looked at later is looked at."""
    slow: bool = False

    def parameters(self) -> list[str]:
        """The names of its parameters that can be given by keyword."""
        kinds = inspect.Parameter
        found = [
            p.name
            for p in inspect.signature(self.function).parameters.values()
            if p.kind in (kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY)
        ]
        return list(dict.fromkeys([*found, *self.arguments]))

    def __call__(self, **spoiled: Any) -> Any:
        return self.then(self.function(**{**self.arguments, **spoiled}))


RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3))
y = X[:, :1] * 0.5
ROWS = np.vstack([X, X, X])
CLASSES = np.array([0, 1] * 18)
NETWORK = cr.mlp(3, (2,), 1)
PARAMETERS = NETWORK.initial_parameters(0)
FRAME = {"a": [float(v) for v in X[:, 0]], "b": ["u", "v", "w"] * 4, "t": ["y", "n"] * 6}
SGD = cr.SGD(0.1)
