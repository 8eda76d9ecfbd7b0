"""Batches of one row, over which nothing can be normalised."""

from ..errors import DataWarning, warn
from ..layers import BatchNorm
from ..plan import Data, Plan


def warn_of_single_rows(plan: Plan, data: Data) -> None:
    """Warn if a batch normalisation will see batches of one row."""
    for i, layer in enumerate(plan.objective.network.layers):
        if BatchNorm in type(layer).__mro__:  # a class of ABCMeta is slow to ask
            rows = plan.rows(data.n)
            if rows > 1 and data.n % rows != 1:
                return
            which = "batches have" if rows == 1 else "the last batch of an epoch has"
            warn(
                f"layers[{i}] normalises over a batch, but {which} one row (batch_size="
                f"{plan.batch_size!r}, {data.n} rows): its output there is beta, whatever the row, "
                "and the layers before it learn nothing from it. Choose another batch_size, or "
                "LayerNorm",
                DataWarning,
            )
            return
