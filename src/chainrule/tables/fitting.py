"""What `Pipeline.fit` decides for people who do not."""

from collections.abc import Sized
from dataclasses import replace
from datetime import UTC, datetime
from math import ceil, isfinite
from typing import Any, Literal

import numpy as np

from ..errors import (
    InvalidValueError,
    items_of,
    require_choice,
    require_instance,
    require_integer,
    shown,
)
from ..optimizers import LBFGS, OPTIMIZERS, Optimizer
from ..penalties import L2
from ..plan import RuleState
from ..registry import unknown
from ..training import METRICS, Metric, TrainingResult
from ..typing import Array
from .target_group import TargetGroup, Targets
from .training_set import MIN_ROWS_TO_VALIDATE, TrainingSet

UNJUDGED_UPDATES = 200
"""A network that has hardly begun may look best by luck on a dozen rows."""


def check_hidden(hidden: Any) -> tuple[int, ...]:
    """The sizes of the hidden layers as a tuple; raise unless they are integers >= 1."""
    sizes = items_of("hidden", hidden, "a sequence of sizes such as (64, 64)")
    for size in sizes:
        require_integer("a size in hidden", size, at_least=1)
    return sizes


def choose_batch_size(
    wanted: int | Literal["auto", "full"], n: int, optimizer: Optimizer, preset: str = "plain"
) -> Any:
    """For "auto" a share of the rows, as a power of two from 32 to 256; all for L-BFGS.

    A hundredth in "plain"; else a twentieth, and all of fewer than 50 rows.
    """
    if not isinstance(wanted, str):
        require_integer("batch_size", wanted, at_least=1)
        return wanted
    require_choice("batch_size", wanted, ("auto", "full"))
    if wanted != "auto":
        return wanted
    if isinstance(optimizer, LBFGS):
        return "full"
    if preset != "plain" and n < MIN_ROWS_TO_VALIDATE:
        return "full"
    return int(2 ** np.clip(np.floor(np.log2(n / (100 if preset == "plain" else 20))), 5, 8))


def unjudged_epochs(batch_size: int | str, n: int, epochs: int, optimizer: Optimizer) -> int:
    """How many epochs to let pass before early stopping looks: about 200 updates."""
    if isinstance(optimizer, LBFGS):
        return 0
    rows = n if isinstance(batch_size, str) else batch_size
    return min(ceil(UNJUDGED_UPDATES / ceil(n / rows)), epochs // 4)


def choose_optimizer(optimizer: str | Optimizer, learning_rate: float | None) -> Optimizer:
    """The optimizer, with another learning rate if one is given."""
    found = OPTIMIZERS.get_object(optimizer)
    if learning_rate is None:
        return found
    if not hasattr(found, "learning_rate"):
        raise InvalidValueError(
            f"learning_rate (={shown(learning_rate)}) must be None for {type(found).__name__}, "
            "which finds its steps by itself"
        )
    return replace(found, learning_rate=learning_rate)  # type: ignore[call-arg]


def choose_penalties(penalties: Any, n: int) -> Any:
    """For "auto" a small price on squared weights, smaller the more rows there are to learn from.

    lambda = min(0.001, 3 / n): the rows' losses are averaged, so that a prior belief in small
    weights counts 1/n; few rows get no more than 0.001.
    """
    return (
        L2(min(1e-3, 3.0 / n)) if isinstance(penalties, str) and penalties == "auto" else penalties
    )


def target_of(training_set: Any) -> Targets:
    """The target of a training set; raise if it is none."""
    require_instance("training_set", training_set, TrainingSet, "a TrainingSet")
    target: Targets = training_set.target
    return target


def choose_metric(name: str | None, target: Targets) -> Metric | None:
    """The metric of that name, measured in the target's own unit."""
    if name is None:
        return None
    if isinstance(target, TargetGroup):
        raise InvalidValueError(
            f"metric (={name!r}) must be None for several targets ({target.name}): the validation "
            "loss decides which epoch is best, in which each counts the same"
        )
    metric = METRICS[name]
    if metric.name not in target.metrics:
        raise unknown(f"metric of {target.task}", name, target.metrics)

    def score(a: Array, y: Array, weights: Array) -> float:
        return metric(target.outputs(a), target.outputs(y), weights)

    return Metric(metric.name, score, metric.greater_is_better)


def summarise(result: TrainingResult, rows: Sized, held_out: Sized) -> dict[str, Any]:
    """How a fit went, as plain data; a number that was not computed is None."""
    history = result.history
    # What early stopping remembers, where it had a rule and an epoch to judge.
    memory = next(iter(result.state.rules.values()), RuleState())
    best = (memory.best_epoch or len(history)) - 1

    def number(curve: list[float]) -> float | None:
        return curve[best] if 0 <= best < len(curve) and isfinite(curve[best]) else None

    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": result.plan.seed,
        "rows": len(rows),
        "validation_rows": len(held_out),
        "epochs": len(history),
        "best_epoch": best + 1,
        "loss": number(history.loss),
        "validation_loss": number(history.validation_loss),
        "metrics": {name: number(curve) for name, curve in history.metrics.items()},
        "seconds": sum(history.seconds),
        "stopped": result.stopped,
        "diverged": result.diverged,
        "engine": result.engine,
        "optimizer": OPTIMIZERS.to_dict(result.plan.optimizer)
        if type(result.plan.optimizer) in OPTIMIZERS.classes.values()
        else {"type": type(result.plan.optimizer).__name__},
        "batch_size": result.plan.batch_size,
    }
