"""The workers of a cluster played by this process: tasks are computed when they are submitted."""

from collections.abc import Callable, Sequence
from typing import Any

from chainrule.cluster.averaging import Averaging
from chainrule.cluster.rounds import ClusterFit, Rounds
from chainrule.cluster.rule import local_plan
from chainrule.cluster.sharding import cut
from chainrule.plan import Data, Plan, State
from chainrule.training import TrainingResult
from chainrule.training.fit import RunOptions
from chainrule.training.watch import Watch


class Here:
    """In the place of `chainrule.cluster.workers.Workers`."""

    def submit(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        return function(*arguments)

    def map(self, name: str, function: Any, *columns: Sequence[Any], **same: Any) -> list[Any]:
        return [function(*row, **same) for row in zip(*columns, strict=True)]

    def tree(self, name: str, function: Any, parts: Sequence[Any]) -> Any:
        level = list(parts)
        while True:
            level = [function(level[k : k + 8]) for k in range(0, len(level), 8)]
            if len(level) == 1:
                return level[0]

    def result(self, make: Callable[[], Any]) -> Any:
        return make()

    def threads(self) -> dict[str, int]:
        return {"here": 1}

    def alive(self, futures: list[Any]) -> bool:
        return True


def train_here(
    plan: Plan, data: Data, validation: Any, averaging: Averaging, epochs: int, **watched: Any
) -> TrainingResult:
    """A fit in rounds, without a cluster."""
    watch = Watch(
        plan, validation, watched.get("metrics", ()), watched.get("stop", ()), (),
        engine_evaluates=False,
    )  # fmt: skip
    options = RunOptions(epochs, watched.get("engine", "auto"))
    fit = ClusterFit(plan.until(epochs, data.n), data, watch, options)
    fit.state = State.start(plan, plan.objective.network.initial_parameters(plan.seed))
    local = local_plan(plan, averaging, data.n)
    rows = (data.X, data.y, data.sample_weight)
    shards = cut(rows, 0, plan.seed, averaging.shards)
    seen = watch.validation
    Rounds(
        Here(),  # type: ignore[arg-type]
        fit,
        averaging,
        local.until(epochs, -(-data.n // averaging.shards)),
        lambda: shards,
        None if seen is None else lambda: (seen.X, seen.y, seen.sample_weight),
    ).run()
    return fit.finish()
