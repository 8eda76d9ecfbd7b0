"""What can be chosen, from the registries of the library."""

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np

from ..activations import ACTIVATIONS, Softmax
from ..domain import REALS
from ..initializers import INITIALIZERS
from ..losses import LOSSES, Loss
from ..optimizers import LBFGS, OPTIMIZERS
from ..penalties import PENALTIES
from ..registry import Registry
from ..schedules import SCHEDULES, WarmUp
from .formula import CONSTANTS, FUNCTIONS
from .objects import STOP_RULES
from .settings import LearnerSettings
from .starts import DATASETS, start
from .tours import tours


@cache
def catalog() -> dict[str, Any]:
    """Activations, losses, optimizers and all else that settings may name, with their fields."""
    return {
        "activations": [
            {
                "name": name,
                "latex": f.latex,
                "range": str(f.range),
                "kinks": [kink.at for kink in f.kinks],
                "output_only": isinstance(f, Softmax),
            }
            for name, f in ACTIVATIONS.items()
        ],
        "losses": [_loss(name, loss) for name, loss in LOSSES.items()],
        "optimizers": [
            {**entry, "whole_iterations": entry["type"] == LBFGS.__name__}
            for entry in _objects(OPTIMIZERS)
        ],
        "schedules": _objects(SCHEDULES, leave_out=(WarmUp,)),
        "penalties": _objects(PENALTIES),
        "initializers": [
            {"name": name, "latex": getattr(f, "latex", "")} for name, f in INITIALIZERS.items()
        ],
        "stop_rules": _objects(STOP_RULES),
        "layers": ["dense", "dropout", "batch_norm", "layer_norm"],
        "learners": [
            {"name": "gradient", "title": "Gradient descent", "fields": {}},
            _learner("perceptron_rule", "Perceptron rule", "learning_rate"),
            _learner("alternating", "Alternating adjustment", "step", "rule", "first"),
            _learner("guessing", "Guessing", "low", "high", "integers", "tolerance"),
        ],
        "datasets": [{**entry._asdict(), "settings": start(entry.name)} for entry in DATASETS],
        "tours": tours(),
        "functions": [*FUNCTIONS, *CONSTANTS],
    }


def _fields(item: Any) -> dict[str, Any]:
    """The fields of an object with their values, as far as they are plain."""
    found = {f.name: getattr(item, f.name) for f in fields(item)} if is_dataclass(item) else {}
    return {k: v for k, v in found.items() if isinstance(v, bool | int | float | str | None)}


def _objects(registry: Registry[Any], leave_out: tuple[type, ...] = ()) -> list[dict[str, Any]]:
    """Each class of a registry once, with the fields of its first object."""
    found: dict[str, dict[str, Any]] = {}
    for item in registry.values():
        name = type(item).__name__
        if type(item) not in leave_out and name not in found:
            found[name] = {
                "type": name,
                "latex": getattr(item, "latex", ""),
                "fields": _fields(item),
            }
    return list(found.values())


def _loss(name: str, loss: Loss) -> dict[str, Any]:
    changeable = {k: v for k, v in _fields(loss).items() if k not in ("factor", "reduction")}
    outputs = [n for n, f in ACTIVATIONS.items() if loss.domain.includes(f.range)]
    tasks = []
    if loss.targets.holds(np.array([[-3.0], [2.5]])):
        tasks.append("regression")
    for task, y in (("binary", np.array([[0.0], [1.0]])), ("classes", np.eye(3))):
        if loss.targets.holds(loss.encode(y)) and loss.n_out in (None, y.shape[1]):
            tasks.append(task)
    return {
        "name": name,
        "type": type(loss).__name__,
        "latex": loss.latex,
        "factor": loss.factor,
        "reduction": loss.reduction,
        "fields": changeable,
        "outputs": outputs if loss.domain is not REALS else list(ACTIVATIONS),
        "tasks": tasks,
    }


def _learner(name: str, title: str, *names: str) -> dict[str, Any]:
    defaults = LearnerSettings()
    return {"name": name, "title": title, "fields": {n: getattr(defaults, n) for n in names}}
