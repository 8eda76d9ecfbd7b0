"""The rule for shards, batches and rounds, as it was measured."""

from dataclasses import replace
from math import ceil, sqrt
from typing import Any

from ..errors import InvalidTypeError, InvalidValueError, shown
from ..objective import Objective
from ..optimizers import LBFGS, SGD
from ..plan import Plan
from .averaging import Averaging

_ROWS_OF_A_SHARD = 50_000
_MOST_SHARDS = 64
_ROUNDS, _MANY = 8, 16


def choose_shards(n: int) -> int:
    """A shard for each 50,000 rows, from 1 to 64: fewer rows are trained sooner by one worker."""
    return min(max(n // _ROWS_OF_A_SHARD, 1), _MOST_SHARDS)


def choose_averaging(plan: Plan, n: int, shards: int) -> Averaging:
    """How a plan over n rows is shared out among shards.

    The batch b is divided among them, so that an epoch has as many updates as on one machine, in
    eight rounds, from 16 shards on in 16. A gradient of b / S rows has sqrt(S) times the noise.
    Optimizers that divide by the gradient's size take smaller steps for that, which their rate
    makes up for by sqrt(S): the mean of the shards takes the noise out again. SGD takes no smaller
    steps; the mean of its shards is the step of the whole batch. The first round runs on one shard,
    the next on two, four, ...: from a start at random, shards would go different ways.

    ``python -m benchmarks.cluster accuracy`` measures it beside its alternatives.
    """
    rows = plan.rows(n)
    if shards == 1:
        return Averaging(1, rows, plan.n_batches(n))
    batch = max(rows // shards, 1)
    rounds = _ROUNDS if shards < _MANY else 2 * _ROUNDS
    updates = ceil(ceil(ceil(n / shards) / batch) / rounds)
    factor = 1.0 if isinstance(plan.optimizer, SGD) else sqrt(rows / batch)
    return Averaging(shards, batch, updates, factor, first=1)


def local_plan(plan: Plan, averaging: Averaging, n: int) -> Plan:
    """The plan of a shard, of one over n rows.

    A penalty that is divided by the weight of a batch is to weigh as much as it would there.
    """
    changes: dict[str, Any] = {"batch_size": averaging.batch_size}
    share = averaging.batch_size / plan.rows(n)
    if share != 1.0:
        own = plan.objective
        penalties = [
            replace(p, strength=share * p.strength) if p.divisor == "batch" else p
            for p in own.penalties
        ]
        changes["objective"] = Objective(own.network, own.loss, penalties)
    if averaging.learning_rate_factor != 1.0:
        optimizer: Any = plan.optimizer
        rate = optimizer.learning_rate * averaging.learning_rate_factor
        changes["optimizer"] = replace(optimizer, learning_rate=rate)
    return Plan(**{**vars(plan), **changes})


def check_divisible(plan: Plan, averaging: Averaging) -> None:
    """Raise unless a plan can be carried out in rounds.

    Raises
    ------
    InvalidTypeError
        If its optimizer chooses its steps by itself, or it has an order of its own.
    InvalidValueError
        If its loss or schedule means something else on a part of the rows.
    """
    if type(plan.optimizer) is LBFGS:
        raise InvalidTypeError(
            "optimizer (=LBFGS) must work batch by batch on a cluster; L-BFGS needs all rows for "
            "each of its steps: use optimizer='adam'"
        )
    if averaging.shards == 1:
        return
    loss = plan.objective.loss
    if loss.reduction == "sum":
        raise InvalidValueError(
            f"loss (={type(loss).__name__}) adds up the losses of a batch, so that each step would "
            "depend on how many shards share it; use the loss that averages, or shards=1"
        )
    if plan.schedule.unit == "sample":
        raise InvalidValueError(
            f"schedule (={shown(plan.schedule)}) must count epochs or updates: a shard sees only "
            "its own samples"
        )
