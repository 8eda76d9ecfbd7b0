"""What workers compute: pure functions of the rows, the plan and the common state."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np

from ..engines import Engine, choose_engine
from ..parameters import Parameters
from ..plan import Data, PartialEpoch, Plan, State
from ..random import Purpose, words
from ..training import Metric
from ..typing import Array
from .averaging import Contribution, Place

Rows = tuple[Array, Array, Array | None]
"""X, y and sample weights: plain arrays, whose size Dask can see."""


@dataclass(frozen=True)
class Setup:
    """What all rounds of a fit have in common."""

    plan: Plan
    engine: str
    updates: int
    n_shards: int


@dataclass(frozen=True)
class Common:
    """The state from which a round begins, and the updates before its epoch."""

    vector: Array
    memory: Array
    update: int
    epoch: int


def hold(value: Any) -> Any:
    """A value as a task of its own, which can be computed again wherever it is needed."""
    return value


def shard_seed(seed: int, shard: int) -> int:
    """The seed of a shard's orders and masks; the first one's is the plan's own."""
    if shard == 0:
        return seed
    high, low = words(seed, Purpose.ORDER, 0, 2, index=shard)
    return int(high) << 32 | int(low)


def shard_plan(setup: Setup, shard: int) -> Plan:
    """The plan of one shard."""
    return Plan(**{**vars(setup.plan), "seed": shard_seed(setup.plan.seed, shard)})


def threads_of_task(tasks: int) -> int | None:
    """The threads for one of some tasks: all of the worker's for a single one, else one."""
    if tasks > 1:
        return 1
    try:
        from distributed import get_worker

        return int(get_worker().state.nthreads)
    except (ImportError, ValueError, AttributeError):  # not on a worker
        return 1


def engine_of(name: str, plan: Plan, data: Data, threads: int | None) -> Engine:
    """The engine of that name; an error where a worker has none."""
    return choose_engine(name, plan, data, threads)[0]


def advance_shard(
    rows: Rows, shard: int, place: Place, setup: Setup, common: Common
) -> Contribution:
    """One round of one shard: some updates, or those that are left of its epoch."""
    plan, data = shard_plan(setup, shard), Data(*rows)
    engine = engine_of(setup.engine, plan, data, threads_of_task(setup.n_shards))
    session = engine.session(plan, data)
    left = min(setup.updates, plan.n_batches(data.n) - place.batch)
    state = state_inside(plan, data, place, common)
    report = session.advance(state, updates=left)
    after = report.state
    if report.ended == "interrupted":
        raise KeyboardInterrupt
    if report.curves.shape[1]:
        loss, norm, rate, seconds = report.curves[:, 0].tolist()
        place = Place(place.batch + left, loss, data.weight, norm, rate, seconds, True)
    else:
        p = after.partial
        assert p is not None
        place = Place(p.batch, p.loss, p.weight, p.gradient_norm, nan, p.seconds)
    alone = after.parameters.vector, after.optimizer_state
    with np.errstate(all="ignore"):
        step = alone[0].astype(np.float64) - common.vector
    total = np.vstack([step, alone[1].astype(np.float64)])
    return Contribution(total, {shard: place}, left, report.ended == "diverged", alone)


def state_inside(plan: Plan, data: Data, place: Place, common: Common) -> State:
    """The state of a shard: the common numbers at its own place in the epoch.

    What is to remain of an epoch that diverges is kept by who averages: a shard has no need of it.
    """
    partial = None
    if place.batch:
        partial = PartialEpoch(
            place.batch,
            place.loss,
            place.weight,
            place.gradient_norm,
            place.seconds,
            common.update - place.batch,
            common.vector,
            common.memory,
            data.n,
            plan.rows(data.n),
            plan.order_seed,
        )
    return State(
        Parameters(plan.objective.network.layout, common.vector),
        common.memory,
        common.update,
        common.epoch,
        partial,
        optimizer=type(plan.optimizer).__name__,
    )


def evaluate(
    rows: Rows, setup: Setup, common: Common, metrics: Sequence[Metric]
) -> tuple[float, list[float]]:
    """The loss on rows that nothing is learned from, and metrics of them."""
    plan, data = setup.plan, Data(*rows)
    engine = engine_of(setup.engine, plan, data, threads_of_task(1))
    objective = plan.objective
    parameters = Parameters(objective.network.layout, common.vector)
    with np.errstate(all="ignore"):
        value = engine.value(objective, parameters, data)
        scores = []
        if metrics:
            a = engine.predictor(objective.network, parameters)(data.X)
            scores = [metric(a, data.y, data.sample_weight) for metric in metrics]
    return value, scores
