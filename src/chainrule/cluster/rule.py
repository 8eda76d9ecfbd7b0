"""The rule for shards, batches and rounds, as it was measured."""

from math import ceil

from ..errors import InvalidTypeError, InvalidValueError, shown
from ..optimizers import LBFGS
from ..plan import Plan
from .averaging import Averaging

_ROWS_OF_A_SHARD = 50_000
_MOST_SHARDS = 64


def choose_shards(n: int) -> int:
    """A shard for each 50,000 rows, from 1 to 64: fewer rows are trained sooner by one worker."""
    return min(max(n // _ROWS_OF_A_SHARD, 1), _MOST_SHARDS)


def choose_averaging(plan: Plan, n: int, shards: int) -> Averaging:
    """How a plan over n rows is shared out among shards."""
    rows = plan.rows(n)
    batch = max(rows // shards, 1)
    updates = ceil(ceil(ceil(n / shards) / batch) / 8)
    return Averaging(shards, batch, updates)


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
