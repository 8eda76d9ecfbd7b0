"""A fit in rounds, whatever its rows come from."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from ..errors import InvalidTypeError, require_instance, require_integer
from ..plan import Data, Plan
from ..training import TrainingResult
from ..training.keeper import sigterm_interrupts
from ..training.options import RunOptions
from ..training.train import start_state
from ..training.watch import Watch
from . import shard_tasks
from .averaging import Averaging
from .checkpointing import RoundKeeper
from .rounds import ClusterFit, Rounds
from .rule import check_divisible, choose_averaging, choose_shards, local_plan
from .sharding import check_pieces, make_shards
from .workers import Workers


class Source(Protocol):
    """Rows on the workers, in blocks, one for each partition."""

    lengths: list[int]
    """The rows of each block."""
    sample: Data
    """A few of the rows."""
    dtype: Any

    @property
    def n(self) -> int:
        """The number of rows."""
        ...

    def in_words(self) -> str:
        """The rows as what a checkpoint belongs to."""
        ...

    def take(self) -> list[Any]:
        """Futures of the blocks."""
        ...


class Sharing(NamedTuple):
    """How a fit is shared out, as far as that was said."""

    shards: int | None
    averaging: Averaging | None

    def check(self) -> None:
        """Raise unless both can be used."""
        if self.shards is not None:
            require_integer("shards", self.shards, at_least=1)
        if self.averaging is not None:
            require_instance("averaging", self.averaging, Averaging, "an Averaging")
            if self.shards not in (None, self.averaging.shards):
                raise InvalidTypeError(
                    f"shards (={self.shards}) and averaging.shards (={self.averaging.shards}): "
                    "give one of the two"
                )


def train_in_rounds(
    workers: Workers,
    source: Source | Callable[[], Source],
    sharing: Sharing,
    options: RunOptions,
    plan: Mapping[str, Any],
    watched: tuple[Any, ...],
    *,
    make_validation: Callable[[], Any] | None = None,
    initial: Any = None,
    checkpoint: Any = None,
) -> TrainingResult:
    """Train on the rows of a source.

    Parameters
    ----------
    source : Source, or function that makes it
    plan : mapping
        The arguments of `Plan`, but for its type.
    watched : tuple
        Those of `Watch`.
    make_validation : callable, optional
        A future of the rows to validate on, where those in `watched` only stand for them.
    """
    options.check()
    sharing.check()
    keeper = None if checkpoint is None else RoundKeeper(checkpoint)
    seed = plan["seed"] if keeper is None else keeper.seed(plan["seed"])
    found = source() if callable(source) else source
    whole = Plan(**{**plan, "seed": seed, "dtype": found.dtype})
    averaging = sharing.averaging
    if averaging is None:
        shards = choose_shards(found.n) if sharing.shards is None else sharing.shards
        averaging = choose_averaging(whole, found.n, shards)
    shards = averaging.shards
    check_divisible(whole, averaging)
    check_pieces(found.lengths, shards)
    state = start_state(whole, found.sample, initial)
    watch = Watch(whole, *watched, engine_evaluates=False)
    if watch.metrics and watch.validation is None:
        raise InvalidTypeError(
            "metrics need validation=(X, y): rows in shards are learned from alone"
        )
    epochs = state.epoch + options.epochs
    fit = ClusterFit(whole.until(epochs, found.n), found.sample, watch, options)
    fit.state = state
    local = local_plan(whole, averaging, found.n)
    seen = watch.validation
    if make_validation is None and seen is not None:
        rows = seen.X, seen.y, seen.sample_weight

        def make_validation() -> Any:
            return workers.submit("validation-rows", shard_tasks.hold, rows)

    rounds = Rounds(
        workers,
        fit,
        averaging,
        local.until(epochs, -(-found.n // shards)),
        lambda: make_shards(workers, found.take(), found.lengths, whole.seed, shards),
        make_validation,
    )
    if keeper is not None:
        keeper.take_up_rounds(rounds, found.in_words())
    try:
        if keeper is None:
            rounds.run()
        else:
            with sigterm_interrupts(), keeper.at_the_end():
                rounds.run()
    except KeyboardInterrupt:
        fit.interrupt()
    return fit.finish()
