"""`chainrule fit`: a table in, a model file and a report out."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from .clusters import cluster_options, connected
from .console import note
from .failure import ExitCode
from .learning import SHARE, learning_options
from .options import (
    fail_under_option,
    file_to_write,
    interval,
    levels_by_column,
    reading_options,
    refuse_same,
)
from .recipe_options import folds_option
from .sources import Streaming, paths_in, stream_options, table_argument

if TYPE_CHECKING:
    from ..tables import Pipeline, Query, ReadOptions, TrainingSet
    from ..training import Callback
    from .parts import PreparationInParts

_ENCODING = ("class_weight", "validation_fraction", "preset", "folds")
_SCHEMA_OPTIONS = ("task", "drop", "numbers", "categories", "texts", "ordered", "weight")


@click.command()
@table_argument
@click.option(
    "--output",
    "-o",
    "model",
    metavar="MODEL",
    callback=file_to_write(),
    required=True,
    help="The model file to write.",
)
@learning_options
@folds_option
@click.option("--columns", "all_columns", is_flag=True, help="List every column, however many.")
@click.option(
    "--metric",
    metavar="NAME",
    help="Decides which epoch is best, and heads the report. By default the loss decides.",
)
@click.option(
    "--test-size",
    type=SHARE,
    metavar="SHARE",
    default=0.2,
    show_default=True,
    help="The share of rows held out to test on.",
)
@click.option("--test", metavar="FILE", help="A table of its own to test on; no rows are held out.")
@click.option(
    "--val", metavar="FILE", help="A table of its own that says when to stop; no rows are held out."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Decides the rows held out, initial parameters and batches. By default random, and said.",
)
@click.option(
    "--plot",
    "picture",
    metavar="FILE",
    callback=file_to_write(".png", ".pdf", ".svg"),
    help="Where to draw the learning curve. By default beside MODEL, with the ending .png.",
)
@click.option("--no-plot", is_flag=True, help="Draw no learning curve.")
@click.option(
    "--runs",
    metavar="FOLDER",
    help="Where to leave the run: its settings, history, scores, model, and a page to show. By "
    "default the folder runs beside MODEL.",
)
@click.option("--no-run", is_flag=True, help="Leave no run.")
@click.option(
    "--checkpoint-every",
    metavar="INTERVAL",
    callback=interval,
    help="Leave a checkpoint beside MODEL, with the ending .checkpoint, this often: 10 epochs, "
    "500 updates, 30 seconds. It goes when the model is written.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on from the checkpoint beside MODEL, if it is there, to the same bits; and leave "
    "further ones.",
)
@stream_options("buffer", "sample")
@fail_under_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of the report.")
@reading_options
@cluster_options(
    partitions=True,
    but=" Where several networks are trained (--preset best, --members, --folds) any table is read "
    "here, and the workers train them.",
)
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but warnings and errors.")
@click.option(
    "--verbose", "-v", is_flag=True, help="List every column, and say every epoch on stderr."
)
@click.option("--no-progress", is_flag=True, help="Show no progress.")
@click.pass_context
def fit(
    ctx: click.Context,
    /,
    table: "str | Query",
    target: tuple[str, ...],
    model: Path,
    test_size: float,
    test: str | None,
    val: str | None,
    group: str | None,
    time: str | None,
    seed: int | None,
    picture: Path | None,
    no_plot: bool,
    runs: str | None,
    no_run: bool,
    fail_under: float | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    no_progress: bool,
    all_columns: bool,
    reading: "ReadOptions",
    streaming: Streaming,
    checkpoint_every: str | None,
    resume: bool,
    cluster: tuple[str, int | None] | None,
    **options: Any,
) -> None:
    """Train a network on a table and save the model.

    TABLE is a file (delimited text, JSON lines, Parquet, Arrow, a workbook; compressed, too), a
    folder of Parquet files, - for standard input, or a built-in table: penguins, people, iris,
    wine, breast_cancer, digits, diabetes. One column, the target, or several are learned from the
    others; some rows are held out, to tell how good the model is on rows that it has not seen.

    Ctrl-C ends the training early; what was learned until then is saved.

    \b
    chainrule fit sales.csv --target price -o sales.model
    chainrule fit sales.csv --target price --time day --set learning_rate=0.01 -o sales.model
    chainrule fit --config runs/sales-1/settings.toml -o again.model
    """  # noqa: D301 - click's mark for lines that stay apart
    from . import fitting
    from .checkpointing import checkpoint_beside, ended_by, seed_of, terminable
    from .preparation import HeldOut, Preparation, prepare

    _exclude(ctx, test=("test_size", test), val=("validation_fraction", val))
    if no_run and runs:
        raise click.UsageError("--no-run and --runs exclude each other")
    picture = None if no_plot else picture or _beside(model)
    read = [*paths_in(table), *(path for path in (test, val) if path)]
    refuse_same(read, [model, picture] if picture else [model])
    overrides = {key: options.pop(key) for key in _SCHEMA_OPTIONS}
    overrides["ordered"] = levels_by_column(overrides["ordered"])
    checkpoint = checkpoint_beside(model, checkpoint_every, resume)
    held_out = HeldOut(test_size, group, time, test, val)
    seed = seed_of(checkpoint, seed)
    metric, options["checkpoint"] = options["metric"], checkpoint
    silent = quiet or as_json
    preparation: Preparation | PreparationInParts
    many: Any = None
    several = options["preset"] == "best" or options["folds"] or options["members"]
    if cluster is not None and several:
        if options["time_limit"] is not None:
            raise click.UsageError("--cluster and --time-limit exclude each other")
        from ..cluster import train_many

        many = partial(train_many, client=ctx.with_resource(connected(cluster)))
        preparation = prepare(table, target, held_out, seed, overrides, reading, streaming)
    elif cluster is not None:
        from .parts import prepare_in_parts

        others = {"--group": group, "--time": time, "--val": val, "--stream": streaming.asked}
        if given := [option for option, value in others.items() if value is not None]:
            raise click.UsageError(f"--cluster and {given[0]} exclude each other")
        preparation = prepare_in_parts(
            lambda: ctx.with_resource(connected(cluster)), str(table), target, held_out, seed,
            {**overrides, **options}, reading,
        )  # fmt: skip
        in_parts = preparation

        def train(callbacks: "Sequence[Callback]", _: Any) -> "Pipeline":
            return in_parts.train(callbacks)

    else:
        preparation = prepare(table, target, held_out, seed, overrides, reading, streaming)
    if not silent:
        preparation.show(all_columns or verbose)
    if isinstance(preparation, Preparation):
        encoding = {name: options.pop(name) for name in _ENCODING}
        data = fitting.training_set(preparation, held_out, encoding)
        train = partial(_train, data, options, many)
    place = None if no_run else _runs_beside(model, runs)
    run = None if place is None else fitting.begin_run(ctx, place, model, preparation)
    progress = None if quiet or no_progress else (2 if verbose else 1)
    started = monotonic()
    with fitting.discarded_on_error(run):
        with terminable(checkpoint) as ending:
            made, interrupted = fitting.train(train, progress, run)
        duration = monotonic() - started
        result = fitting.learned(made, interrupted)
    evaluation, judged = fitting.evaluated_on(made, preparation, metric)
    doubtful, looked_at = fitting.mislabelled(made, preparation, judged[0])
    files = fitting.write(made, result, model, picture)
    if run is not None:
        files |= fitting.finish_run(
            run, made, preparation, evaluation, doubtful, files, interrupted
        )
    if interrupted:
        on = "; --resume goes on from there" if checkpoint else ""
        note(f"{result.stopped.capitalize()}; what was learned until then is saved{on}.")
    elif checkpoint:
        Path(checkpoint.path).unlink(missing_ok=True)
    if as_json:
        said = {"seed": preparation.seed, **made.summary, **evaluation.to_dict()}
        said["mislabelled"] = [one.row for one in doubtful]
        click.echo(json.dumps({**said, "files": {k: str(v) for k, v in files.items()}}, indent=2))
    elif not quiet:
        from .report import show_doubtful, show_files, show_report

        show_report(made, evaluation, preparation.which, metric, duration)
        show_doubtful(doubtful, looked_at)
        show_files(files)
    if interrupted or result.diverged:
        ctx.exit(ended_by(ending) if interrupted else ExitCode.DIVERGED)
    if fail_under is not None and not all(t.head.reaches(fail_under) for t in evaluation.targets):
        ctx.exit(ExitCode.BELOW)


def _train(
    data: "TrainingSet",
    options: dict[str, Any],
    many: Any,
    callbacks: "Sequence[Callback]",
    networks: Any,
) -> "Pipeline":
    """Train; `many` trains networks side by side, by default the threads of this process."""
    from ..tables import Pipeline
    from ..training import train_many

    if many is None and networks is not None and options["time_limit"] is None:
        many = partial(train_many, threads=options["threads"])
    if many is not None:
        many = partial(many, progress=networks)
    return Pipeline.train(data, callbacks=callbacks, train_many=many, **options)


def _exclude(ctx: click.Context, **pairs: tuple[str, str | None]) -> None:
    """Raise a usage error if rows are to be held out, and a table of their own is given as well."""
    for option, (share, path) in pairs.items():
        if path is not None and ctx.get_parameter_source(share) is ParameterSource.COMMANDLINE:
            name = {"test_size": "--test-size"}.get(share, "--validation-size")
            raise click.UsageError(f"--{option} and {name} exclude each other")


def _runs_beside(model: Path, runs: str | None) -> Path | None:
    """Where runs are left; none where the model goes into a pipe or a device."""
    if runs is not None:
        return Path(runs)
    return model.parent / "runs" if model.is_file() or not model.exists() else None


def _beside(model: Path) -> Path:
    """The model's name with .png in place of .model, or after any other ending."""
    return model.with_suffix(".png") if model.suffix == ".model" else Path(f"{model}.png")
