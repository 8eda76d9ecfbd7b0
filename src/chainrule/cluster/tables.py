"""`fit`: a pipeline from a table that lies in partitions."""

from collections.abc import Iterable, Mapping, Sequence
from inspect import Parameter, signature
from os import PathLike
from typing import Any, Literal

from ..errors import (
    InvalidTypeError,
    InvalidValueError,
    TrainingInterrupted,
    path_of,
    require_integer,
    shown,
)
from ..losses import Loss
from ..network import mlp
from ..objective import Objective
from ..optimizers import Optimizer
from ..penalties import Penalty
from ..tables import Pipeline
from ..tables.checkpointing import begun_seed
from ..tables.class_weights import ClassWeight
from ..tables.dates import Order
from ..tables.fitting import (
    check_hidden,
    choose_batch_size,
    choose_metric,
    choose_optimizer,
    choose_penalties,
    summarise,
    unjudged_epochs,
)
from ..tables.given_levels import Ordered
from ..tables.numerals import Decimal
from ..tables.training_set import TaskChoice
from ..training import Callback, EarlyStopping, TrainingResult
from ..training.options import RunOptions
from .fitting import Sharing, train_in_rounds
from .partitions import delayed_partitions, is_collection
from .table_parts import TableInParts
from .workers import Workers, dask_module


def fit(
    frame: Any,
    target: str | Sequence[str],
    *,
    client: Any,
    shards: int | None = None,
    task: TaskChoice = None,
    numbers: Iterable[str] = (),
    categories: Iterable[str] = (),
    texts: Iterable[str] = (),
    ordered: Ordered = None,
    drop: Iterable[str] = (),
    weight: str | None = None,
    decimal: Decimal | None = None,
    dates: Order | None = None,
    hidden: Sequence[int] = (64, 64),
    activation: str = "relu",
    epochs: int = 200,
    batch_size: int | Literal["auto", "full"] = "auto",
    optimizer: str | Optimizer = "adam",
    learning_rate: float | None = None,
    penalties: Penalty | str | Sequence[Penalty | str] = "auto",
    class_weight: ClassWeight = None,
    seed: int | None = None,
    validation_fraction: float = 0.1,
    patience: int = 20,
    metric: str | None = None,
    engine: str = "auto",
    callbacks: Sequence[Callback] = (),
    checkpoint: Any = None,
) -> Pipeline:
    """Learn to predict a column of a table in partitions, or several: `Pipeline.fit`, on a cluster.

    The partitions are read once, by the workers. What the columns hold, their medians and quartiles
    come from about 65,000 rows, drawn by the seed from all; levels, labels and missing values are
    counted in all. Rows held out, 100,000 at most, are drawn by the seed, too. Training is that of
    `chainrule.cluster.train`.

    Parameters
    ----------
    frame : Dask data frame, or str or path
        A path is a folder of Parquet files, or a file, which the workers can read.
    client : distributed.Client
    shards : int, optional
        As in `chainrule.cluster.train`.
    target, task, numbers, categories, texts, ordered, drop, weight, decimal, dates
        As in `Pipeline.fit`.
    hidden, activation, epochs, batch_size, optimizer, learning_rate, penalties, class_weight
        As in `Pipeline.fit`.
    seed, validation_fraction, patience, metric, engine, callbacks, checkpoint
        As in `Pipeline.fit`.

    Returns
    -------
    Pipeline
        A plain one: it predicts and is saved without a cluster.

    Raises
    ------
    DataError
        If the table cannot be learned from, or a partition is not as the others; the message names
        it.
    ClusterError
        If the cluster is lost.
    TrainingInterrupted
        On Ctrl-C; its ``result`` is the pipeline after the last whole epoch.
    """
    workers = Workers(client)
    partitions = delayed_partitions("frame", as_frame(frame))
    options = {
        "shards": shards, "task": task, "numbers": numbers, "categories": categories,
        "texts": texts, "ordered": ordered, "drop": drop, "weight": weight, "decimal": decimal,
        "dates": dates, "hidden": hidden, "activation": activation, "epochs": epochs,
        "batch_size": batch_size, "optimizer": optimizer, "learning_rate": learning_rate,
        "penalties": penalties, "class_weight": class_weight, "seed": seed,
        "validation_fraction": validation_fraction, "patience": patience, "metric": metric,
        "engine": engine, "callbacks": callbacks, "checkpoint": checkpoint,
    }  # fmt: skip
    table, left = table_in_parts(workers, [partitions], [None], target, options)
    return train_table(table, **left)


_CHOICES = (
    "task",
    "numbers",
    "categories",
    "texts",
    "ordered",
    "drop",
    "weight",
    "decimal",
    "dates",
)


def table_in_parts(
    workers: Workers,
    groups: Sequence[list[Any]],
    names: Sequence[Any],
    target: str | Sequence[str],
    options: Mapping[str, Any],
) -> tuple[TableInParts, dict[str, Any]]:
    """A table as `TableInParts`, by the options of `fit`; and those left, of `train_table`."""
    left = dict(options)
    choices = {name: left.pop(name) for name in _CHOICES}
    table = TableInParts(
        workers, groups, names, target, choices, class_weight=left.pop("class_weight"),
        validation_fraction=left.pop("validation_fraction"),
        seed=begun_seed(left["checkpoint"], left.pop("seed")),
    )  # fmt: skip
    return table, left


def options_in_parts(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of `Pipeline.fit` as `fit` takes them, all of these: those that are None are its own.

    What is False is not done, as in that recipe.

    Raises
    ------
    InvalidValueError
        If one is given that a table in partitions does not have.
    """
    parameters = signature(fit).parameters
    own = {k: p.default for k, p in parameters.items() if p.default is not Parameter.empty}
    given = {k: v for k, v in options.items() if v is not None and v is not False}
    preset = given.pop("preset", "auto")
    if preset == "best":
        raise InvalidValueError(
            'preset (="best") must be "plain" for a table in partitions, whose recipe that is'
        )
    for name, value in given.items():
        if name not in own:
            raise InvalidValueError(
                f"{name} (={shown(value)}) must be None for a table in partitions, whose recipe is "
                'that of the preset "plain"'
            )
    return {**own, **given}


def as_frame(frame: Any) -> Any:
    """A Dask data frame, or the folder or file of Parquet as one.

    Raises
    ------
    InvalidTypeError
        If it is neither.
    """
    if is_collection(frame) and hasattr(frame, "columns"):
        return frame
    if not isinstance(frame, str | PathLike):
        raise InvalidTypeError(
            f"frame (={type(frame).__name__}) must be a Dask data frame or the path of Parquet "
            "files; dask.dataframe.from_pandas(frame, npartitions=...) makes one, and a table in "
            "memory is fitted sooner by Pipeline.fit"
        )
    path = path_of("frame", frame)
    return dask_module("dask.dataframe").read_parquet(path)


def train_table(
    table: TableInParts,
    *,
    shards: int | None,
    hidden: Sequence[int],
    activation: str,
    epochs: int,
    batch_size: Any,
    optimizer: str | Optimizer,
    learning_rate: float | None,
    penalties: Any,
    patience: int,
    metric: str | None,
    engine: str,
    callbacks: Sequence[Callback],
    checkpoint: Any,
) -> Pipeline:
    """Train a network on an encoded table, with the choices of `Pipeline.train`."""
    require_integer("epochs", epochs, at_least=0)
    recipe, n = table.recipe, table.n
    target = recipe.target
    chosen_optimizer = choose_optimizer(optimizer, learning_rate)
    chosen_metric = choose_metric(metric, target)
    rows = choose_batch_size(batch_size, n, chosen_optimizer)
    stop = EarlyStopping(
        chosen_metric.name if chosen_metric else "validation_loss",
        patience,
        start_from_epoch=unjudged_epochs(rows, n, epochs, chosen_optimizer),
    )
    few = table.few_held_out
    network = mlp(
        recipe.encoder.n_features, check_hidden(hidden), target.n_out, activation, target.output
    )

    def pipeline(result: TrainingResult) -> Pipeline:
        counts = range(n), range(sum(table.held_out))
        summary = summarise(result, *counts)
        return Pipeline(
            recipe.schema, recipe.encoder, target, result.network, result.parameters, summary,
            result,
        )  # fmt: skip

    loss: str | Loss = target.loss
    try:
        result = train_in_rounds(
            table.workers,
            table,
            Sharing(shards, None),
            RunOptions(epochs, engine),
            {
                "objective": Objective(network, loss, choose_penalties(penalties, n)),
                "optimizer": chosen_optimizer,
                "batch_size": rows,
                "seed": recipe.seed,
            },
            (
                None if few is None else few[: 2 if few[2] is None else 3],
                [chosen_metric] if chosen_metric else [],
                [] if few is None else [stop],
                callbacks,
            ),
            make_validation=None if few is None else table.validation,
            checkpoint=checkpoint,
        )
    except TrainingInterrupted as interrupt:
        raise TrainingInterrupted(str(interrupt), pipeline(interrupt.result)) from None
    return pipeline(result)
