"""`--cluster ADDRESS|local [--workers N]`: a command whose table lies in partitions."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..tables import Pipeline


def cluster_options(
    *, partitions: bool, but: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of a command that can run on a cluster: its parameter `cluster`, or None.

    With `partitions` its table lies there; else it is read here, and the fits are made there. `but`
    is the end of their help.
    """
    return partial(_with_cluster, partitions=partitions, but=but)


def _with_cluster(command: Callable[..., Any], *, partitions: bool, but: str) -> Callable[..., Any]:
    @wraps(command)
    def with_cluster(*args: Any, **options: Any) -> Any:
        address, workers = options.pop("cluster"), options.pop("workers")
        if address is not None and partitions and not isinstance(options["table"], str):
            raise click.UsageError("--cluster takes a folder or file of Parquet, and no --sql")
        if address is not None and options.get("jobs") is not None:
            raise click.UsageError("--cluster and --jobs exclude each other: --workers is its N")
        if workers is not None and address is None:
            raise click.UsageError("--workers needs --cluster local")
        return command(*args, cluster=None if address is None else (address, workers), **options)

    with_cluster = click.option(
        "--workers",
        type=click.IntRange(min=1),
        metavar="N",
        help="The processes of --cluster local; by default one for each processor.",
    )(with_cluster)
    return click.option(
        "--cluster",
        metavar="ADDRESS|local",
        help="Run on the Dask cluster at ADDRESS (tcp://HOST:8786), or on processes of this "
        "machine. " + (_IN_PARTITIONS if partitions else _IN_MEMORY) + but,
    )(with_cluster)


_IN_PARTITIONS = "TABLE is then a folder or file of Parquet that the workers can read."
_IN_MEMORY = "Each worker gets the table, and makes some of the fits."


@contextmanager
def connected(cluster: tuple[str, int | None] | None) -> Iterator[Any]:
    """A client of the cluster that was asked for, if one was; closed at the end."""
    if cluster is None:
        yield None
        return
    from ..cluster import connect

    client, complaints = connect(*cluster), logging.getLogger("tornado.application")
    complaints.addFilter(_is_worth_saying)
    try:
        yield client
    finally:
        client.close()
        complaints.removeFilter(_is_worth_saying)


def _is_worth_saying(record: logging.LogRecord) -> bool:
    """All but what distributed 2026.8 logs where Ctrl-C ends a call that has not begun.

    It cancels the call's future, a variable that has no value yet.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, NameError) and "'future'" in str(error))


def predict_on_cluster(
    cluster: tuple[str, int | None],
    pipeline: "Pipeline",
    table: str,
    output: Path | None,
    proba: bool,
) -> list[str]:
    """Predict a table in partitions, and have the workers write a folder of Parquet files.

    What is returned are the scores in words, of the targets that the table has.
    """
    from ..cluster import evaluate, predict
    from ..cluster.tables import as_frame
    from ..evaluation.scores import trivial_guess
    from ..tables.target_group import parts_of
    from .report import score_in_words

    if output is None or output.suffix.lower() != ".parquet":
        raise click.UsageError(
            "--cluster needs --output NAME.parquet: the folder that the workers write"
        )
    frame = as_frame(table)
    parts = parts_of(pipeline.target)
    known = {part.name for part in parts} <= {*frame.columns}
    with connected(cluster) as client:
        predict(pipeline, frame, proba=proba).to_parquet(str(output), write_index=False)
        found = evaluate(pipeline, frame, client=client) if known else {}
    said = []
    for part in parts if known else ():
        own, head = found.get(part.name, found), part.metrics[0]
        words = score_in_words(
            head, own[head], own["rows"], trivial_guess(part), own[f"baseline_{head}"]
        )
        said.append(f"{part.name}: {words}" if len(parts) > 1 else words)
    return said
